package org.autograd.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.Function;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.Module;
import org.autograd.nn.UnaryModule;
import org.autograd.optim.Gradients;
import org.autograd.optim.Lbfgs;
import org.autograd.optim.Optimizer;
import org.jspecify.annotations.Nullable;

/**
 * Learning by the gradient of a loss: forward, backward, a step of an optimizer.
 *
 * <pre>{@code
 * LearningRule rule =
 *     new Backpropagation(
 *         model,
 *         Losses::crossEntropy,
 *         new AdamW(model.parameters(), AdamW.options()),
 *         Backpropagation.options().clipNorm(1).accumulate(4));
 * }</pre>
 *
 * <p>A batch whose loss is NaN or infinite changes no parameter; buffers that change in the forward
 * pass, such as the running statistics of {@code BatchNorm1d}, have taken it in by then. Gradients
 * stay as they are until the next batch, so listeners can look at them.
 *
 * <p>An outcome has the measures {@code learning_rate}, of the first optimizer's first group, and
 * with {@code clipNorm} the norm before clipping, {@code gradient_norm}: NaN where gradients are
 * accumulated and no step was made.
 */
public final class Backpropagation implements LearningRule {
  private static final System.Logger LOGGER = System.getLogger(Backpropagation.class.getName());
  private static final String ACCUMULATION = "accumulation";
  private static final String PENDING = "pending";
  private static final String NORM = "gradient_norm";
  private static final String GRADIENT = "gradient.";

  private final Module module;
  private final Function<Batch, Variable> forward;
  private final BiFunction<Variable, Batch, Variable> loss;
  private final List<Optimizer<?>> optimizers = new ArrayList<>();
  private final Options options;

  /** The number of batches whose gradients wait for a step. */
  private int pending;

  private boolean checked;

  /**
   * The options; {@link Backpropagation#options()} has the defaults.
   *
   * @param clipNorm the 2-norm to which all gradients together are limited; infinity for no limit
   * @param accumulate for how many batches gradients are averaged before a step is made; an epoch
   *     ends with a step for those that are left, the mean of which is taken ({@link #endEpoch})
   * @param afterBackward what is done with the module before each step, when gradients are complete
   *     and not yet clipped
   */
  public record Options(double clipNorm, int accumulate, Consumer<Module> afterBackward) {
    /** Checks the values. */
    public Options {
      if (!(clipNorm > 0)) {
        throw new IllegalArgumentException(
            "Backpropagation: clipNorm must be above 0, got " + clipNorm);
      }
      if (accumulate < 1) {
        throw new IllegalArgumentException(
            "Backpropagation: accumulate must be at least 1, got " + accumulate);
      }
    }

    /** Returns these options with another limit for the norm of the gradients. */
    public Options clipNorm(double value) {
      return new Options(value, accumulate, afterBackward);
    }

    /** Returns these options with another number of batches for a step. */
    public Options accumulate(int value) {
      return new Options(clipNorm, value, afterBackward);
    }

    /** Returns these options with another function to be called before each step. */
    public Options afterBackward(Consumer<Module> value) {
      return new Options(clipNorm, accumulate, value);
    }
  }

  /** Returns the default options: gradients are not clipped, and each batch is a step. */
  public static Options options() {
    return new Options(Double.POSITIVE_INFINITY, 1, _ -> {});
  }

  /** Creates the rule with the default options. */
  public Backpropagation(UnaryModule model, BinaryOperator<Variable> loss, Optimizer<?> optimizer) {
    this(model, loss, optimizer, options());
  }

  /**
   * Creates the rule for a model that computes predictions from a batch's inputs.
   *
   * @param loss a scalar, the mean over a batch, of predictions and targets
   * @param optimizer of the model's parameters
   */
  public Backpropagation(
      UnaryModule model, BinaryOperator<Variable> loss, Optimizer<?> optimizer, Options options) {
    this(
        model,
        batch -> model.apply(batch.inputs()),
        (predictions, batch) -> loss.apply(predictions, batch.targets()),
        optimizer,
        options);
  }

  /**
   * Creates the rule for any model.
   *
   * @param forward the predictions for a batch; of its tensors only those are there that {@link
   *     #predict} was given
   * @param loss a scalar, the mean over a batch, of predictions and the batch
   * @param optimizer of the module's parameters
   * @throws IllegalArgumentException if it is an {@link Lbfgs}, which needs a loss several times
   *     per step, of all examples at once
   */
  public Backpropagation(
      Module module,
      Function<Batch, Variable> forward,
      BiFunction<Variable, Batch, Variable> loss,
      Optimizer<?> optimizer,
      Options options) {
    this.module = module;
    this.forward = forward;
    this.loss = loss;
    this.options = options;
    also(optimizer);
  }

