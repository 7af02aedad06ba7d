package org.autograd.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * Changes parameters by their gradients. PyTorch's {@code torch.optim.Optimizer}.
 *
 * <pre>{@code
 * AdamW optimizer = new AdamW(model.parameters(), AdamW.options().learningRate(1e-3));
 * for (Batch batch : batches) {
 *   optimizer.zeroGrad();
 *   loss(model, batch).backward();
 *   optimizer.step();
 * }
 * }</pre>
 *
 * <p>Parameters belong to groups with options of their own; a parameter without a gradient is left
 * as it is. Gradients add up until {@link #zeroGrad()}: to make a step for several batches that do
 * not fit the memory together, divide each loss by their number, and call {@code backward()} for
 * each before one {@code step()}. To write an optimizer extend this class with {@link #update}.
 *
 * @param <O> its options
 */
public abstract class Optimizer<O extends OptimizerOptions<O>> {
  private final List<ParameterGroup<O>> groups = new ArrayList<>();
  private final Map<Variable, ParameterState> states = new IdentityHashMap<>();

  /**
   * Creates an optimizer with one group.
   *
   * @throws IllegalArgumentException as {@link #addGroup}
   */
  protected Optimizer(Collection<Variable> parameters, O options) {
    groups.add(group(parameters, options));
  }

  /**
   * Changes one parameter in place by its gradient, of which there is one: {@link
   * org.autograd.PointwiseUpdate#ofGradient} reads it, or {@link Variable#grad()}. Nothing is
   * recorded while this runs.
   *
   * @param state what earlier calls for this parameter have left; its step counts this call
   */
  protected abstract void update(Variable parameter, ParameterState state, O options);

  /** Returns the names of the buffers that {@link #update} uses with the given options. */
  protected abstract List<String> buffers(O options);

  /** Returns the names of the numbers that {@link #update} uses with the given options; none. */
  protected List<String> numbers(O options) {
    return List.of();
  }

  /** Called at the start of each step, for what depends on all gradients; does nothing. */
  protected void beginStep() {}

  /**
   * Adds parameters that are treated by options of their own.
   *
   * @return the group
   * @throws IllegalArgumentException if there is no parameter, if one is the result of a recorded
   *     operation or not float32 or float64, or if one is there already
   */
  public ParameterGroup<O> addGroup(Collection<Variable> parameters, O options) {
    ParameterGroup<O> added = group(parameters, options);
    groups.add(added);
    return added;
  }

  private ParameterGroup<O> group(Collection<Variable> parameters, O options) {
    String name = getClass().getSimpleName();
    if (parameters.isEmpty()) {
      throw new IllegalArgumentException(
          name + ": there are no parameters; does the model register its parts with child()?");
    }
    Set<Variable> known = Collections.newSetFromMap(new IdentityHashMap<>());
    groups.forEach(group -> known.addAll(group.parameters()));
    int position = 0;
    for (Variable parameter : parameters) {
      String which = name + ": parameter " + position + ", " + describe(parameter) + ", ";
      if (!parameter.isLeaf()) {
        throw new IllegalArgumentException(
            which + "is the result of " + parameter.operation() + "; only leaves can be optimized");
      }
      if (!parameter.dtype().isFloating()) {
        throw new IllegalArgumentException(which + "must be float32 or float64");
      }
      if (!known.add(parameter)) {
        throw new IllegalArgumentException(which + "is there twice");
      }
      position++;
    }
    return new ParameterGroup<>(List.copyOf(parameters), options);
  }

  /** Returns the groups in the order in which they were added. */
  public final List<ParameterGroup<O>> groups() {
    return Collections.unmodifiableList(groups);
  }

  /** Sets the learning rate of all groups, from the next step on. */
  public final void setLearningRate(double learningRate) {
    groups.forEach(group -> group.setOptions(group.options().learningRate(learningRate)));
  }

  /** Changes each parameter that has a gradient. */
  public void step() {
    try (var _ = Autograd.noGrad()) {
      beginStep();
      for (ParameterGroup<O> group : groups) {
        for (Variable parameter : group.parameters()) {
          if (parameter.hasGrad()) {
            ParameterState state = states.computeIfAbsent(parameter, ParameterState::new);
            state.setStep(state.step() + 1);
            update(parameter, state, group.options());
          }
        }
      }
    }
  }

  /**
   * Computes a loss and its gradients by the closure, and makes a step.
   *
   * @param closure calls {@link #zeroGrad()}, computes a loss, calls its {@code backward()} and
   *     returns it; {@link Lbfgs} calls it several times
   * @return the loss before the step
   */
  public double step(Supplier<Variable> closure) {
    double loss;
    try (var _ = Autograd.enableGrad()) {
      loss = closure.get().item();
    }
    step();
    return loss;
  }

  /** Forgets the gradients of all parameters. */
  public final void zeroGrad() {
    groups.forEach(group -> group.parameters().forEach(Variable::zeroGrad));
  }

  /**
   * Returns what is needed to continue a training run: {@code groups.0.learningRate} for each
   * group, and for each parameter that has been changed, numbered through all groups, {@code
   * state.0.step} and the buffers under PyTorch's names, such as {@code state.0.exp_avg}. The other
   * options are not part of it. The buffers share their elements with the optimizer: {@code copy()}
   * what is to stay as it is while training goes on.
   */
  public SequencedMap<String, Variable> stateDict() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    int number = 0;
    for (int k = 0; k < groups.size(); k++) {
      result.put(rateName(k), Variable.scalar(groups.get(k).options().learningRate()));
      for (Variable parameter : groups.get(k).parameters()) {
        String prefix = prefix(number++);
        ParameterState state = states.get(parameter);
        if (state != null) {
          result.put(prefix + "step", Variable.of(state.step()).reshape());
          state
              .numbers()
              .forEach((name, value) -> result.put(prefix + name, Variable.scalar(value)));
          state.buffers().forEach((name, buffer) -> result.put(prefix + name, buffer));
        }
      }
    }
    return result;
  }

  /**
   * Continues where another optimizer of the same kind, groups and options was when it returned the
   * state dict. The values are copied.
   *
   * @throws IllegalArgumentException if something is missing, unexpected or of another shape or
   *     dtype: the message lists all of it, and nothing is changed
   */
  public void loadStateDict(Map<String, Variable> stateDict) {
    StateReader reader = new StateReader(stateDict);
    List<Double> rates = new ArrayList<>();
    Map<Variable, ParameterState> loaded = new IdentityHashMap<>();
    int number = 0;
    for (int k = 0; k < groups.size(); k++) {
      rates.add(reader.rate(rateName(k)));
      for (Variable parameter : groups.get(k).parameters()) {
        String prefix = prefix(number++);
        if (reader.has(prefix)) {
          ParameterState state = new ParameterState(parameter);
          state.setStep(reader.count(prefix + "step"));
          for (String name : numbers(groups.get(k).options())) {
            state.setNumber(name, reader.number(prefix + name));
          }
          for (String name : buffers(groups.get(k).options())) {
            @Nullable Variable source = reader.like(parameter, prefix + name);
            if (source != null) {
              state.buffer(name).copy_(source.detach());
            }
          }
          loaded.put(parameter, state);
        }
      }
    }
    reader.throwProblems(getClass().getSimpleName());
    for (int k = 0; k < groups.size(); k++) {
      ParameterGroup<O> group = groups.get(k);
      group.setOptions(group.options().learningRate(rates.get(k)));
    }
    states.clear();
    states.putAll(loaded);
  }

  static String rateName(int group) {
    return "groups." + group + ".learningRate";
  }

  static String prefix(int parameter) {
    return "state." + parameter + ".";
  }

  /** Returns dtype and shape, for messages. */
  static String describe(Variable value) {
    return value.dtype() + value.shape().toString();
  }
}
