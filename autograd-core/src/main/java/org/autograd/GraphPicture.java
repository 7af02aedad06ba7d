package org.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws a {@link Graph} as SVG. */
final class GraphPicture {
  private static final double CHARACTER = 7.3;
  private static final double LINE = 16;
  private static final double PADDING = 8;
  private static final int LONGEST = 44;

  private static final String STYLE =
      """
      .autograd text{font:12px "DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#222;text-anchor:middle}
      .autograd .title{font-weight:bold}
      .autograd .more{fill:#666}
      .autograd rect{fill:#fff;stroke:#557;rx:4px}
      .autograd .leaf rect{fill:#e3f1dc;stroke:#584}
      .autograd .result rect{fill:#fbead0;stroke:#a63}
      .autograd path{fill:none;stroke:#889;stroke-width:1.2}
      .autograd .node:hover rect{stroke-width:2.5}
      """;

  private final Graph graph;

  GraphPicture(Graph graph) {
    this.graph = graph;
  }

  /** Returns what stands in the box of a node: title, type, and what else there is to say. */
  static List<String> lines(GraphNode node) {
    List<String> lines = new ArrayList<>(List.of(node.title(), node.type()));
    if (!node.path().isEmpty()) {
      lines.add("in " + node.path());
    }
    if (node.savedBytes() > 0) {
      lines.add("saved " + TextTable.bytes(node.savedBytes()));
    }
    if (!Double.isNaN(node.gradientNorm())) {
      lines.add("gradient " + Statistics.number(node.gradientNorm()));
    }
    return lines;
  }

  private static String shortened(String line) {
    return line.codePointCount(0, line.length()) <= LONGEST
        ? line
        : line.substring(0, line.offsetByCodePoints(0, LONGEST - 1)) + "\u2026";
  }

  /** Returns where everything stands. */
  GraphLayout layout() {
    List<GraphNode> nodes = graph.nodes();
    double[] widths = new double[nodes.size()];
    double[] heights = new double[nodes.size()];
    int[][] inputs = new int[nodes.size()][];
    for (GraphNode node : nodes) {
      List<String> lines = lines(node);
      int longest = 0;
      for (String line : lines) {
        String shown = shortened(line);
        longest = Math.max(longest, shown.codePointCount(0, shown.length()));
      }
      widths[node.number()] = longest * CHARACTER + 2 * PADDING;
      heights[node.number()] = lines.size() * LINE + PADDING;
      inputs[node.number()] = node.inputs().stream().mapToInt(Integer::intValue).toArray();
    }
    return new GraphLayout(inputs, widths, heights);
  }

  String svg() {
    GraphLayout layout = layout();
    StringBuilder text = new StringBuilder();
    String size = number(layout.width()) + " " + number(layout.height());
    text.append("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"autograd\" viewBox=\"0 0 ")
        .append(size)
        .append("\" width=\"")
        .append(number(layout.width()))
        .append("\" height=\"")
        .append(number(layout.height()))
        .append("\">\n<style>\n")
        .append(STYLE)
        .append("</style>\n<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\"")
        .append(" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">")
        .append("<polygon points=\"0,1 8,4 0,7\" fill=\"#889\"/></marker></defs>\n");
    for (double[] edge : layout.edges()) {
      append(text, edge);
    }
    boolean[] used = new boolean[graph.nodes().size()];
    graph.nodes().forEach(node -> node.inputs().forEach(input -> used[input] = true));
    for (GraphNode node : graph.nodes()) {
      append(text, node, used[node.number()], layout);
    }
    return text.append("</svg>\n").toString();
  }

  /** Draws a curve that is vertical wherever it passes a layer. */
  private static void append(StringBuilder text, double[] points) {
    text.append("<path marker-end=\"url(#arrow)\" d=\"M").append(point(points[0], points[1]));
    for (int k = 2; k < points.length; k += 2) {
      double x = points[k];
      double y = points[k + 1];
      if (x == points[k - 2]) {
        text.append('L').append(point(x, y));
      } else {
        double middle = (points[k - 1] + y) / 2;
        text.append('C')
            .append(point(points[k - 2], middle))
            .append(' ')
            .append(point(x, middle))
            .append(' ')
            .append(point(x, y));
      }
    }
    text.append("\"/>\n");
  }

  private static void append(
      StringBuilder text, GraphNode node, boolean isUsed, GraphLayout layout) {
    int k = node.number();
    String kind = node.isLeaf() ? "node leaf" : isUsed ? "node" : "node result";
    List<String> lines = lines(node);
    text.append("<g class=\"").append(kind).append("\"><title>");
    text.append(escape("#" + k + " " + String.join("\n", lines))).append("</title><rect x=\"");
    text.append(number(layout.left(k))).append("\" y=\"").append(number(layout.top(k)));
    text.append("\" width=\"").append(number(layout.boxWidth(k))).append("\" height=\"");
    text.append(number(layout.boxHeight(k))).append("\" rx=\"4\"/>");
    for (int line = 0; line < lines.size(); line++) {
      double x = layout.left(k) + layout.boxWidth(k) / 2;
      double y = layout.top(k) + PADDING / 2 + (line + 0.75) * LINE;
      text.append("<text x=\"").append(number(x)).append("\" y=\"").append(number(y));
      text.append(line == 0 ? "\" class=\"title\">" : line == 1 ? "\">" : "\" class=\"more\">");
      text.append(escape(shortened(lines.get(line)))).append("</text>");
    }
    text.append("</g>\n");
  }

  String html() {
    return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <title>Graph</title>
    <style>
    body{font-family:sans-serif;margin:1em}
    figure{margin:0;overflow:auto}
    </style>
    </head>
    <body>
    <p>\
    """
        + escape(graph.summary())
        + ".</p>\n<figure>\n"
        + svg()
        + "</figure>\n<details><summary>As text</summary>\n<pre>"
        + escape(graph.toString())
        + "</pre></details>\n</body>\n</html>\n";
  }

  private static String point(double x, double y) {
    return number(x) + "," + number(y);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  /** Returns text that is nothing but text in XML and HTML, in an attribute too. */
  static String escape(String text) {
    StringBuilder result = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> result.append("&amp;");
            case '<' -> result.append("&lt;");
            case '>' -> result.append("&gt;");
            case '"' -> result.append("&quot;");
            case '\'' -> result.append("&#39;");
            default -> {
              // XML has no way to write the others, lone surrogates among them.
              boolean allowed =
                  (c >= 0x20 && c < 0xD800)
                      || (c >= 0xE000 && c != 0xFFFE && c != 0xFFFF)
                      || c == '\n';
              result.appendCodePoint(allowed ? c : 0xFFFD);
            }
          }
        });
    return result.toString();
  }
}
