package org.autograd;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.compiler.Kernels;
import org.autograd.internal.kernel.matmul.Matmul;

/** Gradients as values, recording on and off, and the settings of the process. */
public final class Autograd {
  private static final Generator GENERATOR = new Generator(0);

  private Autograd() {}

  /** Stops recording on this thread until the scope is closed. */
  public static GradScope noGrad() {
    return GradMode.set(false);
  }

  /** Records again on this thread, inside a {@link #noGrad} scope, until the scope is closed. */
  public static GradScope enableGrad() {
    return GradMode.set(true);
  }

  /**
   * Records, or does not, on this thread, until the scope is closed. Inside {@link #inferenceMode}
   * nothing is recorded whatever is asked for.
   */
  public static GradScope setGradEnabled(boolean enabled) {
    return GradMode.set(enabled);
  }

  /**
   * Stops recording on this thread until the scope is closed, and keeps {@link #enableGrad} inside
   * it from starting again: for code that calls a model and must not pay for a graph. Unlike
   * PyTorch's, what is computed here are ordinary Variables, which may be used in a graph later.
   */
  public static GradScope inferenceMode() {
    return GradMode.inference();
  }

  /** Returns whether this thread is inside {@link #inferenceMode}. */
  public static boolean isInferenceMode() {
    return GradMode.isInference();
  }

  /**
   * Decides, on this thread and until the scope is closed, in what form operations keep values for
   * their backward pass: in float32, compressed, in a file, or not at all. PyTorch's {@code
   * saved_tensors_hooks}. Of nested scopes the innermost applies.
   *
   * <pre>{@code
   * try (var _ = Autograd.savedValueHooks(
   *     value -> value.to(DType.FLOAT32), kept -> kept.to(DType.FLOAT64))) {
   *   loss = model.apply(x);
   * }
   * loss.backward();
   * }</pre>
   *
   * <p>That a value is changed in place between the passes is noticed only without hooks.
   *
   * @param pack called when an operation saves a value, with its elements and without a graph;
   *     returns what is kept
   * @param unpack called, on the thread of the backward pass, whenever a rule needs the value;
   *     returns one of the same shape and dtype
   */
  public static <T> GradScope savedValueHooks(
      Function<Variable, T> pack, Function<T, Variable> unpack) {
    return GradMode.setHooks(SavedValueHooks.of(pack, unpack));
  }

  /**
   * Says that what is computed on this thread until the scope is closed belongs to a part of a
   * model. Scopes nest, and their names joined by dots are the path that {@link Profiler} counts by
   * and that {@link #detectAnomaly} and {@link Graph} name. A module opens one for itself. While
   * nobody asks for paths this does nothing, and costs no more.
   *
   * <pre>{@code
   * try (var _ = Autograd.scope("discriminator")) {
   *   loss = discriminator.apply(x).sum();
   * }
   * }</pre>
   *
   * @param name of the part; an empty one leaves the path as it is
   */
  public static GradScope scope(String name) {
    return Origin.scope(name);
  }

  /**
   * Makes backward passes on this thread look at every gradient, until the scope is closed: the
   * first one with a NaN or an infinity ends the pass with an {@link ArithmeticException}. It names
   * the operation whose rule gave it, shapes and ranges of its inputs and saved values, and the
   * path of its module ({@link #scope}); its cause has the stack of the forward call, if that was
   * in the scope too. PyTorch's {@code autograd.detect_anomaly}.
   *
   * <pre>{@code
   * try (var _ = Autograd.detectAnomaly()) {
   *   x.sub(x).sqrt().sum().backward();   // backward of sqrt ...: is not finite
   * }
   * }</pre>
   *
   * <p>The graph is not to be used again after the exception, and some leaves may have got their
   * gradients. Everything is slower in the scope; outside of it nothing is.
   */
  public static GradScope detectAnomaly() {
    return Origin.detect();
  }

  /** Returns whether operations are recorded on this thread. */
  public static boolean isGradEnabled() {
    return GradMode.isEnabled();
  }

  /**
   * Returns the gradients of a result with one element with respect to inputs, without touching any
   * {@code grad}. PyTorch's {@code torch.autograd.grad}.
   *
   * @return one gradient for each input, of its shape and dtype
   * @throws IllegalArgumentException if there is no path from the output to one of the inputs
   */
  public static List<Variable> grad(Variable output, Variable... inputs) {
    return grad(output, List.of(inputs), BackwardOptions.defaults());
  }

