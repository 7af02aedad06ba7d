package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.storage.Layout;
import org.autograd.internal.storage.Storage;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Compares the gradients that {@code backward} computes with what the function itself shows when
 * its inputs are changed a little: central differences, in float64.
 *
 * <pre>{@code
 * Variable x = Variable.of(0.5, -0.3);
 * GradCheck.check(in -> in[0].mul(in[0].sigmoid()).sum(), x);
 * }</pre>
 *
 * <p>The outputs are multiplied by fixed random factors and summed, so that one backward pass shows
 * an error anywhere in the Jacobian. Against that gradient every element of every input is tried by
 * itself, or, in an input with more elements than {@link Options#elementLimit()}, all of them
 * together in random directions.
 *
 * <p>Every input of a float dtype is differentiated; those of other dtypes are passed on as they
 * are. What is to be left alone otherwise can be captured by the function. The check also fails if
 * the function gives different values from one call to the next or under {@link Autograd#noGrad},
 * changes its inputs, or has a derivative where no gradient arrives. Choose inputs away from
 * corners and jumps: there a central difference is not what backward should give.
 */
public final class GradCheck {
  private static final int DIRECTIONS = 4;

  /** What a fused loop may differ by from the same computation step by step. */
  private static final double ROUNDING = 1e-10;

  private final Options options;
  private final Function<Variable[], List<Variable>> function;

  /** What the function is called with: the given inputs, or copies of them that are leaves. */
  private final Variable[] inputs;

  private GradCheck(
      Options options, Function<Variable[], List<Variable>> function, Variable... inputs) {
    this.options = options;
    this.function = function;
    this.inputs = new Variable[inputs.length];
    for (int k = 0; k < inputs.length; k++) {
      this.inputs[k] = inputs[k].dtype() == DType.FLOAT64 ? leaf(inputs[k]) : inputs[k];
      checkArgument(
          inputs[k].dtype() != DType.FLOAT32,
          "GradCheck: input %s is %s, too coarse for differences; convert with to(DType.FLOAT64)",
          k,
          inputs[k].describe());
    }
  }

  /** Returns PyTorch's options: a step of 1e-6, atol 1e-5, rtol 1e-3. */
  public static Options options() {
    return new Options(1e-6, 1e-5, 1e-3, 500, 0);
  }

  /**
   * How closely gradients must agree: {@code |analytic - numeric| <= atol + rtol * |numeric|}.
   *
   * @param eps the step of the central differences
   * @param atol the absolute tolerance
   * @param rtol the relative tolerance
   * @param elementLimit the largest number of elements of an input that are tried one by one
   * @param seed what determines the random factors and directions
   */
  public record Options(double eps, double atol, double rtol, int elementLimit, long seed) {
    /** Checks the numbers. */
    public Options {
      checkArgument(
          eps > 0 && atol >= 0 && rtol >= 0,
          "GradCheck: eps must be positive and tolerances not negative, got eps %s, atol %s, rtol"
              + " %s",
          eps,
          atol,
          rtol);
    }

    /** Returns these options with another step. */
    public Options eps(double step) {
      return new Options(step, atol, rtol, elementLimit, seed);
    }

    /** Returns these options with other tolerances. */
    public Options tolerances(double absolute, double relative) {
      return new Options(eps, absolute, relative, elementLimit, seed);
    }

    /** Returns these options with another limit up to which all elements are tried. */
    public Options elementLimit(int limit) {
      return new Options(eps, atol, rtol, limit, seed);
    }

    /** Returns these options with other random factors and directions. */
    public Options seed(long number) {
      return new Options(eps, atol, rtol, elementLimit, number);
    }
  }

  /**
   * Checks the gradient of a function with one output.
   *
   * @param function what is checked; it must be smooth at the inputs
   * @param inputs float64, and whatever else the function takes
   * @throws AssertionError if a gradient is wrong, naming input, element and both values
   * @throws IllegalArgumentException if an input or output is float32
   */
  public static void check(Function<Variable[], Variable> function, Variable... inputs) {
    check(options(), function, inputs);
  }

  /** Checks the gradient of a function with one output, with options. */
  public static void check(
      Options options, Function<Variable[], Variable> function, Variable... inputs) {
    checkAll(options, x -> List.of(function.apply(x)), inputs);
  }

  /** Checks the gradients of a function with several outputs, with options. */
  public static void checkAll(
      Options options, Function<Variable[], List<Variable>> function, Variable... inputs) {
    new GradCheck(options, function, inputs).run();
  }

  /**
   * Checks the gradient of a function and the gradient of that gradient. It also compares the
   * gradients that a backward pass gives when it is itself recorded with those when it is not.
   */
  public static void checkSecondOrder(Function<Variable[], Variable> function, Variable... inputs) {
    checkSecondOrder(options(), function, inputs);
  }

  /** Checks the gradients of first and second order, with options. */
  public static void checkSecondOrder(
      Options options, Function<Variable[], Variable> function, Variable... inputs) {
    checkAllSecondOrder(options, x -> List.of(function.apply(x)), inputs);
  }

  /** Checks the gradients of first and second order of a function with several outputs. */
  public static void checkAllSecondOrder(
      Options options, Function<Variable[], List<Variable>> function, Variable... inputs) {
    GradCheck first = new GradCheck(options, function, inputs);
    first.run();
    List<Variable> outputs = first.outputs(true);
    List<Variable> factors = first.factors(outputs);
    first.compareRecordedBackward(outputs, factors);
    // The gradient is a function of the inputs and of the factors.
    List<Variable> all = new ArrayList<>(List.of(first.inputs));
    all.addAll(factors);
    GradCheck second =
        new GradCheck(
            options, x -> gradients(function, x, inputs.length), all.toArray(Variable[]::new));
    try {
      second.run();
    } catch (AssertionError e) {
      throw new AssertionError(
          "second order (inputs from "
              + inputs.length
              + " on are the gradients of the outputs): "
              + e.getMessage(),
          e);
    }
  }

  /**
   * Returns the gradients of a function towards its inputs, which come first, for given gradients
   * of its outputs, which follow them; the pass is recorded only if its caller records.
   */
  static List<Variable> gradients(
      Function<Variable[], List<Variable>> function, Variable[] all, int inputCount) {
    boolean recorded = GradMode.isEnabled();
    try (var _ = Autograd.enableGrad()) {
      Variable[] inputs = Arrays.copyOf(all, inputCount);
      List<Variable> outputs = function.apply(inputs);
      List<Variable> factors = Arrays.asList(all).subList(inputCount, all.length);
      BackwardOptions options =
          recorded ? BackwardOptions.createGraph() : BackwardOptions.defaults();
      List<Variable> result = new ArrayList<>();
      @Nullable Variable[] found = backward(outputs, factors, inputs, options);
      for (int k = 0; k < inputCount; k++) {
        if (inputs[k].requiresGrad()) {
          result.add(orZeros(found[k], inputs[k]));
        }
      }
      return result;
    }
  }

  private static Variable orZeros(@Nullable Variable gradient, Variable input) {
    return gradient != null ? gradient : Variable.zeros(input.dtype(), input.shape().toArray());
  }

  /** Returns the gradients of all inputs that can have one; null where none arrives. */
  private static @Nullable Variable[] backward(
      List<Variable> outputs, List<Variable> factors, Variable[] inputs, BackwardOptions options) {
    List<Variable> roots = new ArrayList<>();
    List<Variable> seeds = new ArrayList<>();
    for (int k = 0; k < outputs.size(); k++) {
      if (outputs.get(k).requiresGrad()) {
        roots.add(outputs.get(k));
        seeds.add(factors.get(k));
      }
    }
    List<Variable> wanted = Arrays.stream(inputs).filter(Variable::requiresGrad).toList();
    @Nullable Variable[] found = BackwardPass.collect(roots, seeds, wanted, options);
    @Nullable Variable[] result = new Variable[inputs.length];
    int next = 0;
    for (int k = 0; k < inputs.length; k++) {
      result[k] = inputs[k].requiresGrad() ? found[next++] : null;
    }
    return result;
  }

  /** Returns a leaf with a copy of the elements, which keeps the layout where it can. */
  private static Variable leaf(Variable input) {
    NdArray data = input.data();
    Layout layout = data.layout();
    NdArray copy =
        layout.isOverlapping()
            ? data.copy()
            : new NdArray(Storage.adopt(data.storage().doubles().clone()), layout);
    return new Variable(copy, null).requiresGrad(true);
  }

  private List<Variable> outputs(boolean recorded) {
    try (var _ = recorded ? Autograd.enableGrad() : Autograd.noGrad()) {
      List<Variable> outputs = function.apply(inputs.clone());
      for (int k = 0; k < outputs.size(); k++) {
        checkArgument(
            outputs.get(k).dtype() == DType.FLOAT64,
            "GradCheck: output %s is %s; only float64 can be checked",
            k,
            outputs.get(k).describe());
      }
      return outputs;
    }
  }

  /** Returns the random factors of the outputs' elements, all of a size that counts. */
  private List<Variable> factors(List<Variable> outputs) {
    Generator rng = new Generator(options.seed());
    List<Variable> result = new ArrayList<>();
    for (Variable output : outputs) {
      result.add(Variable.fromArray(signedFactors(rng, output), output.shape().toArray()));
    }
    return result;
  }

  private static double[] signedFactors(Generator rng, Variable like) {
    double[] values = new double[Math.toIntExact(like.elementCount())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (0.5 + rng.nextDouble()) * (rng.nextBoolean() ? 1 : -1);
    }
    return values;
  }

  private void run() {
    double[][] before = new double[inputs.length][];
    for (int k = 0; k < inputs.length; k++) {
      before[k] = inputs[k].toDoubleArray();
    }
    List<Variable> outputs = outputs(true);
    List<Variable> factors = factors(outputs);
    compareValues("when called a second time", outputs, outputs(true), 0);
    compareValues("under noGrad()", outputs, outputs(false), ROUNDING);
    for (int k = 0; k < inputs.length; k++) {
      if (!Arrays.equals(before[k], inputs[k].toDoubleArray())) {
        throw new AssertionError("GradCheck: the function changes its input " + k);
      }
    }
    @Nullable Variable[] gradients =
        backward(outputs, factors, inputs, BackwardOptions.retainGraph());
    compareGradients(
        "when backward is called a second time",
        gradients,
        backward(outputs, factors, inputs, BackwardOptions.defaults()),
        0);
    for (int k = 0; k < inputs.length; k++) {
      if (inputs[k].requiresGrad()) {
        checkInput(k, gradients[k], factors);
      }
    }
  }

  private void compareValues(
      String when, List<Variable> expected, List<Variable> actual, double tolerance) {
    for (int k = 0; k < expected.size(); k++) {
      boolean same =
          actual.size() == expected.size()
              && actual.get(k).shape().equals(expected.get(k).shape())
              && differing(expected.get(k), actual.get(k), tolerance) < 0;
      if (!same) {
        throw new AssertionError(
            "GradCheck: output "
                + k
                + " of the function differs "
                + when
                + "; a function can only be checked if it is deterministic: pass random numbers in");
      }
    }
  }

  /** Returns the first element at which two arrays of one shape differ, -1 if there is none. */
  private static int differing(Variable expected, Variable actual, double tolerance) {
    double[] e = expected.toDoubleArray();
    double[] a = actual.toDoubleArray();
    for (int i = 0; i < e.length; i++) {
      if (Double.compare(e[i], a[i]) != 0
          && !(Math.abs(e[i] - a[i]) <= tolerance * (1 + Math.abs(e[i])))) {
        return i;
      }
    }
    return -1;
  }

  private void compareRecordedBackward(List<Variable> outputs, List<Variable> factors) {
    @Nullable Variable[] plain = backward(outputs, factors, inputs, BackwardOptions.retainGraph());
    @Nullable Variable[] recorded =
        backward(outputs, factors, inputs, BackwardOptions.createGraph());
    compareGradients("when backward is itself recorded (createGraph)", plain, recorded, ROUNDING);
  }

  private void compareGradients(
      String when, @Nullable Variable[] expected, @Nullable Variable[] actual, double tolerance) {
    for (int k = 0; k < inputs.length; k++) {
      Variable first = orZeros(expected[k], inputs[k]);
      Variable second = orZeros(actual[k], inputs[k]);
      int i = differing(first, second, tolerance);
      if (i >= 0) {
        throw new AssertionError(
            "GradCheck: the gradient of "
                + name(k)
                + " at element "
                + position(inputs[k].shape(), i)
                + " differs "
                + when
                + ": "
                + first.toDoubleArray()[i]
                + ", then "
                + second.toDoubleArray()[i]);
      }
    }
  }

  private String name(int k) {
    return "input " + k + ", " + inputs[k].describe();
  }

  private void checkInput(int k, @Nullable Variable gradient, List<Variable> factors) {
    Variable input = inputs[k];
    if (gradient != null && !gradient.shape().equals(input.shape())) {
      throw new AssertionError(
          "GradCheck: the gradient of " + name(k) + " has shape " + gradient.shape());
    }
    double[] analytic = orZeros(gradient, input).toDoubleArray();
    double[] numeric = new double[analytic.length];
    boolean[] tried = new boolean[analytic.length];
    double[] direction = new double[analytic.length];
    if (analytic.length <= options.elementLimit()) {
      for (int i = 0; i < analytic.length; i++) {
        direction[i] = 1;
        numeric[i] = slope(input, direction, i, i + 1, factors);
        tried[i] = true;
      }
    } else {
      Generator rng = new Generator(options.seed() + 1 + k);
      for (int d = 0; d < DIRECTIONS; d++) {
        direction = signedFactors(rng, input);
        int i = search(input, analytic, direction, factors);
        if (i >= 0) {
          numeric[i] = slope(input, direction, i, i + 1, factors) / direction[i];
          tried[i] = true;
        }
      }
    }
    report(k, gradient, analytic, numeric, tried);
  }

  /**
   * Returns an element at which the gradient is wrong, -1 if the slope in the direction is right:
   * of two halves the one whose slope is further off is searched, and so on.
   */
  private int search(
      Variable input, double[] analytic, double[] direction, List<Variable> factors) {
    int start = 0;
    int end = direction.length;
    if (isClose(
        sum(analytic, direction, start, end), slope(input, direction, start, end, factors))) {
      return -1;
    }
    while (end - start > 1) {
      int middle = (start + end) >>> 1;
      double left =
          sum(analytic, direction, start, middle) - slope(input, direction, start, middle, factors);
      double right =
          sum(analytic, direction, middle, end) - slope(input, direction, middle, end, factors);
      // Written so that NaN counts as wrong.
      if (Math.abs(left) <= Math.abs(right) || Double.isNaN(right)) {
        start = middle;
      } else {
        end = middle;
      }
    }
    return start;
  }

  private static double sum(double[] gradient, double[] direction, int start, int end) {
    double sum = 0;
    for (int i = start; i < end; i++) {
      sum += gradient[i] * direction[i];
    }
    return sum;
  }

  /** Returns the central difference of the outputs' weighted sum along a part of a direction. */
  private double slope(
      Variable input, double[] direction, int start, int end, List<Variable> factors) {
    double[] elements = input.data().storage().doubles();
    double[] saved = elements.clone();
    double[] sums = new double[2];
    double half = options.eps();
    for (int side = 0; side < 2; side++) {
      for (int i = start; i < end; i++) {
        int at = storagePosition(input.data().layout(), i);
        elements[at] = saved[at] + (side == 0 ? half : -half) * direction[i];
      }
      List<Variable> outputs = outputs(false);
      for (int k = 0; k < outputs.size(); k++) {
        double[] values = outputs.get(k).toDoubleArray();
        double[] weights = factors.get(k).toDoubleArray();
        sums[side] += sum(values, weights, 0, values.length);
      }
      System.arraycopy(saved, 0, elements, 0, saved.length);
    }
    return (sums[0] - sums[1]) / (2 * half);
  }

  private static int storagePosition(Layout layout, int element) {
    int position = layout.offset();
    int rest = element;
    for (int axis = layout.shape().rank() - 1; axis >= 0; axis--) {
      int size = (int) layout.shape().size(axis);
      position += rest % size * layout.stride(axis);
      rest /= size;
    }
    return position;
  }

  private static String position(Shape shape, int element) {
    long[] position = new long[shape.rank()];
    long rest = element;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      position[axis] = rest % shape.size(axis);
      rest /= shape.size(axis);
    }
    return Arrays.toString(position);
  }

  private boolean isClose(double analytic, double numeric) {
    return Math.abs(analytic - numeric) <= options.atol() + options.rtol() * Math.abs(numeric);
  }

  private void report(
      int k, @Nullable Variable gradient, double[] analytic, double[] numeric, boolean[] tried) {
    int wrong = 0;
    int first = -1;
    int count = 0;
    for (int i = 0; i < analytic.length; i++) {
      count += tried[i] ? 1 : 0;
      if (tried[i] && !isClose(analytic[i], numeric[i])) {
        first = first < 0 ? i : first;
        wrong++;
      }
    }
    if (wrong > 0) {
      throw new AssertionError(
          "GradCheck: the gradient of "
              + name(k)
              + " is wrong at element "
              + position(inputs[k].shape(), first)
              + ": analytic "
              + analytic[first]
              + ", numeric "
              + numeric[first]
              + (gradient == null
                  ? "; no gradient arrived at this input: was it detached, or computed under"
                      + " noGrad()?"
                  : "")
              + " ("
              + wrong
              + " wrong of "
              + count
              + " tried, "
              + options
              + ")");
    }
  }
}
