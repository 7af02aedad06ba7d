package org.autograd.bench;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Runs training steps in a process of its own, for what only a whole process shows: how long it
 * takes until the first step is done, and with how much memory steps are possible.
 */
public final class FirstSteps {
  /** Stands for all pointwise operations, each of them once on 1,000 elements. */
  public static final String OPERATIONS = "pointwise operations";

  private FirstSteps() {}

  /**
   * Prints the time, in microseconds since 1970, when the first step is done.
   *
   * @param arguments a {@link Network} or {@link #OPERATIONS}, and the number of steps
   */
  public static void main(String[] arguments) {
    Library library = new AutogradLibrary();
    Work step =
        arguments[0].equals(OPERATIONS)
            ? operations(library)
            : library.step(Network.parse(arguments[0]), 1);
    step.run();
    System.out.println(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
    for (int i = 1; i < Integer.parseInt(arguments[1]); i++) {
      step.run();
    }
  }

  private static Work operations(Library library) {
    return () -> {
      int count = 0;
      for (Operation operation : Operation.pointwise().values()) {
        library.operation(operation, new long[] {1000}, false, 1).run();
        count++;
      }
      return count;
    };
  }
}
