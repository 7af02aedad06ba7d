package org.autograd;

import java.util.ArrayList;
import java.util.List;

/** Lines of columns that stand under their headings. */
final class TextTable {
  private final String alignments;
  private final List<String[]> lines = new ArrayList<>();

  /**
   * Creates a table.
   *
   * @param alignments for each column {@code l}, to the left, or {@code r}, to the right
   */
  TextTable(String alignments, String... headings) {
    this.alignments = alignments;
    lines.add(headings);
  }

  /** Adds a line with as many cells as there are headings. */
  void add(String... cells) {
    lines.add(cells);
  }

  @Override
  public String toString() {
    int[] widths = new int[alignments.length()];
    for (String[] line : lines) {
      for (int k = 0; k < widths.length; k++) {
        widths[k] = Math.max(widths[k], line[k].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] line : lines) {
      StringBuilder row = new StringBuilder();
      for (int k = 0; k < widths.length; k++) {
        String padding = " ".repeat(widths[k] - line[k].length());
        boolean left = alignments.charAt(k) == 'l';
        row.append(k == 0 ? "" : "  ").append(left ? line[k] + padding : padding + line[k]);
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /** Returns a number of bytes for people, for example {@code 1.5 kB}. */
  static String bytes(long count) {
    if (count < 1000) {
      return count + " B";
    }
    double value = (double) count;
    int unit = 0;
    while (value >= 999.5) {
      value /= 1000;
      unit++;
    }
    String format = value < 9.95 ? "%.1f" : "%.0f";
    return String.format(java.util.Locale.ROOT, format, value)
        + " "
        + "kMGTPE".charAt(unit - 1)
        + "B";
  }
}