  /** Returns the gradients of a result with one element, as above, with options. */
  public static List<Variable> grad(
      Variable output, List<Variable> inputs, BackwardOptions options) {
    if (output.elementCount() != 1) {
      throw new IllegalArgumentException(
          "grad: only a result with one element has a gradient by itself, got "
              + output.describe()
              + "; reduce it with sum() or mean(), or pass the gradient of each element");
    }
    Variable seed = Variable.ones(output.dtype(), output.shape().toArray());
    return grad(List.of(output), List.of(seed), inputs, options);
  }

  /**
   * Returns the vector-Jacobian products of several outputs, summed.
   *
   * @param outputs what is differentiated
   * @param seeds the gradient of some scalar with respect to each output, of its shape and dtype
   * @param inputs with respect to what
   */
  public static List<Variable> grad(
      List<Variable> outputs,
      List<Variable> seeds,
      List<Variable> inputs,
      BackwardOptions options) {
    if (outputs.size() != seeds.size()) {
      throw new IllegalArgumentException(
          "grad: " + outputs.size() + " outputs but " + seeds.size() + " seeds");
    }
    for (int k = 0; k < seeds.size(); k++) {
      if (!seeds.get(k).shape().equals(outputs.get(k).shape())
          || seeds.get(k).dtype() != outputs.get(k).dtype()) {
        throw new IllegalArgumentException(
            "grad: seed "
                + k
                + " must have the shape and dtype of its output "
                + outputs.get(k).describe()
                + ", got "
                + seeds.get(k).describe());
      }
    }
    return BackwardPass.collectAll(outputs, seeds, inputs, options);
  }

  /**
   * Returns those parameters to which no path leads from a result, so that its backward pass gives
   * them no gradient: they were not used, were detached, or do not require a gradient.
   *
   * @param loss any result; one without a graph reaches nothing
   */
  public static List<Variable> unreached(Variable loss, List<Variable> parameters) {
    Set<Node> reached = reached(loss);
    return parameters.stream().filter(parameter -> !isIn(reached, parameter)).toList();
  }

  /**
   * Returns the names of those parameters to which no path leads from a result, as above.
   *
   * <pre>{@code
   * Autograd.unreached(loss, model.namedParameters());   // [decoder.bias]
   * }</pre>
   */
  public static List<String> unreached(Variable loss, Map<String, Variable> parameters) {
    Set<Node> reached = reached(loss);
    return parameters.entrySet().stream()
        .filter(parameter -> !isIn(reached, parameter.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static boolean isIn(Set<Node> reached, Variable parameter) {
    return parameter.requiresGrad() && reached.contains(parameter.requireNode());
  }

  private static Set<Node> reached(Variable loss) {
    return loss.requiresGrad() ? new HashSet<>(Graph.walk(List.of(loss))) : Set.of();
  }

  /** Returns the generator that is used where none is given. */
  public static Generator generator() {
    return GENERATOR;
  }

  /** Starts the default generator anew, so that what follows is reproducible. */
  public static void manualSeed(long seed) {
    synchronized (GENERATOR) {
      GENERATOR.restore(new Generator.State(seed, 0));
    }
  }

  /**
   * Returns some lines for people: which kernels run and what to do to get faster ones, the
   * implementation of the matrix product, threads, the Java version and the size of the heap.
   */
  public static String info() {
    return String.join(
        "\n",
        "kernels  " + Kernels.description(),
        "matmul   " + Matmul.provider(),
        "threads  " + threads() + " of " + Runtime.getRuntime().availableProcessors(),
        "java     %s, %s, %s %s"
            .formatted(
                Runtime.version(),
                System.getProperty("java.vm.name"),
                System.getProperty("os.name"),
                System.getProperty("os.arch")),
        "heap     at most " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB");
  }

  /** Returns the number of threads that a large operation may use. */
  public static int threads() {
    return Parallel.threads();
  }

  /** Sets the number of threads that a large operation may use. Results do not depend on it. */
  public static void setThreads(int count) {
    Parallel.setThreads(count);
  }
}
