package org.autograd.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.Variable;

/**
 * Sets the learning rates of an optimizer's groups by a {@link Schedule}. The rates that the groups
 * have when the scheduler is made are the bases; a rate that is set otherwise lasts until the next
 * step. PyTorch's {@code torch.optim.lr_scheduler}.
 *
 * <pre>{@code
 * Scheduler scheduler = new Scheduler(optimizer, Schedule.step(30, 0.1));
 * for (int epoch = 0; epoch < 90; epoch++) {
 *   train(optimizer);
 *   scheduler.step();
 * }
 * }</pre>
 */
public final class Scheduler {
  private static final String STEP = "step";
  private static final String RATES = "base_learning_rates";
  private static final String MOMENTA = "base_momenta";

  private final Schedule schedule;
  private final List<Group<?>> groups = new ArrayList<>();
  private long step;

  /** A group of parameters, with what the schedule starts from. */
  private static final class Group<O extends OptimizerOptions<O>> {
    private final ParameterGroup<O> parameters;
    private double rate;
    private double momentum;

    Group(ParameterGroup<O> parameters) {
      this.parameters = parameters;
      this.rate = parameters.options().learningRate();
      this.momentum =
          parameters.options() instanceof MomentumOptions<?> options ? options.momentum() : 0;
    }

    void set(Schedule schedule, long step) {
      O options = parameters.options();
      if (options instanceof MomentumOptions<?> current && current.momentum() != 0) {
        options = withMomentum(current, schedule.momentum(momentum, step));
      }
      parameters.setOptions(options.learningRate(schedule.learningRate(rate, step)));
    }

    @SuppressWarnings("unchecked") // A MomentumOptions<O> that is an O returns an O.
    private O withMomentum(MomentumOptions<?> options, double momentum) {
      return (O) options.momentum(momentum);
    }
  }

  /** Creates a scheduler and sets the rates of step 0, for the groups that there are. */
  public Scheduler(Optimizer<?> optimizer, Schedule schedule) {
    this.schedule = schedule;
    addGroups(optimizer);
    apply();
  }

  private <O extends OptimizerOptions<O>> void addGroups(Optimizer<O> optimizer) {
    optimizer.groups().forEach(group -> groups.add(new Group<>(group)));
  }

  private void apply() {
    groups.forEach(group -> group.set(schedule, step));
  }

  /** Sets the rates of the next step. */
  public void step() {
    step++;
    apply();
  }

  /** Returns how many steps have been made. */
  public long steps() {
    return step;
  }

  /** Returns the current learning rates of the groups. */
  public List<Double> learningRates() {
    return groups.stream().map(group -> group.parameters.options().learningRate()).toList();
  }

  /** Returns what is needed to continue: the step and what the groups started from. */
  public SequencedMap<String, Variable> stateDict() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(STEP, Variable.of(step).reshape());
    result.put(RATES, Variable.of(groups.stream().mapToDouble(group -> group.rate).toArray()));
    result.put(
        MOMENTA, Variable.of(groups.stream().mapToDouble(group -> group.momentum).toArray()));
    return result;
  }

  /**
   * Continues where another scheduler of the same schedule was when it returned the state dict, and
   * sets the rates of that step.
   *
   * @throws IllegalArgumentException if something is missing, unexpected or does not fit: the
   *     message lists all of it, and nothing is changed
   */
  public void loadStateDict(Map<String, Variable> stateDict) {
    StateReader reader = new StateReader(stateDict);
    long steps = reader.count(STEP);
    double[] rates = reader.numbers(RATES, groups.size());
    double[] momenta = reader.numbers(MOMENTA, groups.size());
    reader.throwProblems("Scheduler");
    step = steps;
    for (int k = 0; k < groups.size(); k++) {
      groups.get(k).rate = rates[k];
      groups.get(k).momentum = momenta[k];
    }
    apply();
  }
}
