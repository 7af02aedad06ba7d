package org.autograd.forwardforward;

import org.autograd.Variable;
import org.autograd.type.DType;

/**
 * How a class becomes part of an input, so that a network can find the two to fit or not. Instead
 * of a class it can show none: the mean of all classes.
 */
public final class LabelOverlay {
  private final boolean concatenated;
  private final Variable patterns;

  private LabelOverlay(boolean concatenated, Variable patterns) {
    if (patterns.rank() != 2 || patterns.size(0) < 2 || !patterns.dtype().isFloating()) {
      throw new IllegalArgumentException(
          "LabelOverlay: needs floating patterns of shape [classes, length] of at least 2 classes,"
              + " got "
              + patterns.dtype()
              + patterns.shape());
    }
    this.concatenated = concatenated;
    this.patterns = patterns.detach();
  }

  /**
   * Returns Hinton's overlay: the first elements of an input, one for each class, are replaced by 1
   * for its class and 0 for the others. They should hold nothing of interest, as the black border
   * of an image.
   */
  public static LabelOverlay pixels(int classes) {
    return new LabelOverlay(false, Variable.eye(DType.FLOAT64, classes));
  }

  /** Returns the overlay that appends 1 for the input's class and 0 for the others. */
  public static LabelOverlay concatenated(int classes) {
    return concatenated(Variable.eye(DType.FLOAT64, classes));
  }

  /**
   * Returns the overlay that appends the pattern of an input's class; SymBa's intrinsic class
   * patterns, if they are random.
   *
   * @param patterns of shape [classes, length]
   */
  public static LabelOverlay concatenated(Variable patterns) {
    return new LabelOverlay(true, patterns);
  }

  /** Returns the pattern of each class, of shape [classes, length]. */
  Variable patterns() {
    return patterns;
  }

  /** Returns an overlay with the same patterns, elements of its own. */
  LabelOverlay copy() {
    return new LabelOverlay(concatenated, patterns.copy());
  }

  /** Returns the number of classes. */
  public int classes() {
    return Math.toIntExact(patterns.size(0));
  }

  /** Returns by how many elements inputs become longer. */
  public int addedLength() {
    return concatenated ? Math.toIntExact(patterns.size(1)) : 0;
  }

  /**
   * Returns inputs with a class each.
   *
   * @param inputs of shape [size, length]; another shape only for {@link #pixels}
   * @param labels int64, of shape [size], in [0, classes)
   */
  public Variable apply(Variable inputs, Variable labels) {
    if (labels.rank() != 1 || labels.size(0) != inputs.size(0)) {
      throw new IllegalArgumentException(
          "LabelOverlay: there must be a label for each input, got "
              + labels.dtype()
              + labels.shape()
              + " for inputs "
              + inputs.dtype()
              + inputs.shape());
    }
    return with(inputs, patterns.to(inputs.dtype()).indexSelect(0, labels));
  }

  /** Returns inputs that all show the same class. */
  public Variable apply(Variable inputs, int label) {
    return with(inputs, expanded(patterns.narrow(0, label, 1), inputs));
  }

  /** Returns inputs that show no class. */
  public Variable neutral(Variable inputs) {
    return with(inputs, expanded(patterns.meanKeepDims(0), inputs));
  }

  private static Variable expanded(Variable row, Variable inputs) {
    return row.to(inputs.dtype()).expand(inputs.size(0), row.size(1));
  }

  private Variable with(Variable inputs, Variable shown) {
    if (concatenated) {
      if (inputs.rank() != 2) {
        throw new IllegalArgumentException(
            "LabelOverlay: a class can be appended to inputs of shape [size, length] only, got "
                + inputs.shape()
                + "; reshape them, or use pixels()");
      }
      return Variable.cat(1, inputs, shown);
    }
    Variable rows = inputs.reshape(inputs.size(0), -1);
    long rest = rows.size(1) - shown.size(1);
    if (rest < 0) {
      throw new IllegalArgumentException(
          "LabelOverlay: inputs of "
              + rows.size(1)
              + " elements have no place for "
              + shown.size(1)
              + " classes; use concatenated()");
    }
    return Variable.cat(1, shown, rows.narrow(1, shown.size(1), rest))
        .reshape(inputs.shape().toArray());
  }
}
