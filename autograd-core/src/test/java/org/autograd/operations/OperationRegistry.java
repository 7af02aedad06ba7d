package org.autograd.operations;

import static org.autograd.operations.Choices.axes;
import static org.autograd.operations.Choices.fixed;
import static org.autograd.operations.Choices.given;
import static org.autograd.operations.Choices.index;
import static org.autograd.operations.Choices.numberPairs;
import static org.autograd.operations.Choices.numbers;
import static org.autograd.operations.Choices.oneOf;
import static org.autograd.operations.Choices.orders;
import static org.autograd.operations.Matrices.all;
import static org.autograd.operations.Matrices.equalRows;
import static org.autograd.operations.Matrices.equations;
import static org.autograd.operations.Matrices.matrixOrders;
import static org.autograd.operations.Matrices.nonEmpty;
import static org.autograd.operations.Matrices.ofShapes;
import static org.autograd.operations.Matrices.overdeterminedAndUnder;
import static org.autograd.operations.Matrices.rectangular;
import static org.autograd.operations.Matrices.shape;
import static org.autograd.operations.Matrices.square;
import static org.autograd.operations.Matrices.squareAndSingular;
import static org.autograd.operations.Matrices.symmetric;
import static org.autograd.operations.Operation.Trait.BOOLS;
import static org.autograd.operations.Operation.Trait.DATA_DEPENDENT;
import static org.autograd.operations.Operation.Trait.FLAT;
import static org.autograd.operations.Operation.Trait.INTEGERS;
import static org.autograd.operations.Operation.Trait.LARGE;
import static org.autograd.operations.Operation.Trait.MAY_SHARE;
import static org.autograd.operations.Operation.Trait.MOVES_ONLY;
import static org.autograd.operations.Operation.Trait.NOT_DIFFERENTIABLE;
import static org.autograd.operations.Operation.Trait.VIEW;
import static org.autograd.operations.Samples.ABOVE_MINUS_ONE;
import static org.autograd.operations.Samples.ABOVE_ONE;
import static org.autograd.operations.Samples.INSIDE_ONE;
import static org.autograd.operations.Samples.INSIDE_UNIT;
import static org.autograd.operations.Samples.NOT_ZERO;
import static org.autograd.operations.Samples.POSITIVE;
import static org.autograd.operations.Samples.REAL;
import static org.autograd.operations.Samples.arrays;
import static org.autograd.operations.Samples.choices;
import static org.autograd.operations.Samples.elements;
import static org.autograd.operations.Samples.images;
import static org.autograd.operations.Samples.joinable;
import static org.autograd.operations.Samples.linear;
import static org.autograd.operations.Samples.normalizable;
import static org.autograd.operations.Samples.pairs;
import static org.autograd.operations.Samples.products;
import static org.autograd.operations.Samples.realWithCorners;
import static org.autograd.operations.Samples.reducible;
import static org.autograd.operations.Samples.slopes;
import static org.autograd.operations.Samples.triples;
import static org.autograd.operations.Samples.updates;
import static org.autograd.operations.Samples.vectors;
import static org.autograd.operations.Samples.vectorsAndMatrices;
import static org.autograd.operations.Samples.withAxes;
import static org.autograd.operations.Windows.convolutions;
import static org.autograd.operations.Windows.counts;
import static org.autograd.operations.Windows.filters;
import static org.autograd.operations.Windows.pooled;
import static org.autograd.operations.Windows.transposedFilters;
import static org.autograd.operations.Windows.windows;

import java.util.EnumSet;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.autograd.Extremum;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.operations.Samples.Domain;
import org.autograd.type.DType;

/**
 * Every public operation of {@link Variable}, one entry for each overload: signature, operands,
 * further arguments, call, and what is not ordinary about it. All tests of operations go through
 * this table; one of them fails while an operation is missing from it.
 */
public final class OperationRegistry {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private OperationRegistry() {}

  /** Returns the operations. */
  public static List<Operation> operations() {
    return All.OPERATIONS;
  }

  /** Those below and those of other families, which are made by what is below. */
  private static final class All {
    private static final List<Operation> OPERATIONS =
        Stream.of(
                OperationRegistry.OPERATIONS,
                ElementOperations.operations(),
                StatisticsOperations.operations(),
                PlacementOperations.operations(),
                ResamplingOperations.operations(),
                FourierOperations.operations())
            .flatMap(List::stream)
            .toList();
  }

