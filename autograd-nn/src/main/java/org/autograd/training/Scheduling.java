package org.autograd.training;

import org.autograd.optim.PlateauScheduler;
import org.autograd.optim.Scheduler;

/**
 * Lets schedulers of learning rates make their steps in a training.
 *
 * <pre>{@code
 * long steps = 20L * loader.batchCount();
 * Scheduler scheduler = new Scheduler(optimizer, OneCycle.of(0.01, steps));
 * trainer.listen(Scheduling.everyStep(scheduler)).fit(20);
 * }</pre>
 */
public final class Scheduling {
  private static final String PART = "scheduler";

  private Scheduling() {}

  /** Returns a listener that makes a step of the scheduler after each batch. */
  public static TrainingListener everyStep(Scheduler scheduler) {
    return new TrainingListener() {
      @Override
      public void onStep(Trainer trainer, Step step) {
        scheduler.step();
      }

      @Override
      public void addTo(TrainingState state) {
        state.add(PART, scheduler);
      }
    };
  }

  /** Returns a listener that makes a step of the scheduler after each epoch. */
  public static TrainingListener everyEpoch(Scheduler scheduler) {
    return new TrainingListener() {
      @Override
      public void onEpochEnd(Trainer trainer, Epoch epoch) {
        scheduler.step();
      }

      @Override
      public void addTo(TrainingState state) {
        state.add(PART, scheduler);
      }
    };
  }

  /**
   * Returns a listener that makes a step of the scheduler after each epoch.
   *
   * @param name of the value of an {@link Epoch} that the scheduler is given
   */
  public static TrainingListener everyEpoch(PlateauScheduler scheduler, String name) {
    return new TrainingListener() {
      @Override
      public void onEpochEnd(Trainer trainer, Epoch epoch) {
        scheduler.step(epoch.value(name));
      }

      @Override
      public void addTo(TrainingState state) {
        state.add(PART, scheduler);
      }
    };
  }
}
