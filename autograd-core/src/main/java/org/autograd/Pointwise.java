package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.autograd.expression.Expression;
import org.autograd.expression.Operator;
import org.autograd.expression.Operator.Kind;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.PointwiseLoop;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * An operation that works element by element, defined by one {@link Expression}. From it come the
 * loops for both float types, broadcasting, and the derivatives of every order, each again a {@code
 * Pointwise} and hence one loop.
 *
 * <pre>{@code
 * static final Pointwise MISH = Pointwise.of("mish", x -> x.mul(x.exp().log1p().tanh()));
 * Variable y = MISH.apply(x);
 * }</pre>
 *
 * <p>Create one per operation and keep it, for example in a static field: it holds the compiled
 * kernels.
 */
public final class Pointwise {
  /** What the integer loops can do; anything else is computed in float32, as in PyTorch. */
  private static final Set<Operator> INTEGER_OPERATORS =
      EnumSet.of(
          Operator.INPUT,
          Operator.MASK_INPUT,
          Operator.CONSTANT,
          Operator.PARAMETER,
          Operator.NEG,
          Operator.ABS,
          Operator.ADD,
          Operator.SUB,
          Operator.MUL,
          Operator.MINIMUM,
          Operator.MAXIMUM,
          Operator.LT,
          Operator.LE,
          Operator.EQ,
          Operator.AND,
          Operator.OR,
          Operator.NOT,
          Operator.WHERE);

  private final String name;
  private final int inputs;
  private final int parameters;
  private final Expression value;
  private final PointwiseLoop loop;
  private final boolean integer;

  /** The rule towards each input, null until first needed. */
  private final @Nullable Derivative[] derivatives;

  private Pointwise(String name, int inputs, int parameters, Expression value) {
    this.name = name;
    this.inputs = inputs;
    this.parameters = parameters;
    this.value = value;
    this.loop = new PointwiseLoop(inputs, parameters, List.of(value));
    this.integer = isIntegral(value, new IdentityHashMap<>());
    this.derivatives = new Derivative[inputs];
  }

  private static boolean isIntegral(Expression value, Map<Expression, Boolean> seen) {
    if (seen.put(value, true) != null) {
      return true;
    }
    return INTEGER_OPERATORS.contains(value.operator())
        && (value.operator() != Operator.CONSTANT || isIntegral(value.value()))
        && value.operands().stream().allMatch(operand -> isIntegral(operand, seen));
  }

  /** NaN is what a function makes of NaN, so integers never get there. */
  private static boolean isIntegral(double constant) {
    return constant == Math.rint(constant) || Double.isNaN(constant);
  }

  /** Defines an operation of one operand. */
  public static Pointwise of(String name, UnaryOperator<Expression> function) {
    return of(name, 1, 0, function.apply(Expression.input(0)));
  }

  /** Defines an operation of two operands that broadcast together. */
  public static Pointwise of(String name, BinaryOperator<Expression> function) {
    return of(name, 2, 0, function.apply(Expression.input(0), Expression.input(1)));
  }

  /**
   * Defines an operation of any number of operands and scalar arguments.
   *
   * @param name what errors and pictures of the graph call it
   * @param inputs the number of operands; operand {@code k} is {@link Expression#input} or, if of
   *     dtype bool, {@link Expression#mask} number {@code k}
   * @param parameters the number of scalar arguments, {@link Expression#parameter} number {@code k}
   * @param value the result
   * @throws IllegalArgumentException if the expression refers to an operand or argument that is not
   *     there
   */
  public static Pointwise of(String name, int inputs, int parameters, Expression value) {
    checkLeaves(name, inputs, parameters, value);
    return new Pointwise(name, inputs, parameters, value);
  }

  /** Throws if an expression refers to an operand or argument that is not there. */
  static void checkLeaves(String name, int inputs, int parameters, Expression value) {
    checkLeaves(name, inputs, parameters, value, new IdentityHashMap<>());
  }

  private static void checkLeaves(
      String name, int inputs, int parameters, Expression value, Map<Expression, Boolean> seen) {
    if (seen.put(value, true) != null) {
      return;
    }
    int limit =
        switch (value.operator()) {
          case INPUT, MASK_INPUT -> inputs;
          case PARAMETER -> parameters;
          default -> Integer.MAX_VALUE;
        };
    checkArgument(
        value.index() >= 0 && value.index() < limit,
        "%s: the expression refers to %s, but the operation has %s inputs and %s parameters",
        name,
        value,
        inputs,
        parameters);
    for (Expression operand : value.operands()) {
      checkLeaves(name, inputs, parameters, operand, seen);
    }
  }

  /** Returns the name. */
  public String name() {
    return name;
  }

  /** Returns the defining expression. */
  public Expression expression() {
    return value;
  }

