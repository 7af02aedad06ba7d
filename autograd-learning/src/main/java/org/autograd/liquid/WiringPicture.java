package org.autograd.liquid;

import java.util.List;
import java.util.Locale;

/** Draws a {@link Wiring} as SVG. */
final class WiringPicture {
  private static final double RADIUS = 9;
  private static final double ROW = 30;
  private static final double COLUMN = 170;
  private static final double MARGIN = 40;

  private static final String STYLE =
      """
      .wiring text{font:11px "DejaVu Sans",Arial,sans-serif;fill:#222;text-anchor:middle}
      .wiring .name{font-weight:bold;font-size:13px}
      .wiring circle{fill:#fff;stroke:#557;stroke-width:1.4}
      .wiring .input circle{fill:#e3f1dc;stroke:#584}
      .wiring .output circle{fill:#fbead0;stroke:#a63}
      .wiring path{fill:none;stroke-width:1.1;opacity:.65}
      .wiring .excites{stroke:#2166ac}
      .wiring .inhibits{stroke:#b2182b}
      """;

  private final Wiring wiring;
  private final double[] x;
  private final double[] y;
  private final double height;

  /** The column of each neuron. */
  private final int[] column;

  WiringPicture(Wiring wiring) {
    this.wiring = wiring;
    x = new double[wiring.units()];
    y = new double[wiring.units()];
    column = new int[wiring.units()];
    int most = wiring.inputs();
    for (Wiring.Layer layer : wiring.layers()) {
      most = Math.max(most, layer.neurons().size());
    }
    height = 2 * MARGIN + most * ROW;
    for (int k = 0; k < wiring.layers().size(); k++) {
      List<Integer> neurons = wiring.layers().get(k).neurons();
      for (int row = 0; row < neurons.size(); row++) {
        int neuron = neurons.get(row);
        x[neuron] = MARGIN + (k + 1) * COLUMN;
        y[neuron] = position(row, neurons.size());
        column[neuron] = k;
      }
    }
  }

  private double position(int row, int count) {
    return MARGIN / 2 + height / 2 + (row - (count - 1) / 2.0) * ROW;
  }

  String svg() {
    double width = 2 * MARGIN + COLUMN * wiring.layers().size() + ROW;
    StringBuilder text = new StringBuilder();
    text.append("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"wiring\" viewBox=\"0 0 ")
        .append(number(width))
        .append(' ')
        .append(number(height))
        .append("\" width=\"")
        .append(number(width))
        .append("\" height=\"")
        .append(number(height))
        .append("\">\n<title>")
        .append(escape(wiring.toString()))
        .append("</title>\n<style>\n")
        .append(STYLE)
        .append("</style>\n");
    for (int to = 0; to < wiring.units(); to++) {
      for (int from = 0; from < wiring.inputs(); from++) {
        double start = position(from, wiring.inputs());
        append(text, wiring.sensorySynapse(from, to), across(MARGIN, start, x[to], y[to]));
      }
      for (int from = 0; from < wiring.units(); from++) {
        append(text, wiring.synapse(from, to), path(from, to));
      }
    }
    heading(text, "inputs", MARGIN);
    for (int k = 0; k < wiring.inputs(); k++) {
      neuron(text, "input", k, MARGIN, position(k, wiring.inputs()));
    }
    for (int k = 0; k < wiring.layers().size(); k++) {
      heading(text, wiring.layers().get(k).name(), MARGIN + (k + 1) * COLUMN);
    }
    for (int k = 0; k < wiring.units(); k++) {
      neuron(text, k < wiring.outputs() ? "output" : "neuron", k, x[k], y[k]);
    }
    return text.append("</svg>\n").toString();
  }

  private String path(int from, int to) {
    if (from == to) {
      return "M%s,%sc26,-22 26,22 0,0".formatted(number(x[from] + RADIUS * 0.7), number(y[from]));
    }
    return column[from] == column[to]
        ? within(x[from], y[from], y[to])
        : across(x[from], y[from], x[to], y[to]);
  }

  /** A curve from one column to another. */
  private static String across(double x0, double y0, double x1, double y1) {
    double direction = Math.signum(x1 - x0);
    double start = x0 + direction * RADIUS;
    double end = x1 - direction * RADIUS;
    double middle = (start + end) / 2;
    return "M%s,%sC%s,%s %s,%s %s,%s"
        .formatted(
            number(start),
            number(y0),
            number(middle),
            number(y0),
            number(middle),
            number(y1),
            number(end),
            number(y1));
  }

  /** A bow on the right of a column if it goes down, on the left if it goes up. */
  private static String within(double x, double y0, double y1) {
    double bend = x + Math.signum(y1 - y0) * (14 + 0.22 * Math.abs(y1 - y0));
    return "M%s,%sC%s,%s %s,%s %s,%s"
        .formatted(
            number(x),
            number(y0),
            number(bend),
            number(y0),
            number(bend),
            number(y1),
            number(x),
            number(y1));
  }

  private static void append(StringBuilder text, int synapse, String path) {
    if (synapse != 0) {
      text.append("<path class=\"")
          .append(synapse > 0 ? "excites" : "inhibits")
          .append("\" d=\"")
          .append(path)
          .append("\"/>\n");
    }
  }

  private static void heading(StringBuilder text, String name, double x) {
    text.append("<text class=\"name\" x=\"")
        .append(number(x))
        .append("\" y=\"22\">")
        .append(escape(name))
        .append("</text>\n");
  }

  private static void neuron(StringBuilder text, String kind, int number, double x, double y) {
    text.append("<g class=\"")
        .append(kind)
        .append("\"><circle cx=\"")
        .append(number(x))
        .append("\" cy=\"")
        .append(number(y))
        .append("\" r=\"")
        .append(number(RADIUS))
        .append("\"/><text x=\"")
        .append(number(x))
        .append("\" y=\"")
        .append(number(y + 4))
        .append("\">")
        .append(number)
        .append("</text></g>\n");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
