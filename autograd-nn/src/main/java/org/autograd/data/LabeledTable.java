package org.autograd.data;

import java.util.List;

/**
 * A small data set of named features.
 *
 * @param data inputs float32 [size, features]; targets int64 [size], the classes, or float32 [size,
 *     1], the value to be predicted
 * @param features the names of the features
 * @param classes the names of the classes; empty if a value is predicted
 */
public record LabeledTable(TensorDataset data, List<String> features, List<String> classes) {
  /** Makes a table. */
  public LabeledTable {
    features = List.copyOf(features);
    classes = List.copyOf(classes);
  }
}
