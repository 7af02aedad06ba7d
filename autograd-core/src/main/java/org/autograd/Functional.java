package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives of functions, as values: PyTorch's {@code torch.func} and {@code
 * torch.autograd.functional}. No {@code grad} field is touched, and no argument has to require a
 * gradient.
 *
 * <pre>{@code
 * Variable slope = Functional.grad(x -> x.pow(3).sum(), x);                                 // 3 x^2
 * Variable second = Functional.grad(v -> Functional.grad(u -> u.pow(3).sum(), v).sum(), x); // 6 x
 * Variable matrix = Functional.hessian(x -> x.pow(3).sum(), x);
 * }</pre>
 *
 * <p>A function may capture other Variables. Where operations are recorded and the function's
 * result depends on a Variable that requires a gradient (an argument, or a captured parameter), the
 * derivative is connected to the graph and can be differentiated with respect to that one;
 * otherwise it is a constant. An argument on which the result does not depend has a derivative of
 * zeros.
 */
public final class Functional {
  private Functional() {}

  /**
   * A value and derivatives of it.
   *
   * @param value the function's result
   * @param gradients one for each argument, of its shape and dtype
   */
  public record ValueAndGradients(Variable value, List<Variable> gradients) {
    /** Returns the gradient with respect to the only or first argument. */
    public Variable gradient() {
      return gradients.getFirst();
    }
  }

  /**
   * Returns the gradient of a function.
   *
   * @param function gives one element
   * @param x a float array of any shape
   * @return an array like {@code x}
   * @throws IllegalArgumentException if the function's result has not exactly one element
   */
  public static Variable grad(UnaryOperator<Variable> function, Variable x) {
    return valueAndGrad(in -> function.apply(in[0]), x).gradient();
  }

  /** Returns the gradient of a function of several arguments with respect to each. */
  public static List<Variable> gradAll(Function<Variable[], Variable> function, Variable... x) {
    return valueAndGrad(function, x).gradients();
  }

  /**
   * Returns a function's value, which has one element, and its gradients with respect to each
   * argument.
   */
  public static ValueAndGradients valueAndGrad(
      Function<Variable[], Variable> function, Variable... x) {
    try (Trace trace = new Trace(function, x)) {
      trace.checkScalar("grad");
      return trace.product(Variable.onesLike(trace.output), BackwardOptions.defaults());
    }
  }

  /**
   * Returns a function's value and the vector-Jacobian products {@code v^T J} with respect to each
   * argument.
   *
   * @param function gives an array of any shape
   * @param v of the shape and dtype of the function's value
   */
  public static ValueAndGradients vjp(
      Function<Variable[], Variable> function, Variable v, Variable... x) {
    try (Trace trace = new Trace(function, x)) {
      trace.checkLikeOutput("vjp", v);
      return trace.product(v, BackwardOptions.defaults());
    }
  }

  /**
   * A value and its derivative in a direction.
   *
   * @param value the function's result
   * @param tangent of its shape and dtype
   */
  public record ValueAndTangent(Variable value, Variable tangent) {}

  /**
   * Returns the Jacobian-vector product {@code J v}: how fast the function's value changes when its
   * argument moves in a direction. It is computed in forward mode, along with the value, in one
   * pass that keeps no graph, and takes about twice the value's time whatever the number of
   * elements. PyTorch's {@code torch.func.jvp}. What the function computes inside {@link
   * Autograd#noGrad}, or on another thread, counts as constant.
   *
   * @param v of the shape and dtype of {@code x}
   * @return an array like the function's value
   */
  public static Variable jvp(UnaryOperator<Variable> function, Variable x, Variable v) {
    return jvp(in -> function.apply(in[0]), new Variable[] {x}, new Variable[] {v}).tangent();
  }

