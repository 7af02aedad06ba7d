package org.autograd.examples;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.autograd.io.AtomicFile;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws what a training has done. */
final class Charts {
  private static final int WIDTH = 700;
  private static final int HEIGHT = 480;

  static final Color BLUE = new Color(0x1f77b4);
  static final Color ORANGE = new Color(0xff7f0e);
  static final Color GRAY = new Color(0xb0b0b0);

  private Charts() {}

  /** Returns an empty chart in the common style. */
  static XYChart chart(String title, String xAxis, String yAxis) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(xAxis)
            .yAxisTitle(yAxis)
            .build();
    chart
        .getStyler()
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBorderVisible(false)
        .setLegendPosition(LegendPosition.InsideN)
        .setLegendBorderColor(Color.WHITE)
        .setChartTitleBoxVisible(false);
    return chart;
  }

  /** Adds a line. */
  static void addLine(XYChart chart, String name, double[] x, double[] y, Color color) {
    chart
        .addSeries(name, x, y)
        .setMarker(SeriesMarkers.NONE)
        .setLineColor(color)
        .setLineStyle(new BasicStroke(2));
  }

  /** Adds points. */
  static void addPoints(XYChart chart, String name, double[] x, double[] y, Color color) {
    chart
        .addSeries(name, x, y)
        .setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter)
        .setMarker(SeriesMarkers.CIRCLE)
        .setMarkerColor(color);
  }

  /** Writes charts beside each other into a PNG file. */
  static void write(Path file, XYChart... charts) throws IOException {
    AtomicFile.write(
        file,
        out ->
            BitmapEncoder.saveBitmap(
                List.of(charts), 1, charts.length, out, BitmapEncoder.BitmapFormat.PNG));
  }
}
