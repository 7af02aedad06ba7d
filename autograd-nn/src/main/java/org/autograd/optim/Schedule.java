package org.autograd.optim;

import java.util.List;

/**
 * A learning rate as a function of the number of steps: immutable, and the same whichever step is
 * asked for first. A {@link Scheduler} applies it to an optimizer. A step is whatever the scheduler
 * counts, an epoch or a batch.
 *
 * <pre>{@code
 * // 500 steps up, then down along a cosine
 * Schedule schedule = Schedule.linear(0.01, 1, 500).then(500, Schedule.cosine(9_500, 0));
 * Scheduler scheduler = new Scheduler(optimizer, schedule);
 * }</pre>
 *
 * <p>Any function will do: {@code (base, step) -> base / (1 + step)}; that is PyTorch's {@code
 * LambdaLR}.
 */
@FunctionalInterface
public interface Schedule {
  /**
   * Returns the learning rate of a step.
   *
   * @param base the learning rate that the group of parameters has in its options
   * @param step the number of the step from 0
   */
  double learningRate(double base, long step);

  /**
   * Returns the momentum of a step; unless overridden, always the base.
   *
   * @param base the momentum that the group has in its options
   * @param step the number of the step from 0
   */
  default double momentum(double base, long step) {
    return base;
  }

  /**
   * Returns the rate times {@code factor} for some steps, and then the rate; PyTorch's {@code
   * ConstantLR}.
   */
  static Schedule constant(double factor, long steps) {
    Check.notNegative("factor", factor);
    Check.notNegative("steps", (double) steps);
    return (base, step) -> step < steps ? base * factor : base;
  }

  /**
   * Returns the rate times a factor that goes straight from {@code start} to {@code end} in the
   * given number of steps and stays there; PyTorch's {@code LinearLR}. A warm-up is {@code
   * linear(0.01, 1, 500)}.
   */
  static Schedule linear(double start, double end, long steps) {
    Check.notNegative("start", start);
    Check.notNegative("end", end);
    Check.atLeastOne("steps", steps);
    return (base, step) ->
        base * (start + (end - start) * ((double) Math.min(step, steps) / steps));
  }

  /** Returns the rate times {@code gamma} after every {@code size} steps; {@code StepLR}. */
  static Schedule step(long size, double gamma) {
    Check.atLeastOne("size", size);
    Check.notNegative("gamma", gamma);
    return (base, step) -> {
      long passed = step / size;
      return base * Math.pow(gamma, (double) passed);
    };
  }

  /**
   * Returns the rate times {@code gamma} from each milestone on; {@code MultiStepLR}.
   *
   * @param milestones numbers of steps in any order; one that is there twice counts twice
   */
  static Schedule multiStep(double gamma, long... milestones) {
    Check.notNegative("gamma", gamma);
    long[] copy = milestones.clone();
    return (base, step) -> {
      int passed = 0;
      for (long milestone : copy) {
        passed += step >= milestone ? 1 : 0;
      }
      return base * Math.pow(gamma, passed);
    };
  }

  /** Returns the rate times {@code gamma} after every step; {@code ExponentialLR}. */
  static Schedule exponential(double gamma) {
    return step(1, gamma);
  }

  /**
   * Returns the rate times {@code (1 - step / steps)^power}, 0 in the end; {@code PolynomialLR}.
   */
  static Schedule polynomial(long steps, double power) {
    Check.atLeastOne("steps", steps);
    Check.notNegative("power", power);
    return (base, step) -> base * Math.pow(1 - (double) Math.min(step, steps) / steps, power);
  }

  /**
   * Returns rates along half a cosine from the base down to {@code least}, and up again if it goes
   * on; {@code CosineAnnealingLR}.
   *
   * @param steps until the least rate
   */
  static Schedule cosine(long steps, double least) {
    Check.atLeastOne("steps", steps);
    Check.notNegative("least", least);
    return (base, step) -> least + (base - least) * (1 + Math.cos(Math.PI * step / steps)) / 2;
  }

  /**
   * Returns rates along half cosines from the base down to {@code least}, each followed by a return
   * to the base; {@code CosineAnnealingWarmRestarts} (Loshchilov and Hutter, 2017).
   *
   * @param first the number of steps until the first restart
   * @param multiplier how many times as long each next cosine is
   */
  static Schedule cosineWithRestarts(long first, int multiplier, double least) {
    Check.atLeastOne("first", first);
    Check.atLeastOne("multiplier", multiplier);
    Check.notNegative("least", least);
    return (base, step) -> {
      long length = first;
      long within = step;
      if (multiplier == 1) {
        within %= first;
      } else {
        while (within >= length) {
          within -= length;
          length *= multiplier;
        }
      }
      return least + (base - least) * (1 + Math.cos(Math.PI * within / length)) / 2;
    };
  }

  /**
   * Returns one schedule after another, each of which counts its steps from 0; {@code
   * SequentialLR}.
   *
   * @param milestones the first steps of all schedules but the first, in order
   * @throws IllegalArgumentException unless there is one milestone less than schedules, in order
   */
  static Schedule sequential(List<Schedule> schedules, long... milestones) {
    return new SequentialSchedule(schedules, milestones);
  }

  /** Returns this schedule for some steps, and then another, which counts its steps from 0. */
  default Schedule then(long steps, Schedule next) {
    return sequential(List.of(this, next), steps);
  }

  /**
   * Returns this schedule with another applied to its rates; for schedules that multiply the rate
   * by something, the product. PyTorch's {@code ChainedScheduler}.
   */
  default Schedule and(Schedule other) {
    Schedule first = this;
    return new Schedule() {
      @Override
      public double learningRate(double base, long step) {
        return other.learningRate(first.learningRate(base, step), step);
      }

      @Override
      public double momentum(double base, long step) {
        return other.momentum(first.momentum(base, step), step);
      }
    };
  }
}
