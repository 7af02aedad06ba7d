package org.autograd.monitor;

import java.awt.Color;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Small marks in columns and rows: which of many things happened when, such as the spikes of
 * neurons.
 *
 * <pre>{@code
 * new RasterChart("Spikes", "step", "neuron", 25, 100).marks("layer 1", steps, neurons).write(file);
 * }</pre>
 */
public final class RasterChart extends Chart {
  private static final Color INVISIBLE = new Color(0, 0, 0, 0);

  /** Marks of neighbours should not touch in a picture of usual size. */
  private static final int LARGEST = 8;

  private static final int SMALLEST = 3;

  private final XYChart chart;
  private final int size;
  private int series;

  /**
   * Creates a chart without marks.
   *
   * @param columns the number of places along the horizontal axis, from 0
   * @param rows the number of places along the vertical axis, from 0
   */
  public RasterChart(String title, String xAxis, String yAxis, int columns, int rows) {
    if (columns < 1 || rows < 1) {
      throw new IllegalArgumentException(
          "RasterChart: needs at least one column and row, got " + columns + " and " + rows);
    }
    chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(xAxis)
            .yAxisTitle(yAxis)
            .build();
    style(chart.getStyler());
    chart
        .getStyler()
        .setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter)
        .setXAxisMin(-0.5)
        .setXAxisMax(columns - 0.5)
        .setYAxisMin(-0.5)
        .setYAxisMax(rows - 0.5)
        .setPlotGridLinesVisible(false)
        // Marks may be anywhere.
        .setLegendPosition(LegendPosition.OutsideE);
    size = Math.clamp(Math.min(WIDTH / columns, HEIGHT / rows) / 2, SMALLEST, LARGEST);
    // XChart draws no axes without a series.
    chart
        .addSeries(" ", new double[] {0}, new double[] {0})
        .setMarkerColor(INVISIBLE)
        .setShowInLegend(false);
  }

  /**
   * Adds marks of one colour, and returns this chart.
   *
   * @param columns of each mark
   * @param rows of each mark
   */
  public RasterChart marks(String name, double[] columns, double[] rows) {
    if (columns.length != rows.length) {
      throw new IllegalArgumentException(
          "RasterChart: "
              + name
              + " has "
              + columns.length
              + " columns and "
              + rows.length
              + " rows");
    }
    if (columns.length > 0) {
      XYSeries added = chart.addSeries(name, columns, rows);
      added.setMarker(SeriesMarkers.SQUARE).setMarkerColor(COLORS[series % COLORS.length]);
      series++;
    }
    return this;
  }

  @Override
  IChart chart() {
    chart.getStyler().setMarkerSize(size);
    chart.getStyler().setLegendVisible(series > 1);
    return chart;
  }
}
