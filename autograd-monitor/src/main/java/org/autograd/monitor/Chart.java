package org.autograd.monitor;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.autograd.io.AtomicFile;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * A picture of numbers, 700 by 480 pixels large, that can be written as PNG file. It needs no
 * screen.
 *
 * <pre>{@code
 * new LineChart("y = x^2", "x", "y").line("truth", x, y).points("data", x, noisy).write(file);
 * }</pre>
 */
public abstract sealed class Chart permits LineChart, BarChart, RasterChart {
  static final int WIDTH = 700;
  static final int HEIGHT = 480;

  /** The colours of series: blue, orange, green, red, purple, brown (Tableau's). */
  static final Color[] COLORS = {
    new Color(0x1f77b4),
    new Color(0xff7f0e),
    new Color(0x2ca02c),
    new Color(0xd62728),
    new Color(0x9467bd),
    new Color(0x8c564b)
  };

  Chart() {}

  /** Returns XChart's chart. */
  abstract IChart chart();

  /** Sets what all charts have in common. */
  static void style(AxesChartStyler styler) {
    styler
        .setPlotBorderVisible(false)
        .setChartBackgroundColor(Color.WHITE)
        .setLegendPosition(LegendPosition.OutsideS)
        .setLegendLayout(LegendLayout.Horizontal)
        .setLegendBorderColor(Color.WHITE)
        .setChartTitleBoxVisible(false)
        .setSeriesColors(COLORS);
  }

  /**
   * Creates or replaces a PNG file.
   *
   * @throws IOException if it cannot be written
   */
  public final void write(Path file) throws IOException {
    write(file, this);
  }

  /**
   * Creates or replaces a PNG file of charts beside each other.
   *
   * @throws IOException if it cannot be written
   */
  public static void write(Path file, Chart... charts) throws IOException {
    AtomicFile.write(
        file,
        out ->
            BitmapEncoder.saveBitmap(
                Arrays.stream(charts).map(Chart::chart).toList(),
                1,
                charts.length,
                out,
                BitmapEncoder.BitmapFormat.PNG));
  }
}
