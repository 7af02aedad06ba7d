package org.autograd;

/**
 * One part of an index expression, for {@link Variable#get(Index...)}. Import the factories
 * statically:
 *
 * <pre>{@code
 * x.get(range(1, 3), ellipsis(), newAxis(), all().step(2)); // x[1:3, ..., None, ::2]
 * }</pre>
 */
public sealed interface Index {
  /** Everything along an axis, {@code :}. */
  static Range all() {
    return new Range(0, Long.MAX_VALUE, 1);
  }

  /**
   * Positions from {@code start} up to but without {@code end}; negative ones count from the end.
   */
  static Range range(long start, long end) {
    return new Range(start, end, 1);
  }

  /** Positions from {@code start} to the end of the axis. */
  static Range from(long start) {
    return new Range(start, Long.MAX_VALUE, 1);
  }

  /** One position, whose axis disappears; negative ones count from the end. */
  static Index at(long position) {
    return new At(position);
  }

  /** A new axis of size 1, {@code None} in Python. */
  static Index newAxis() {
    return new NewAxis();
  }

  /** All axes that the other parts do not name, {@code ...} in Python. */
  static Index ellipsis() {
    return new Ellipsis();
  }

  /**
   * The positions given by an int64 or int32 array of any shape, repeats allowed, negative ones
   * from the end; or for a bool array those at which it is true, along as many axes as it has.
   */
  static Index at(Variable positions) {
    return new Positions(positions);
  }

  /**
   * Evenly spaced positions.
   *
   * @param start the first; negative counts from the end
   * @param end the first not to be taken; negative counts from the end, beyond the end is the end
   * @param step the distance, at least 1
   */
  record Range(long start, long end, long step) implements Index {
    /** Checks the step. */
    public Range {
      if (step < 1) {
        throw new IllegalArgumentException(
            "index: step must be at least 1, got " + step + "; flip(axis) reverses");
      }
    }

    /** Returns every {@code step}-th of these positions. */
    public Range step(long step) {
      return new Range(start, end, step);
    }
  }

  /** One position. */
  record At(long position) implements Index {}

  /** A new axis. */
  record NewAxis() implements Index {}

  /** All axes not named. */
  record Ellipsis() implements Index {}

  /** Positions from an integer array, or where a bool array is true. */
  record Positions(Variable positions) implements Index {}
}
