package org.autograd.monitor;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.autograd.Variable;

/**
 * How often values lie where, in 30 intervals of equal width; what is not finite is left out.
 *
 * @param limits the upper end of each interval
 * @param counts how many values lie in each
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Histogram(
    double min,
    double max,
    double count,
    double sum,
    double sumOfSquares,
    double[] limits,
    double[] counts) {
  private static final int INTERVALS = 30;

  static Histogram of(Variable variable) {
    double[] values =
        Arrays.stream(variable.detach().toDoubleArray()).filter(Double::isFinite).toArray();
    double min = Arrays.stream(values).min().orElse(0);
    double max = Arrays.stream(values).max().orElse(0);
    double width = (max - min) / INTERVALS;
    double[] limits = new double[INTERVALS];
    double[] counts = new double[INTERVALS];
    for (int k = 0; k < INTERVALS; k++) {
      limits[k] = k == INTERVALS - 1 ? max : min + (k + 1) * width;
    }
    double sum = 0;
    double squares = 0;
    for (double value : values) {
      int interval = width > 0 ? (int) ((value - min) / width) : 0;
      counts[Math.min(interval, INTERVALS - 1)]++;
      sum += value;
      squares += value * value;
    }
    return new Histogram(min, max, values.length, sum, squares, limits, counts);
  }

  /** Writes the fields of a {@code HistogramProto}. */
  void writeTo(CodedOutputStream out) throws IOException {
    out.writeDouble(1, min);
    out.writeDouble(2, max);
    out.writeDouble(3, count);
    out.writeDouble(4, sum);
    out.writeDouble(5, sumOfSquares);
    EventFormat.writeDoubles(out, 6, limits);
    EventFormat.writeDoubles(out, 7, counts);
  }
}
