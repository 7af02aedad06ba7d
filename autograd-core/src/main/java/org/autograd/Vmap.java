package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.autograd.internal.ndarray.NdArray;
import org.jspecify.annotations.Nullable;

/**
 * Calls a function once for a whole batch of arguments, for {@link Functional#vmap}. Inside, a
 * mapped Variable looks like one sample of the batch; behind it stands the physical one, whose
 * first axis counts the samples. Operations that are made of others need nothing. One that reads
 * elements begins with its batching rule, what to do to the physical Variable instead; without one,
 * {@link Variable#data} refuses, naming it. The graph and tangents are the physical Variables'.
 *
 * <pre>{@code
 * if (x.isMapped()) {
 *   return Vmap.apply(p -> p.transpose(a + 1, b + 1), x);
 * }
 * }</pre>
 */
final class Vmap implements AutoCloseable {
  private static final AtomicInteger OPEN = new AtomicInteger();
  private static final ThreadLocal<@Nullable Vmap> CURRENT = new ThreadLocal<>();

  private final @Nullable Vmap outer;
  private final int depth;
  private final long size;
  private boolean closed;

  private Vmap(@Nullable Vmap outer, long size) {
    this.outer = outer;
    this.depth = outer == null ? 0 : outer.depth + 1;
    this.size = size;
  }

  /** The array of a mapped Variable: one sample's shape, and no elements that may be read. */
  private static final class Mapped extends NdArray {
    private final Vmap level;
    private final Variable physical;

    Mapped(NdArray array, Vmap level, Variable physical) {
      super(array.storage(), array.layout().select(0, 0));
      this.level = level;
      this.physical = physical;
    }
  }

  /** Calls a function with arguments that are mapped along their first axis. */
  static List<Variable> map(Function<Variable[], List<Variable>> function, Variable... x) {
    checkArgument(x.length > 0, "vmap: there is no argument to map over; call the function itself");
    for (int k = 0; k < x.length; k++) {
      checkArgument(
          x[k].rank() > 0 && x[k].size(0) == x[0].size(0),
          "vmap: argument %s has no first axis as long as that of argument 0; got %s",
          k,
          Variable.describe(x));
    }
    try (Vmap level = new Vmap(CURRENT.get(), x[0].size(0))) {
      CURRENT.set(level);
      OPEN.incrementAndGet();
      Variable[] samples = new Variable[x.length];
      for (int k = 0; k < x.length; k++) {
        samples[k] = level.wrap(x[k]);
      }
      List<Variable> results = new ArrayList<>();
      for (Variable result : function.apply(samples)) {
        results.add(level.physical(result));
      }
      return results;
    }
  }

  @Override
  public void close() {
    closed = true;
    CURRENT.set(outer);
    OPEN.decrementAndGet();
  }

  /** Returns whether there may be mapped Variables. */
  static boolean isOpen() {
    return OPEN.get() != 0;
  }

  /** Returns whether an array is that of a mapped Variable. */
  static boolean isMapped(NdArray array) {
    return array instanceof Mapped;
  }

  /** Returns the elements of a Variable; if it is mapped, those of all samples. */
  static NdArray elements(Variable x) {
    NdArray array = x.array();
    while (array instanceof Mapped mapped) {
      array = mapped.physical.array();
    }
    return array;
  }

  /** Returns whether any of the Variables is mapped. */
  static boolean isAnyMapped(Variable... operands) {
    if (isOpen()) {
      for (Variable operand : operands) {
        if (operand.isMapped()) {
          return true;
        }
      }
    }
    return false;
  }

  private Variable wrap(Variable physical) {
    return new Variable(new Mapped(physical.array(), this, physical), node(physical));
  }

  /** Returns the level at which a Variable is mapped, null at none. */
  private static @Nullable Vmap level(Variable x) {
    return x.array() instanceof Mapped mapped ? mapped.level : null;
  }

  private static Vmap innermost(Variable... operands) {
    Vmap result = null;
    for (Variable operand : operands) {
      Vmap level = level(operand);
      if (level != null && (result == null || level.depth > result.depth)) {
        result = level;
      }
    }
    checkArgument(result != null, "vmap: nothing is mapped");
    if (result.closed) {
      throw ended(operands);
    }
    return result;
  }

  /** Returns the physical Variable, repeated for each sample if {@code x} is not mapped here. */
  private Variable physical(Variable x) {
    Variable own = unwrapped(x);
    if (own != null) {
      return own;
    }
    long[] shape = new long[x.rank() + 1];
    Arrays.setAll(shape, axis -> axis == 0 ? size : x.size(axis - 1));
    return x.expand(shape);
  }

  private @Nullable Variable unwrapped(Variable x) {
    return x.array() instanceof Mapped mapped && mapped.level == this ? mapped.physical : null;
  }