  /** Applies the operation to one operand. */
  public Variable apply(Variable operand, double... arguments) {
    return apply(new Variable[] {operand}, arguments);
  }

  /** Applies the operation to two operands. */
  public Variable apply(Variable left, Variable right, double... arguments) {
    return apply(new Variable[] {left, right}, arguments);
  }

  /**
   * Applies the operation.
   *
   * @param operands numbers of any dtype (converted to the widest among them; integers to float32
   *     where the operation is not closed over them), bool where the expression reads a mask; their
   *     shapes broadcast together
   * @param arguments the scalar arguments
   * @return the result, of the common shape and dtype, or bool if the expression is a mask
   * @throws IllegalArgumentException if the counts, dtypes or shapes do not fit
   */
  public Variable apply(Variable[] operands, double... arguments) {
    if (operands.length != inputs || arguments.length != parameters) {
      throw new IllegalArgumentException(
          "%s: takes %s operands and %s scalar arguments, got %s and %s"
              .formatted(name, inputs, parameters, operands.length, arguments.length));
    }
    if (Vmap.isAnyMapped(operands)) {
      return Vmap.applyBroadcast(physical -> apply(physical, arguments), operands);
    }
    DType dtype = computationType(operands);
    Variable[] converted = operands;
    NdArray[] arrays = new NdArray[inputs + 1];
    Shape shape = inputs == 0 ? Shape.scalar() : operands[0].shape();
    for (int k = 0; k < inputs; k++) {
      Variable operand = operands[k];
      if (operand.dtype() != dtype && !loop.isMask(k) && dtype.isFloating()) {
        if (converted == operands) {
          converted = operands.clone();
        }
        converted[k] = operand.to(dtype);
      }
      arrays[k] = converted[k].data();
      if (k > 0 && !shape.equals(arrays[k].shape())) {
        shape = broadcast(shape, k, operands);
      }
    }
    Mark mark = KernelMeter.start();
    NdArray array = loop.apply(dtype, shape, arrays, arguments);
    Variable result =
        value.kind() != Kind.NUMBER || !isAnyRecorded(converted)
            ? new Variable(array, null)
            : PointwiseNode.record(this, array, converted, arguments);
    Profiler.computed(name, mark);
    return result;
  }

  /**
   * Applies an operation of one operand that the caller has just computed and gives up: the result
   * may be computed in its array, which saves a new one. That is done where the derivative follows
   * from the result (as that of ReLU, tanh, sigmoid or exp), the operation that computed the
   * operand does not need it, and no hooks, checkpoint or function transformation are at work.
   * Whatever else uses the operand, be it another operation's derivative, a view or {@code
   * detach()}, gets an {@link IllegalStateException}.
   *
   * <pre>{@code
   * Variable hidden = RELU.applyOver(x.linear(weight, bias));
   * }</pre>
   */
  public Variable applyOver(Variable operand, double... arguments) {
    boolean possible =
        inputs == 1
            && arguments.length == parameters
            && value.kind() == Kind.NUMBER
            && operand.dtype().isFloating()
            && operand.isFreeForOverwriting()
            && (!operand.isRecorded() || isDerivedFromResult());
    if (!possible) {
      return apply(operand, arguments);
    }
    Mark mark = KernelMeter.start();
    NdArray array = operand.data();
    loop.update(array.dtype(), new NdArray[] {array, array}, arguments);
    NdArray over = new NdArray(array.storage().successor(), array.layout());
    Variable result =
        operand.isRecorded()
            ? PointwiseNode.record(this, over, new Variable[] {operand}, arguments)
            : new Variable(over, null);
    Profiler.computed(name, mark);
    return result;
  }

  /** Returns whether the derivative towards the only operand needs no operand. */
  private boolean isDerivedFromResult() {
    return !(derivative(0) instanceof Function rule)
        || rule.sourceCount() == 0
        || (rule.sourceCount() == 1 && rule.source(0) == inputs);
  }

  private boolean isAnyRecorded(Variable[] operands) {
    for (Variable operand : operands) {
      if (operand.requiresGrad()) {
        return GradMode.isEnabled();
      }
    }
    return false;
  }

  private Shape broadcast(Shape shape, int k, Variable[] operands) {
    try {
      return Shape.broadcast(shape, operands[k].shape(), name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          e.getMessage() + " (operands " + Variable.describe(operands) + ")", e);
    }
  }

