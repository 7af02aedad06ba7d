package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Trades time for memory: what a part of a model would keep for the backward pass is not kept, but
 * computed again when that pass comes to it. Only the part's inputs and result stay. PyTorch's
 * {@code torch.utils.checkpoint} with {@code use_reentrant=False}.
 *
 * <pre>{@code
 * Variable y = Checkpoint.checkpoint(block, x);                        // block: UnaryOperator<Variable>
 * Variable z = Checkpoint.checkpointSequential(layers, 10, x);         // 10 of 100 layers' inputs stay
 * Variable w = Checkpoint.checkpointWithin(layers, 10, x);             // at most 10 activations at once
 * }</pre>
 *
 * <p>Gradients are the same to the last bit, checkpoints nest, {@link Autograd#grad} and passes
 * that are recorded or repeated work, and the function may use Variables that it captures
 * (parameters, for instance). It is called again, once per pass, so it must compute the same thing:
 * numbers that it draws from {@link Autograd#generator()} are drawn again, but not those of another
 * generator. What it does besides happens twice, unless it asks {@link #isRecomputing()}. The
 * second call ends, by an exception of the engine's own, as soon as all values are there that the
 * backward pass needs.
 */
public final class Checkpoint {
  private static final Set<String> PRODUCTS =
      Set.of(
          "matmul",
          "linear",
          "conv1d",
          "conv2d",
          "conv3d",
          "convTranspose1d",
          "convTranspose2d",
          "convTranspose3d");

  private Checkpoint() {}

  /**
   * Applies a function of one Variable without keeping what it saves.
   *
   * @param function what is computed now and again in the backward pass
   * @param input its argument, which must not be changed in place before the backward pass
   */
  public static Variable checkpoint(UnaryOperator<Variable> function, Variable input) {
    return checkpointAll(in -> List.of(function.apply(in[0])), input).getFirst();
  }

  /**
   * Applies a function of several Variables and with several results, as above.
   *
   * @param inputs what depends on the graph or takes much memory; the rest may be captured
   */
  public static List<Variable> checkpointAll(
      Function<Variable[], List<Variable>> function, Variable... inputs) {
    return checkpointAll(function, _ -> false, inputs);
  }

  /**
   * Applies a function of which the results of some operations are kept: a choice between time and
   * memory within a layer. A kept product or convolution ({@link #isProduct}) is not computed again
   * either; what is cheap to compute from it is. PyTorch's selective activation checkpointing.
   *
   * <pre>{@code
   * Variable y = Checkpoint.checkpointKeeping(Checkpoint::isProduct, block, x);
   * }</pre>
   *
   * @param keeps whether the results of an operation are kept, by its name, such as {@code
   *     "matmul"}: {@link Variable#operation()}
   * @param function what is computed now and again in the backward pass
   * @param input its argument, which must not be changed in place before the backward pass
   */
  public static Variable checkpointKeeping(
      Predicate<String> keeps, UnaryOperator<Variable> function, Variable input) {
    return checkpointAll(in -> List.of(function.apply(in[0])), keeps, input).getFirst();
  }

  /**
   * Returns whether an operation is a product of matrices or a convolution, which take most of the
   * time of most models: a policy for {@link #checkpointKeeping}.
   */
  public static boolean isProduct(String operation) {
    return PRODUCTS.contains(operation);
  }

  private static List<Variable> checkpointAll(
      Function<Variable[], List<Variable>> function, Predicate<String> keeps, Variable... inputs) {
    // Tangents are computed at once, with values that a checkpoint would not have kept.
    return GradMode.isEnabled() && !ForwardMode.isActive() && !Vmap.isAnyMapped(inputs)
        ? new CheckpointFrame(function, keeps, inputs).forward(inputs.clone())
        : function.apply(inputs.clone());
  }

  /**
   * Applies layers one after the other, in segments of equal length of which only the inputs are
   * kept; the last segment is kept whole, because the backward pass begins there. With n layers,
   * the square root of n is the number of segments that takes least memory, about twice that root
   * instead of n activations, for almost a second forward pass.
   *
   * @param layers functions of one Variable, for example modules
   * @param segments from 1 (nothing is computed twice) to the number of layers
   * @throws IllegalArgumentException if there are more segments than layers, or less than one
   */
  public static Variable checkpointSequential(
      List<? extends UnaryOperator<Variable>> layers, int segments, Variable input) {
    int count = layers.size();
    checkArgument(
        segments >= 1 && segments <= count,
        "checkpointSequential: %s layers cannot be cut into %s segments",
        count,
        segments);
    Variable result = input;
    for (int segment = 0; segment < segments; segment++) {
      // Lengths differ by one at most.
      int from = (int) ((long) count * segment / segments);
      int to = (int) ((long) count * (segment + 1) / segments);
      List<? extends UnaryOperator<Variable>> part = layers.subList(from, to);
      result = segment == segments - 1 ? run(part, result) : checkpoint(x -> run(part, x), result);
    }
    return result;
  }

  private static Variable run(List<? extends UnaryOperator<Variable>> layers, Variable input) {
    Variable result = input;
    for (UnaryOperator<Variable> layer : layers) {
      result = layer.apply(result);
    }
    return result;
  }

  /**
   * Applies layers one after the other such that at no time more than a given number of them has
   * its activations kept, with the least possible number of calls ({@link #calls}). Checkpoints are
   * nested for that, at places that a dynamic programme finds.
   *
   * @param layers functions of one Variable that take about the same memory
   * @param activations how many layers may have their activations kept, not counting the input and
   *     the result of the layer that is being differentiated
   * @throws IllegalArgumentException if there is no layer or if {@code activations} is less than 1
   */
  public static Variable checkpointWithin(
      List<? extends UnaryOperator<Variable>> layers, int activations, Variable input) {
    checkArgument(
        !layers.isEmpty() && activations >= 1,
        "checkpointWithin: needs layers and at least 1 activation, got %s layers and %s activations",
        layers.size(),
        activations);
    Schedule schedule = new Schedule(layers.size(), Math.min(activations, layers.size()));
    return schedule.run(layers, activations, input);
  }

  /**
   * Returns how many times {@link #checkpointWithin} calls layers in a forward and a backward pass
   * together: C(n, m) = n if n &lt;= m, n (n + 1) / 2 if m = 1, else the least over k of k + C(n -
   * k, m - 1) + C(k, m).
   *
   * @param layers the number n of layers
   * @param activations the number m of layers that may have their activations kept
   */
  public static long calls(int layers, int activations) {
    checkArgument(
        layers >= 1 && activations >= 1,
        "calls: needs at least 1 layer and 1 activation, got %s and %s",
        layers,
        activations);
    int most = Math.min(activations, layers);
    return new Schedule(layers, most).calls(layers, most);
  }

  /**
   * Returns whether this thread is computing a checkpoint's values again. What a layer counts or
   * averages over its calls (running statistics, for instance) it should then leave alone.
   */
  public static boolean isRecomputing() {
    return CheckpointFrame.isRecomputing();
  }

  /** The table of the least numbers of calls, and where to cut to reach them. */
  private static final class Schedule {
    private final long[][] calls;
    private final int[][] cuts;

    Schedule(int layers, int activations) {
      calls = new long[activations + 1][layers + 1];
      cuts = new int[activations + 1][layers + 1];
      for (int m = 1; m <= activations; m++) {
        for (int n = 1; n <= layers; n++) {
          calls[m][n] = n;
          if (n > m) {
            fill(m, n);
          }
        }
      }
    }

    private void fill(int m, int n) {
      calls[m][n] = Long.MAX_VALUE;
      // With one activation left only the last layer can be kept.
      for (int k = m == 1 ? n - 1 : 1; k < n; k++) {
        long total = k + (m == 1 ? 1 : calls[m - 1][n - k]) + calls[m][k];
        if (total < calls[m][n]) {
          calls[m][n] = total;
          cuts[m][n] = k;
        }
      }
    }

    long calls(int layers, int activations) {
      return calls[activations][layers];
    }

    Variable run(List<? extends UnaryOperator<Variable>> layers, int activations, Variable input) {
      List<? extends UnaryOperator<Variable>> rest = layers;
      Variable result = input;
      int free = activations;
      while (rest.size() > free) {
        int kept = free;
        int cut = cuts[kept][rest.size()];
        List<? extends UnaryOperator<Variable>> first = rest.subList(0, cut);
        result = checkpoint(x -> run(first, kept, x), result);
        rest = rest.subList(cut, rest.size());
        free = Math.max(1, kept - 1);
      }
      return Checkpoint.run(rest, result);
    }
  }
}
