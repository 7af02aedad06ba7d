package org.autograd.monitor;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Lines and points over a horizontal axis of numbers. */
public final class LineChart extends Chart {
  private static final Color GRAY = new Color(0xb0b0b0);

  private final XYChart chart;
  private final List<double[]> values = new ArrayList<>();
  private boolean logarithmic;

  /** Creates a chart without lines. */
  public LineChart(String title, String xAxis, String yAxis) {
    chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(xAxis)
            .yAxisTitle(yAxis)
            .build();
    style(chart.getStyler());
  }

  /** Adds a line, and returns this chart. Places where y is NaN or infinite are left out. */
  public LineChart line(String name, double[] x, double[] y) {
    XYSeries series = add(name, x, y);
    series.setMarker(SeriesMarkers.NONE).setLineStyle(new BasicStroke(2));
    return this;
  }

  /** Adds a line over 1, 2, 3 and so on, and returns this chart. */
  public LineChart line(String name, double[] y) {
    return line(name, IntStream.rangeClosed(1, y.length).asDoubleStream().toArray(), y);
  }

  /** Adds gray points, and returns this chart. */
  public LineChart points(String name, double[] x, double[] y) {
    add(name, x, y)
        .setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter)
        .setMarker(SeriesMarkers.CIRCLE)
        .setMarkerColor(GRAY);
    return this;
  }

  private XYSeries add(String name, double[] x, double[] y) {
    if (x.length != y.length) {
      throw new IllegalArgumentException(
          "LineChart: " + name + " has " + x.length + " places and " + y.length + " values");
    }
    int[] kept = IntStream.range(0, y.length).filter(k -> Double.isFinite(y[k])).toArray();
    if (kept.length == 0) {
      throw new IllegalArgumentException("LineChart: " + name + " has no finite value to show");
    }
    values.add(Arrays.stream(kept).mapToDouble(k -> y[k]).toArray());
    return chart.addSeries(
        name, Arrays.stream(kept).mapToDouble(k -> x[k]).toArray(), values.getLast());
  }

  /** Limits the horizontal axis, and returns this chart. */
  public LineChart xRange(double min, double max) {
    chart.getStyler().setXAxisMin(min).setXAxisMax(max);
    return this;
  }

  /** Limits the vertical axis, and returns this chart. */
  public LineChart yRange(double min, double max) {
    chart.getStyler().setYAxisMin(min).setYAxisMax(max);
    return this;
  }

  /** Makes the vertical axis logarithmic if all values are above 0, and returns this chart. */
  public LineChart logarithmic() {
    logarithmic = true;
    return this;
  }

  @Override
  IChart chart() {
    boolean positive = values.stream().flatMapToDouble(Arrays::stream).allMatch(y -> y > 0);
    chart.getStyler().setYAxisLogarithmic(logarithmic && positive);
    chart.getStyler().setLegendVisible(values.size() > 1);
    return chart;
  }
}
