package org.autograd.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.Variable;
import org.autograd.nn.Module;

/**
 * Stops a training when a value of its epochs has not become better for some epochs, and in any
 * case puts back the weights of the best epoch at the end.
 *
 * <pre>{@code
 * EarlyStopping stopping = EarlyStopping.minimizing(model, "validation_loss", 5);
 * trainer.listen(stopping).fit(100);
 * System.out.println(stopping.bestEpoch());
 * }</pre>
 */
public final class EarlyStopping implements TrainingListener {
  private static final String PART = "early_stopping";
  private static final String BEST = "best";
  private static final String BEST_EPOCH = "best_epoch";
  private static final String WAITED = "waited";
  private static final String WEIGHTS = "weights.";

  private final Module module;
  private final String name;
  private final int patience;
  private final double sign;
  private final double leastImprovement;
  private double best = Double.NaN;

  /** The number of the best epoch, 0 if there is none, and of those since. */
  private int bestEpoch;

  private int waited;
  private SequencedMap<String, Variable> bestWeights = new LinkedHashMap<>();

  private EarlyStopping(
      Module module, String name, int patience, double sign, double leastImprovement) {
    if (patience < 1) {
      throw new IllegalArgumentException(
          "EarlyStopping: patience must be at least 1, got " + patience);
    }
    if (!(leastImprovement >= 0)) {
      throw new IllegalArgumentException(
          "EarlyStopping: the least improvement must not be negative, got " + leastImprovement);
    }
    this.module = module;
    this.name = name;
    this.patience = patience;
    this.sign = sign;
    this.leastImprovement = leastImprovement;
  }

  /**
   * Returns a listener for a value of which the smaller is better.
   *
   * @param name of a value of an {@link Epoch}
   * @param patience after how many epochs without improvement the training stops
   */
  public static EarlyStopping minimizing(Module module, String name, int patience) {
    return new EarlyStopping(module, name, patience, -1, 0);
  }

  /** Returns a listener for a value of which the greater is better. */
  public static EarlyStopping maximizing(Module module, String name, int patience) {
    return new EarlyStopping(module, name, patience, 1, 0);
  }

  /** Returns a listener for which an improvement counts only if it is greater than that. */
  public EarlyStopping leastImprovement(double value) {
    return new EarlyStopping(module, name, patience, sign, value);
  }

  /** Returns the number of the best epoch, from 1; 0 if there is none. */
  public int bestEpoch() {
    return bestEpoch;
  }

  /** Returns the best value; NaN if there is none. */
  public double best() {
    return best;
  }

  @Override
  public void onStart(Trainer trainer) {
    // A training that was killed after its last epoch, and is resumed.
    stopIfPatienceIsOver(trainer);
  }

  @Override
  public void onEpochEnd(Trainer trainer, Epoch epoch) {
    double value = epoch.value(name);
    if (bestEpoch == 0 || sign * (value - best) > leastImprovement) {
      if (!Double.isNaN(value)) {
        best = value;
        bestEpoch = epoch.number();
        waited = 0;
        bestWeights = new LinkedHashMap<>();
        module.stateDict().forEach((key, weight) -> bestWeights.put(key, weight.copy()));
        return;
      }
    }
    waited++;
    stopIfPatienceIsOver(trainer);
  }

  private void stopIfPatienceIsOver(Trainer trainer) {
    if (waited >= patience) {
      trainer.stop(
          String.format(
              "%s has not improved for %d epochs; it was best, %.6g, in epoch %d",
              name, waited, best, bestEpoch));
    }
  }

  @Override
  public void onEnd(Trainer trainer) {
    if (bestEpoch > 0) {
      module.loadStateDict(bestWeights);
    }
  }

  @Override
  public void addTo(TrainingState state) {
    state.add(PART, this::save, this::load);
  }

  private SequencedMap<String, Variable> save() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(BEST, Variable.of(new double[] {best}));
    result.put(BEST_EPOCH, Variable.of((long) bestEpoch));
    result.put(WAITED, Variable.of((long) waited));
    bestWeights.forEach((key, weight) -> result.put(WEIGHTS + key, weight));
    return result;
  }

  private void load(Map<String, Variable> saved) {
    StateValues values = new StateValues(saved);
    double loadedBest = values.doubles(BEST, 1)[0];
    long loadedBestEpoch = values.count(BEST_EPOCH, 0, Integer.MAX_VALUE);
    long loadedWaited = values.count(WAITED, 0, Integer.MAX_VALUE);
    SequencedMap<String, Variable> weights = new LinkedHashMap<>();
    if (loadedBestEpoch > 0) {
      module
          .stateDict()
          .forEach((key, own) -> weights.put(key, values.like(WEIGHTS + key, own).detach().copy()));
    }
    values.finish();
    best = loadedBest;
    bestEpoch = (int) loadedBestEpoch;
    waited = (int) loadedWaited;
    bestWeights = weights;
  }
}