  /**
   * Returns a function's value, and its derivative when all arguments move at once, each in its
   * direction.
   *
   * @param v one direction for each argument, of its shape and dtype
   */
  public static ValueAndTangent jvp(
      Function<Variable[], Variable> function, Variable[] x, Variable[] v) {
    checkArgument(
        x.length == v.length && x.length > 0,
        "jvp: %s arguments and %s directions; each argument needs one",
        x.length,
        v.length);
    for (int k = 0; k < x.length; k++) {
      checkArgument(
          x[k].dtype().isFloating(),
          "jvp: argument %s must be float32 or float64, got %s; capture what does not move",
          k,
          x[k].describe());
      checkLike("jvp", v[k], x[k]);
    }
    boolean recorded = GradMode.isEnabled();
    // Rules need recorded operations, even where the caller wants none, as in inference mode.
    try (var _ = GradMode.record(GradMode.hooks());
        ForwardMode level = ForwardMode.open()) {
      Variable[] duals = new Variable[x.length];
      for (int k = 0; k < x.length; k++) {
        duals[k] = recorded ? level.dual(x[k], v[k]) : level.dual(x[k].detach(), v[k].detach());
      }
      Variable output = function.apply(duals);
      Variable tangent = level.tangent(output);
      Variable value = level.primal(output);
      if (tangent == null) {
        tangent = Variable.zerosLike(value);
      }
      return recorded
          ? new ValueAndTangent(value, alive(tangent))
          : new ValueAndTangent(value.detach(), tangent.detach());
    }
  }

  /**
   * Returns a function's value, and its derivative when leaves that it captures, such as a model's
   * parameters, move at once, each in its direction. Neither has a graph.
   *
   * <pre>{@code
   * Functional.jvp(() -> Losses.mse(model.apply(x), y), model.parameters(), directions).tangent();
   * }</pre>
   *
   * <p>Meanwhile no other thread may record operations on the leaves; one that does gets an {@link
   * IllegalStateException}.
   *
   * @param leaves float32 or float64, each once, whether they require gradients or not
   * @param directions one for each leaf, of its shape and dtype
   * @throws IllegalArgumentException if the directions do not fit, or a leaf is none
   */
  public static ValueAndTangent jvp(
      Supplier<Variable> function, List<Variable> leaves, List<Variable> directions) {
    checkArgument(
        leaves.size() == directions.size() && !leaves.isEmpty(),
        "jvp: %s leaves and %s directions; each leaf needs one",
        leaves.size(),
        directions.size());
    Set<Variable> seen = new HashSet<>();
    for (int k = 0; k < leaves.size(); k++) {
      Variable leaf = leaves.get(k);
      checkArgument(
          leaf.isLeaf() && !leaf.isMapped() && ViewArray.of(leaf) == null && seen.add(leaf),
          "jvp: number %s of the leaves, %s, is the result of an operation, a view, or there twice",
          k,
          leaf.describe());
      checkArgument(
          leaf.dtype().isFloating(),
          "jvp: leaf %s must be float32 or float64, got %s",
          k,
          leaf.describe());
      checkLike("jvp", directions.get(k), leaf);
    }
    try (var _ = GradMode.record(GradMode.hooks());
        ForwardMode level = ForwardMode.open();
        var _ = level.move(leaves, directions)) {
      Variable output = function.get();
      Variable tangent = level.tangent(output);
      Variable value = level.primal(output).detach();
      return new ValueAndTangent(
          value, tangent == null ? Variable.zerosLike(value) : tangent.detach());
    }
  }

  /**
   * Returns a tangent without its graph, if all that this leads to is arguments of calls made
   * inside.
   */
  private static Variable alive(Variable tangent) {
    return reachesLeaf(tangent, leaf -> !(leaf instanceof Node.Leaf own && own.isClosed()))
            || ForwardMode.isNested()
        ? tangent
        : tangent.detach();
  }

  /** Returns whether a graph leads to a leaf of some kind. */
  private static boolean reachesLeaf(Variable from, Predicate<Node> kind) {
    Set<Node> seen = new HashSet<>();
    List<Node> stack = new ArrayList<>();
    if (from.requiresGrad()) {
      stack.add(from.requireNode());
    }
    while (!stack.isEmpty()) {
      Node node = stack.removeLast();
      if (!seen.add(node)) {
        continue;
      }
      if (node.isLeaf() && kind.test(node)) {
        return true;
      }
      for (int k = 0; k < node.inputCount(); k++) {
        Node input = node.input(k);
        if (input != null) {
          stack.add(input);
        }
      }
    }
    return false;
  }

