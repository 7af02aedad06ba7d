package org.autograd.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BinaryOperator;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.ModuleList;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.optim.Optimizer;
import org.autograd.training.Outcome;
import org.autograd.training.TrainingState;

/**
 * Difference target propagation (D.-H. Lee and others, 2015): instead of a gradient, each hidden
 * block f is given a target for its result h. The last of them moves a step down the gradient of
 * the loss, and each target is taken to the block below by a learned inverse g:
 *
 * <pre>{@code
 * target_{l-1} = h_{l-1} + g_l(target_l) - g_l(h_l)
 * block:    |f_l(h_{l-1}) - target_l|^2 / 2
 * inverse:  |g_l(f_l(h_{l-1} + noise)) - (h_{l-1} + noise)|^2 / 2
 * }</pre>
 *
 * <p>Each of these losses has a gradient within its block only. The block at the top learns by the
 * loss itself.
 *
 * <pre>{@code
 * List<UnaryModule> inverses =
 *     List.of(new Sequential(new Linear(128, 128), Activation.tanh()));   // of the second block
 * LearningRule rule =
 *     new TargetPropagation(
 *         model,
 *         inverses,
 *         Losses::crossEntropy,
 *         new Adam(TargetPropagation.parameters(model, inverses), Adam.options()),
 *         TargetPropagation.options(),
 *         new Generator(1));
 * }</pre>
 */
public final class TargetPropagation extends GradientRule {
  private final Sequential model;
  private final ModuleList<UnaryModule> inverses;
  private final BinaryOperator<Variable> loss;
  private final Options options;
  private final Generator rng;

  /**
   * What may be chosen; {@link TargetPropagation#options()} has the defaults.
   *
   * @param step how far the first target moves down the gradient of an example's loss
   * @param noise the standard deviation of what is added where an inverse is to be learned
   */
  public record Options(double step, double noise) {
    /** Checks the values. */
    public Options {
      if (!(step > 0) || !(noise >= 0)) {
        throw new IllegalArgumentException(
            "TargetPropagation: the step must be positive and the noise not negative, got "
                + step
                + " and "
                + noise);
      }
    }

    /** Returns these options with another step. */
    public Options step(double value) {
      return new Options(value, noise);
    }

    /** Returns these options with other noise. */
    public Options noise(double value) {
      return new Options(step, value);
    }
  }

  /** Returns the default options: a step of 0.1 and noise of 0.1. */
  public static Options options() {
    return new Options(0.1, 0.1);
  }

  /**
   * Creates the rule.
   *
   * @param model whose layers are the blocks, at least 2
   * @param inverses one for each block but the first and the last, from the block's result to its
   *     input
   * @param loss a scalar, the mean over a batch, of predictions and targets
   * @param optimizer of {@link #parameters}
   * @param rng draws the noise
   * @throws IllegalArgumentException if there is not an inverse for each block that needs one, if
   *     the optimizer lacks parameters of an inverse, or if the model or an inverse, both computed
   *     several times for a batch, has dropout or running statistics
   */
  public TargetPropagation(
      Sequential model,
      List<UnaryModule> inverses,
      BinaryOperator<Variable> loss,
      Optimizer<?> optimizer,
      Options options,
      Generator rng) {
    super(model, loss, optimizer);
    int depth = model.layers().size();
    if (depth < 2 || inverses.size() != depth - 2) {
      throw new IllegalArgumentException(
          "TargetPropagation: there must be at least 2 blocks, and an inverse for each but the"
              + " first and the last, got "
              + depth
              + " blocks and "
              + inverses.size()
              + " inverses");
    }
    for (int k = 0; k < inverses.size(); k++) {
      if (!optimizes(optimizer, inverses.get(k).parameters())) {
        throw new IllegalArgumentException(
            "TargetPropagation: the optimizer lacks the parameters of the inverse of block "
                + (k + 1)
                + ": create it with TargetPropagation.parameters(model, inverses)");
      }
    }
    RepeatedPasses.check("TargetPropagation", model, "use LayerNorm or GroupNorm");
    for (UnaryModule inverse : inverses) {
      RepeatedPasses.check("TargetPropagation", inverse, "use LayerNorm or GroupNorm");
    }
    this.model = model;
    this.inverses = new ModuleList<>(inverses);
    this.loss = loss;
    this.options = options;
    this.rng = rng;
  }

  /** Returns the parameters of a model and of inverses. */
  public static List<Variable> parameters(Sequential model, List<UnaryModule> inverses) {
    List<Variable> result = new ArrayList<>(model.parameters());
    inverses.forEach(inverse -> result.addAll(inverse.parameters()));
    return result;
  }

  @Override
  protected Outcome addGradients(Batch batch) {
    List<UnaryModule> blocks = model.layers();
    int last = blocks.size() - 1;
    List<Variable> results = new ArrayList<>();
    Variable x = batch.inputs().detach();
    for (int k = 0; k < last; k++) {
      Variable result = blocks.get(k).apply(x);
      results.add(result);
      x = result.detach();
    }
    Variable top = x.requiresGrad(true);
    Variable predictions = blocks.get(last).apply(top);
    Variable value = loss.apply(predictions, batch.targets());
    value.backward();
    double size = batch.size();
    Variable gradient = Objects.requireNonNull(top.grad());
    // The loss is a mean over the batch; a target is one example's own affair.
    Variable target = top.detach().sub(gradient.mul(options.step() * size));
    for (int k = last - 1; k >= 0; k--) {
      Variable result = results.get(k);
      if (result.requiresGrad()) {
        result.sub(target).square().sum().div(2 * size).backward();
      }
      if (k > 0) {
        UnaryModule inverse = inverses.get(k - 1);
        Variable below = results.get(k - 1).detach();
        learnInverse(blocks.get(k), inverse, below);
        try (var _ = Autograd.noGrad()) {
          target = below.add(inverse.apply(target)).sub(inverse.apply(result.detach()));
        }
      }
    }
    return Outcome.of(value.item(), predictions.detach());
  }

  private void learnInverse(UnaryModule block, UnaryModule inverse, Variable below) {
    Variable noisy =
        below.add(Variable.randn(rng, below.dtype(), below.shape().toArray()).mul(options.noise()));
    Variable result;
    try (var _ = Autograd.noGrad()) {
      result = block.apply(noisy);
    }
    inverse.apply(result).sub(noisy).square().sum().div(2.0 * below.size(0)).backward();
  }

  @Override
  public void addTo(TrainingState state) {
    super.addTo(state);
    state.add("inverses", inverses);
    state.add("noise", rng);
  }
}