  /** Returns whether {@code x} is mapped at the level at which a rule for the operands works. */
  static boolean isMappedWith(Variable x, Variable... operands) {
    return isAnyMapped(operands) && innermost(operands).unwrapped(x) != null;
  }

  // Rules.

  /** Applies a rule for one operand. */
  static Variable apply(UnaryOperator<Variable> rule, Variable x) {
    Vmap level = innermost(x);
    return level.wrap(rule.apply(level.physical(x)));
  }

  /**
   * Applies a rule.
   *
   * @param rule gets all operands with the samples along the first axis, and gives such a result
   */
  static Variable applyToAll(Function<Variable[], Variable> rule, Variable... operands) {
    return applyForAll(physical -> List.of(rule.apply(physical)), operands).getFirst();
  }

  /** Applies a rule for an operation with several results. */
  static List<Variable> applyForAll(
      Function<Variable[], List<Variable>> rule, Variable... operands) {
    Vmap level = innermost(operands);
    Variable[] physical = new Variable[operands.length];
    for (int k = 0; k < operands.length; k++) {
      physical[k] = level.physical(operands[k]);
    }
    List<Variable> results = new ArrayList<>();
    for (Variable result : rule.apply(physical)) {
      results.add(level.wrap(result));
    }
    return results;
  }

  /**
   * Applies a rule for operands that broadcast together.
   *
   * @param rule gets operands that broadcast together with the samples along the first axis; one
   *     that is not mapped is not repeated
   */
  static Variable applyBroadcast(Function<Variable[], Variable> rule, Variable... operands) {
    int rank = 0;
    for (Variable operand : operands) {
      rank = Math.max(rank, operand.rank());
    }
    Vmap level = innermost(operands);
    Variable[] physical = new Variable[operands.length];
    for (int k = 0; k < operands.length; k++) {
      Variable own = level.unwrapped(operands[k]);
      physical[k] = own == null ? operands[k] : withLeadingAxes(own, rank + 1);
    }
    return level.wrap(rule.apply(physical));
  }

  /** Returns the samples with axes of size 1 behind the first axis, up to a rank. */
  static Variable withLeadingAxes(Variable physical, int rank) {
    if (physical.rank() == rank) {
      return physical;
    }
    int added = rank - physical.rank();
    long[] shape = new long[rank];
    Arrays.setAll(
        shape,
        axis -> axis == 0 ? physical.size(0) : axis <= added ? 1 : physical.size(axis - added));
    return physical.reshape(shape);
  }

  /** Applies a rule for an operation that gives elements and their positions. */
  static Extremum applyExtremum(Function<Variable, Extremum> rule, Variable x) {
    List<Variable> results =
        applyForAll(
            physical -> {
              Extremum extremum = rule.apply(physical[0]);
              return List.of(extremum.values(), extremum.indices());
            },
            x);
    return new Extremum(results.get(0), results.get(1));
  }

  /** Applies a rule that wants the samples joined with the first axis, where there are examples. */
  static Variable applyJoined(UnaryOperator<Variable> rule, Variable x) {
    return apply(physical -> separated(rule.apply(joined(physical)), physical), x);
  }

  /** Returns an array of samples, of one batch each, as one batch. */
  static Variable joined(Variable physical) {
    return physical.flatten(0, 1);
  }

  /** Returns one batch as that of each sample of an array. */
  static Variable separated(Variable joined, Variable physical) {
    return joined.reshape(batched(physical, joined.shape().with(0, physical.size(1)).toArray()));
  }

  /** Returns the Variable behind all levels, to look at elements whichever sample's they are. */
  static Variable innermostPhysical(Variable x) {
    return x.array() instanceof Mapped mapped ? innermostPhysical(mapped.physical) : x;
  }

  /** Returns which axes of a sample are chosen as those of the physical Variable. */
  static boolean[] shifted(boolean[] chosen) {
    boolean[] result = new boolean[chosen.length + 1];
    System.arraycopy(chosen, 0, result, 1, chosen.length);
    return result;
  }

  /** Returns the axes of a sample as those of the physical Variable. */
  static int[] shifted(int... axes) {
    return Arrays.stream(axes).map(axis -> axis + 1).toArray();
  }

  /** Returns the sizes of a sample as those of a physical Variable. */
  static long[] batched(Variable physical, long... sample) {
    long[] shape = new long[sample.length + 1];
    shape[0] = physical.size(0);
    System.arraycopy(sample, 0, shape, 1, sample.length);
    return shape;
  }