  /**
   * Calls a function once for a batch of arguments: what it does to one sample is done to all of
   * them at once, by operations on whole arrays. PyTorch's {@code torch.vmap}.
   *
   * <pre>{@code
   * Functional.vmap(x -> x.dot(w), samples);                              // [n, 3] with [3] gives [n]
   * Functional.vmap(x -> Functional.grad(v -> loss(v, x), w), samples);   // per-sample gradients
   * }</pre>
   *
   * <p>Inside, the argument has the shape of one sample and works like any Variable, except that
   * its elements cannot be read or changed in place, and that {@code backward} is to be replaced by
   * {@link #grad}, {@link #vjp} or {@link #jvp}. What the function captures is the same for all
   * samples, and so are numbers that it draws. Calls nest.
   *
   * @param function gives an array of any shape
   * @param x the samples along its first axis
   * @return the results along a new first axis
   * @throws UnsupportedOperationException for an operation that has no batching rule; it is named
   */
  public static Variable vmap(UnaryOperator<Variable> function, Variable x) {
    return vmapAll(in -> List.of(function.apply(in[0])), x).getFirst();
  }

  /**
   * Calls a function of several arguments and with several results, as above.
   *
   * @param x each with the samples along its first axis
   */
  public static List<Variable> vmapAll(
      Function<Variable[], List<Variable>> function, Variable... x) {
    return Vmap.map(function, x);
  }

  /**
   * Returns the Jacobian of a function, by one backward pass for each element of its value.
   *
   * @param function gives an array of any shape
   * @param x a float array of any shape
   * @return of the shape of the value followed by that of {@code x}
   */
  public static Variable jacobian(UnaryOperator<Variable> function, Variable x) {
    try (Trace trace = new Trace(in -> function.apply(in[0]), x)) {
      int count = (int) trace.output.elementCount();
      Variable rows = Variable.eye(trace.output.dtype(), count);
      List<Variable> result = new ArrayList<>(count);
      for (int k = 0; k < count; k++) {
        Variable seed = rows.select(0, k).reshape(trace.output.shape().toArray());
        result.add(trace.product(seed, BackwardOptions.retainGraph()).gradient());
      }
      long[] shape = concatenate(trace.output.shape().toArray(), x.shape().toArray());
      return result.isEmpty()
          ? Variable.zeros(x.dtype(), shape)
          : Variable.stack(0, result).reshape(shape);
    }
  }

  /**
   * Returns the Jacobian of a function in forward mode, by one pass for each element of its
   * argument: for functions with more results than arguments. PyTorch's {@code jacfwd}.
   *
   * @param function gives an array of any shape
   * @param x a float array of any shape
   * @return of the shape of the value followed by that of {@code x}, as from {@link #jacobian}
   */
  public static Variable jacobianForward(UnaryOperator<Variable> function, Variable x) {
    int count = (int) x.elementCount();
    checkArgument(
        count > 0,
        "jacobianForward: %s has no element to differentiate by; use jacobian",
        x.describe());
    Variable rows = Variable.eye(x.dtype(), count);
    List<Variable> columns = new ArrayList<>(count);
    for (int k = 0; k < count; k++) {
      columns.add(jvp(function, x, rows.select(0, k).reshape(x.shape().toArray())));
    }
    long[] shape = concatenate(columns.getFirst().shape().toArray(), x.shape().toArray());
    return Variable.stack(-1, columns).reshape(shape);
  }