  // spotless:off
  private static final List<Operation> OPERATIONS = List.of(
      // Arithmetic.
      op("add(Variable)", pairs(REAL, REAL), (x, a) -> x[0].add(x[1])).with(INTEGERS, LARGE),
      op("add(double)", elements(REAL), numbers(1.5, -2, 0), (x, a) -> x[0].add(a.number(0))).with(INTEGERS),
      op("sub(Variable)", pairs(REAL, REAL), (x, a) -> x[0].sub(x[1])).with(INTEGERS),
      op("sub(double)", elements(REAL), numbers(1.5, 2, 0), (x, a) -> x[0].sub(a.number(0))).with(INTEGERS),
      op("rsub(double)", elements(REAL), numbers(1.5, 2, 0), (x, a) -> x[0].rsub(a.number(0))).with(INTEGERS),
      op("mul(Variable)", pairs(REAL, REAL), (x, a) -> x[0].mul(x[1])).with(INTEGERS, LARGE),
      op("mul(double)", elements(REAL), numbers(1.5, -2, 1, 0), (x, a) -> x[0].mul(a.number(0))).with(INTEGERS),
      op("div(Variable)", pairs(REAL, NOT_ZERO), (x, a) -> x[0].div(x[1])).with(INTEGERS),
      op("div(double)", elements(REAL), numbers(1.5, -2, 3), (x, a) -> x[0].div(a.number(0))).with(INTEGERS),
      op("rdiv(double)", elements(NOT_ZERO), numbers(1.5, -2, 0), (x, a) -> x[0].rdiv(a.number(0))).with(INTEGERS),
      op("neg()", elements(REAL), (x, a) -> x[0].neg()).with(INTEGERS),
      op("abs()", elements(REAL), (x, a) -> x[0].abs()).with(INTEGERS),
      op("square()", elements(REAL), (x, a) -> x[0].square()).with(INTEGERS),
      op("sqrt()", elements(POSITIVE), (x, a) -> x[0].sqrt()).with(INTEGERS),
      op("rsqrt()", elements(POSITIVE), (x, a) -> x[0].rsqrt()).with(INTEGERS),
      op("reciprocal()", elements(NOT_ZERO), (x, a) -> x[0].reciprocal()).with(INTEGERS),
      op("pow(Variable)", pairs(POSITIVE, REAL), (x, a) -> x[0].pow(x[1])).with(LARGE),
      op("pow(double)", elements(POSITIVE), numbers(2, 3, 0.5, -0.5, -1, -2, 0, 1, 4, 2.5, -1.5),
          (x, a) -> x[0].pow(a.number(0))),
      op("pow(double)", elements(NOT_ZERO), numbers(2, 3, -1, -2, 0, 1, 4, 5), (x, a) -> x[0].pow(a.number(0))),
      op("exp()", elements(REAL), (x, a) -> x[0].exp()).with(INTEGERS, LARGE),
      op("expm1()", elements(REAL), (x, a) -> x[0].expm1()).with(INTEGERS),
      op("log()", elements(POSITIVE), (x, a) -> x[0].log()).with(INTEGERS),
      op("log1p()", elements(ABOVE_MINUS_ONE), (x, a) -> x[0].log1p()).with(INTEGERS),
      op("sin()", elements(REAL), (x, a) -> x[0].sin()).with(INTEGERS),
      op("cos()", elements(REAL), (x, a) -> x[0].cos()).with(INTEGERS),
      op("tan()", elements(INSIDE_ONE), (x, a) -> x[0].tan()).with(INTEGERS),
      op("asin()", elements(INSIDE_ONE), (x, a) -> x[0].asin()).with(INTEGERS),
      op("acos()", elements(INSIDE_ONE), (x, a) -> x[0].acos()).with(INTEGERS),
      op("atan()", elements(REAL), (x, a) -> x[0].atan()).with(INTEGERS),
      op("atan2(Variable)", pairs(REAL, NOT_ZERO), (x, a) -> x[0].atan2(x[1])).with(INTEGERS, LARGE),
      op("sinh()", elements(REAL), (x, a) -> x[0].sinh()).with(INTEGERS),
      op("cosh()", elements(REAL), (x, a) -> x[0].cosh()).with(INTEGERS),
      op("asinh()", elements(REAL), (x, a) -> x[0].asinh()).with(INTEGERS),
      op("acosh()", elements(ABOVE_ONE), (x, a) -> x[0].acosh()).with(INTEGERS),
      op("atanh()", elements(INSIDE_ONE), (x, a) -> x[0].atanh()).with(INTEGERS),
      op("tanh()", elements(REAL), (x, a) -> x[0].tanh()).with(INTEGERS, LARGE),
      op("erf()", elements(REAL), (x, a) -> x[0].erf()).with(INTEGERS),
      op("erfc()", elements(REAL), (x, a) -> x[0].erfc()).with(INTEGERS, LARGE),
      op("exp2()", elements(REAL), (x, a) -> x[0].exp2()).with(INTEGERS),
      op("log2()", elements(POSITIVE), (x, a) -> x[0].log2()).with(INTEGERS),
      op("log10()", elements(POSITIVE), (x, a) -> x[0].log10()).with(INTEGERS),
      op("logit()", elements(INSIDE_UNIT), (x, a) -> x[0].logit()).with(INTEGERS),
      op("logit(double)", elements(realWithCorners(0.1, 0.9)), numbers(0.1),
          (x, a) -> x[0].logit(a.number(0))).with(INTEGERS),
      op("xlogy(Variable)", pairs(REAL, POSITIVE), (x, a) -> x[0].xlogy(x[1])),
      op("hypot(Variable)", pairs(REAL, NOT_ZERO), (x, a) -> x[0].hypot(x[1])),
      op("lerp(Variable,double)", pairs(REAL, REAL), numbers(0.25, 0.75, -1, 0),
          (x, a) -> x[0].lerp(x[1], a.number(0))),
      op("lerp(Variable,Variable)", triples(REAL, REAL, new Domain(-1.9, 2.3, -0.5, 0.5)), (x, a) -> x[0].lerp(x[1], x[2])),
      op("addcmul(Variable,Variable,double)", triples(REAL, REAL, REAL), numbers(1, -0.5),
          (x, a) -> x[0].addcmul(x[1], x[2], a.number(0))),
      op("addcdiv(Variable,Variable,double)", triples(REAL, REAL, NOT_ZERO), numbers(1, -0.5),
          (x, a) -> x[0].addcdiv(x[1], x[2], a.number(0))),
      op("nanToNum()", elements(REAL), (x, a) -> x[0].nanToNum()),
      op("nanToNum(double,double,double)", elements(REAL), fixed(1, 2, 3),
          (x, a) -> x[0].nanToNum(a.number(0), a.number(1), a.number(2))),
      op("ceil()", elements(realWithCorners(-1, 0, 1, 2)), (x, a) -> x[0].ceil()).with(FLAT, INTEGERS, MAY_SHARE),
      op("round()", elements(realWithCorners(-1.5, -0.5, 0.5, 1.5)), (x, a) -> x[0].round()).with(FLAT, INTEGERS, MAY_SHARE),
      op("trunc()", elements(realWithCorners(-1, 1, 2)), (x, a) -> x[0].trunc()).with(FLAT, INTEGERS, MAY_SHARE),
      op("frac()", elements(realWithCorners(-1, 1, 2)), (x, a) -> x[0].frac()),
      op("sign()", elements(REAL), (x, a) -> x[0].sign()).with(FLAT, INTEGERS),
      op("fmod(Variable)", pairs(realWithCorners(-1, 1), new Domain(2.5, 3.5)), (x, a) -> x[0].fmod(x[1])).with(LARGE),
      op("fmod(Variable)", pairs(new Domain(7.1, 7.9), new Domain(2.1, 2.3)), (x, a) -> x[0].fmod(x[1])),
      op("fmod(double)", elements(realWithCorners(-1.5, 1.5)), numbers(1.5, -1.5, 0.0625), (x, a) -> x[0].fmod(a.number(0))),
      op("remainder(Variable)", pairs(realWithCorners(-1, 1), new Domain(2.5, 3.5)), (x, a) -> x[0].remainder(x[1])),
      op("remainder(Variable)", pairs(new Domain(7.1, 7.9), new Domain(-2.3, -2.1)), (x, a) -> x[0].remainder(x[1])),
      op("remainder(double)", elements(realWithCorners(-1.5, 1.5)), numbers(1.5, -1.5),
          (x, a) -> x[0].remainder(a.number(0))),
      op("floor()", elements(realWithCorners(-1, 0, 1, 2)), (x, a) -> x[0].floor()).with(FLAT, INTEGERS, MAY_SHARE),
      op("maximum(Variable)", pairs(REAL, REAL), (x, a) -> x[0].maximum(x[1])).with(INTEGERS),
      op("minimum(Variable)", pairs(REAL, REAL), (x, a) -> x[0].minimum(x[1])).with(INTEGERS),
      op("clamp(double,double)", elements(realWithCorners(-0.5, 1)), numberPairs(-0.5, 1, 1, -0.5, -0.5, INFINITY),
          (x, a) -> x[0].clamp(a.number(0), a.number(1))),
      op("clampMin(double)", elements(realWithCorners(-0.5)), numbers(-0.5), (x, a) -> x[0].clampMin(a.number(0))),
      op("clampMax(double)", elements(realWithCorners(1)), numbers(1), (x, a) -> x[0].clampMax(a.number(0))),
      op("where(Variable,Variable,Variable)", choices(), (x, a) -> Variable.where(x[0], x[1], x[2])).with(LARGE),

      // Activations.
      op("sigmoid()", elements(REAL), (x, a) -> x[0].sigmoid()).with(INTEGERS),
      op("relu()", elements(REAL), (x, a) -> x[0].relu()).with(INTEGERS),
      op("leakyRelu(double)", elements(REAL), numbers(0.01, 0.3), (x, a) -> x[0].leakyRelu(a.number(0))),
      op("elu(double)", elements(REAL), numbers(1, 0.7), (x, a) -> x[0].elu(a.number(0))),
      op("silu()", elements(REAL), (x, a) -> x[0].silu()),
      op("gelu()", elements(REAL), (x, a) -> x[0].gelu()).with(LARGE),
      op("geluTanh()", elements(REAL), (x, a) -> x[0].geluTanh()),
      op("softplus()", elements(REAL), (x, a) -> x[0].softplus()),
      op("softplus(double,double)", elements(realWithCorners(1)), numberPairs(2, 2, 0.5, 20),
          (x, a) -> x[0].softplus(a.number(0), a.number(1))),

      op("mish()", elements(REAL), (x, a) -> x[0].mish()),
      op("softsign()", elements(REAL), (x, a) -> x[0].softsign()),
      op("hardtanh(double,double)", elements(realWithCorners(-0.5, 1)), numberPairs(-0.5, 1),
          (x, a) -> x[0].hardtanh(a.number(0), a.number(1))),
      op("relu6()", elements(new Domain(-3, 9, 0, 6)), (x, a) -> x[0].relu6()),
      op("hardswish()", elements(new Domain(-5, 5, -3, 3)), (x, a) -> x[0].hardswish()),
      op("hardsigmoid()", elements(new Domain(-5, 5, -3, 3)), (x, a) -> x[0].hardsigmoid()),
      op("selu()", elements(REAL), (x, a) -> x[0].selu()),
      op("celu(double)", elements(REAL), numbers(1, 0.7), (x, a) -> x[0].celu(a.number(0))),
      op("logSigmoid()", elements(REAL), (x, a) -> x[0].logSigmoid()),
      op("glu(int)", withAxes(arrays(REAL)), Choices::evenAxis, (x, a) -> x[0].glu(a.integer(0))),
      op("threshold(double,double)", elements(realWithCorners(0.5)), numberPairs(0.5, -2),
          (x, a) -> x[0].threshold(a.number(0), a.number(1))),
      op("prelu(Variable)", slopes(), (x, a) -> x[0].prelu(x[1])),

      // Comparisons and logic.
      op("lt(Variable)", pairs(REAL, REAL), (x, a) -> x[0].lt(x[1])).with(NOT_DIFFERENTIABLE, INTEGERS, LARGE),
      op("lt(double)", elements(REAL), numbers(0.5, 1),
          (x, a) -> x[0].lt(a.number(0))).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("le(Variable)", pairs(REAL, REAL), (x, a) -> x[0].le(x[1])).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("le(double)", elements(REAL), numbers(0.5, 1),
          (x, a) -> x[0].le(a.number(0))).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("gt(Variable)", pairs(REAL, REAL), (x, a) -> x[0].gt(x[1])).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("gt(double)", elements(REAL), numbers(0.5, 1),
          (x, a) -> x[0].gt(a.number(0))).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("ge(Variable)", pairs(REAL, REAL), (x, a) -> x[0].ge(x[1])).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("ge(double)", elements(REAL), numbers(0.5, 1),
          (x, a) -> x[0].ge(a.number(0))).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("eq(Variable)", pairs(REAL, REAL), (x, a) -> x[0].eq(x[1])).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("eq(double)", elements(REAL), numbers(0.5, 1),
          (x, a) -> x[0].eq(a.number(0))).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("ne(Variable)", pairs(REAL, REAL), (x, a) -> x[0].ne(x[1])).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("ne(double)", elements(REAL), numbers(0.5, 1),
          (x, a) -> x[0].ne(a.number(0))).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("logicalAnd(Variable)", pairs(REAL, REAL), fixed(1),
          (x, a) -> x[0].gt(0).logicalAnd(x[1].gt(0))).with(NOT_DIFFERENTIABLE, BOOLS),
      op("logicalAnd(Variable)", pairs(REAL, REAL), (x, a) -> x[0].logicalAnd(x[1])).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("logicalOr(Variable)", pairs(REAL, REAL), (x, a) -> x[0].logicalOr(x[1])).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("logicalXor(Variable)", pairs(REAL, REAL), (x, a) -> x[0].logicalXor(x[1])).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("isNan()", elements(REAL), (x, a) -> x[0].isNan()).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("isInf()", elements(REAL), (x, a) -> x[0].isInf()).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("isFinite()", elements(REAL), (x, a) -> x[0].isFinite()).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("isClose(Variable,double,double)", pairs(REAL, REAL), numberPairs(0.5, 0.1, 0, 0, 0, INFINITY),
          (x, a) -> x[0].isClose(x[1], a.number(0), a.number(1))).with(NOT_DIFFERENTIABLE),
      op("logicalNot()", elements(REAL), (x, a) -> x[0].logicalNot()).with(NOT_DIFFERENTIABLE, INTEGERS),

      // Reductions.
      op("sum(int...)", reducible(REAL), axes(true), (x, a) -> x[0].sum(a.axes(0))).with(INTEGERS, LARGE),
      op("sumKeepDims(int...)", reducible(REAL), axes(true), (x, a) -> x[0].sumKeepDims(a.axes(0))).with(INTEGERS),
      op("sumToShape(Shape)", arrays(REAL), Choices::smallerShapes, (x, a) -> x[0].sumToShape(a.shape(0))).with(MAY_SHARE),
      op("mean(int...)", reducible(REAL), axes(true), (x, a) -> x[0].mean(a.axes(0))).with(LARGE),
      op("meanKeepDims(int...)", reducible(REAL), axes(true), (x, a) -> x[0].meanKeepDims(a.axes(0))),
      op("max()", reducible(REAL), Choices::nonEmpty, (x, a) -> x[0].max()).with(INTEGERS, LARGE),
      op("min()", reducible(REAL), Choices::nonEmpty, (x, a) -> x[0].min()).with(INTEGERS),
      outputs("max(int)", reducible(REAL), Choices::nonEmptyAxis,
          (x, a) -> both(x[0].max(a.integer(0)))).with(INTEGERS, LARGE),
      outputs("min(int)", reducible(REAL), Choices::nonEmptyAxis, (x, a) -> both(x[0].min(a.integer(0)))).with(INTEGERS),
      op("amax(int...)", reducible(REAL), axes(false), (x, a) -> x[0].amax(a.axes(0))).with(INTEGERS, LARGE),
      op("amaxKeepDims(int...)", reducible(REAL), axes(false),
          (x, a) -> x[0].amaxKeepDims(a.axes(0))).with(INTEGERS),
      op("amin(int...)", reducible(REAL), axes(false), (x, a) -> x[0].amin(a.axes(0))).with(INTEGERS),
      op("aminKeepDims(int...)", reducible(REAL), axes(false),
          (x, a) -> x[0].aminKeepDims(a.axes(0))).with(INTEGERS),
      op("argmax()", reducible(REAL), Choices::nonEmpty, (x, a) -> x[0].argmax()).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("argmax(int)", reducible(REAL), Choices::nonEmptyAxis,
          (x, a) -> x[0].argmax(a.integer(0))).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("argmin()", reducible(REAL), Choices::nonEmpty, (x, a) -> x[0].argmin()).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("argmin(int)", reducible(REAL), Choices::nonEmptyAxis,
          (x, a) -> x[0].argmin(a.integer(0))).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("var(int...)", reducible(REAL), Choices::severalAlong, (x, a) -> x[0].var(a.axes(0))).with(LARGE),
      op("varKeepDims(int...)", reducible(REAL), Choices::severalAlong,
          (x, a) -> x[0].varKeepDims(a.axes(0))),
      op("populationVar(int...)", reducible(REAL), Choices::severalAlong,
          (x, a) -> x[0].populationVar(a.axes(0))),
      op("populationVarKeepDims(int...)", reducible(REAL), Choices::severalAlong,
          (x, a) -> x[0].populationVarKeepDims(a.axes(0))),
      op("std(int...)", reducible(REAL), Choices::severalAlong, (x, a) -> x[0].std(a.axes(0))).with(LARGE),
      op("stdKeepDims(int...)", reducible(REAL), Choices::severalAlong,
          (x, a) -> x[0].stdKeepDims(a.axes(0))),
      op("populationStd(int...)", reducible(REAL), Choices::severalAlong,
          (x, a) -> x[0].populationStd(a.axes(0))),
      op("populationStdKeepDims(int...)", reducible(REAL), Choices::severalAlong,
          (x, a) -> x[0].populationStdKeepDims(a.axes(0))),
      op("norm(int...)", reducible(REAL), axes(true), (x, a) -> x[0].norm(a.axes(0))).with(LARGE),
      op("normKeepDims(int...)", reducible(REAL), axes(true), (x, a) -> x[0].normKeepDims(a.axes(0))),
      op("vectorNorm(double,int...)", reducible(POSITIVE), orders(1, 2, 3, 0.5, INFINITY),
          (x, a) -> x[0].vectorNorm(a.number(0), a.axes(1))),
      op("vectorNorm(double,int...)", Samples.withElements(arrays(POSITIVE)), orders(0, -1, -2.5, -INFINITY),
          (x, a) -> x[0].vectorNorm(a.number(0), a.axes(1))),
      op("vectorNorm(double,int...)", reducible(REAL), orders(1, 2, 3),
          (x, a) -> x[0].vectorNorm(a.number(0), a.axes(1))),
      op("vectorNormKeepDims(double,int...)", reducible(REAL), orders(1, 2, 3),
          (x, a) -> x[0].vectorNormKeepDims(a.number(0), a.axes(1))),
      op("logSumExp(int...)", reducible(REAL), axes(true), (x, a) -> x[0].logSumExp(a.axes(0))).with(LARGE),
      op("logSumExpKeepDims(int...)", reducible(REAL), axes(true), (x, a) -> x[0].logSumExpKeepDims(a.axes(0))),

      op("any(int...)", reducible(REAL), axes(true), (x, a) -> x[0].any(a.axes(0))).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("all(int...)", reducible(REAL), axes(true), (x, a) -> x[0].all(a.axes(0))).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("countNonzero(int...)", reducible(REAL), axes(true),
          (x, a) -> x[0].countNonzero(a.axes(0))).with(NOT_DIFFERENTIABLE, INTEGERS),
      op("nanSum(int...)", reducible(REAL), axes(true), (x, a) -> x[0].nanSum(a.axes(0))).with(INTEGERS),
      op("nanMean(int...)", reducible(REAL), axes(true), (x, a) -> x[0].nanMean(a.axes(0))),

      // Scans, products and orders.
      op("cumsum(int)", withAxes(reducible(REAL)), Choices::axis, (x, a) -> x[0].cumsum(a.integer(0))).with(INTEGERS, LARGE),
      op("cumprod(int)", withAxes(arrays(REAL)), Choices::axis, (x, a) -> x[0].cumprod(a.integer(0))).with(INTEGERS),
      op("logCumSumExp(int)", withAxes(arrays(REAL)), Choices::axis, (x, a) -> x[0].logCumSumExp(a.integer(0))),
      outputs("cummax(int)", withAxes(reducible(REAL)), Choices::nonEmptyAxis,
          (x, a) -> both(x[0].cummax(a.integer(0)))).with(INTEGERS, LARGE),
      outputs("cummin(int)", withAxes(reducible(REAL)), Choices::nonEmptyAxis,
          (x, a) -> both(x[0].cummin(a.integer(0)))).with(INTEGERS),
      op("prod()", arrays(REAL), (x, a) -> x[0].prod()).with(INTEGERS),
      op("prod(int)", withAxes(arrays(REAL)), Choices::axis, (x, a) -> x[0].prod(a.integer(0))).with(INTEGERS),
      outputs("sort(int,boolean)", withAxes(reducible(REAL)), Choices::axis,
          (x, a) -> both(x[0].sort(a.integer(0), false))).with(INTEGERS, LARGE),
      op("argsort(int,boolean)", withAxes(reducible(REAL)), Choices::axis,
          (x, a) -> x[0].argsort(a.integer(0), true)).with(NOT_DIFFERENTIABLE, INTEGERS),
      outputs("topk(int,int,boolean)", withAxes(arrays(REAL)), Choices::topmost,
          (x, a) -> both(x[0].topk(a.integer(0), a.integer(1), a.number(2) > 0))),
      outputs("median(int)", withAxes(arrays(REAL)), Choices::nonEmptyAxis, (x, a) -> both(x[0].median(a.integer(0)))),
      op("quantile(double,int)", withAxes(reducible(REAL)), Choices::axisOfSome,
          (x, a) -> x[0].quantile(0.3, a.integer(0))),
      op("unique()", reducible(REAL), (x, a) -> x[0].gt(0).to(DType.INT64).unique()).with(NOT_DIFFERENTIABLE, DATA_DEPENDENT),
      op("searchSorted(Variable,boolean)", reducible(REAL), numbers(0, 1),
          (x, a) -> Variable.arange(x[0].dtype(), -1, 3, 0.5).searchSorted(x[0], a.number(0) > 0)).with(NOT_DIFFERENTIABLE),

      // Normalisation.
      op("softmax(int)", reducible(REAL), Choices::axis, (x, a) -> x[0].softmax(a.integer(0))).with(LARGE),
      op("logSoftmax(int)", reducible(REAL), Choices::axis, (x, a) -> x[0].logSoftmax(a.integer(0))).with(LARGE),
      op("layerNorm(Shape,double)", arrays(REAL), Choices::normalizedShapes,
          (x, a) -> x[0].layerNorm(a.shape(0), a.number(1))).with(LARGE),
      op("layerNorm(Shape,Variable,Variable,double)", normalizable(), numbers(0.1),
          (x, a) -> x[0].layerNorm(x[1].shape(), x[1], x[2], a.number(0))),
      op("softmaxCrossEntropy(Variable)", reducible(REAL), Choices::labels,
          (x, a) -> x[0].softmaxCrossEntropy(a.array(0))).with(LARGE),

      // Shapes.
      op("to(DType)", elements(REAL), oneOf(DType.FLOAT64, DType.FLOAT32),
          (x, a) -> x[0].to(a.dtype(0))).with(MAY_SHARE),
      op("to(DType)", arrays(REAL), oneOf(DType.INT32, DType.INT64, DType.BOOL),
          (x, a) -> x[0].to(a.dtype(0))).with(NOT_DIFFERENTIABLE, INTEGERS, MAY_SHARE),
      op("copy()", arrays(REAL), (x, a) -> x[0].copy()).with(MOVES_ONLY),
      op("contiguous()", arrays(REAL), (x, a) -> x[0].contiguous()).with(MAY_SHARE, MOVES_ONLY),
      op("reshape(long...)", arrays(REAL), Choices::newShapes,
          (x, a) -> x[0].reshape(a.sizes(0))).with(MAY_SHARE, MOVES_ONLY),
      op("flatten()", arrays(REAL), (x, a) -> x[0].flatten()).with(MAY_SHARE, MOVES_ONLY),
      op("flatten(int,int)", withAxes(arrays(REAL)), Choices::flattened,
          (x, a) -> x[0].flatten(a.integer(0), a.integer(1))).with(MAY_SHARE, MOVES_ONLY),
      op("transpose()", arrays(REAL), Choices::atLeastTwoAxes, (x, a) -> x[0].transpose()).with(VIEW, MOVES_ONLY),
      op("transpose(int,int)", withAxes(arrays(REAL)), Choices::axisPairs,
          (x, a) -> x[0].transpose(a.integer(0), a.integer(1))).with(VIEW, MOVES_ONLY),
      op("permute(int...)", arrays(REAL), Choices::orders, (x, a) -> x[0].permute(a.axes(0))).with(VIEW, MOVES_ONLY),
      op("squeeze()", arrays(REAL), (x, a) -> x[0].squeeze()).with(MAY_SHARE, MOVES_ONLY),
      op("squeeze(int)", withAxes(arrays(REAL)), Choices::axis,
          (x, a) -> x[0].squeeze(a.integer(0))).with(MAY_SHARE, MOVES_ONLY),
      op("unsqueeze(int)", arrays(REAL), Choices::newAxis, (x, a) -> x[0].unsqueeze(a.integer(0))).with(VIEW, MOVES_ONLY),
      op("expand(long...)", arrays(REAL), Choices::largerShapes, (x, a) -> x[0].expand(a.sizes(0))).with(VIEW, MOVES_ONLY),
      op("cat(int,Variable[])", joinable(false), numbers(0),
          (x, a) -> Variable.cat(a.integer(0), x)).with(MOVES_ONLY),
      op("cat(int,Variable[])", joinable(true), Choices::lastAxis,
          (x, a) -> Variable.cat(a.integer(0), x)).with(MOVES_ONLY),
      op("cat(int,List)", joinable(false), numbers(0),
          (x, a) -> Variable.cat(a.integer(0), List.of(x))).with(MOVES_ONLY),
      op("stack(int,Variable[])", joinable(true), Choices::newAxis,
          (x, a) -> Variable.stack(a.integer(0), x)).with(MOVES_ONLY),
      op("stack(int,List)", joinable(true), Choices::newAxis,
          (x, a) -> Variable.stack(a.integer(0), List.of(x))).with(MOVES_ONLY),

      op("flip(int...)", arrays(REAL), Choices::distinctAxes, (x, a) -> x[0].flip(a.axes(0))).with(MOVES_ONLY),
      op("roll(int,long)", withAxes(arrays(REAL)), Choices::axisAndShift,
          (x, a) -> x[0].roll(a.integer(0), a.integer(1))).with(MOVES_ONLY),
      op("repeat(long...)", arrays(REAL), Choices::repeats, (x, a) -> x[0].repeat(a.sizes(0))).with(MOVES_ONLY),
      op("tile(long...)", arrays(REAL), oneOf(new long[] {2}, new long[] {}, new long[] {2, 1, 3}),
          (x, a) -> x[0].tile(a.sizes(0))).with(MOVES_ONLY),
      op("repeatInterleave(int,long)", withAxes(arrays(REAL)), Choices::axisAndShift,
          (x, a) -> x[0].repeatInterleave(a.integer(0), Math.abs(a.integer(1)))).with(MOVES_ONLY),
      op("diagonal(long,int,int)", arrays(REAL), Choices::planes,
          (x, a) -> x[0].diagonal(a.integer(0), a.integer(1), a.integer(2))).with(VIEW, MOVES_ONLY),
      op("diag(long)", vectorsAndMatrices(), numbers(0, 1, -1, -5), (x, a) -> x[0].diag(a.integer(0))),
      op("tril(long)", arrays(REAL), Choices::diagonals, (x, a) -> x[0].tril(a.integer(0))).with(MOVES_ONLY),
      op("triu(long)", arrays(REAL), Choices::diagonals, (x, a) -> x[0].triu(a.integer(0))).with(MOVES_ONLY),
      op("movedim(int[],int[])", withAxes(arrays(REAL)), x -> List.of(Arguments.of(new int[] {-1, 0}, new int[] {0, -1}), Arguments.of(new int[] {1}, new int[] {0})).subList(x[0].rank() > 1 ? 0 : 2, 2),
          (x, a) -> x[0].movedim(a.axes(0), a.axes(1))).with(VIEW, MOVES_ONLY),
      op("movedim(int,int)", withAxes(arrays(REAL)), Choices::axisPairs,
          (x, a) -> x[0].movedim(a.integer(0), a.integer(1))).with(VIEW, MOVES_ONLY),
      op("unfold(int,long,long)", withAxes(arrays(REAL)), Choices::slidingWindows,
          (x, a) -> x[0].unfold(a.integer(0), a.integer(1), a.integer(2))).with(MOVES_ONLY),
      outputs("split(int,long)", withAxes(arrays(REAL)), Choices::nonEmptyAxis,
          (x, a) -> x[0].split(a.integer(0), 2)).with(VIEW, MOVES_ONLY),
      outputs("splitInto(int,long...)", withAxes(arrays(REAL)), Choices::nonEmptyAxis,
          (x, a) -> x[0].splitInto(a.integer(0), 1, 0, x[0].size(a.integer(0)) - 1)).with(VIEW, MOVES_ONLY),
      outputs("chunk(int,int)", withAxes(arrays(REAL)), Choices::axis,
          (x, a) -> x[0].chunk(a.integer(0), 3)).with(VIEW, MOVES_ONLY),
      outputs("meshgrid(Variable[])", vectors(false), (x, a) -> Variable.meshgrid(x)).with(MAY_SHARE),
      op("padConstant(double,long...)", withAxes(arrays(REAL)), Choices::amounts,
          (x, a) -> x[0].padConstant(2, a.sizes(0))),
      op("padReflect(long...)", images(), oneOf(new long[] {1, 2}, new long[] {0, 0}, new long[] {2, 0}),
          (x, a) -> x[0].padReflect(a.sizes(0))),
      op("padReplicate(long...)", images(), oneOf(new long[] {1, 2}, new long[] {0, 5}),
          (x, a) -> x[0].padReplicate(a.sizes(0))),
      op("padCircular(long...)", images(), oneOf(new long[] {1, 2}, new long[] {3, 0}),
          (x, a) -> x[0].padCircular(a.sizes(0))),

      // Selections.
      op("narrow(int,long,long)", withAxes(arrays(REAL)), Choices::ranges,
          (x, a) -> x[0].narrow(a.integer(0), a.integer(1), a.integer(2))).with(VIEW, MOVES_ONLY),
      op("select(int,long)", withAxes(arrays(REAL)), Choices::positions,
          (x, a) -> x[0].select(a.integer(0), a.integer(1))).with(VIEW, MOVES_ONLY),
      op("get(Index...)", arrays(REAL), Choices::slices, (x, a) -> x[0].get(a.index(0))).with(VIEW, MOVES_ONLY),
      op("get(Index...)", withAxes(arrays(REAL)), Choices::selections, (x, a) -> x[0].get(a.index(0))).with(MOVES_ONLY),
      op("get(Variable)", withAxes(arrays(REAL)), Choices::rowsAndMasks, (x, a) -> x[0].get(a.array(0))).with(MOVES_ONLY),
      op("indexSelect(int,Variable)", withAxes(arrays(REAL)), Choices::axisAndPositions,
          (x, a) -> x[0].indexSelect(a.integer(0), a.array(1))).with(MOVES_ONLY, LARGE),
      op("indexAdd(int,Variable,Variable)", updates(new long[] {3, 4}, new long[] {5, 4}), fixed(0, given(2, 0, 2, 1, 2)),
          (x, a) -> x[0].indexAdd(a.integer(0), a.array(1), x[1])),
      op("indexAdd(int,Variable,Variable)", updates(new long[] {3, 4}, new long[] {3, 2}), fixed(-1, given(3, 3)),
          (x, a) -> x[0].indexAdd(a.integer(0), a.array(1), x[1])),
      op("gather(int,Variable)", withAxes(arrays(REAL)), Choices::axisAndIndex,
          (x, a) -> x[0].gather(a.integer(0), a.array(1))).with(MOVES_ONLY, LARGE),
      op("scatterAdd(int,Variable,Variable)", updates(new long[] {3, 4}, new long[] {5, 4}), fixed(0, index(3, 5, 4)),
          (x, a) -> x[0].scatterAdd(a.integer(0), a.array(1), x[1])),
      op("scatterAdd(int,Variable,Variable)", updates(new long[] {3, 4}, new long[] {2, 6}), fixed(-1, index(4, 2, 6)),
          (x, a) -> x[0].scatterAdd(a.integer(0), a.array(1), x[1])),

      op("scatter(int,Variable,Variable)", updates(new long[] {3, 4}, new long[] {2, 4}),
          fixed(0, given(0, 2, 1, 0, 2, 1, 0, 1).reshape(2, 4)), (x, a) -> x[0].scatter(a.integer(0), a.array(1), x[1])),
      op("scatter(int,Variable,double)", withAxes(arrays(REAL)), Choices::axisAndIndex,
          (x, a) -> x[0].scatter(a.integer(0), a.array(1), 1)),
      op("indexCopy(int,Variable,Variable)", updates(new long[] {3, 4}, new long[] {2, 4}), fixed(0, given(2, 0)),
          (x, a) -> x[0].indexCopy(a.integer(0), a.array(1), x[1])),
      op("indexFill(int,Variable,double)", withAxes(arrays(REAL)), Choices::axisAndPositions,
          (x, a) -> x[0].indexFill(a.integer(0), a.array(1), 1)),
      op("indexPut(List,Variable,boolean)", updates(new long[] {3, 4}, new long[] {2, 4}), fixed(given(2, -3)),
          (x, a) -> x[0].indexPut(List.of(a.array(0)), x[1], false)),
      op("indexPut(List,Variable,boolean)", updates(new long[] {3, 4}, new long[] {2, 3}),
          fixed(given(2, -3).unsqueeze(1), given(1, 0, 1)),
          (x, a) -> x[0].indexPut(List.of(a.array(0), a.array(1)), x[1], true)),
      op("sliceScatter(int,long,long,long,Variable)", updates(new long[] {3, 4}, new long[] {3, 2}), fixed(),
          (x, a) -> x[0].sliceScatter(-1, 0, 3, 2, x[1])),
      op("selectScatter(int,long,Variable)", updates(new long[] {3, 4}, new long[] {3, 4}), fixed(),
          (x, a) -> x[0].selectScatter(0, -1, x[1].select(0, 1))),
      op("maskedFill(Variable,double)", arrays(REAL), Choices::masks,
          (x, a) -> x[0].maskedFill(a.array(0), 2)),
      op("maskedSelect(Variable)", arrays(REAL), Choices::masks, (x, a) -> x[0].maskedSelect(a.array(0))).with(MOVES_ONLY),
      op("take(Variable)", arrays(REAL), Choices::flatPositions, (x, a) -> x[0].take(a.array(0))).with(MOVES_ONLY),
      op("nonzero()", reducible(REAL), (x, a) -> x[0].nonzero()).with(NOT_DIFFERENTIABLE, INTEGERS, DATA_DEPENDENT),
      op("oneHot(int)", reducible(REAL), Choices::labels, (x, a) -> a.array(0).oneHot(70)).with(NOT_DIFFERENTIABLE),

      // Products.
      op("matmul(Variable)", products(), (x, a) -> x[0].matmul(x[1])),
      op("linear(Variable)", linear(false), (x, a) -> x[0].linear(x[1])),
      op("linear(Variable,Variable)", linear(true), (x, a) -> x[0].linear(x[1], x[2])),
      op("dot(Variable)", vectors(true), (x, a) -> x[0].dot(x[1])),
      op("outer(Variable)", vectors(false), (x, a) -> x[0].outer(x[1])),
      op("bmm(Variable)", all(ofShapes(shape(2, 3, 2), shape(2, 2, 4)), ofShapes(shape(0, 3, 2), shape(0, 2, 4))),
          (x, a) -> x[0].bmm(x[1])),
      op("baddbmm(Variable,Variable,double,double)",
          all(ofShapes(shape(2, 3, 2), shape(2, 3, 2), shape(2, 2, 2)), ofShapes(shape(2, 1), shape(1, 2, 0), shape(1, 0, 3))),
          numberPairs(1, 1, 0.5, -2), (x, a) -> x[0].baddbmm(x[1], x[2], a.number(0), a.number(1))),
      op("addmm(Variable,Variable,double,double)",
          all(ofShapes(shape(3, 2), shape(3, 2), shape(2, 2)), ofShapes(shape(2), shape(3, 4), shape(4, 2)),
              ofShapes(shape(), shape(2, 0), shape(0, 3))),
          numberPairs(1, 1, 0.5, -2), (x, a) -> x[0].addmm(x[1], x[2], a.number(0), a.number(1))),
      op("trace()", all(ofShapes(shape(3, 3)), ofShapes(shape(2, 4)), ofShapes(shape(4, 2)), ofShapes(shape(0, 2))),
          (x, a) -> x[0].trace()).with(INTEGERS),
      op("tensordot(Variable,int)", ofShapes(shape(2, 3, 2), shape(3, 2, 2)), numbers(0, 2),
          (x, a) -> x[0].tensordot(x[1], a.integer(0))),
      op("tensordot(Variable,int[],int[])",
          all(ofShapes(shape(2, 3, 4), shape(4, 2, 2)), ofShapes(shape(2, 3, 1), shape(4, 2, 0))),
          fixed(new int[] {-1, 0}, new int[] {0, 1}), (x, a) -> x[0].tensordot(x[1], a.axes(0), a.axes(1))),
      op("kron(Variable)", all(ofShapes(shape(2, 3), shape(3, 2)), ofShapes(shape(2), shape(2, 1, 3)), ofShapes(shape(), shape(2)),
          ofShapes(shape(0, 2), shape(3, 1))), (x, a) -> x[0].kron(x[1])),
      einsum("ij,jk->ik", shape(2, 3), shape(3, 4)),
      einsum("i,j", shape(2), shape(3)),
      einsum("ii", shape(3, 3)),
      einsum("iij->ji", shape(2, 2, 3)),
      einsum("ba", shape(2, 3)),
      einsum("Ba", shape(2, 3)),
      einsum(" ij -> ", shape(2, 3)),
      einsum("...ij,...kj->...ik", shape(2, 1, 2, 3), shape(3, 1, 3)),
      einsum("i...,i...", shape(2, 3, 2), shape(2, 2)),
      einsum("...i->i", shape(2, 3, 2)),
      einsum("bhqd,bhkd->bhqk", shape(2, 1, 3, 2), shape(2, 2, 2, 2)),
      einsum("ij,ij->ij", shape(2, 3), shape(2, 3)),
      einsum(",ij", shape(), shape(2, 3)),
      einsum("ij,jk,kl,lm->im", shape(2, 3), shape(3, 1), shape(1, 3), shape(3, 2)),
      einsum("ijk,jil,kl->ij", shape(2, 3, 2), shape(3, 2, 2), shape(2, 2)),
      einsum("a,b,c,d,e,f,g,h,i->igdab", shape(2), shape(1), shape(1), shape(2), shape(1), shape(1), shape(2), shape(1), shape(1)),
      einsum("ij,jk->ik", shape(0, 3), shape(3, 2)),
      einsum("ij,jk->ik", shape(2, 0), shape(0, 2)),
      op("cdist(Variable,double)",
          all(ofShapes(shape(3, 2), shape(4, 2)), ofShapes(shape(2, 1, 3, 2), shape(3, 2, 2)),
              ofShapes(shape(0, 2), shape(3, 2)), ofShapes(shape(2, 0), shape(3, 0)), equalRows()),
          numbers(2, 1, INFINITY, 3, 1.5), (x, a) -> x[0].cdist(x[1], a.number(0))),
      op("cdist(Variable,double)", ofShapes(shape(3, 2), shape(4, 2)), numbers(0),
          (x, a) -> x[0].cdist(x[1], a.number(0))).with(FLAT),
      op("cosineSimilarity(Variable,int,double)",
          all(ofShapes(shape(3, 4), shape(3, 4)), ofShapes(shape(2, 1, 4), shape(3, 4)), ofShapes(shape(2, 0), shape(2, 0))),
          oneOf(0, -1), (x, a) -> x[0].cosineSimilarity(x[1], a.integer(0), 1e-8)),

      // Systems of equations and decompositions.
      op("inv()", square(), (x, a) -> x[0].inv()),
      op("solve(Variable)", equations(true), (x, a) -> x[0].solve(x[1])),
      op("solveTriangular(Variable,boolean)", equations(false), numbers(0, 1),
          (x, a) -> x[0].solveTriangular(x[1], a.number(0) > 0)),
      op("lstsq(Variable)", overdeterminedAndUnder(), (x, a) -> x[0].lstsq(x[1])),
      op("pinv()", rectangular(), (x, a) -> x[0].pinv()),
      op("pinv(double)", rectangular(), numbers(0.01), (x, a) -> x[0].pinv(a.number(0))),
      op("det()", squareAndSingular(), (x, a) -> x[0].det()),
      outputs("slogdet()", square(), (x, a) -> Matrices.results(x[0].slogdet())),
      op("matrixPower(int)", square(), numbers(1, 2, 3, -1, -2, 5), (x, a) -> x[0].matrixPower(a.integer(0))),
      op("cholesky()", square(), (x, a) -> symmetric(x[0]).cholesky()),
      outputs("qr()", rectangular(), (x, a) -> Matrices.results(x[0].qr())),
      outputs("svd()", rectangular(), (x, a) -> Matrices.results(x[0].svd())),
      op("svdvals()", rectangular(), (x, a) -> x[0].svdvals()),
      outputs("eigh()", square(), (x, a) -> Matrices.results(symmetric(x[0]).eigh())),
      op("eigvalsh()", square(), (x, a) -> symmetric(x[0]).eigvalsh()),
      op("matrixNorm(double)", nonEmpty(rectangular()), matrixOrders(), (x, a) -> x[0].matrixNorm(a.number(0))),
      op("nuclearNorm()", rectangular(), (x, a) -> x[0].nuclearNorm()),
      op("matrixRank()", rectangular(), (x, a) -> x[0].matrixRank()).with(NOT_DIFFERENTIABLE),
      op("matrixRank(double)", rectangular(), numbers(0.5), (x, a) -> x[0].matrixRank(a.number(0))).with(NOT_DIFFERENTIABLE),

      // Convolutions and pooling.
      op("conv1d(Variable,Variable)", convolutions(1, false, true), Windows::plainFilters,
          (x, a) -> x[0].conv1d(x[1], x[2])),
      op("conv1d(Variable,Variable,ConvolutionOptions)", convolutions(1, false, true), filters(1),
          (x, a) -> x[0].conv1d(x[1], x[2], a.convolution(0))),
      op("conv1d(Variable,Variable,ConvolutionOptions)", convolutions(1, false, false), filters(1),
          (x, a) -> x[0].conv1d(x[1], null, a.convolution(0))),
      op("convTranspose1d(Variable,Variable,ConvolutionOptions)", convolutions(1, true, true), transposedFilters(1),
          (x, a) -> x[0].convTranspose1d(x[1], x[2], a.convolution(0))),
      op("conv2d(Variable,Variable)", convolutions(2, false, true), Windows::plainFilters,
          (x, a) -> x[0].conv2d(x[1], x[2])),
      op("conv2d(Variable,Variable,ConvolutionOptions)", convolutions(2, false, true), filters(2),
          (x, a) -> x[0].conv2d(x[1], x[2], a.convolution(0))),
      op("conv2d(Variable,Variable,ConvolutionOptions)", convolutions(2, false, false), filters(2),
          (x, a) -> x[0].conv2d(x[1], null, a.convolution(0))),
      op("convTranspose2d(Variable,Variable,ConvolutionOptions)", convolutions(2, true, true), transposedFilters(2),
          (x, a) -> x[0].convTranspose2d(x[1], x[2], a.convolution(0))),
      op("conv3d(Variable,Variable)", convolutions(3, false, true), Windows::plainFilters,
          (x, a) -> x[0].conv3d(x[1], x[2])),
      op("conv3d(Variable,Variable,ConvolutionOptions)", convolutions(3, false, true), filters(3),
          (x, a) -> x[0].conv3d(x[1], x[2], a.convolution(0))),
      op("conv3d(Variable,Variable,ConvolutionOptions)", convolutions(3, false, false), filters(3),
          (x, a) -> x[0].conv3d(x[1], null, a.convolution(0))),
      op("convTranspose3d(Variable,Variable,ConvolutionOptions)", convolutions(3, true, true), transposedFilters(3),
          (x, a) -> x[0].convTranspose3d(x[1], x[2], a.convolution(0))),
      op("maxPool1d(PoolingOptions)", pooled(1), windows(1, true), (x, a) -> x[0].maxPool1d(a.pooling(0))),
      outputs("maxPool1dWithIndices(PoolingOptions)", pooled(1), windows(1, true),
          (x, a) -> both(x[0].maxPool1dWithIndices(a.pooling(0)))),
      op("avgPool1d(PoolingOptions)", pooled(1), windows(1, false), (x, a) -> x[0].avgPool1d(a.pooling(0))),
      op("adaptiveMaxPool1d(int)", pooled(1), numbers(1, 3, 7), (x, a) -> x[0].adaptiveMaxPool1d(a.integer(0))),
      op("adaptiveAvgPool1d(int)", pooled(1), numbers(1, 3, 7), (x, a) -> x[0].adaptiveAvgPool1d(a.integer(0))),
      op("maxPool2d(PoolingOptions)", pooled(2), windows(2, true), (x, a) -> x[0].maxPool2d(a.pooling(0))),
      outputs("maxPool2dWithIndices(PoolingOptions)", pooled(2), windows(2, true),
          (x, a) -> both(x[0].maxPool2dWithIndices(a.pooling(0)))),
      op("avgPool2d(PoolingOptions)", pooled(2), windows(2, false), (x, a) -> x[0].avgPool2d(a.pooling(0))),
      op("adaptiveMaxPool2d(int...)", pooled(2), counts(2), (x, a) -> x[0].adaptiveMaxPool2d(a.axes(0))),
      op("adaptiveAvgPool2d(int...)", pooled(2), counts(2), (x, a) -> x[0].adaptiveAvgPool2d(a.axes(0))),
      op("maxPool3d(PoolingOptions)", pooled(3), windows(3, true), (x, a) -> x[0].maxPool3d(a.pooling(0))),
      outputs("maxPool3dWithIndices(PoolingOptions)", pooled(3), windows(3, true),
          (x, a) -> both(x[0].maxPool3dWithIndices(a.pooling(0)))),
      op("avgPool3d(PoolingOptions)", pooled(3), windows(3, false), (x, a) -> x[0].avgPool3d(a.pooling(0))),
      op("adaptiveMaxPool3d(int...)", pooled(3), counts(3), (x, a) -> x[0].adaptiveMaxPool3d(a.axes(0))),
      op("adaptiveAvgPool3d(int...)", pooled(3), counts(3), (x, a) -> x[0].adaptiveAvgPool3d(a.axes(0))),

      // Changes in place, of a copy.
      op("add_(Variable)", assignable(), (x, a) -> x[0].copy().add_(x[1])),
      op("add_(double)", arrays(REAL), numbers(1.5), (x, a) -> x[0].copy().add_(a.number(0))),
      op("sub_(double)", arrays(REAL), numbers(1.5), (x, a) -> x[0].copy().sub_(a.number(0))),
      op("div_(double)", arrays(REAL), numbers(1.5), (x, a) -> x[0].copy().div_(a.number(0))),
      op("sub_(Variable)", assignable(), (x, a) -> x[0].copy().sub_(x[1])),
      op("mul_(Variable)", assignable(), (x, a) -> x[0].copy().mul_(x[1])),
      op("mul_(double)", arrays(REAL), numbers(1.5), (x, a) -> x[0].copy().mul_(a.number(0))),
      op("div_(Variable)", assignable(), (x, a) -> x[0].copy().div_(x[1])),
      op("zero_()", arrays(REAL), (x, a) -> x[0].copy().zero_()).with(FLAT),
      op("fill_(double)", arrays(REAL), numbers(1.5), (x, a) -> x[0].copy().fill_(a.number(0))).with(FLAT),
      op("copy_(Variable)", assignable(), (x, a) -> x[0].copy().copy_(x[1])));
  // spotless:on

