package org.autograd.optim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * L-BFGS (Nocedal, 1980): a quasi-Newton method, which learns the curvature from the last changes
 * of parameters and gradients. For smooth losses of all data at once it takes few steps; for
 * mini-batches it is not made. A step takes a closure and evaluates it several times. PyTorch's
 * {@code torch.optim.LBFGS}.
 *
 * <pre>{@code
 * Lbfgs lbfgs = new Lbfgs(model.parameters(), Lbfgs.options().strongWolfe(true));
 * for (int k = 0; k < 10; k++) {
 *   double before = lbfgs.step(() -> {
 *     lbfgs.zeroGrad();
 *     Variable loss = Losses.mse(model.apply(x), target);
 *     loss.backward();
 *     return loss;
 *   });
 * }
 * }</pre>
 *
 * <p>There is one group of parameters, all of the same dtype; those without a gradient stay as they
 * are. The memory is {@code 2 * history} times the parameters'.
 */
public final class Lbfgs extends Optimizer<Lbfgs.Options> {
  private final List<Variable> parameters;
  private long iterations;
  private long evaluations;
  private @Nullable Variable direction;
  private @Nullable Variable previousGradient;
  private double previousLoss;
  private double stepSize;
  private double scale = 1;
  private final Deque<Pair> history = new ArrayDeque<>();

  /** A change of the parameters, that of the gradient, and 1 over their scalar product. */
  private record Pair(Variable change, Variable gradientChange, double weight) {}

  /** Creates an optimizer. */
  public Lbfgs(Collection<Variable> parameters, Options options) {
    super(parameters, options);
    this.parameters = groups().getFirst().parameters();
    for (Variable parameter : this.parameters) {
      if (parameter.dtype() != this.parameters.getFirst().dtype()) {
        throw new IllegalArgumentException(
            "Lbfgs: all parameters must be of one dtype, got "
                + describe(this.parameters.getFirst())
                + " and "
                + describe(parameter)
                + "; convert with to()");
      }
    }
  }

  /**
   * The options; {@link Lbfgs#options()} has the defaults.
   *
   * @param learningRate the size of a step in the quasi-Newton direction, with a line search the
   *     first that is tried; the natural one is 1
   * @param iterations how many directions one call of {@code step} follows at most
   * @param evaluations how often it calls the closure before it follows no further direction
   * @param gradientTolerance it ends when no element of the gradient is larger
   * @param changeTolerance it ends when no parameter, or the loss, changes by more
   * @param history how many changes are remembered
   * @param strongWolfe whether each step is looked for along the direction, until the loss has
   *     fallen enough and its slope is flat enough
   */
  public record Options(
      double learningRate,
      int iterations,
      int evaluations,
      double gradientTolerance,
      double changeTolerance,
      int history,
      boolean strongWolfe)
      implements OptimizerOptions<Options> {
    /** Checks the values. */
    public Options {
      Check.notNegative("learningRate", learningRate);
      Check.atLeastOne("iterations", iterations);
      Check.atLeastOne("evaluations", evaluations);
      Check.notNegative("gradientTolerance", gradientTolerance);
      Check.notNegative("changeTolerance", changeTolerance);
      Check.atLeastOne("history", history);
    }

    @Override
    public Options learningRate(double value) {
      return new Options(
          value, iterations, evaluations, gradientTolerance, changeTolerance, history, strongWolfe);
    }

    /** Returns these options with another number of iterations and 5/4 as many evaluations. */
    public Options iterations(int value) {
      return new Options(
          learningRate,
          value,
          Math.max(1, (int) (value * 1.25)),
          gradientTolerance,
          changeTolerance,
          history,
          strongWolfe);
    }

    /** Returns these options with another number of evaluations. */
    public Options evaluations(int value) {
      return new Options(
          learningRate,
          iterations,
          value,
          gradientTolerance,
          changeTolerance,
          history,
          strongWolfe);
    }

    /** Returns these options with other tolerances of the gradient and of changes. */
    public Options tolerances(double gradient, double change) {
      return new Options(
          learningRate, iterations, evaluations, gradient, change, history, strongWolfe);
    }

    /** Returns these options with another memory. */
    public Options history(int value) {
      return new Options(
          learningRate,
          iterations,
          evaluations,
          gradientTolerance,
          changeTolerance,
          value,
          strongWolfe);
    }

    /** Returns these options with or without a line search. */
    public Options strongWolfe(boolean value) {
      return new Options(
          learningRate,
          iterations,
          evaluations,
          gradientTolerance,
          changeTolerance,
          history,
          value);
    }
  }

