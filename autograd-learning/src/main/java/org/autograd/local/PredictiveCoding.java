package org.autograd.local;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.optim.Optimizer;
import org.autograd.training.Outcome;

/**
 * Predictive coding: each block f predicts what the values of the next layer are, the values move
 * to make the errors of all predictions small together, and then each block learns to predict
 * better. With values v, beginning where the forward pass ends, and errors e,
 *
 * <pre>{@code
 * e_l = f_l(v_{l-1}) - v_l            at the top: the gradient of the loss
 * v_l = v_l + rate (e_l - J^T e_{l+1})     where J is the Jacobian of f_{l+1}
 * gradient of block l: that of |e_l|^2 / 2
 * }</pre>
 *
 * <p>{@linkplain Options#fixedPrediction With fixed predictions}, those of the forward pass, a rate
 * of 1 and as many steps as blocks, the gradients are exactly those of backpropagation (R.
 * Rosenbaum, "On the relationship between predictive coding and backpropagation", 2022, whose
 * program Torch2PC has the same two modes). Otherwise, the strict mode, predictions follow the
 * values.
 *
 * <pre>{@code
 * LearningRule rule =
 *     new PredictiveCoding(model, Losses::crossEntropy, optimizer, PredictiveCoding.options());
 * }</pre>
 */
public final class PredictiveCoding extends GradientRule {
  private final Sequential model;
  private final BinaryOperator<Variable> loss;
  private final Options options;

  /**
   * What may be chosen; {@link PredictiveCoding#options()} has the defaults.
   *
   * @param rate by how much of the sum of errors the values move in a step
   * @param steps how often they move
   * @param fixedPrediction whether predictions stay as the forward pass made them
   */
  public record Options(double rate, int steps, boolean fixedPrediction) {
    /** Checks the values. */
    public Options {
      if (!(rate > 0) || steps < 1) {
        throw new IllegalArgumentException(
            "PredictiveCoding: the rate must be positive and there must be at least 1 step, got "
                + rate
                + " and "
                + steps);
      }
    }

    /** Returns these options with another rate. */
    public Options rate(double value) {
      return new Options(value, steps, fixedPrediction);
    }

    /** Returns these options with another number of steps. */
    public Options steps(int value) {
      return new Options(rate, value, fixedPrediction);
    }

    /** Returns these options with or without fixed predictions. */
    public Options fixedPrediction(boolean value) {
      return new Options(rate, steps, value);
    }
  }

  /** Returns the default options: the strict mode, 20 steps at the rate 0.1. */
  public static Options options() {
    return new Options(0.1, 20, false);
  }

  /**
   * Creates the rule.
   *
   * @param model whose layers are the blocks
   * @param loss a scalar, the mean over a batch, of predictions and targets
   * @param optimizer of the model's parameters
   * @throws IllegalArgumentException if the model has no layers, or, in the strict mode, which
   *     computes each block in every step, if it has dropout or running statistics
   */
  public PredictiveCoding(
      Sequential model, BinaryOperator<Variable> loss, Optimizer<?> optimizer, Options options) {
    super(model, loss, optimizer);
    if (model.layers().isEmpty()) {
      throw new IllegalArgumentException("PredictiveCoding: the model has no layers");
    }
    if (!options.fixedPrediction()) {
      RepeatedPasses.check(
          "PredictiveCoding", model, "use LayerNorm or GroupNorm, or fixedPrediction(true)");
    }
    this.model = model;
    this.loss = loss;
    this.options = options;
  }

  /** A block's prediction, recorded, and what it was computed from. */
  private record Prediction(Variable input, Variable output) {}

  @Override
  protected Outcome addGradients(Batch batch) {
    int depth = model.layers().size();
    List<Prediction> predictions = new ArrayList<>();
    List<Variable> values = new ArrayList<>();
    Variable x = batch.inputs();
    for (UnaryModule block : model.layers()) {
      // Nothing below the first block moves, and its inputs may be integers.
      Variable below = x.detach();
      Prediction prediction = predict(block, predictions.isEmpty() ? below : movable(below));
      predictions.add(prediction);
      x = prediction.output().detach();
      values.add(x);
    }
    Top top = top(x, batch.targets());
    Outcome outcome = Outcome.of(top.loss(), x);
    List<Variable> errors = errors(predictions, values, top.error());
    for (int step = 1; step < options.steps(); step++) {
      move(predictions, values, errors);
      if (!options.fixedPrediction()) {
        for (int k = 1; k < depth; k++) {
          predictions.set(k, predict(model.layers().get(k), movable(values.get(k - 1))));
        }
        top = top(predictions.getLast().output(), batch.targets());
      }
      errors = errors(predictions, values, top.error());
    }
    for (int k = 0; k < depth; k++) {
      if (predictions.get(k).output().requiresGrad()) {
        predictions.get(k).output().backward(errors.get(k));
      }
    }
    return outcome;
  }

  private static Prediction predict(UnaryModule block, Variable input) {
    return new Prediction(input, block.apply(input));
  }

  private static Variable movable(Variable value) {
    return value.detach().requiresGrad(true);
  }

  /** The loss at the top, and its gradient. */
  private record Top(double loss, Variable error) {}

  private Top top(Variable output, Variable targets) {
    Variable leaf = output.detach().requiresGrad(true);
    Variable value = loss.apply(leaf, targets);
    return new Top(value.item(), Autograd.grad(value, leaf).getFirst());
  }

  private static List<Variable> errors(
      List<Prediction> predictions, List<Variable> values, Variable top) {
    List<Variable> errors = new ArrayList<>();
    for (int k = 0; k + 1 < predictions.size(); k++) {
      errors.add(predictions.get(k).output().detach().sub(values.get(k)));
    }
    errors.add(top);
    return errors;
  }

  /** Moves all values but the topmost at once. */
  private void move(List<Prediction> predictions, List<Variable> values, List<Variable> errors) {
    for (int k = 0; k + 1 < predictions.size(); k++) {
      Prediction above = predictions.get(k + 1);
      Variable fromAbove =
          Autograd.grad(
                  List.of(above.output()),
                  List.of(errors.get(k + 1)),
                  List.of(above.input()),
                  BackwardOptions.retainGraph())
              .getFirst();
      values.set(k, values.get(k).add(errors.get(k).sub(fromAbove).mul(options.rate())));
    }
  }
}
