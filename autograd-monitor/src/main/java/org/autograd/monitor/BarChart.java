package org.autograd.monitor;

import java.util.Arrays;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.internal.chartpart.IChart;

/** Bars over categories, such as the layers of a model. */
public final class BarChart extends Chart {
  private final CategoryChart chart;
  private final List<String> categories;
  private int series;

  /** Creates a chart without bars. */
  public BarChart(String title, String yAxis, List<String> categories) {
    this.categories = List.copyOf(categories);
    chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .yAxisTitle(yAxis)
            .build();
    style(chart.getStyler());
    boolean manyLetters = String.join(" ", categories).length() > 70;
    // XChart would leave out labels that are closer than its hint of 74 pixels.
    chart.getStyler().setXAxisLabelRotation(manyLetters ? 60 : 0).setXAxisTickMarkSpacingHint(1);
  }

  /**
   * Adds a bar to each category, and returns this chart.
   *
   * @param values one for each category
   */
  public BarChart bars(String name, double... values) {
    if (values.length != categories.size()) {
      throw new IllegalArgumentException(
          "BarChart: "
              + name
              + " has "
              + values.length
              + " values for "
              + categories.size()
              + " categories");
    }
    chart.addSeries(name, categories, Arrays.stream(values).boxed().toList());
    series++;
    return this;
  }

  /**
   * Makes the axis logarithmic from a number on, and returns this chart.
   *
   * @param least above 0; what is smaller has no bar
   */
  public BarChart logarithmic(double least) {
    chart.getStyler().setYAxisLogarithmic(true).setYAxisMin(least);
    return this;
  }

  @Override
  IChart chart() {
    chart.getStyler().setLegendVisible(series > 1);
    return chart;
  }
}