  /**
   * Returns the defaults: learning rate 1, 20 iterations, 25 evaluations, tolerances 1e-7 and 1e-9,
   * history 100, no line search.
   */
  public static Options options() {
    return new Options(1, 20, 25, 1e-7, 1e-9, 100, false);
  }

  /**
   * Not supported.
   *
   * @throws IllegalStateException always
   */
  @Override
  public ParameterGroup<Options> addGroup(Collection<Variable> added, Options options) {
    throw new IllegalStateException(
        "Lbfgs: has one group of parameters, since it steps along one direction of all of them;"
            + " give all to the constructor");
  }

  /**
   * Not supported.
   *
   * @throws IllegalStateException always
   */
  @Override
  public void step() {
    throw new IllegalStateException(
        "Lbfgs: evaluates the loss several times per step; call step(closure)");
  }

  @Override
  protected void update(Variable parameter, ParameterState state, Options options) {
    step();
  }

  @Override
  protected List<String> buffers(Options options) {
    return List.of();
  }

  /** Follows one direction after another, as many as the options say or until nothing changes. */
  @Override
  public double step(Supplier<Variable> closure) {
    try (var _ = Autograd.noGrad()) {
      return minimize(closure, groups().getFirst().options());
    }
  }

  private double minimize(Supplier<Variable> closure, Options options) {
    double first = loss(closure);
    double loss = first;
    Variable gradient = flatGradient();
    int called = 1;
    if (largest(gradient) <= options.gradientTolerance()) {
      return first;
    }
    for (int k = 1; k <= options.iterations(); k++) {
      Variable toward = nextDirection(gradient, options);
      boolean veryFirst = iterations == 1;
      double step =
          options.learningRate() * (veryFirst ? Math.min(1, 1 / absoluteSum(gradient)) : 1);
      previousGradient = gradient;
      previousLoss = loss;
      stepSize = step;
      double slope = gradient.dot(toward).item();
      if (slope > -options.changeTolerance()) {
        break;
      }
      List<Variable> start = parameters.stream().map(p -> p.detach().copy()).toList();
      if (options.strongWolfe()) {
        LineSearch search =
            new LineSearch(
                size -> {
                  move(start, toward, size);
                  double value = loss(closure);
                  Variable g = flatGradient();
                  return new LineSearch.Point(size, value, g, g.dot(toward).item());
                },
                new LineSearch.Point(0, loss, gradient, slope),
                largest(toward),
                options.changeTolerance());
        LineSearch.Point found;
        try {
          found = search.search(step);
        } catch (RuntimeException e) {
          move(start, toward, 0);
          throw e;
        }
        move(start, toward, found.step());
        stepSize = found.step();
        loss = found.loss();
        gradient = found.gradient();
        called += search.evaluations();
        evaluations += search.evaluations();
      } else {
        move(start, toward, step);
        if (k == options.iterations()) {
          break;
        }
        // After the last step nothing would be done with a loss.
        loss = loss(closure);
        gradient = flatGradient();
        called++;
      }
      if (called >= options.evaluations()
          || largest(gradient) <= options.gradientTolerance()
          || largest(toward) * stepSize <= options.changeTolerance()
          || Math.abs(loss - previousLoss) < options.changeTolerance()) {
        break;
      }
    }
    return first;
  }

  private static double loss(Supplier<Variable> closure) {
    try (var _ = Autograd.enableGrad()) {
      return closure.get().item();
    }
  }

  /** Returns the gradients one after the other, 0 where there is none, in an array of its own. */
  private Variable flatGradient() {
    List<Variable> parts = new ArrayList<>();
    for (Variable parameter : parameters) {
      Variable gradient = parameter.grad();
      parts.add(gradient == null ? Variable.zerosLike(parameter).flatten() : gradient.flatten());
    }
    return Variable.cat(0, parts).detach();
  }

  /** Sets the parameters to {@code start + size * toward}. */
  private void move(List<Variable> start, Variable toward, double size) {
    long position = 0;
    for (int k = 0; k < start.size(); k++) {
      Variable from = start.get(k);
      Variable part = toward.narrow(0, position, from.elementCount());
      parameters.get(k).copy_(part.mul(size).reshape(from.shape().toArray()).add(from));
      position += from.elementCount();
    }
  }

  private static double largest(Variable vector) {
    return vector.abs().max().item();
  }

  private static double absoluteSum(Variable vector) {
    return vector.abs().sum().item();
  }