  /**
   * Adds an optimizer of further parameters, which makes its steps behind those that there are, and
   * returns this rule: {@code Muon} for matrices and {@code AdamW} for all else, say.
   *
   * @param optimizer of parameters that no other one changes
   */
  public Backpropagation also(Optimizer<?> optimizer) {
    if (optimizer instanceof Lbfgs) {
      throw new IllegalArgumentException(
          "Backpropagation: Lbfgs computes the loss several times per step; call its step(closure)"
              + " in a loop of your own, or take another optimizer");
    }
    optimizers.add(optimizer);
    return this;
  }

  @Override
  public Module module() {
    return module;
  }

  /** Returns the optimizer, the first one if there are several. */
  public Optimizer<?> optimizer() {
    return optimizers.getFirst();
  }

  @Override
  public Outcome learn(Batch batch) {
    if (!module.isTraining()) {
      module.train();
    }
    if (pending == 0) {
      optimizers.forEach(Optimizer::zeroGrad);
    }
    Variable predictions = forward.apply(batch);
    Variable batchLoss = loss.apply(predictions, batch);
    Outcome outcome =
        Outcome.of(batchLoss.item(), predictions.detach())
            .with("learning_rate", optimizer().groups().getFirst().options().learningRate());
    if (clips()) {
      // In every outcome, since the columns of a log are those of its first row.
      outcome = outcome.with(NORM, Double.NaN);
    }
    if (!Double.isFinite(outcome.loss())) {
      return outcome;
    }
    (options.accumulate() == 1 ? batchLoss : batchLoss.div(options.accumulate())).backward();
    checkOnce();
    pending++;
    if (pending < options.accumulate()) {
      return outcome;
    }
    double norm = step();
    return clips() ? outcome.with(NORM, norm) : outcome;
  }

  private boolean clips() {
    return options.clipNorm() < Double.POSITIVE_INFINITY;
  }

  /** Makes a step with the gradients, and returns their norm before clipping if there is any. */
  private double step() {
    pending = 0;
    options.afterBackward().accept(module);
    double norm =
        clips() ? Gradients.clipNorm(module.parameters(), options.clipNorm()) : Double.NaN;
    optimizers.forEach(optimizer -> optimizer.step());
    return norm;
  }

  /**
   * Makes a step for the batches since the last one, if they are fewer than are accumulated for a
   * step: by the mean of their gradients. So no batch is lost at the end of a training, and none of
   * an epoch takes part in a step of the next. A training that is stopped within an epoch keeps
   * them until it goes on. Who writes the loop by hand calls this too.
   */
  @Override
  public void endEpoch() {
    if (pending == 0) {
      return;
    }
    double share = (double) options.accumulate() / pending;
    try (var _ = Autograd.noGrad()) {
      for (Variable parameter : module.parameters()) {
        Variable gradient = parameter.grad();
        if (gradient != null) {
          parameter.setGrad(gradient.detach().mul(share));
        }
      }
    }
    step();
  }

  /** Says which parameters will not learn, which is seldom what is wanted. */
  private void checkOnce() {
    if (checked) {
      return;
    }
    checked = true;
    List<String> unreached =
        module.namedParameters().entrySet().stream()
            .filter(entry -> entry.getValue().requiresGrad() && !entry.getValue().hasGrad())
            .map(Map.Entry::getKey)
            .toList();
    if (!unreached.isEmpty()) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "the loss of the first batch gives no gradient to {0}; if that is meant, freeze them by"
              + " requiresGrad(false)",
          String.join(", ", unreached));
    }
  }

  @Override
  public Variable predict(Variable inputs) {
    return predict(Batch.of(inputs));
  }

  @Override
  public Variable predict(Batch batch) {
    return module.evaluate(() -> forward.apply(batch));
  }

  @Override
  public double validationLoss(Variable predictions, Batch batch) {
    return module.evaluate(() -> loss.apply(predictions, batch).item());
  }

  @Override
  public void addTo(TrainingState state) {
    state.add("model", module);
    optimizers.forEach(optimizer -> state.add("optimizer", optimizer));
    if (options.accumulate() > 1) {
      state.add(ACCUMULATION, this::saveGradients, this::loadGradients);
    }
  }

  private SequencedMap<String, Variable> saveGradients() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(PENDING, Variable.of((long) pending));
    if (pending > 0) {
      module
          .namedParameters()
          .forEach((name, parameter) -> {
            Variable gradient = parameter.grad();
            if (gradient != null) {
              result.put(GRADIENT + name, gradient.detach());
            }
          });
    }
    return result;
  }

  private void loadGradients(Map<String, Variable> saved) {
    StateValues values = new StateValues(saved);
    long loadedPending = values.count(PENDING, 0, options.accumulate() - 1);
    Map<Variable, @Nullable Variable> gradients = new LinkedHashMap<>();
    module
        .namedParameters()
        .forEach((name, parameter) -> {
          String key = GRADIENT + name;
          gradients.put(parameter, values.has(key) ? values.like(key, parameter) : null);
        });
    values.finish();
    gradients.forEach((parameter, gradient) ->
        parameter.setGrad(gradient == null ? null : gradient.detach().copy()));
    pending = (int) loadedPending;
  }
}