  /** Applies an operation to one sample after the other: a rule for what is seldom mapped. */
  static Variable applyEach(Function<Variable[], Variable> operation, Variable... operands) {
    return applyToAll(
        physical -> {
          Variable[] results = new Variable[(int) physical[0].size(0)];
          for (int sample = 0; sample < results.length; sample++) {
            long place = sample;
            results[sample] =
                operation.apply(
                    Arrays.stream(physical).map(p -> p.select(0, place)).toArray(Variable[]::new));
          }
          checkArgument(
              results.length > 0, "vmap: a batch of no samples cannot be taken one by one");
          return Variable.stack(0, results);
        },
        operands);
  }

  /** Writes a result over a Variable, sample by sample. */
  static void assign(String operation, Variable x, Variable result) {
    Vmap level = innermost(x, result);
    Variable own = level.unwrapped(x);
    checkArgument(
        own != null,
        "%s: %s is the same for all samples of a vmap, so it cannot be changed to a result that"
            + " differs between them; use the form without _",
        operation,
        x.describe());
    own.assign(operation, level.physical(result));
  }

  /** Returns the place of a mapped Variable in the graph. */
  static @Nullable Node node(Variable x) {
    Variable physical = innermostPhysical(x);
    return physical.requiresGrad() ? physical.requireNode() : null;
  }

  // Derivatives.

  /**
   * Returns an argument as one by which each sample differentiates for itself: mapped at all levels
   * that are open.
   */
  static Variable mappedEverywhere(Variable x) {
    return isOpen() ? mappedEverywhere(x, CURRENT.get()) : x;
  }

  private static Variable mappedEverywhere(Variable x, @Nullable Vmap level) {
    if (level == null) {
      return x;
    }
    Variable own = level.unwrapped(x);
    return level.wrap(
        own != null
            ? mappedEverywhere(own, level.outer)
            : level.physical(mappedEverywhere(x, level.outer)));
  }

  /** Returns what a function makes of the Variable behind all levels, at the same levels. */
  static Variable behind(Variable x, UnaryOperator<Variable> function) {
    return x.array() instanceof Mapped mapped
        ? mapped.level.wrap(behind(mapped.physical, function))
        : function.apply(x);
  }

  /** Returns {@link BackwardPass#collect} for each sample, of which at least one root is. */
  static @Nullable Variable[] collect(
      List<Variable> roots, List<Variable> seeds, List<Variable> inputs, BackwardOptions options) {
    Vmap level = innermost(roots.toArray(Variable[]::new));
    List<Variable> physicalRoots = new ArrayList<>();
    List<Variable> physicalSeeds = new ArrayList<>();
    for (int k = 0; k < roots.size(); k++) {
      physicalRoots.add(level.physical(roots.get(k)));
      physicalSeeds.add(level.physical(seeds.get(k)));
    }
    List<Variable> physicalInputs = new ArrayList<>();
    for (Variable input : inputs) {
      Variable own = level.unwrapped(input);
      checkArgument(
          own != null,
          "grad: %s is the same for all samples of a vmap, so it has one gradient for each of them;"
              + " differentiate with Functional.grad, which gives each sample its own",
          input.describe());
      physicalInputs.add(own);
    }
    @Nullable Variable[] gradients =
        BackwardPass.collect(physicalRoots, physicalSeeds, physicalInputs, options);
    for (int k = 0; k < gradients.length; k++) {
      Variable gradient = gradients[k];
      gradients[k] = gradient == null ? null : level.wrap(gradient);
    }
    return gradients;
  }

  private static IllegalStateException ended(Variable... operands) {
    return new IllegalStateException(
        "vmap: "
            + Variable.describe(operands)
            + " is one sample of a batch and was used after vmap had ended; return it from the"
            + " function instead");
  }

  /** Returns the error of an operation that has no rule, which is found on the stack. */
  static RuntimeException noRule(Variable x) {
    Vmap level = level(x);
    if (level != null && level.closed) {
      return ended(x);
    }
    String operation =
        StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE)
            .walk(frames -> frames.filter(Vmap::isOperation).findFirst())
            .map(StackFrame::getMethodName)
            .orElse("this operation");
    return new UnsupportedOperationException(
        operation
            + ": has no batching rule, so it cannot be applied to "
            + x.describe()
            + ", one sample of a vmap; call it before or after vmap, or loop over the samples");
  }

  private static boolean isOperation(StackFrame frame) {
    Class<?> owner = frame.getDeclaringClass();
    String name = frame.getMethodName();
    boolean family =
        owner == Variable.class || (owner.isInterface() && owner.isAssignableFrom(Variable.class));
    return family && !name.equals("data") && !name.contains("$");
  }

  /** Shows the samples. */
  static String format(Variable x) {
    return x.array() instanceof Mapped mapped
        ? "a sample of " + mapped.physical
        : ArrayFormatter.format(x);
  }
}