  /**
   * Remembers the last change and returns the quasi-Newton direction, by the two-loop recursion.
   */
  private Variable nextDirection(Variable gradient, Options options) {
    iterations++;
    Variable last = direction;
    Variable before = previousGradient;
    if (last == null || before == null) {
      Variable result = gradient.neg();
      direction = result;
      return result;
    }
    Variable gradientChange = gradient.sub(before);
    Variable change = last.mul(stepSize);
    double product = gradientChange.dot(change).item();
    // Otherwise the curvature along the step is not positive, and the pair would spoil the rest.
    if (product > 1e-10) {
      while (history.size() >= options.history()) {
        history.removeFirst();
      }
      history.addLast(new Pair(change, gradientChange, 1 / product));
      scale = product / gradientChange.dot(gradientChange).item();
    }
    Variable q = gradient.neg();
    Deque<Double> shares = new ArrayDeque<>();
    for (Iterator<Pair> pairs = history.descendingIterator(); pairs.hasNext(); ) {
      Pair pair = pairs.next();
      double share = pair.change().dot(q).item() * pair.weight();
      shares.addFirst(share);
      q = q.sub(pair.gradientChange().mul(share));
    }
    q = q.mul(scale);
    for (Pair pair : history) {
      double correction = pair.gradientChange().dot(q).item() * pair.weight();
      q = q.add(pair.change().mul(shares.removeFirst() - correction));
    }
    direction = q;
    return q;
  }

  /**
   * Returns what is needed to continue: the learning rate, and under PyTorch's names the numbers of
   * iterations and evaluations, the last direction, gradient, step and loss, and the history.
   */
  @Override
  public SequencedMap<String, Variable> stateDict() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(rateName(0), Variable.scalar(groups().getFirst().options().learningRate()));
    String prefix = prefix(0);
    Variable last = direction;
    Variable before = previousGradient;
    if (last == null || before == null) {
      return result;
    }
    result.put(prefix + "n_iter", Variable.of(iterations).reshape());
    result.put(prefix + "func_evals", Variable.of(evaluations).reshape());
    result.put(prefix + "t", Variable.scalar(stepSize));
    result.put(prefix + "prev_loss", Variable.scalar(previousLoss));
    result.put(prefix + "H_diag", Variable.scalar(scale));
    result.put(prefix + "d", last);
    result.put(prefix + "prev_flat_grad", before);
    int k = 0;
    for (Pair pair : history) {
      result.put(changeName(k), pair.change());
      result.put(gradientChangeName(k), pair.gradientChange());
      k++;
    }
    return result;
  }

  private static String changeName(int k) {
    return prefix(0) + "old_stps." + k;
  }

  private static String gradientChangeName(int k) {
    return prefix(0) + "old_dirs." + k;
  }

  @Override
  public void loadStateDict(Map<String, Variable> stateDict) {
    StateReader reader = new StateReader(stateDict);
    Variable like =
        Variable.zeros(
            parameters.getFirst().dtype(),
            parameters.stream().mapToLong(Variable::elementCount).sum());
    double rate = reader.rate(rateName(0));
    String prefix = prefix(0);
    long iterationsBefore = 0;
    long evaluationsBefore = 0;
    double[] numbers = {0, 0, 1};
    Variable last = null;
    Variable before = null;
    List<Pair> pairs = new ArrayList<>();
    if (reader.has(prefix)) {
      iterationsBefore = reader.count(prefix + "n_iter");
      evaluationsBefore = reader.count(prefix + "func_evals");
      String[] names = {"t", "prev_loss", "H_diag"};
      for (int k = 0; k < names.length; k++) {
        numbers[k] = reader.number(prefix + names[k]);
      }
      last = reader.like(like, prefix + "d");
      before = reader.like(like, prefix + "prev_flat_grad");
      for (int k = 0; reader.has(changeName(k)); k++) {
        Variable change = reader.like(like, changeName(k));
        Variable gradientChange = reader.like(like, gradientChangeName(k));
        if (change != null && gradientChange != null) {
          double product = gradientChange.detach().dot(change.detach()).item();
          pairs.add(new Pair(copy(change), copy(gradientChange), 1 / product));
        }
      }
    }
    reader.throwProblems("Lbfgs");
    setLearningRate(rate);
    iterations = iterationsBefore;
    evaluations = evaluationsBefore;
    stepSize = numbers[0];
    previousLoss = numbers[1];
    scale = numbers[2];
    direction = last == null ? null : copy(last);
    previousGradient = before == null ? null : copy(before);
    history.clear();
    history.addAll(pairs);
  }

  private static Variable copy(Variable value) {
    return value.detach().copy();
  }
}