  private DType computationType(Variable[] operands) {
    DType dtype = DType.BOOL;
    for (int k = 0; k < inputs; k++) {
      DType own = operands[k].dtype();
      if (!loop.isMask(k)) {
        dtype = DType.promote(dtype, own);
      } else {
        checkArgument(
            own == DType.BOOL,
            "%s: operand %s must be of dtype bool, got %s; compare it first, for example x.ne(0)",
            name,
            k,
            Variable.describe(operands));
      }
    }
    if (dtype == DType.BOOL && value.kind() == Kind.NUMBER) {
      dtype = DType.INT64;
    }
    return integer || dtype.isFloating() ? dtype : DType.FLOAT32;
  }

  /** Returns how the gradient of an input follows from that of the result. */
  Derivative derivative(int k) {
    Derivative derivative = derivatives[k];
    if (derivative == null) {
      // Threads that race here derive the same thing twice, which is harmless.
      derivative = derive(k);
      derivatives[k] = derivative;
    }
    return derivative;
  }

  /** Returns whether input {@code k} is read as a truth value, which has no gradient. */
  boolean isMask(int k) {
    return loop.isMask(k);
  }

  /** Returns whether no operand would have to be converted. */
  boolean isOfOneDtype(Variable[] operands) {
    for (int k = 0; k < inputs; k++) {
      if (operands[k].dtype() != operands[0].dtype() && !isMask(k)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Writes the result over the first operand. All operands have one floating dtype and broadcast to
   * the first, whose elements do not overlap.
   */
  void overwriteFirst(Variable[] operands, double[] arguments) {
    NdArray[] arrays = new NdArray[inputs + 1];
    for (int k = 0; k < inputs; k++) {
      arrays[k] = operands[k].data();
    }
    arrays[inputs] = arrays[0];
    loop.update(arrays[0].dtype(), arrays, arguments);
  }

  /** How the gradient of one input follows from that of the result. */
  sealed interface Derivative {}

  /** The result does not change with the input: zeros. */
  record Constant() implements Derivative {}

  /** The result changes as the input does: the gradient itself. */
  record Identity() implements Derivative {}

  /** The general case, an operation on the gradient and some values of the forward pass. */
  static final class Function implements Derivative {
    private final Pointwise operation;
    private final int[] sources;

    private Function(Pointwise operation, List<Integer> sources) {
      this.operation = operation;
      this.sources = sources.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Returns the operation; its first operand is the gradient. */
    Pointwise operation() {
      return operation;
    }

    /** Returns the number of operands behind the gradient. */
    int sourceCount() {
      return sources.length;
    }

    /** Returns which input a further operand is; the number of inputs stands for the result. */
    int source(int k) {
      return sources[k];
    }
  }

  private Derivative derive(int k) {
    // Leaves beyond the inputs stand for the incoming gradient and for the result.
    Expression gradient = Expression.input(inputs);
    Expression result = Expression.input(inputs + 1);
    Expression rule = value.tangent(Map.of(Expression.input(k), gradient));
    if (rule == null) {
      return new Constant();
    }
    if (rule == gradient) {
      return new Identity();
    }
    // Keeping the result instead of the inputs (tanh, exp, sqrt, sigmoid) saves work and memory.
    Expression fromResult = rule.substitute(inTermsOf(result));
    if (operandsOf(fromResult).isEmpty()) {
      rule = fromResult;
    }
    List<Integer> sources = new ArrayList<>(operandsOf(rule));
    Map<Expression, Expression> renumbered = new LinkedHashMap<>();
    renumbered.put(gradient, Expression.input(0));
    if (rule.dependsOn(result)) {
      sources.add(inputs);
      renumbered.put(result, Expression.input(sources.size()));
    }
    for (int i = 0; i < sources.size(); i++) {
      int source = sources.get(i);
      if (source < inputs) {
        renumbered.put(Expression.input(source), Expression.input(i + 1));
        renumbered.put(Expression.mask(source), Expression.mask(i + 1));
      }
    }
    Pointwise function =
        new Pointwise(
            name + "Backward", sources.size() + 1, parameters, rule.substitute(renumbered));
    return new Function(function, sources);
  }

  /** Returns what the result says: itself, and of ReLU also where the operand was positive. */
  private Map<Expression, Expression> inTermsOf(Expression result) {
    Expression zero = Expression.constant(0);
    for (int k = 0; k < inputs; k++) {
      Expression x = Expression.input(k);
      if (value == Expression.where(x.le(0), zero, x)) {
        return Map.of(value, result, x.le(0), result.le(0));
      }
    }
    return Map.of(value, result);
  }

  /** Returns the numbers of the inputs that occur in an expression. */
  private List<Integer> operandsOf(Expression expression) {
    List<Integer> result = new ArrayList<>();
    for (int k = 0; k < inputs; k++) {
      if (expression.dependsOn(Expression.input(k)) || expression.dependsOn(Expression.mask(k))) {
        result.add(k);
      }
    }
    return result;
  }

  @Override
  public String toString() {
    return name + ": " + value;
  }
}
