package org.autograd.local;

import java.util.Objects;
import java.util.Optional;
import org.autograd.Variable;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Module;
import org.autograd.nn.UnaryModule;
import org.jspecify.annotations.Nullable;

/**
 * Teaches a block by a loss of its own on its result h, without a gradient from above (A. Nøkland
 * and L. Eidnes, "Training Neural Networks with Local Error Signals", 2019):
 *
 * <ul>
 *   <li>{@link #pred}: cross-entropy of a linear classifier on h;
 *   <li>{@link #sim}: the mean squared difference between two matrices of similarity among the
 *       examples of the batch, that of linear features of h and that of their classes; the
 *       similarity is the cosine of rows less their means;
 *   <li>{@link #predsim}: 0.01 times the first plus 0.99 times the second.
 * </ul>
 *
 * <p>The linear maps belong to the rule and are thrown away after training. The block learns before
 * the next one computes anything, so that only one block's graph is ever there.
 */
public final class LocalLoss implements BlockRule {
  private static final double SIMILARITY_SHARE = 0.99;
  private static final double EPSILON = 1e-8;

  private final int classes;
  private final @Nullable Linear classifier;
  private final @Nullable Linear projection;
  private final Heads heads = new Heads();

  private static final class Heads extends Module {
    Linear add(String name, Linear head) {
      return child(name, head);
    }
  }

  private LocalLoss(boolean pred, boolean sim, long features, int classes, Linear.Options options) {
    if (classes < 2) {
      throw new IllegalArgumentException("LocalLoss: needs at least 2 classes, got " + classes);
    }
    this.classes = classes;
    this.classifier = pred ? heads.add("classifier", new Linear(features, classes, options)) : null;
    this.projection =
        sim ? heads.add("projection", new Linear(features, features, options.bias(false))) : null;
  }

  /**
   * Returns the loss of a local classifier.
   *
   * @param features the number of elements of the block's result for an example
   * @param options of the classifier
   */
  public static LocalLoss pred(long features, int classes, Linear.Options options) {
    return new LocalLoss(true, false, features, classes, options);
  }

  /** Returns the loss that compares similarities; the parameters are as of {@link #pred}. */
  public static LocalLoss sim(long features, int classes, Linear.Options options) {
    return new LocalLoss(false, true, features, classes, options);
  }

  /** Returns both losses together; the parameters are as of {@link #pred}. */
  public static LocalLoss predsim(long features, int classes, Linear.Options options) {
    return new LocalLoss(true, true, features, classes, options);
  }

  @Override
  public Variable forward(UnaryModule block, Variable input, Variable targets) {
    Variable result = block.apply(input);
    Variable loss = loss(result, targets);
    if (Double.isFinite(loss.item())) {
      loss.backward();
    }
    return result.detach();
  }

  /**
   * Returns the loss of a block's result.
   *
   * @param targets class numbers, int64 [size]
   */
  public Variable loss(Variable result, Variable targets) {
    Variable h = result.flatten(1, -1);
    Variable pred = classifier == null ? null : Losses.crossEntropy(classifier.apply(h), targets);
    if (projection == null) {
      return Objects.requireNonNull(pred);
    }
    Variable wanted = similarity(LossTargets.oneHot(targets, classes, h.dtype()));
    Variable sim = Losses.mse(similarity(projection.apply(h)), wanted);
    return pred == null ? sim : pred.mul(1 - SIMILARITY_SHARE).add(sim.mul(SIMILARITY_SHARE));
  }

  /** Returns the cosines between all pairs of rows, less their means. */
  static Variable similarity(Variable rows) {
    Variable centred = rows.sub(rows.meanKeepDims(1));
    // The slope of the norm is 0 for a row of zeros, which an inactive example gives.
    Variable unit = centred.div(centred.normKeepDims(1).add(EPSILON));
    return unit.matmul(unit.transpose()).clamp(-1, 1);
  }

  @Override
  public Optional<Module> module() {
    return Optional.of(heads);
  }

  @Override
  public String toString() {
    return "local loss " + (projection == null ? "pred" : classifier == null ? "sim" : "predsim");
  }
}
