/**
 * Listeners that show how a training goes: progress, charts, TensorBoard; and charts for others.
 */
@NullMarked
package org.autograd.monitor;

import org.jspecify.annotations.NullMarked;
