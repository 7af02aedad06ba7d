package org.autograd.examples.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table in Markdown, printed row by row: the parameters, our measurement, and for each peer its
 * measurement and the ratio. After the rows come the geometric mean and the worst ratio.
 */
final class Table {
  private final PrintWriter out;
  private final String benchmark;
  private final Unit unit;
  private final int threads;
  private final List<String> peers;
  private final List<Comparison> comparisons = new ArrayList<>();
  private int[] widths = {};

  /**
   * Starts a table.
   *
   * @param benchmark what is measured, for the title and the comparisons
   */
  Table(PrintWriter out, String benchmark, Unit unit, int threads, List<String> peers) {
    this.out = out;
    this.benchmark = benchmark;
    this.unit = unit;
    this.threads = threads;
    this.peers = List.copyOf(peers);
    out.printf(
        "%n### %s, %s, %s%n%n",
        benchmark, unit, threads == 1 ? "one thread" : threads + " threads");
  }

  /**
   * Adds a row.
   *
   * @param measured what was measured, by peer; ours under {@code autograd}. A peer may be missing
   */
  void add(SequencedMap<String, Object> params, Map<String, Double> measured) {
    double ours = get(measured, BenchMode.OURS);
    List<String> cells = params.values().stream().map(String::valueOf).collect(Collectors.toList());
    cells.add(number(ours));
    for (String peer : peers) {
      double theirs = get(measured, peer);
      if (Double.isNaN(theirs)) {
        cells.add("");
        cells.add("");
      } else {
        Comparison comparison =
            new Comparison(
                benchmark, new LinkedHashMap<>(params), threads, unit, ours, theirs, peer);
        comparisons.add(comparison);
        cells.add(number(theirs));
        cells.add(number(comparison.ratio()));
      }
    }
    if (peers.stream().noneMatch(measured::containsKey)) {
      comparisons.add(
          new Comparison(
              benchmark, new LinkedHashMap<>(params), threads, unit, ours, Double.NaN, null));
    }
    if (widths.length == 0) {
      printHead(params, cells);
    }
    printRow(cells);
    out.flush();
  }

  private static double get(Map<String, Double> measured, String library) {
    @Nullable Double value = measured.get(library);
    return value == null ? Double.NaN : value;
  }

  /** Widths are guessed from the first row: they are for those who read the table as text. */
  private void printHead(SequencedMap<String, Object> params, List<String> first) {
    List<String> titles = new ArrayList<>(params.keySet());
    titles.add("ours");
    for (String peer : peers) {
      titles.add(peer);
      titles.add("ratio");
    }
    widths = new int[titles.size()];
    for (int k = 0; k < widths.length; k++) {
      int least = k < params.size() ? 1 : 7;
      widths[k] = Math.max(least, Math.max(titles.get(k).length(), first.get(k).length()));
    }
    printRow(titles);
    StringBuilder line = new StringBuilder("|");
    for (int width : widths) {
      line.append("-".repeat(width + 1)).append(":|");
    }
    out.println(line);
  }

  private void printRow(List<String> cells) {
    StringBuilder line = new StringBuilder("|");
    for (int k = 0; k < cells.size(); k++) {
      String cell = cells.get(k);
      int missing = Math.max(0, widths[k] - cell.length());
      line.append(" ").append(" ".repeat(missing)).append(cell).append(" |");
    }
    out.println(line);
  }

  /** Prints the geometric mean and the worst of the ratios to each peer. */
  void summarize() {
    out.println();
    for (String peer : peers) {
      List<Comparison> against = comparisons.stream().filter(c -> peer.equals(c.peer())).toList();
      if (against.isEmpty()) {
        continue;
      }
      double logarithms = 0;
      Comparison worst = against.getFirst();
      for (Comparison comparison : against) {
        logarithms += Math.log(comparison.ratio());
        if (comparison.ratio() < worst.ratio()) {
          worst = comparison;
        }
      }
      String where =
          worst.params().values().stream().map(String::valueOf).collect(Collectors.joining(" "));
      out.printf(
          "Against %s: geometric mean %s, worst %s (%s)%n",
          peer, number(Math.exp(logarithms / against.size())), number(worst.ratio()), where);
    }
    out.flush();
  }

  /** Returns what was added. */
  List<Comparison> comparisons() {
    return comparisons;
  }

  private static String number(double value) {
    String format = value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }
}
