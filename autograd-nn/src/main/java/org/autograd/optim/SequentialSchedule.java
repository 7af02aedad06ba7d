package org.autograd.optim;

import java.util.Arrays;
import java.util.List;

/** One schedule after another. */
final class SequentialSchedule implements Schedule {
  private final List<Schedule> schedules;
  private final long[] milestones;

  SequentialSchedule(List<Schedule> schedules, long[] milestones) {
    this.schedules = List.copyOf(schedules);
    this.milestones = milestones.clone();
    boolean ordered = true;
    for (int k = 0; k < milestones.length; k++) {
      ordered &= milestones[k] > (k == 0 ? -1 : milestones[k - 1]);
    }
    if (!ordered || milestones.length != schedules.size() - 1) {
      throw new IllegalArgumentException(
          "sequential: needs one milestone less than schedules, from 0 and rising, got "
              + Arrays.toString(milestones)
              + " for "
              + schedules.size()
              + " schedules");
    }
  }

  private int current(long step) {
    int k = 0;
    while (k < milestones.length && step >= milestones[k]) {
      k++;
    }
    return k;
  }

  private long within(long step, int k) {
    return k == 0 ? step : step - milestones[k - 1];
  }

  @Override
  public double learningRate(double base, long step) {
    int k = current(step);
    return schedules.get(k).learningRate(base, within(step, k));
  }

  @Override
  public double momentum(double base, long step) {
    int k = current(step);
    return schedules.get(k).momentum(base, within(step, k));
  }
}
