package org.autograd.training;

/**
 * What is told what happens in a training, and may stop it by {@link Trainer#stop}. Listeners are
 * called in the order in which they were added; an exception ends the training.
 *
 * <pre>{@code
 * trainer.listen(new TrainingListener() {
 *   @Override
 *   public void onEpochEnd(Trainer training, Epoch epoch) {
 *     System.out.println(epoch);
 *   }
 * });
 * }</pre>
 */
public interface TrainingListener {
  /** Called once, before the first step, also when a training is resumed. */
  default void onStart(Trainer trainer) {}

  /** Called after each batch. */
  default void onStep(Trainer trainer, Step step) {}

  /** Called after each epoch, when the validation is done. */
  default void onEpochEnd(Trainer trainer, Epoch epoch) {}

  /** Called once, when all epochs are done or a listener has stopped the training. */
  default void onEnd(Trainer trainer) {}

  /** Called last, also after an exception, to close files. */
  default void close() {}

  /** Names what a checkpoint must store of this listener; see {@link LearningRule#addTo}. */
  default void addTo(TrainingState state) {}
}
