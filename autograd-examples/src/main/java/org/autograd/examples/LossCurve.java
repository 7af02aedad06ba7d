package org.autograd.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;

/** The mean loss of each epoch. */
final class LossCurve {
  private final List<Double> losses = new ArrayList<>();

  /**
   * Appends the loss of an epoch.
   *
   * @throws IllegalStateException if it is infinite or NaN, since nothing will be learned any more
   */
  void add(double loss) {
    losses.add(loss);
    if (!Double.isFinite(loss)) {
      throw new IllegalStateException(
          "the loss became "
              + loss
              + " in epoch "
              + losses.size()
              + "; try a smaller --learning-rate");
    }
  }

  /** Returns the loss of the last epoch. */
  double last() {
    return losses.getLast();
  }

  /** Returns a chart on a log scale. */
  XYChart chart(String title) {
    XYChart chart = Charts.chart(title + ": training loss", "epoch", "loss");
    double[] y = losses.stream().mapToDouble(Double::doubleValue).toArray();
    double[] x = IntStream.rangeClosed(1, y.length).asDoubleStream().toArray();
    chart
        .getStyler()
        .setYAxisLogarithmic(losses.stream().allMatch(loss -> loss > 0))
        // Half an epoch of margin also keeps XChart from taking single epochs for ticks.
        .setXAxisMin(0.5)
        .setXAxisMax(y.length + 0.5)
        .setLegendVisible(false);
    Charts.addLine(chart, "loss", x, y, Charts.BLUE);
    return chart;
  }
}
