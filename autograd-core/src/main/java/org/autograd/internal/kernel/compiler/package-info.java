/**
 * Compiles a {@link org.autograd.internal.kernel.Program} to a class at run time.
 *
 * <p>The way of a program: {@code Simplifier} folds constants; {@code Planner} decides what is
 * computed where, and cuts what is too long for one method; {@code Lowering} turns each piece into
 * a {@code Graph} of instructions that a processor has, in which a function such as tanh is a
 * polynomial; {@code ScalarCode} and {@code VectorCode} write such a graph as bytecode, {@code
 * KernelWriter} the loops around it; {@code TieredKernel} replaces the scalar variant by the SIMD
 * one when that is warm.
 */
@NullMarked
package org.autograd.internal.kernel.compiler;

import org.jspecify.annotations.NullMarked;