  /**
   * Shapes that are large enough for several blocks and threads, and no multiple of any block or
   * lane count.
   */
  public static List<long[]> largeShapes() {
    return List.of(
        new long[] {1031, 521},
        new long[] {540_001},
        new long[] {3, 180_001},
        new long[] {180_001, 3});
  }

  /** Returns operands of one shape for an operation, those of a float dtype as leaves. */
  public static Variable[] operands(Operation operation, DType dtype, long... shape) {
    Generator rng = new Generator(1);
    Sample sample = operation.samples().getFirst();
    Variable[] result = sample.operands(sample.leaves(dtype));
    for (int k = 0; k < result.length; k++) {
      Variable values = Variable.rand(rng, dtype, shape);
      result[k] = result[k].dtype() == DType.BOOL ? values.gt(0.5) : values.requiresGrad(true);
    }
    return result;
  }

  // How entries are made.

  static Operation op(
      String signature, List<Sample> samples, BiFunction<Variable[], Arguments, Variable> call) {
    return op(signature, samples, fixed(), call);
  }

  static Operation op(
      String signature,
      List<Sample> samples,
      Function<Variable[], List<Arguments>> arguments,
      BiFunction<Variable[], Arguments, Variable> call) {
    return outputs(signature, samples, arguments, (x, a) -> List.of(call.apply(x, a)));
  }

  static Operation outputs(String signature, List<Sample> samples, Operation.Call call) {
    return outputs(signature, samples, fixed(), call);
  }

  static Operation outputs(
      String signature,
      List<Sample> samples,
      Function<Variable[], List<Arguments>> arguments,
      Operation.Call call) {
    return new Operation(
        signature, samples, arguments, call, EnumSet.noneOf(Operation.Trait.class));
  }

  private static Operation einsum(String equation, long[]... shapes) {
    return op(
            "einsum(String,Variable[])",
            Matrices.ofShapes(shapes),
            fixed(equation),
            (x, a) -> Variable.einsum(a.text(0), x))
        .with(MAY_SHARE);
  }

  static List<Variable> both(Extremum extremum) {
    return List.of(extremum.values(), extremum.indices());
  }

  /** Pairs of which the second can be assigned to the first. */
  private static List<Sample> assignable() {
    return pairs(REAL, POSITIVE).stream()
        .filter(sample -> {
          Variable[] x = sample.operands(sample.leaves(DType.FLOAT64));
          return x[1].shape().broadcastsTo(x[0].shape());
        })
        .toList();
  }
}
