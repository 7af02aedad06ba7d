package org.autograd.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.data.DataLoader;
import org.jspecify.annotations.Nullable;

/**
 * The loop of a training: epochs, batches, validation, and listeners that are told of all three.
 *
 * <pre>{@code
 * Trainer trainer =
 *     new Trainer(new Backpropagation(model, Losses::crossEntropy, optimizer), trainLoader)
 *         .validation(testLoader)
 *         .metric("accuracy", Metrics::accuracy)
 *         .listen(new CsvLog(Path.of("log.csv")));
 * History history = trainer.fit(20);
 * System.out.println(history.last().value("validation_accuracy"));
 * }</pre>
 *
 * <p>It does nothing that a loop written by hand could not do; see {@link #fit}.
 */
public final class Trainer {
  private static final String EPOCH = "epoch";
  private static final String BATCH = "batch";
  private static final String STEP = "step";

  private final LearningRule rule;
  private final DataLoader loader;
  private final EpochMetrics training = new EpochMetrics("");
  private final EpochMetrics validating = new EpochMetrics("validation_");
  private final History history = new History();
  private final List<TrainingListener> listeners = new ArrayList<>();
  private final DataOrder order;
  private @Nullable DataLoader validation;
  private @Nullable Checkpoints checkpoints;

  /** The number of epochs that are done, of the present one's batches, and of all steps. */
  private int epoch;

  private int position;
  private long step;

  private int epochs;
  private @Nullable String stopReason;

  /**
   * Creates a trainer.
   *
   * @param loader what to learn from; epoch k takes the batches of {@code loader.epoch(k)}
   */
  public Trainer(LearningRule rule, DataLoader loader) {
    this.rule = rule;
    this.loader = loader;
    this.order = new DataOrder(loader);
  }

  /** Sets the data by which the model is judged after each epoch, and returns this trainer. */
  public Trainer validation(DataLoader value) {
    validation = value;
    return this;
  }

  /**
   * Adds a metric of what the model says about the training data as it learns from them, if the
   * rule tells, and about the validation data; and returns this trainer.
   *
   * @param name under which an {@link Epoch} has it
   * @param metric makes an empty one
   */
  public Trainer metric(String name, Supplier<? extends Metric> metric) {
    training.add(name, metric.get());
    validating.add(name, metric.get());
    return this;
  }

  /** Adds listeners behind those that there are, and returns this trainer. */
  public Trainer listen(TrainingListener... added) {
    listeners.addAll(List.of(added));
    return this;
  }

  /** Sets where and when checkpoints are written, and returns this trainer. */
  public Trainer checkpoints(Checkpoints value) {
    checkpoints = value;
    return this;
  }

  /**
   * Continues where another training of the same program was when it wrote a checkpoint. Model,
   * rule, metrics and listeners must have been made and added as they were there.
   *
   * @throws IOException if the file cannot be read, is damaged or no checkpoint
   * @throws IllegalArgumentException if something does not fit: the message lists all of it, and
   *     nothing is changed
   */
  public void resume(Path checkpoint) throws IOException {
    TrainingCheckpoint.read(checkpoint, state());
  }

  /**
   * Continues from the latest of this trainer's {@link Checkpoints}, if there is one.
   *
   * @return whether there is
   * @throws IllegalStateException if this trainer writes no checkpoints
   */
  public boolean resume() throws IOException {
    if (checkpoints == null) {
      throw new IllegalStateException("Trainer: resume() needs checkpoints(...) to be set");
    }
    Path latest = checkpoints.latest();
    if (latest != null) {
      resume(latest);
    }
    return latest != null;
  }

  /**
   * Trains until a number of epochs are done, those before a {@link #resume} included, or a
   * listener stops it.
   *
   * @return what came of each epoch
   * @throws DivergenceException if a loss is NaN or infinite
   */
  public History fit(int totalEpochs) {
    epochs = totalEpochs;
    stopReason = null;
    try (Closing _ = this::closeAll) {
      if (checkpoints != null) {
        checkpoints.checkStart(step);
      }
      tell(listener -> listener.onStart(this));
      while (epoch < epochs && stopReason == null) {
        for (Batch batch : loader.epoch(epoch, position)) {
          Outcome outcome = rule.learn(batch);
          checkLoss(outcome.loss());
          training.add(batch, outcome);
          position++;
          step++;
          endStep(new Step(step, epoch + 1, position, batch, outcome));
          if (stopReason != null) {
            break;
          }
        }
        if (stopReason == null) {
          endEpoch();
        }
      }
      tell(listener -> listener.onEnd(this));
    }
    return history;
  }