  private static long[] concatenate(long[] first, long[] second) {
    long[] result = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, result, first.length, second.length);
    return result;
  }

  /**
   * Returns the Hessian of a function, the Jacobian of its gradient.
   *
   * @param function gives one element
   * @return of the shape of {@code x} twice over
   */
  public static Variable hessian(UnaryOperator<Variable> function, Variable x) {
    return jacobian(v -> grad(function, v), x);
  }

  /**
   * Returns the product {@code H v} of a function's Hessian with a vector, without computing the
   * Hessian: the gradient's derivative in a direction, forward mode over a backward pass.
   *
   * @param function gives one element
   * @param v of the shape and dtype of {@code x}
   * @return an array like {@code x}
   */
  public static Variable hvp(UnaryOperator<Variable> function, Variable x, Variable v) {
    checkLike("hvp", v, x);
    return jvp(u -> grad(function, u), x, v);
  }

  /**
   * Returns {@code v^T H}; the Hessian being symmetric, the same as {@link #hvp}, by two backward
   * passes instead.
   */
  public static Variable vhp(UnaryOperator<Variable> function, Variable x, Variable v) {
    checkLike("vhp", v, x);
    return vjp(in -> grad(function, in[0]), v, x).gradient();
  }

  private static void checkLike(String operation, Variable v, Variable x) {
    checkArgument(
        v.shape().equals(x.shape()) && v.dtype() == x.dtype(),
        "%s: the vector must have the shape and dtype of the argument, %s, got %s",
        operation,
        x.describe(),
        v.describe());
  }

  /** One call of a function with arguments of which the derivatives can be asked for. */
  private static final class Trace implements AutoCloseable {
    private final GradScope scope;
    private final List<Variable> inputs = new ArrayList<>();
    private final boolean recorded;
    private final boolean connected;
    final Variable output;

    Trace(Function<Variable[], Variable> function, Variable... x) {
      checkArgument(x.length > 0, "Functional: there is no argument to differentiate by");
      recorded = GradMode.isEnabled();
      // A derivative needs a record even where the caller wants none, as in inference mode.
      scope = GradMode.record(GradMode.hooks());
      try {
        for (int k = 0; k < x.length; k++) {
          checkArgument(
              x[k].dtype().isFloating(),
              "Functional: argument %s must be float32 or float64, got %s; capture what is not to"
                  + " be differentiated by",
              k,
              x[k].describe());
          inputs.add(Vmap.behind(Vmap.mappedEverywhere(x[k]), y -> argument(y, recorded)));
        }
        output = function.apply(inputs.toArray(Variable[]::new));
        connected = recorded && (ForwardMode.isActive() || dependsOnOthers());
      } catch (RuntimeException | Error e) {
        scope.close();
        throw e;
      }
    }

    /** A leaf of its own, or behind what the argument was computed from, a place of its own. */
    private static Variable argument(Variable x, boolean recorded) {
      return recorded && x.requiresGrad() ? ForwardMode.argument(x) : x.detach().requiresGrad(true);
    }

    /** Returns whether the output depends on a leaf other than the arguments made here. */
    private boolean dependsOnOthers() {
      Set<Node> own = new HashSet<>();
      for (Variable input : inputs) {
        own.add(input.requireNode());
      }
      return reachesLeaf(output, leaf -> !own.contains(leaf));
    }

    void checkScalar(String operation) {
      checkArgument(
          output.elementCount() == 1,
          "%s: the function must give one element, got %s; reduce it with sum() or mean(), or use"
              + " vjp or jacobian",
          operation,
          output.describe());
    }

    void checkLikeOutput(String operation, Variable v) {
      checkArgument(
          v.shape().equals(output.shape()) && v.dtype() == output.dtype(),
          "%s: the vector must have the shape and dtype of the function's value, %s, got %s",
          operation,
          output.describe(),
          v.describe());
    }

    /**
     * Returns the value and the products with a seed.
     *
     * @param unrecorded the options where the products are to be constants
     */
    ValueAndGradients product(Variable seed, BackwardOptions unrecorded) {
      BackwardOptions options = options(seed, unrecorded);
      List<Variable> gradients = new ArrayList<>();
      @Nullable Variable[] products = products(List.of(seed), options);
      for (int k = 0; k < products.length; k++) {
        Variable product = products[k];
        gradients.add(product == null ? Variable.zerosLike(inputs.get(k)) : product);
      }
      return new ValueAndGradients(connected ? output : output.detach(), gradients);
    }

    private BackwardOptions options(Variable seed, BackwardOptions unrecorded) {
      boolean record = connected || (recorded && seed.requiresGrad());
      return record ? BackwardOptions.createGraph() : unrecorded;
    }

    @Nullable Variable[] products(List<Variable> seeds, BackwardOptions options) {
      return output.requiresGrad()
          ? BackwardPass.collect(List.of(output), seeds, inputs, options)
          : new Variable[inputs.size()];
    }

    @Override
    public void close() {
      scope.close();
      for (Variable input : inputs) {
        ForwardMode.closeLeaf(input.requireNode());
      }
    }
  }
}
