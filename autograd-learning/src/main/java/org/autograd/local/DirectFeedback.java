package org.autograd.local;

import java.util.Optional;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.nn.Module;
import org.autograd.nn.UnaryModule;
import org.autograd.type.DType;

/**
 * Teaches a block by a signal that comes straight from the end of the model through a fixed random
 * matrix, instead of through the blocks above: the gradient of the block's result h is taken to be
 *
 * <ul>
 *   <li>{@code e B} for {@link #errors}: direct feedback alignment (A. Nøkland, "Direct Feedback
 *       Alignment Provides Learning in Deep Neural Networks", 2016), with the error {@code e}, the
 *       gradient of the loss with respect to the predictions;
 *   <li>{@code sign(e) B} for {@link #errorSigns};
 *   <li>{@code -y B} for {@link #targets}, with the targets y, which are 1 for the class and 0 for
 *       the others: direct random target projection (C. Frenkel, M. Lefebvre, D. Bol, "Learning
 *       without feedback", 2021). It does not wait for the predictions.
 * </ul>
 *
 * <p>The last block needs the true gradient. A block's result must have the stated number of
 * elements for each example.
 */
public final class DirectFeedback implements BlockRule {
  private enum Signal {
    ERRORS,
    ERROR_SIGNS,
    TARGETS
  }

  private final Signal signal;
  private final FixedMatrix feedback;

  private DirectFeedback(Signal signal, long outputs, long features, Generator rng) {
    if (outputs < 1 || features < 1) {
      throw new IllegalArgumentException(
          "DirectFeedback: sizes must be positive, got " + outputs + " and " + features);
    }
    this.signal = signal;
    // As most models are, so that nothing is to be converted; others can do with its precision.
    this.feedback =
        new FixedMatrix(
            FixedMatrix.draw(rng, DType.FLOAT64, outputs, features, outputs).to(DType.FLOAT32));
  }

  /**
   * Returns direct feedback alignment for one block.
   *
   * @param outputs the number of the model's predictions for an example
   * @param features the number of elements of the block's result for an example
   * @param rng draws the matrix
   */
  public static DirectFeedback errors(long outputs, long features, Generator rng) {
    return new DirectFeedback(Signal.ERRORS, outputs, features, rng);
  }

  /** Returns {@link #errors} by the signs of the errors alone. */
  public static DirectFeedback errorSigns(long outputs, long features, Generator rng) {
    return new DirectFeedback(Signal.ERROR_SIGNS, outputs, features, rng);
  }

  /** Returns direct random target projection for one block; the sizes are as of {@link #errors}. */
  public static DirectFeedback targets(long classes, long features, Generator rng) {
    return new DirectFeedback(Signal.TARGETS, classes, features, rng);
  }

  @Override
  public Variable forward(UnaryModule block, Variable input, Variable targets) {
    Variable result = block.apply(input);
    long features = feedback.matrix.size(1);
    if (result.elementCount() != input.size(0) * features) {
      throw new IllegalArgumentException(
          "DirectFeedback: the block's result "
              + result.dtype()
              + result.shape()
              + " must have "
              + features
              + " elements for each example");
    }
    if (signal != Signal.TARGETS) {
      return result;
    }
    if (result.requiresGrad()) {
      Variable shown =
          LossTargets.oneHot(targets, feedback.matrix.size(0), result.dtype())
              .mul(-1.0 / input.size(0));
      result.backward(projected(shown, result));
    }
    return result.detach();
  }

  @Override
  public void backward(UnaryModule block, Variable result, Teaching teaching) {
    if (signal == Signal.TARGETS || !result.requiresGrad()) {
      return;
    }
    Variable error = teaching.error().flatten(1, -1);
    if (error.size(1) != feedback.matrix.size(0)) {
      throw new IllegalArgumentException(
          "DirectFeedback: the model makes "
              + error.size(1)
              + " predictions for an example, but the matrix is for "
              + feedback.matrix.size(0));
    }
    Variable shown = signal == Signal.ERRORS ? error : error.sign().div((double) error.size(0));
    result.backward(projected(shown, result));
  }

  private Variable projected(Variable shown, Variable result) {
    return shown
        .to(result.dtype())
        .matmul(feedback.matrix.to(result.dtype()))
        .reshape(result.shape().toArray());
  }

  @Override
  public Optional<Module> module() {
    return Optional.of(feedback);
  }

  @Override
  public String toString() {
    return "direct feedback of "
        + switch (signal) {
          case ERRORS -> "errors";
          case ERROR_SIGNS -> "signs of errors";
          case TARGETS -> "targets";
        };
  }
}
