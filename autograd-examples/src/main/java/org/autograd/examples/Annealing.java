package org.autograd.examples;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.LongSupplier;
import org.autograd.Variable;
import org.autograd.optim.Optimizer;
import org.autograd.training.StateValues;
import org.autograd.training.Step;
import org.autograd.training.Trainer;
import org.autograd.training.TrainingListener;
import org.autograd.training.TrainingState;
import org.jspecify.annotations.Nullable;

/**
 * Raises learning rates from 0 in the first 20th of a training and then lowers them to 0 along a
 * cosine. A training may be given a time: it ends when that is over or all steps are done, and the
 * rate is that of whichever is nearer. Without one, results depend on the seed alone.
 */
final class Annealing implements TrainingListener {
  private static final double RISE = 0.05;
  private static final String ELAPSED = "elapsed";

  private final List<Optimizer<?>> optimizers;

  /** The greatest rate of each. */
  private final List<Double> rates;

  private final @Nullable Double seconds;
  private final LongSupplier nanos;

  /** Seconds of training until {@link #since}: before a resumed training was interrupted. */
  private double before;

  private long since;

  /**
   * Creates a listener.
   *
   * @param optimizers with the greatest rates, before a checkpoint gives them those of its step
   * @param seconds how long the training may take; null for as long as it needs
   * @param nanos the time, {@code System::nanoTime}
   */
  Annealing(List<Optimizer<?>> optimizers, @Nullable Double seconds, LongSupplier nanos) {
    this.optimizers = optimizers;
    this.rates =
        optimizers.stream()
            .map(optimizer -> optimizer.groups().getFirst().options().learningRate())
            .toList();
    this.seconds = seconds;
    this.nanos = nanos;
    since = nanos.getAsLong();
  }

  /**
   * Returns the part of the greatest rate.
   *
   * @param share which part of the training is over
   */
  static double factor(double share) {
    if (share < RISE) {
      return share / RISE;
    }
    double way = Math.min(1, (share - RISE) / (1 - RISE));
    return (1 + Math.cos(Math.PI * way)) / 2;
  }

  @Override
  public void onStart(Trainer trainer) {
    since = nanos.getAsLong();
    setRate(trainer);
  }

  @Override
  public void onStep(Trainer trainer, Step step) {
    if (setRate(trainer) >= 1) {
      trainer.stop("the time is over");
    }
  }

  /** Returns which part of the time is over. */
  private double setRate(Trainer trainer) {
    double time = seconds == null ? 0 : elapsed() / seconds;
    // The rate of the step that comes next, which is not to be 0.
    double steps = (trainer.step() + 1.0) / ((double) trainer.epochs() * trainer.stepsPerEpoch());
    double factor = factor(Math.max(time, steps));
    for (int k = 0; k < rates.size(); k++) {
      optimizers.get(k).setLearningRate(rates.get(k) * factor);
    }
    return time;
  }

  private double elapsed() {
    return before + (nanos.getAsLong() - since) * 1e-9;
  }

  @Override
  public void addTo(TrainingState state) {
    state.add("annealing", this::save, this::load);
  }

  private SequencedMap<String, Variable> save() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    // Without a limit the time is of no account, and equal trainings have equal checkpoints.
    result.put(ELAPSED, Variable.of(new double[] {seconds == null ? 0 : elapsed()}));
    return result;
  }

  private void load(Map<String, Variable> saved) {
    StateValues values = new StateValues(saved);
    double loaded = values.doubles(ELAPSED, 1)[0];
    if (!(loaded >= 0 && loaded < Double.POSITIVE_INFINITY)) {
      values.refuse(ELAPSED, "seconds from 0, is " + loaded);
    }
    values.finish();
    before = loaded;
  }
}
