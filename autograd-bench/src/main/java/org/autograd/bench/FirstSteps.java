package org.autograd.bench;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Runs training steps in a process of its own, for what only a whole process shows: how long it
 * takes until the first step is done, and with how much memory steps are possible.
 */
public final class FirstSteps {
  private FirstSteps() {}

  /**
   * Prints the time, in microseconds since 1970, when the first step is done.
   *
   * @param arguments a {@link Network} and the number of steps
   */
  public static void main(String[] arguments) {
    Work step = new AutogradLibrary().step(Network.parse(arguments[0]), 1);
    step.run();
    System.out.println(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
    for (int i = 1; i < Integer.parseInt(arguments[1]); i++) {
      step.run();
    }
  }
}
