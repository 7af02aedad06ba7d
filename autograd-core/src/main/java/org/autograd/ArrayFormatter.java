package org.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.autograd.internal.ndarray.Copies;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.storage.Layout;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/** Shows arrays as NumPy does: aligned, at most 4 decimals, long axes shortened in the middle. */
final class ArrayFormatter {
  /** Arrays with more elements than this are shortened. */
  private static final int LIMIT = 1000;

  /** How many positions are shown at each end of a shortened axis. */
  private static final int EDGE = 3;

  private final Variable variable;
  private final double[] values;

  /** The values of an integer array, which a double may not hold; null for other dtypes. */
  private final long @Nullable [] integers;

  private final boolean shortened;
  private final boolean scientific;
  private final boolean whole;

  private ArrayFormatter(Variable variable) {
    this.variable = variable;
    this.shortened = variable.elementCount() > LIMIT;
    NdArray part = shown();
    this.integers = variable.dtype().isInteger() ? new Variable(part, null).toLongArray() : null;
    this.values = new Variable(part, null).toDoubleArray();
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

  /** Returns the part that is shown. */
  private NdArray shown() {
    // Views of the array, not of the Variable: that something is printed must leave no trace on it.
    NdArray part = variable.data();
    for (int axis = 0; shortened && axis < part.rank(); axis++) {
      int size = part.size(axis);
      if (size > 2 * EDGE) {
        Layout layout = part.layout();
        NdArray joined = NdArray.zeros(part.dtype(), part.shape().with(axis, 2L * EDGE));
        Copies.assign(
            joined.view(joined.layout().slice(axis, 0, EDGE, 1)),
            part.view(layout.slice(axis, 0, EDGE, 1)));
        Copies.assign(
            joined.view(joined.layout().slice(axis, EDGE, EDGE, 1)),
            part.view(layout.slice(axis, size - EDGE, EDGE, 1)));
        part = joined;
      }
    }
    return part;
  }

  private List<String> cells() {
    List<String> cells = new ArrayList<>(values.length);
    int width = 0;
    for (int i = 0; i < values.length; i++) {
      String cell = integers != null ? Long.toString(integers[i]) : cell(values[i]);
      cells.add(cell);
      width = Math.max(width, cell.length());
    }
    int pad = width;
    cells.replaceAll(cell -> " ".repeat(pad - cell.length()) + cell);
    return cells;
  }

  private String cell(double value) {
    if (variable.dtype() == DType.BOOL) {
      return value != 0 ? "true" : "false";
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
