package org.autograd.local;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.BinaryOperator;
import org.autograd.Autograd;
import org.autograd.Function;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.Linear;
import org.autograd.nn.Module;
import org.autograd.nn.ModuleHook;
import org.autograd.nn.UnaryModule;
import org.autograd.optim.Optimizer;
import org.autograd.training.Outcome;
import org.autograd.training.TrainingState;
import org.jspecify.annotations.Nullable;

/**
 * Backpropagation in which errors pass down through other matrices than activities passed up: a
 * linear layer {@code y = x W^T + b} gives its input the gradient {@code g B} instead of {@code g
 * W} (T. Lillicrap and others, "Random synaptic feedback weights support error backpropagation for
 * deep learning", 2016). The gradients of W and b stay as they are. {@link Feedback} says what B
 * is.
 *
 * <pre>{@code
 * LearningRule rule =
 *     new FeedbackAlignment(
 *         model, Losses::crossEntropy, optimizer, Feedback.RANDOM, new Generator(1));
 * }</pre>
 *
 * <p>The model may be any; its {@link Linear} parts are changed while the rule learns, by hooks,
 * and are as before afterwards. All other parts hand down true gradients.
 */
public final class FeedbackAlignment extends GradientRule {
  private final UnaryModule model;
  private final BinaryOperator<Variable> loss;
  private final Feedback feedback;
  private final Generator rng;
  private final SequencedMap<Linear, FixedMatrix> fixed = new LinkedHashMap<>();

  /**
   * Creates the rule.
   *
   * @param loss a scalar, the mean over a batch, of predictions and targets
   * @param optimizer of the model's parameters
   * @param rng draws the matrices
   * @throws IllegalArgumentException if the model has no linear layer
   */
  public FeedbackAlignment(
      UnaryModule model,
      BinaryOperator<Variable> loss,
      Optimizer<?> optimizer,
      Feedback feedback,
      Generator rng) {
    super(model, loss, optimizer);
    this.model = model;
    this.loss = loss;
    this.feedback = feedback;
    this.rng = rng;
    for (Module part : model.namedModules().values()) {
      if (part instanceof Linear linear) {
        Variable weight = linear.weight();
        fixed.put(
            linear,
            new FixedMatrix(rng, weight.dtype(), weight.size(0), weight.size(1), weight.size(1)));
      }
    }
    if (fixed.isEmpty()) {
      throw new IllegalArgumentException(
          "FeedbackAlignment: the model has no Linear layer, so nothing would differ from"
              + " backpropagation");
    }
  }

  @Override
  protected Outcome addGradients(Batch batch) {
    Variable predictions = forward(batch.inputs());
    Variable value = loss.apply(predictions, batch.targets());
    value.backward();
    return Outcome.of(value.item(), predictions.detach());
  }

  private Variable forward(Variable inputs) {
    List<ModuleHook> hooks = new ArrayList<>();
    try {
      fixed.forEach((layer, matrix) -> {
        Variable b;
        try (var _ = Autograd.noGrad()) {
          b = feedback.matrix(layer.weight(), matrix.matrix, rng).detach();
        }
        Path path = new Path(b);
        hooks.add(layer.beforeForward(path::enter));
        hooks.add(layer.afterForward((_, results) -> path.leave(results)));
      });
      return model.apply(inputs);
    } finally {
      hooks.forEach(ModuleHook::close);
    }
  }

  /**
   * The way of an error past a layer. The layer itself is given an input without a graph; its
   * result is then tied to the input by an operation that hands the gradient down.
   */
  private static final class Path extends Function {
    private final Variable b;
    private @Nullable Variable input;

    Path(Variable b) {
      this.b = b;
    }

    List<Variable> enter(List<Variable> inputs) {
      input = inputs.getFirst();
      return List.of(inputs.getFirst().detach());
    }

    List<Variable> leave(List<Variable> results) {
      Variable x = Objects.requireNonNull(input);
      input = null;
      return x.requiresGrad() ? List.of(apply(x, results.getFirst())) : results;
    }

    @Override
    public String name() {
      return "feedback";
    }

    @Override
    protected Variable[] forward(Context context, Variable[] inputs) {
      return new Variable[] {inputs[1]};
    }

    @Override
    protected @Nullable Variable[] backward(Context context, Variable[] gradients) {
      return new @Nullable Variable[] {gradients[0].matmul(b), gradients[0]};
    }
  }

  @Override
  public void addTo(TrainingState state) {
    super.addTo(state);
    fixed.values().forEach(matrix -> state.add("feedback", matrix));
    state.add("feedback_generator", rng);
  }
}
