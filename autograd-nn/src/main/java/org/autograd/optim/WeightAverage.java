package org.autograd.optim;

import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.Autograd;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.autograd.nn.Module;

/**
 * A running average of a module's parameters, which often generalizes better than the last ones:
 * exponential (EMA), or of all updates alike (SWA; Izmailov and others, 2018). PyTorch's {@code
 * torch.optim.swa_utils.AveragedModel}.
 *
 * <pre>{@code
 * WeightAverage average = WeightAverage.exponential(model, 0.999);
 * for (Batch batch : batches) {
 *   train(model, optimizer, batch);
 *   average.update();
 * }
 * try (var _ = average.swapIn()) {
 *   evaluate(model);                       // with averaged parameters
 * }
 * }</pre>
 *
 * <p>Buffers, such as the statistics of batch norm, are not averaged: an update takes them over as
 * they are. Those of an average of all updates alike belong to other parameters; run the module in
 * training mode over the data once more before it is used.
 */
public final class WeightAverage {
  private static final String COUNT = "n_averaged";
  private static final String PREFIX = "module.";
  private static final PointwiseUpdate BLEND =
      PointwiseUpdate.of(
          "weightAverage",
          2,
          2,
          Expression.parameter(0)
              .mul(Expression.input(0))
              .add(Expression.parameter(1).mul(Expression.input(1))));

  private final Module module;
  private final double decay;
  private final SequencedMap<String, Variable> averages = new LinkedHashMap<>();
  private long count;

  /** Creates an average; a decay that is NaN stands for an average of all alike. */
  private WeightAverage(Module module, double decay) {
    this.module = module;
    this.decay = decay;
    module.stateDict().forEach((name, value) -> averages.put(name, value.copy()));
  }

  /**
   * Returns an average in which each update counts {@code decay} times as much as the next one:
   * {@code average = decay * average + (1 - decay) * parameter}, from the first update's
   * parameters.
   */
  public static WeightAverage exponential(Module module, double decay) {
    Check.atMostOne("decay", decay);
    return new WeightAverage(module, decay);
  }

  /** Returns an average in which all updates count alike. */
  public static WeightAverage uniform(Module module) {
    return new WeightAverage(module, Double.NaN);
  }

  /** Takes the module's present parameters into the average. */
  public void update() {
    double kept = Double.isNaN(decay) ? (double) count / (count + 1) : decay;
    try (var _ = Autograd.noGrad()) {
      Map<String, Variable> parameters = module.namedParameters();
      module
          .stateDict()
          .forEach((name, value) -> {
            Variable average = averages.get(name);
            if (average == null || !average.shape().equals(value.shape())) {
              throw new IllegalStateException(
                  "WeightAverage: " + name + " is new or changed; make a new average");
            }
            if (count > 0 && parameters.containsKey(name)) {
              BLEND.apply(new Variable[] {average, value}, kept, 1 - kept);
            } else {
              average.copy_(value);
            }
          });
    }
    count++;
  }

  /** Returns the number of updates. */
  public long updates() {
    return count;
  }

  /**
   * Returns the averaged parameters and the buffers under the module's names, for {@code
   * loadStateDict} of a module or for a file; before the first update, what the module had when the
   * average was made. They share their elements with the average.
   */
  public SequencedMap<String, Variable> weights() {
    return new LinkedHashMap<>(averages);
  }

  /**
   * Puts the averages into the module, until the scope is closed, which puts back what was there.
   * Updates in between are lost in the averages that the module has.
   */
  public Scope swapIn() {
    SequencedMap<String, Variable> before = new LinkedHashMap<>();
    module.stateDict().forEach((name, value) -> before.put(name, value.copy()));
    module.loadStateDict(averages);
    return () -> module.loadStateDict(before);
  }

  /** Ends {@link #swapIn()}. */
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  /** Returns what is needed to continue, under PyTorch's names. The arrays are the average's. */
  public SequencedMap<String, Variable> stateDict() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(COUNT, Variable.of(count).reshape());
    averages.forEach((name, value) -> result.put(PREFIX + name, value));
    return result;
  }

  /**
   * Continues where another average of an equal module was when it returned the state dict. The
   * values are copied.
   *
   * @throws IllegalArgumentException if something is missing, unexpected or does not fit: the
   *     message lists all of it, and nothing is changed
   */
  public void loadStateDict(Map<String, Variable> stateDict) {
    StateReader reader = new StateReader(stateDict);
    long updates = reader.count(COUNT);
    Map<Variable, Variable> loaded = new IdentityHashMap<>();
    averages.forEach((name, average) -> {
      Variable value = reader.like(average, PREFIX + name);
      if (value != null) {
        loaded.put(average, value);
      }
    });
    reader.throwProblems("WeightAverage");
    try (var _ = Autograd.noGrad()) {
      loaded.forEach((average, value) -> average.copy_(value.detach()));
    }
    count = updates;
  }
}
