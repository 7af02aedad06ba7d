package org.autograd.monitor;

import java.nio.file.Path;
import java.util.Map;
import org.autograd.Variable;
import org.autograd.training.Epoch;
import org.autograd.training.GrowingFile;
import org.autograd.training.Step;
import org.autograd.training.Trainer;
import org.autograd.training.TrainingListener;
import org.autograd.training.TrainingState;

/**
 * Writes an event file for TensorBoard: as a listener the values of all epochs, the loss and the
 * measures of some steps, and histograms of the parameters; for others what they give it.
 *
 * <pre>{@code
 * trainer.listen(new TensorBoard(Path.of("runs/digits"), 10));     // tensorboard --logdir runs
 *
 * TensorBoard board = new TensorBoard(Path.of("runs/by-hand"), 1);
 * board.open();
 * board.scalar("loss", step, loss.item());
 * board.close();
 * }</pre>
 */
public final class TensorBoard implements TrainingListener {
  private final GrowingFile file;
  private final long every;

  /**
   * Creates a writer of {@code events.out.tfevents.autograd} in a directory. What was there of a
   * run that is not resumed is replaced.
   *
   * @param every how many steps lie between two that are written
   */
  public TensorBoard(Path directory, long every) {
    if (every < 1) {
      throw new IllegalArgumentException("TensorBoard: every must be at least 1, got " + every);
    }
    this.file = new GrowingFile(directory.resolve("events.out.tfevents.autograd"));
    this.every = every;
  }

  /** Creates the file, or opens it where a resumed training goes on. */
  public void open() {
    file.open();
    if (file.length() == 0) {
      write(EventFormat.version(now()));
    }
  }

  /** Writes a number under a tag, such as {@code loss/train}. */
  public void scalar(String tag, long step, double value) {
    write(EventFormat.scalar(now(), step, tag, value));
  }

  /** Writes how the elements of a tensor are distributed. */
  public void histogram(String tag, long step, Variable values) {
    write(EventFormat.histogram(now(), step, tag, Histogram.of(values)));
  }

  private void write(byte[] event) {
    file.append(EventFormat.record(event));
  }

  private static double now() {
    return System.currentTimeMillis() / 1e3;
  }

  @Override
  public void onStart(Trainer trainer) {
    open();
  }

  @Override
  public void onStep(Trainer trainer, Step step) {
    if (step.number() % every == 0) {
      scalars("step/", step.number(), step.outcome().values());
    }
  }

  @Override
  public void onEpochEnd(Trainer trainer, Epoch epoch) {
    scalars("epoch/", epoch.number(), epoch.values());
    trainer
        .rule()
        .module()
        .namedParameters()
        .forEach((name, parameter) -> histogram(name, epoch.number(), parameter));
  }

  private void scalars(String prefix, long step, Map<String, Double> values) {
    values.forEach((name, value) -> {
      // The norm of gradients that are still being gathered, say: there is none to be drawn.
      if (!Double.isNaN(value)) {
        scalar(prefix + name, step, value);
      }
    });
  }

  /** Closes the file. */
  @Override
  public void close() {
    file.close();
  }

  @Override
  public void addTo(TrainingState state) {
    file.addTo(state, "tensorboard");
  }
}
