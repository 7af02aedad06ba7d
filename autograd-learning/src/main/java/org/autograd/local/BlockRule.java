package org.autograd.local;

import java.util.Optional;
import java.util.function.Supplier;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.gradientfree.GradientEstimator;
import org.autograd.nn.Module;
import org.autograd.nn.UnaryModule;
import org.autograd.training.TrainingState;

/**
 * How one block of a chain learns, for {@link BlockwiseLearning}. The rules of a model may differ
 * from block to block: {@link #backpropagation}, {@link DirectFeedback}, {@link LocalLoss}, {@link
 * #estimated}, {@link #frozen}, {@link org.autograd.forwardforward.ForwardForwardBlock}, or one of
 * your own.
 *
 * <p>A batch passes the chain from the bottom to the top; there the loss is computed, and then each
 * rule hears of it. A rule that needs nothing from above is done before the next block begins, and
 * leaves no graph.
 */
public interface BlockRule {
  /**
   * Computes the block's result, and adds what gradients need nothing from above.
   *
   * @param input what the block below gave; it requires a gradient if that block's rule {@linkplain
   *     #takesGradient takes one}
   * @param targets those of the batch
   * @return the result, recorded only if {@link #backward} or the blocks above need its graph
   */
  Variable forward(UnaryModule block, Variable input, Variable targets);

  /**
   * Adds the gradients that need to know how the whole model did. Does nothing by default.
   *
   * @param result what {@link #forward} returned
   */
  default void backward(UnaryModule block, Variable result, Teaching teaching) {}

  /** Returns whether the block learns by the gradient that the block above hands down. */
  default boolean takesGradient() {
    return false;
  }

  /** Returns whether the block hands a gradient down to the one below. */
  default boolean handsGradientDown() {
    return true;
  }

  /** Returns what the rule has of its own, such as a local head, to be optimized and stored. */
  default Optional<Module> module() {
    return Optional.empty();
  }

  /** Names what a checkpoint must store of the rule: {@link #module}, unless there is more. */
  default void addTo(TrainingState state) {
    module().ifPresent(module -> state.add("block_rule", module));
  }

  /**
   * What a rule is told when the model has computed its predictions.
   *
   * @param error the gradient of the loss with respect to the predictions, of their shape
   * @param targets those of the batch
   * @param loss computes the model's loss for the batch again, in evaluation mode, for rules that
   *     change parameters and look what comes of it
   */
  record Teaching(Variable error, Variable targets, Supplier<Variable> loss) {}

  /** Returns the usual rule: the gradient that comes from the block above, or from the loss. */
  static BlockRule backpropagation() {
    return new BlockRule() {
      @Override
      public Variable forward(UnaryModule block, Variable input, Variable targets) {
        return block.apply(input);
      }

      @Override
      public boolean takesGradient() {
        return true;
      }

      @Override
      public String toString() {
        return "backpropagation";
      }
    };
  }

  /** Returns the rule of a block that does not learn, and through which no gradient passes. */
  static BlockRule frozen() {
    return new BlockRule() {
      @Override
      public Variable forward(UnaryModule block, Variable input, Variable targets) {
        try (var _ = Autograd.noGrad()) {
          return block.apply(input);
        }
      }

      @Override
      public boolean handsGradientDown() {
        return false;
      }

      @Override
      public String toString() {
        return "frozen";
      }
    };
  }

  /**
   * Returns the rule of a block whose gradient is estimated from losses of the whole model, by an
   * evolution strategy for example. No gradient passes through the block, so the blocks below must
   * have rules of their own.
   *
   * @param estimator of the block's parameters
   */
  static BlockRule estimated(GradientEstimator estimator) {
    return new BlockRule() {
      @Override
      public Variable forward(UnaryModule block, Variable input, Variable targets) {
        try (var _ = Autograd.noGrad()) {
          return block.apply(input);
        }
      }

      @Override
      public void backward(UnaryModule block, Variable result, Teaching teaching) {
        estimator.estimate(teaching.loss());
      }

      @Override
      public boolean handsGradientDown() {
        return false;
      }

      @Override
      public void addTo(TrainingState state) {
        estimator.addTo(state);
      }

      @Override
      public String toString() {
        return "estimated gradients";
      }
    };
  }
}
