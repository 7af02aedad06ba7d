package org.autograd.local;

import java.util.ArrayList;
import java.util.List;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.Linear;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.optim.Optimizer;
import org.autograd.training.Outcome;

/**
 * Equilibrium propagation (B. Scellier and Y. Bengio, 2017): the layers' states s act on each other
 * in both directions through the same weights until they rest, {@code s = rho(dPhi/ds)} with
 *
 * <pre>{@code
 * Phi(x, s) = sum of s_{l+1} . (W_l s_l + b_l),    s_0 = x
 * }</pre>
 *
 * <p>and rho each block's activation. Then the output is nudged towards the target, {@code beta (t
 * - o)} being added to what it is given, and the states come to rest near by. The difference of
 * {@code dPhi/dW}, a product of the activities at both ends of each connection, gives the gradient
 * of the loss {@code |o - t|^2 / 2} at rest as beta goes to 0:
 *
 * <pre>{@code
 * -(dPhi/dW at +beta - dPhi/dW at -beta) / (2 beta)      symmetric: the error falls as beta^2
 * -(dPhi/dW at +beta - dPhi/dW at 0) / beta              one-sided: the error falls as beta
 * }</pre>
 *
 * <p>The symmetric form is that of A. Laborieux and others, 2021. A large beta can push the states
 * to another resting point, and then the gradient means nothing. Predictions are the output at
 * rest, not what the model computes in one pass.
 *
 * <pre>{@code
 * Sequential model =
 *     new Sequential(
 *         new Sequential(new Linear(64, 128), Activation.hardsigmoid()),
 *         new Sequential(new Linear(128, 10), Activation.hardsigmoid()));
 * LearningRule rule =
 *     new EquilibriumPropagation(model, optimizer, EquilibriumPropagation.options());
 * }</pre>
 */
public final class EquilibriumPropagation extends GradientRule {
  private final Sequential model;
  private final List<Block> blocks = new ArrayList<>();
  private final Options options;

  /**
   * What may be chosen; {@link EquilibriumPropagation#options()} has the defaults.
   *
   * @param beta how strongly the output is nudged
   * @param freeSteps how many steps the states have to come to rest from the forward pass
   * @param nudgedSteps how many they have from there once nudged
   * @param symmetric whether the output is nudged both ways
   */
  public record Options(double beta, int freeSteps, int nudgedSteps, boolean symmetric) {
    /** Checks the values. */
    public Options {
      if (!(beta > 0) || freeSteps < 1 || nudgedSteps < 1) {
        throw new IllegalArgumentException(
            "EquilibriumPropagation: beta must be positive, and there must be at least 1 step of"
                + " each kind, got "
                + beta
                + ", "
                + freeSteps
                + " and "
                + nudgedSteps);
      }
    }

    /** Returns these options with another strength. */
    public Options beta(double value) {
      return new Options(value, freeSteps, nudgedSteps, symmetric);
    }

    /** Returns these options with other numbers of steps. */
    public Options steps(int free, int nudged) {
      return new Options(beta, free, nudged, symmetric);
    }

    /** Returns these options nudging both ways, or one. */
    public Options symmetric(boolean value) {
      return new Options(beta, freeSteps, nudgedSteps, value);
    }
  }

  /** Returns the default options: beta 0.1 both ways, 30 free steps and 10 nudged ones. */
  public static Options options() {
    return new Options(0.1, 30, 10, true);
  }

  /** A layer and its activation. */
  private record Block(Linear linear, List<UnaryModule> activation) {
    static Block of(int place, UnaryModule layer) {
      if (layer instanceof Linear linear) {
        return new Block(linear, List.of());
      }
      if (layer instanceof Sequential chain
          && !chain.layers().isEmpty()
          && chain.layers().getFirst() instanceof Linear linear
          && chain.layers().stream().skip(1).allMatch(part -> part.parameters().isEmpty())) {
        return new Block(linear, chain.layers().subList(1, chain.layers().size()));
      }
      throw new IllegalArgumentException(
          "EquilibriumPropagation: layer "
              + place
              + " of the model must be Linear, or a Sequential of Linear and activations, got "
              + layer);
    }

    Variable activate(Variable input) {
      Variable result = input;
      for (UnaryModule part : activation) {
        result = part.apply(result);
      }
      return result;
    }
  }

