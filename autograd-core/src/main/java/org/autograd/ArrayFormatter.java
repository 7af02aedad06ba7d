package org.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.autograd.type.DType;

/** Shows arrays as NumPy does: aligned, at most 4 decimals, long axes shortened in the middle. */
final class ArrayFormatter {
  /** Arrays with more elements than this are shortened. */
  private static final int LIMIT = 1000;

  /** How many positions are shown at each end of a shortened axis. */
  private static final int EDGE = 3;

  private final Variable variable;
  private final double[] values;
  private final boolean shortened;
  private final boolean scientific;
  private final boolean whole;

  private ArrayFormatter(Variable variable) {
    this.variable = variable;
    this.shortened = variable.elementCount() > LIMIT;
    this.values = shown();
    double largest = 0;
    double smallest = Double.POSITIVE_INFINITY;
    boolean allWhole = true;
    for (double value : values) {
      if (Double.isFinite(value)) {
        double size = Math.abs(value);
        largest = Math.max(largest, size);
        smallest = size > 0 ? Math.min(smallest, size) : smallest;
        allWhole &= value == Math.rint(value);
      }
    }
    this.whole = allWhole && largest < 1e8;
    this.scientific = !whole && (largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1e7);
  }

  static String format(Variable variable) {
    ArrayFormatter formatter = new ArrayFormatter(variable);
    StringBuilder text = new StringBuilder();
    if (variable.elementCount() == 0) {
      text.append("[]");
    } else {
      List<String> cells = formatter.cells();
      formatter.append(text, cells, 0, new int[1]);
    }
    text.append("  ").append(variable.describe());
    if (variable.operation() != null) {
      text.append(" from ").append(variable.operation());
    } else if (variable.requiresGrad()) {
      text.append(" requires grad");
    }
    return text.toString();
  }

  /** Returns the values that are shown, in row-major order. */
  private double[] shown() {
    Variable part = variable.detach();
    if (!shortened) {
      return part.toDoubleArray();
    }
    for (int axis = 0; axis < part.rank(); axis++) {
      long size = part.size(axis);
      if (size > 2 * EDGE) {
        part = Variable.cat(axis, part.narrow(axis, 0, EDGE), part.narrow(axis, size - EDGE, EDGE));
      }
    }
    return part.toDoubleArray();
  }

  private List<String> cells() {
    List<String> cells = new ArrayList<>(values.length);
    int width = 0;
    for (double value : values) {
      String cell = cell(value);
      cells.add(cell);
      width = Math.max(width, cell.length());
    }
    int pad = width;
    cells.replaceAll(cell -> " ".repeat(pad - cell.length()) + cell);
    return cells;
  }

  private String cell(double value) {
    DType dtype = variable.dtype();
    if (dtype == DType.BOOL) {
      return value != 0 ? "true" : "false";
    }
    if (dtype.isInteger()) {
      return Long.toString((long) value);
    }
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    if (scientific) {
      return String.format(Locale.ROOT, "%.4e", value);
    }
    return whole
        ? String.format(Locale.ROOT, "%.0f.", value)
        : String.format(Locale.ROOT, "%.4f", value);
  }

  private void append(StringBuilder text, List<String> cells, int axis, int[] next) {
    if (axis == variable.rank()) {
      text.append(cells.get(next[0]++));
      return;
    }
    long size = variable.size(axis);
    boolean cut = shortened && size > 2 * EDGE;
    long count = cut ? 2 * EDGE : size;
    boolean rows = axis < variable.rank() - 1;
    String separator = rows ? ",\n" + " ".repeat(axis + 1) : ", ";
    text.append('[');
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        text.append(separator);
      }
      if (cut && i == EDGE) {
        text.append("...").append(separator);
      }
      append(text, cells, axis + 1, next);
    }
    text.append(']');
  }
}
