package org.autograd.local;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.Sequential;
import org.autograd.optim.Optimizer;
import org.autograd.training.Outcome;
import org.autograd.training.TrainingState;

/**
 * Learning block by block: each block of a chain has a rule of its own, and they may differ. With
 * the same rule for all hidden blocks this is direct feedback alignment or learning by local
 * losses; with several it is a hybrid. No gradient crosses from a block to one below whose rule
 * does not take it.
 *
 * <pre>{@code
 * Sequential model = new Sequential(body, middle, classifier);           // any modules
 * List<BlockRule> rules =
 *     List.of(
 *         LocalLoss.predsim(512, 10, Linear.options()),
 *         DirectFeedback.errors(10, 256, new Generator(1)),
 *         BlockRule.backpropagation());
 * LearningRule rule =
 *     new BlockwiseLearning(
 *         model,
 *         rules,
 *         Losses::crossEntropy,
 *         new Adam(BlockwiseLearning.parameters(model, rules), Adam.options()));
 * }</pre>
 */
public final class BlockwiseLearning extends GradientRule {
  private final Sequential model;
  private final List<BlockRule> rules;
  private final BinaryOperator<Variable> loss;

  /**
   * Creates the rule.
   *
   * @param model whose layers are the blocks
   * @param rules one for each block
   * @param loss a scalar, the mean over a batch, of predictions and targets
   * @param optimizer of {@link #parameters}
   * @throws IllegalArgumentException if there is not a rule for each block, if a block waits for a
   *     gradient that the one above does not hand down, or if the optimizer lacks parameters of a
   *     rule
   */
  public BlockwiseLearning(
      Sequential model,
      List<BlockRule> rules,
      BinaryOperator<Variable> loss,
      Optimizer<?> optimizer) {
    super(model, loss, optimizer);
    if (rules.size() != model.layers().size()) {
      throw new IllegalArgumentException(
          "BlockwiseLearning: the model has "
              + model.layers().size()
              + " blocks, but there are "
              + rules.size()
              + " rules");
    }
    for (int k = 0; k + 1 < rules.size(); k++) {
      if (rules.get(k).takesGradient() && !rules.get(k + 1).handsGradientDown()) {
        throw new IllegalArgumentException(
            "BlockwiseLearning: block "
                + k
                + " learns by "
                + rules.get(k)
                + " from the gradient of block "
                + (k + 1)
                + ", which hands none down: "
                + rules.get(k + 1));
      }
    }
    for (int k = 0; k < rules.size(); k++) {
      if (!optimizes(optimizer, ownParameters(rules.get(k)))) {
        throw new IllegalArgumentException(
            "BlockwiseLearning: the optimizer lacks the parameters that the rule of block "
                + k
                + " has of its own: create it with BlockwiseLearning.parameters(model, rules)");
      }
    }
    this.model = model;
    this.rules = List.copyOf(rules);
    this.loss = loss;
  }

  /** Returns the parameters of a model and those that rules have of their own. */
  public static List<Variable> parameters(Sequential model, List<BlockRule> rules) {
    List<Variable> result = new ArrayList<>(model.parameters());
    rules.forEach(rule -> result.addAll(ownParameters(rule)));
    return result;
  }

  private static List<Variable> ownParameters(BlockRule rule) {
    return rule.module().map(module -> module.parameters()).orElse(List.of());
  }

  @Override
  protected Outcome addGradients(Batch batch) {
    Variable targets = batch.targets();
    Variable inputs = batch.inputs().detach();
    List<Variable> results = new ArrayList<>();
    Variable x = inputs;
    for (int k = 0; k < rules.size(); k++) {
      Variable result = rules.get(k).forward(model.layers().get(k), x, targets);
      results.add(result);
      x = rules.get(k).takesGradient() ? result : result.detach();
    }
    Variable predictions = x.detach().requiresGrad(true);
    Variable value = loss.apply(predictions, targets);
    Variable error = Autograd.grad(value, predictions).getFirst();
    if (Double.isFinite(value.item())) {
      if (rules.getLast().takesGradient() && x.requiresGrad()) {
        x.backward(error);
      }
      BlockRule.Teaching teaching =
          new BlockRule.Teaching(error, targets, () -> lossNow(inputs, targets));
      for (int k = rules.size() - 1; k >= 0; k--) {
        rules.get(k).backward(model.layers().get(k), results.get(k), teaching);
      }
    }
    return Outcome.of(value.item(), predictions.detach());
  }

  private Variable lossNow(Variable inputs, Variable targets) {
    // In evaluation mode, since an estimator compares losses of the same function; but whether
    // anything is recorded is its choice: a forward gradient needs it.
    boolean recording = Autograd.isGradEnabled();
    return model.evaluate(() -> {
      try (var _ = Autograd.setGradEnabled(recording)) {
        return loss.apply(model.apply(inputs), targets);
      }
    });
  }

  @Override
  public void addTo(TrainingState state) {
    super.addTo(state);
    rules.forEach(rule -> rule.addTo(state));
  }
}