  private void endStep(Step done) {
    tell(listener -> listener.onStep(this, done));
    if (checkpoints != null) {
      checkpoints.afterStep(this);
    }
  }

  private void endEpoch() {
    rule.endEpoch();
    SequencedMap<String, Double> values = training.values();
    if (validation != null) {
      values.putAll(validate(validation));
    }
    epoch++;
    position = 0;
    training.reset();
    Epoch done = new Epoch(epoch, values);
    history.add(done);
    tell(listener -> listener.onEpochEnd(this, done));
    if (checkpoints != null) {
      checkpoints.afterEpoch(this);
    }
  }

  private SequencedMap<String, Double> validate(DataLoader data) {
    validating.reset();
    for (Batch batch : data.epoch(0)) {
      Variable predictions = rule.predict(batch);
      double loss = rule.validationLoss(predictions, batch);
      validating.add(batch, Outcome.of(loss, predictions));
    }
    return validating.values();
  }

  private void checkLoss(double loss) {
    if (!Double.isFinite(loss)) {
      throw new DivergenceException(
          String.format(
              "the loss became %s in epoch %d, step %d; try a smaller learning rate, or limit the"
                  + " gradients by Backpropagation.options().clipNorm(1); Autograd.detectAnomaly()"
                  + " finds the operation that it comes from",
              loss, epoch + 1, step + 1));
    }
  }

  private void tell(Consumer<TrainingListener> event) {
    listeners.forEach(event);
  }

  /** A scope at the end of which listeners are closed; an error within it is the one thrown. */
  private interface Closing extends AutoCloseable {
    @Override
    void close();
  }

  /** Closes all listeners, even if one fails to. */
  private void closeAll() {
    RuntimeException failure = null;
    for (TrainingListener listener : listeners) {
      try {
        listener.close();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Ends the training after the present event.
   *
   * @param reason for people, such as "no improvement for 5 epochs"
   */
  public void stop(String reason) {
    stopReason = reason;
  }

  /** Returns why a listener has stopped the training; null if none has. */
  public @Nullable String stopReason() {
    return stopReason;
  }

  /** Returns the learning rule. */
  public LearningRule rule() {
    return rule;
  }

  /** Returns the number of epochs that are done. */
  public int epoch() {
    return epoch;
  }

  /** Returns the number of epochs after which the training ends. */
  public int epochs() {
    return epochs;
  }

  /** Returns the number of steps that are done. */
  public long step() {
    return step;
  }

  /** Returns the number of steps in an epoch. */
  public int stepsPerEpoch() {
    return loader.batchCount();
  }

  /** Returns what came of the epochs so far. */
  public History history() {
    return history;
  }

  /**
   * Returns everything that determines how this training goes on: rule, metrics and listeners with
   * what they need, the position in the data, and the default generator.
   */
  public TrainingState state() {
    TrainingState state = new TrainingState();
    state.add("data", order::save, order::check);
    state.add("trainer", this::savePosition, this::loadPosition);
    state.add("history", history::save, history::load);
    training.addTo(state);
    state.add("default_generator", Autograd.generator());
    rule.addTo(state);
    listeners.forEach(listener -> listener.addTo(state));
    return state;
  }

  private SequencedMap<String, Variable> savePosition() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(EPOCH, Variable.of((long) epoch));
    result.put(BATCH, Variable.of((long) position));
    result.put(STEP, Variable.of(step));
    return result;
  }

  private void loadPosition(Map<String, Variable> saved) {
    StateValues values = new StateValues(saved);
    long loadedEpoch = values.count(EPOCH, 0, Integer.MAX_VALUE);
    long loadedPosition = values.count(BATCH, 0, stepsPerEpoch());
    long loadedStep = values.count(STEP, 0, Long.MAX_VALUE);
    values.finish();
    epoch = (int) loadedEpoch;
    position = (int) loadedPosition;
    step = loadedStep;
  }
}
