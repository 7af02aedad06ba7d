package org.autograd.examples;

import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.data.DataLoader;
import org.autograd.data.Dataset;
import org.autograd.nn.UnaryModule;
import org.autograd.type.DType;

/** How often a classifier is right. */
final class Classification {
  /** Large enough to be fast, small enough that the activations need little memory. */
  private static final int BATCH_SIZE = 1000;

  private Classification() {}

  /**
   * Returns how many rows have their largest logit at the label.
   *
   * @param logits of shape [size, classes]
   * @param labels int64, of shape [size]
   */
  static long countCorrect(Variable logits, Variable labels) {
    return (long) logits.detach().argmax(1).eq(labels).to(DType.INT64).sum().item();
  }

  /** Returns the share of examples that a model classifies correctly. */
  static double accuracy(UnaryModule model, Dataset dataset) {
    boolean training = model.isTraining();
    model.eval();
    long correct = 0;
    try (var _ = Autograd.noGrad()) {
      for (Batch batch : DataLoader.of(dataset, BATCH_SIZE)) {
        correct += countCorrect(model.apply(batch.inputs()), batch.targets());
      }
    }
    if (training) {
      model.train();
    }
    return (double) correct / dataset.size();
  }
}
