package org.autograd.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * An operation of Variables on float32 operands of one shape. Peers know it by its name.
 *
 * @param name which names both the operation and its further arguments
 * @param operands the number of operands
 * @param differentiable whether it has a gradient
 * @param positive whether its operands must be positive
 * @param call the operation
 */
public record Operation(
    String name,
    int operands,
    boolean differentiable,
    boolean positive,
    Function<Variable[], Variable> call) {
  private static final SequencedMap<String, Operation> POINTWISE = new LinkedHashMap<>();
  private static final SequencedMap<String, Operation> ROWWISE = new LinkedHashMap<>();

  // spotless:off
  static {
    pointwise("add", 2, x -> x[0].add(x[1]));
    pointwise("add(2)", 1, x -> x[0].add(2));
    pointwise("sub", 2, x -> x[0].sub(x[1]));
    pointwise("rsub(2)", 1, x -> x[0].rsub(2));
    pointwise("mul", 2, x -> x[0].mul(x[1]));
    pointwise("mul(2)", 1, x -> x[0].mul(2));
    pointwise("div", 2, x -> x[0].div(x[1]));
    pointwise("rdiv(2)", 1, x -> x[0].rdiv(2));
    pointwise("neg", 1, x -> x[0].neg());
    pointwise("abs", 1, x -> x[0].abs());
    pointwise("square", 1, x -> x[0].square());
    positive("sqrt", 1, x -> x[0].sqrt());
    positive("rsqrt", 1, x -> x[0].rsqrt());
    pointwise("reciprocal", 1, x -> x[0].reciprocal());
    positive("pow", 2, x -> x[0].pow(x[1]));
    pointwise("pow(3)", 1, x -> x[0].pow(3));
    positive("pow(1.7)", 1, x -> x[0].pow(1.7));
    pointwise("exp", 1, x -> x[0].exp());
    pointwise("expm1", 1, x -> x[0].expm1());
    positive("log", 1, x -> x[0].log());
    positive("log1p", 1, x -> x[0].log1p());
    pointwise("sin", 1, x -> x[0].sin());
    pointwise("cos", 1, x -> x[0].cos());
    pointwise("tan", 1, x -> x[0].tan());
    pointwise("atan", 1, x -> x[0].atan());
    pointwise("atan2", 2, x -> x[0].atan2(x[1]));
    pointwise("sinh", 1, x -> x[0].sinh());
    pointwise("cosh", 1, x -> x[0].cosh());
    pointwise("asinh", 1, x -> x[0].asinh());
    pointwise("tanh", 1, x -> x[0].tanh());
    positive("log2", 1, x -> x[0].log2());
    pointwise("hypot", 2, x -> x[0].hypot(x[1]));
    pointwise("erfc", 1, x -> x[0].erfc());
    pointwise("mish", 1, x -> x[0].mish());
    pointwise("selu", 1, x -> x[0].selu());
    pointwise("hardswish", 1, x -> x[0].hardswish());
    pointwise("erf", 1, x -> x[0].erf());
    pointwise("floor", 1, x -> x[0].floor());
    pointwise("maximum", 2, x -> x[0].maximum(x[1]));
    pointwise("minimum", 2, x -> x[0].minimum(x[1]));
    pointwise("clamp(0.3,0.7)", 1, x -> x[0].clamp(0.3, 0.7));
    pointwise("clampMin(0.5)", 1, x -> x[0].clampMin(0.5));
    pointwise("clampMax(0.5)", 1, x -> x[0].clampMax(0.5));
    pointwise("sigmoid", 1, x -> x[0].sigmoid());
    pointwise("relu", 1, x -> x[0].relu());
    pointwise("leakyRelu(0.1)", 1, x -> x[0].leakyRelu(0.1));
    pointwise("elu(1)", 1, x -> x[0].elu(1));
    pointwise("silu", 1, x -> x[0].silu());
    pointwise("gelu", 1, x -> x[0].gelu());
    pointwise("geluTanh", 1, x -> x[0].geluTanh());
    pointwise("softplus", 1, x -> x[0].softplus());
    pointwise("where(gt(0))", 3, x -> Variable.where(x[0].gt(0), x[1], x[2]));
    predicate("lt", 2, x -> x[0].lt(x[1]));
    predicate("le", 2, x -> x[0].le(x[1]));
    predicate("gt", 2, x -> x[0].gt(x[1]));
    predicate("ge", 2, x -> x[0].ge(x[1]));
    predicate("eq", 2, x -> x[0].eq(x[1]));
    predicate("ne", 2, x -> x[0].ne(x[1]));
    predicate("lt(0.5)", 1, x -> x[0].lt(0.5));
    pointwise("exp2", 1, x -> x[0].exp2());
    positive("log10", 1, x -> x[0].log10());
    pointwise("logit(0.01)", 1, x -> x[0].logit(0.01));
    positive("xlogy", 2, x -> x[0].xlogy(x[1]));
    pointwise("lerp(0.3)", 2, x -> x[0].lerp(x[1], 0.3));
    pointwise("addcmul(2)", 3, x -> x[0].addcmul(x[1], x[2], 2));
    pointwise("addcdiv(2)", 3, x -> x[0].addcdiv(x[1], x[2], 2));
    pointwise("nanToNum", 1, x -> x[0].nanToNum());
    pointwise("ceil", 1, x -> x[0].ceil());
    pointwise("round", 1, x -> x[0].round());
    pointwise("trunc", 1, x -> x[0].trunc());
    pointwise("frac", 1, x -> x[0].frac());
    pointwise("sign", 1, x -> x[0].sign());
    positive("fmod", 2, x -> x[0].fmod(x[1]));
    positive("remainder", 2, x -> x[0].remainder(x[1]));
    pointwise("softsign", 1, x -> x[0].softsign());
    pointwise("hardtanh(0.3,0.7)", 1, x -> x[0].hardtanh(0.3, 0.7));
    pointwise("relu6", 1, x -> x[0].relu6());
    pointwise("hardsigmoid", 1, x -> x[0].hardsigmoid());
    pointwise("celu(1)", 1, x -> x[0].celu(1));
    pointwise("logSigmoid", 1, x -> x[0].logSigmoid());
    pointwise("threshold(0.3,0.7)", 1, x -> x[0].threshold(0.3, 0.7));
    positive("floorDivide", 2, x -> x[0].floorDivide(x[1]));
    positive("truncDivide", 2, x -> x[0].truncDivide(x[1]));
    pointwise("hardshrink(0.3)", 1, x -> x[0].hardshrink(0.3));
    pointwise("softshrink(0.3)", 1, x -> x[0].softshrink(0.3));
    pointwise("tanhshrink", 1, x -> x[0].tanhshrink());
    positive("lgamma", 1, x -> x[0].lgamma());
    positive("digamma", 1, x -> x[0].digamma());
    positive("polygamma(1)", 1, x -> x[0].polygamma(1));
    pointwise("logAddExp", 2, x -> x[0].logAddExp(x[1]));
    pointwise("logAddExp2", 2, x -> x[0].logAddExp2(x[1]));
    positive("xlog1py", 2, x -> x[0].xlog1py(x[1]));
    pointwise("sinc", 1, x -> x[0].sinc());
    pointwise("copysign", 2, x -> x[0].copysign(x[1]));
    pointwise("heaviside", 2, x -> x[0].heaviside(x[1]));
    pointwise("degToRad", 1, x -> x[0].degToRad());
    pointwise("radToDeg", 1, x -> x[0].radToDeg());
    pointwise("ldexp", 2, x -> x[0].ldexp(x[1]));
    predicate("signbit", 1, x -> x[0].signbit());
    predicate("isPosInf", 1, x -> x[0].isPosInf());
    predicate("isNegInf", 1, x -> x[0].isNegInf());
    predicate("isNan", 1, x -> x[0].isNan());
    predicate("isInf", 1, x -> x[0].isInf());
    predicate("isFinite", 1, x -> x[0].isFinite());

    reduction("sum", true, x -> x.sum(), (x, axis) -> x.sum(axis));
    reduction("mean", true, x -> x.mean(), (x, axis) -> x.mean(axis));
    reduction("amax", true, x -> x.amax(), (x, axis) -> x.amax(axis));
    reduction("argmax", false, x -> x.argmax(), (x, axis) -> x.argmax(axis));
    reduction("var", true, x -> x.var(), (x, axis) -> x.var(axis));
    reduction("std", true, x -> x.std(), (x, axis) -> x.std(axis));
    reduction("norm", true, x -> x.norm(), (x, axis) -> x.norm(axis));
    reduction("logSumExp", true, x -> x.logSumExp(), (x, axis) -> x.logSumExp(axis));
    rowwise("max of rows", 1, true, x -> x[0].max(1).values());
    rowwise("softmax of rows", 1, true, x -> x[0].softmax(1));
    rowwise("softmax of columns", 1, true, x -> x[0].softmax(0));
    rowwise("logSoftmax of rows", 1, true, x -> x[0].logSoftmax(1));
    rowwise("layerNorm of rows", 1, true, x -> x[0].layerNorm(Shape.of(x[0].size(1)), 1e-5));
  }
  // spotless:on

  private static void pointwise(String name, int operands, Function<Variable[], Variable> call) {
    POINTWISE.put(name, new Operation(name, operands, true, false, call));
  }

  private static void positive(String name, int operands, Function<Variable[], Variable> call) {
    POINTWISE.put(name, new Operation(name, operands, true, true, call));
  }

  private static void predicate(String name, int operands, Function<Variable[], Variable> call) {
    POINTWISE.put(name, new Operation(name, operands, false, false, call));
  }

  private static void rowwise(
      String name, int operands, boolean differentiable, Function<Variable[], Variable> call) {
    ROWWISE.put(name, new Operation(name, operands, differentiable, false, call));
  }

  /** A reduction along an axis of a matrix. */
  @FunctionalInterface
  private interface AlongAxis {
    Variable apply(Variable x, int axis);
  }

  private static void reduction(
      String name, boolean differentiable, Function<Variable, Variable> all, AlongAxis along) {
    rowwise(name, 1, differentiable, x -> all.apply(x[0]));
    rowwise(name + " of rows", 1, differentiable, x -> along.apply(x[0], 1));
    rowwise(name + " of columns", 1, differentiable, x -> along.apply(x[0], 0));
  }

  /** Returns the operations on each element, by name. */
  public static SequencedMap<String, Operation> pointwise() {
    return Collections.unmodifiableSequencedMap(POINTWISE);
  }

  /** Returns the operations on matrices that reduce them or their rows or columns, by name. */
  public static SequencedMap<String, Operation> rowwise() {
    return Collections.unmodifiableSequencedMap(ROWWISE);
  }

  /**
   * Returns the operation of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Operation named(String name) {
    Operation operation = POINTWISE.containsKey(name) ? POINTWISE.get(name) : ROWWISE.get(name);
    if (operation == null) {
      throw new IllegalArgumentException("no operation " + name);
    }
    return operation;
  }

  /** Returns the elements of operands of a shape: normal, or from 0.1 to 1.1 if so needed. */
  public List<float[]> elements(long... shape) {
    List<float[]> result = new ArrayList<>();
    for (int k = 0; k < operands; k++) {
      Generator rng = new Generator(k);
      Variable operand =
          positive
              ? Variable.rand(rng, DType.FLOAT32, shape).add(0.1)
              : Variable.randn(rng, DType.FLOAT32, shape);
      result.add(operand.toFloatArray());
    }
    return result;
  }
}
