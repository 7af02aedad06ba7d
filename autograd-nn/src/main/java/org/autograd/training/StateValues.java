package org.autograd.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * Reads the arrays of a part of a {@link TrainingState} by name, and collects what is wrong with
 * them, for a part that has to check everything before it changes anything.
 *
 * <pre>{@code
 * state.add("early_stopping", this::save, saved -> {
 *   StateValues values = new StateValues(saved);
 *   double[] loadedBest = values.doubles("best", 1);
 *   long loadedWaited = values.count("waited", 0, Integer.MAX_VALUE);
 *   values.finish();                                       // throws if something did not fit
 *   best = loadedBest[0];
 *   waited = (int) loadedWaited;
 * });
 * }</pre>
 */
public final class StateValues {
  private final Map<String, Variable> values;
  private final Set<String> read = new HashSet<>();
  private final List<String> problems = new ArrayList<>();

  /** Creates a reader of a part's arrays by name. */
  public StateValues(Map<String, Variable> values) {
    this.values = values;
  }

  /** Returns the names of all arrays. */
  public Set<String> names() {
    return Collections.unmodifiableSet(values.keySet());
  }

  /** Returns whether there is an array of that name. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /**
   * Returns the only number of an int64 vector; if there is none within the bounds, the least one,
   * and {@link #finish} throws.
   */
  public long count(String name, long least, long greatest) {
    Variable value = vector(name, DType.INT64, 1);
    long count = value == null ? least : value.toLongArray()[0];
    if (count < least || count > greatest) {
      problems.add(
          String.format("mismatched %s, from %d to %d, is %d", name, least, greatest, count));
      return least;
    }
    return count;
  }

  /** Notes that an array has impossible values, so that {@link #finish} throws. */
  public void refuse(String name, String reason) {
    problems.add("mismatched " + name + ", " + reason);
  }

  /** Returns an int64 vector of any length; if there is none, {@link #finish} throws. */
  public long[] longs(String name) {
    Variable value = vector(name, DType.INT64, -1);
    return value == null ? new long[0] : value.toLongArray();
  }

  /** Returns an int64 vector of a length; if there is none, zeros, and {@link #finish} throws. */
  public long[] longs(String name, int count) {
    Variable value = vector(name, DType.INT64, count);
    return value == null ? new long[count] : value.toLongArray();
  }

  /** Returns a float64 vector of a length; if there is none, zeros, and {@link #finish} throws. */
  public double[] doubles(String name, int count) {
    Variable value = vector(name, DType.FLOAT64, count);
    return value == null ? new double[count] : value.toDoubleArray();
  }

  /** Returns a float64 vector of any length; if there is none, {@link #finish} throws. */
  public double[] doubles(String name) {
    Variable value = vector(name, DType.FLOAT64, -1);
    return value == null ? new double[0] : value.toDoubleArray();
  }

  /**
   * Returns an array of the shape and dtype of another one; if there is none, zeros, and {@link
   * #finish} throws.
   */
  public Variable like(String name, Variable other) {
    read.add(name);
    Variable value = values.get(name);
    if (value == null) {
      problems.add("missing " + name);
    } else if (value.dtype() != other.dtype() || !value.shape().equals(other.shape())) {
      problems.add(
          String.format(
              "mismatched %s, of %s%s, is %s%s",
              name, other.dtype(), other.shape(), value.dtype(), value.shape()));
    } else {
      return value;
    }
    return Variable.zeros(other.dtype(), other.shape().toArray());
  }

  private @Nullable Variable vector(String name, DType dtype, int count) {
    read.add(name);
    Variable value = values.get(name);
    if (value == null) {
      problems.add("missing " + name);
      return null;
    }
    if (value.dtype() != dtype || value.rank() != 1 || (count >= 0 && value.size(0) != count)) {
      problems.add(
          String.format(
              "mismatched %s, a vector %s%s, is %s%s",
              name, dtype, count < 0 ? "" : " of " + count, value.dtype(), value.shape()));
      return null;
    }
    return value;
  }

  /**
   * Ends the reading.
   *
   * @throws IllegalArgumentException if an array that was read is missing or does not fit, or one
   *     was not read: the message lists all of it
   */
  public void finish() {
    for (String name : values.keySet()) {
      if (!read.contains(name)) {
        problems.add("unexpected " + name);
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }
}
