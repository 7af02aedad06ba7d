package org.autograd.operations;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.autograd.Variable;

/**
 * A public operation of Variable, and what it is tried with.
 *
 * @param signature its name and parameter types as Java writes them, for example {@code
 *     sum(int...)}
 * @param samples the operands
 * @param arguments what is passed beside the operands, a list of choices that depends on them; an
 *     empty list if the operation cannot be applied to them
 * @param call applies the operation
 * @param traits what differs from the ordinary, differentiable operation with a new result
 */
public record Operation(
    String signature,
    List<Sample> samples,
    Function<Variable[], List<Arguments>> arguments,
    Call call,
    Set<Trait> traits) {

  /** Applies an operation. */
  @FunctionalInterface
  public interface Call {
    /** Returns the results, nearly always one. */
    List<Variable> apply(Variable[] operands, Arguments arguments);
  }

  /** How an operation differs from the ordinary. */
  public enum Trait {
    /** The result has an integer or bool dtype and no gradient. */
    NOT_DIFFERENTIABLE,
    /** The gradient is 0 everywhere. */
    FLAT,
    /** The result shares its elements with the first operand. */
    VIEW,
    /** The result may be or share the first operand. */
    MAY_SHARE,
    /** Chooses where elements are and computes nothing: for bool and integers as well. */
    MOVES_ONLY,
    /** Also defined for integers (and bool), element by element. */
    INTEGERS,
    /** Takes bool operands only. */
    BOOLS,
    /** The result's shape depends on values, so that samples of a batch cannot be stacked. */
    DATA_DEPENDENT,
    /** Tried with large operands and several numbers of threads. */
    LARGE
  }

  /** Returns this operation with traits. */
  Operation with(Trait... more) {
    Set<Trait> all = EnumSet.noneOf(Trait.class);
    all.addAll(traits);
    all.addAll(Arrays.asList(more));
    return new Operation(signature, samples, arguments, call, all);
  }

  /** Returns whether the operation has a trait. */
  public boolean is(Trait trait) {
    return traits.contains(trait);
  }

  @Override
  public String toString() {
    return signature;
  }
}
