package org.autograd;

import java.util.Locale;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.type.DType;

/**
 * What can be said of the elements of an array in one line, for {@link GradientReport} and for
 * anomaly mode.
 *
 * @param count the number of elements
 * @param zeros how many of them are 0
 * @param nans how many are NaN
 * @param infinities how many are infinite
 * @param least the least finite element; positive infinity if there is none
 * @param greatest the greatest finite element; negative infinity if there is none
 * @param norm the Euclidean norm of the finite elements
 */
record Statistics(
    long count,
    long zeros,
    long nans,
    long infinities,
    double least,
    double greatest,
    double norm) {
  /** Returns what can be said of a Variable; of a mapped one, of all its samples. */
  static Statistics of(Variable variable) {
    return of(Vmap.elements(variable));
  }

  /** Walks the elements; twice, so that no square overflows. */
  static Statistics of(NdArray array) {
    NdArray ordered = array.to(DType.FLOAT64).contiguous();
    double[] values = ordered.storage().doubles();
    int from = ordered.layout().offset();
    int to = from + ordered.elementCount();
    long zeros = 0;
    long nans = 0;
    long infinities = 0;
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      double value = values[i];
      if (Double.isNaN(value)) {
        nans++;
      } else if (Double.isInfinite(value)) {
        infinities++;
      } else {
        zeros += value == 0 ? 1 : 0;
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
      }
    }
    double scale = Math.max(Math.abs(least), Math.abs(greatest));
    double squares = 0;
    for (int i = from; i < to && scale > 0 && Double.isFinite(scale); i++) {
      double ratio = Double.isFinite(values[i]) ? values[i] / scale : 0;
      squares += ratio * ratio;
    }
    double norm = squares == 0 ? 0 : scale * Math.sqrt(squares);
    return new Statistics(to - from, zeros, nans, infinities, least, greatest, norm);
  }

  boolean isFinite() {
    return nans == 0 && infinities == 0;
  }

  /** Returns the root of the mean square, 0 for an empty array. */
  double rootMeanSquare() {
    return count == 0 ? 0 : norm / Math.sqrt((double) count);
  }

  /** Returns for example {@code 1 NaN and 0 infinite of 3, the others in [-1, 2]}. */
  @Override
  public String toString() {
    if (count == 0) {
      return "no elements";
    }
    String range = "[" + number(least) + ", " + number(greatest) + "]";
    if (isFinite()) {
      return "in " + range;
    }
    String bad = nans + " NaN and " + infinities + " infinite of " + count;
    return nans + infinities == count ? bad : bad + ", the others in " + range;
  }

  static String number(double value) {
    // Locale.ROOT: a table that is read by a program or in a bug report looks the same everywhere.
    return value == Math.rint(value) && Math.abs(value) < 1e6
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.4g", value);
  }
}