  /**
   * Creates the rule.
   *
   * @param model whose layers are each {@link Linear}, or a Sequential of Linear and activations
   * @param optimizer of the model's parameters
   */
  public EquilibriumPropagation(Sequential model, Optimizer<?> optimizer, Options options) {
    super(model, optimizer);
    if (model.layers().isEmpty()) {
      throw new IllegalArgumentException("EquilibriumPropagation: the model has no layers");
    }
    for (UnaryModule layer : model.layers()) {
      blocks.add(Block.of(blocks.size(), layer));
    }
    this.model = model;
    this.options = options;
  }

  @Override
  protected Outcome addGradients(Batch batch) {
    try (var _ = Autograd.noGrad()) {
      Variable inputs = batch.inputs();
      List<Variable> free = free(inputs);
      Variable output = free.getLast();
      Variable targets = targets(batch, output);
      double beta = options.beta();
      List<Variable> up = relax(inputs, free, targets, beta, options.nudgedSteps());
      List<Variable> down =
          options.symmetric() ? relax(inputs, free, targets, -beta, options.nudgedSteps()) : free;
      double scale = -1 / ((options.symmetric() ? 2 * beta : beta) * (double) inputs.size(0));
      for (int k = 0; k < blocks.size(); k++) {
        Linear linear = blocks.get(k).linear();
        Variable upBelow = k == 0 ? inputs : up.get(k - 1);
        Variable downBelow = k == 0 ? inputs : down.get(k - 1);
        Variable difference =
            up.get(k).transpose().matmul(upBelow).sub(down.get(k).transpose().matmul(downBelow));
        add(linear.weight(), difference.mul(scale));
        Variable bias = linear.bias();
        if (bias != null) {
          add(bias, up.get(k).sub(down.get(k)).sum(0).mul(scale));
        }
      }
      return Outcome.of(squaredError(output, targets).item(), output);
    }
  }

  private static void add(Variable parameter, Variable gradient) {
    if (parameter.requiresGrad()) {
      Variable present = parameter.grad();
      parameter.setGrad(present == null ? gradient : present.add(gradient));
    }
  }

  /**
   * Returns the loss at rest, recorded through all free steps: what the rule's gradients are to
   * resemble.
   */
  public Variable loss(Batch batch) {
    Variable output = free(batch.inputs()).getLast();
    return squaredError(output, targets(batch, output));
  }

  private static Variable targets(Batch batch, Variable output) {
    return LossTargets.oneHot(batch.targets(), output.size(1), output.dtype());
  }

  private static Variable squaredError(Variable output, Variable targets) {
    return output.sub(targets).square().sum().div(2.0 * output.size(0));
  }

  /** Returns the states at rest without a target. */
  private List<Variable> free(Variable inputs) {
    List<Variable> states = new ArrayList<>();
    Variable x = inputs;
    for (Block block : blocks) {
      x = block.activate(block.linear().apply(x));
      states.add(x);
    }
    return relax(inputs, states, inputs, 0, options.freeSteps());
  }

  /** Lets all states follow each other at once, some times. */
  private List<Variable> relax(
      Variable inputs, List<Variable> start, Variable targets, double beta, int steps) {
    Variable fromInput = blocks.getFirst().linear().apply(inputs);
    List<Variable> states = start;
    for (int step = 0; step < steps; step++) {
      List<Variable> next = new ArrayList<>();
      for (int k = 0; k < blocks.size(); k++) {
        Variable z = k == 0 ? fromInput : blocks.get(k).linear().apply(states.get(k - 1));
        if (k + 1 < blocks.size()) {
          z = z.add(states.get(k + 1).matmul(blocks.get(k + 1).linear().weight()));
        } else if (beta != 0) {
          z = z.add(targets.sub(states.get(k)).mul(beta));
        }
        next.add(blocks.get(k).activate(z));
      }
      states = next;
    }
    return states;
  }

  /** Returns the output at rest. */
  @Override
  public Variable predict(Variable inputs) {
    return model.evaluate(() -> free(inputs).getLast());
  }

  @Override
  public double validationLoss(Variable predictions, Batch batch) {
    return model.evaluate(() -> squaredError(predictions, targets(batch, predictions)).item());
  }
}
