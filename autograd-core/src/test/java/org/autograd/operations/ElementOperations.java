package org.autograd.operations;

import static org.autograd.operations.Choices.fixed;
import static org.autograd.operations.Choices.numbers;
import static org.autograd.operations.Operation.Trait.FLAT;
import static org.autograd.operations.Operation.Trait.INTEGERS;
import static org.autograd.operations.Operation.Trait.LARGE;
import static org.autograd.operations.Operation.Trait.NOT_DIFFERENTIABLE;
import static org.autograd.operations.OperationRegistry.op;
import static org.autograd.operations.Samples.ABOVE_MINUS_ONE;
import static org.autograd.operations.Samples.ABOVE_ONE;
import static org.autograd.operations.Samples.INSIDE_ONE;
import static org.autograd.operations.Samples.NOT_ZERO;
import static org.autograd.operations.Samples.POSITIVE;
import static org.autograd.operations.Samples.REAL;
import static org.autograd.operations.Samples.elements;
import static org.autograd.operations.Samples.pairs;
import static org.autograd.operations.Samples.realWithCorners;
import static org.autograd.operations.Samples.reducible;

import java.util.List;
import org.autograd.Variable;
import org.autograd.operations.Samples.Domain;
import org.autograd.type.DType;

/** Integer and special functions, element by element: a part of {@link OperationRegistry}. */
final class ElementOperations {
  /** Quotients of these lie between two whole numbers. */
  private static final Domain DIVIDENDS = new Domain(7.1, 7.9);

  private static final Domain DIVISORS = new Domain(2.1, 2.3);

  /** Between two poles of the gamma function. */
  private static final Domain NEGATIVE = new Domain(-1.75, -1.3);

  private ElementOperations() {}

  // spotless:off
  static List<Operation> operations() {
    return List.of(
        // Bits and divisors.
        op("bitwiseAnd(Variable)", integers(), (x, a) -> whole(x[0]).bitwiseAnd(whole(x[1]))).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("bitwiseOr(Variable)", integers(), (x, a) -> whole(x[0]).bitwiseOr(whole(x[1]))).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("bitwiseXor(Variable)", integers(), (x, a) -> whole(x[0]).bitwiseXor(whole(x[1]))).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("bitwiseNot()", integers(), (x, a) -> whole(x[0]).bitwiseNot()).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("bitwiseLeftShift(Variable)", integers(), (x, a) -> whole(x[0]).bitwiseLeftShift(whole(x[1]))).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("bitwiseRightShift(Variable)", integers(), (x, a) -> whole(x[0]).bitwiseRightShift(whole(x[1]))).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("gcd(Variable)", integers(), (x, a) -> whole(x[0]).gcd(whole(x[1]))).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("lcm(Variable)", integers(), (x, a) -> whole(x[0]).lcm(whole(x[1]))).with(NOT_DIFFERENTIABLE, INTEGERS),

        // Division of integers by integers other than 0, and rounded division.
        op("fmod(Variable)", integers(), fixed(1), (x, a) -> whole(x[0]).fmod(odd(x[1]))).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("fmod(double)", integers(), numbers(3, -2), (x, a) -> x[0].fmod(a.number(0))).with(INTEGERS),
        op("remainder(Variable)", integers(), fixed(1), (x, a) -> whole(x[0]).remainder(odd(x[1]))).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("remainder(double)", integers(), numbers(3), (x, a) -> x[0].remainder(a.number(0))).with(INTEGERS),
        op("floorDivide(Variable)", pairs(DIVIDENDS, DIVISORS), (x, a) -> x[0].floorDivide(x[1])).with(FLAT),
        op("floorDivide(Variable)", integers(), fixed(1), (x, a) -> whole(x[0]).floorDivide(odd(x[1]))).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("floorDivide(double)", elements(realWithCorners(-1.5, 1.5)), numbers(1.5, -1.5), (x, a) -> x[0].floorDivide(a.number(0))).with(FLAT, INTEGERS),
        op("floorDivide(double)", elements(DIVIDENDS), numbers(-2), (x, a) -> x[0].floorDivide(a.number(0))).with(FLAT, INTEGERS),
        op("truncDivide(Variable)", pairs(DIVIDENDS, DIVISORS), (x, a) -> x[0].truncDivide(x[1])).with(FLAT),
        op("truncDivide(Variable)", integers(), fixed(1), (x, a) -> whole(x[0]).truncDivide(odd(x[1]))).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("truncDivide(double)", elements(realWithCorners(-1.5, 1.5)), numbers(1.5, -1.5), (x, a) -> x[0].truncDivide(a.number(0))).with(FLAT, INTEGERS),
        op("truncDivide(double)", elements(DIVIDENDS), numbers(-2), (x, a) -> x[0].truncDivide(a.number(0))).with(FLAT, INTEGERS),

        // Special functions.
        op("erfinv()", elements(INSIDE_ONE), (x, a) -> x[0].erfinv()).with(INTEGERS, LARGE),
        op("i0()", elements(REAL), (x, a) -> x[0].i0()).with(INTEGERS, LARGE),
        op("i1()", elements(REAL), (x, a) -> x[0].i1()).with(INTEGERS),
        op("nextAfter(Variable)", pairs(REAL, REAL), (x, a) -> x[0].nextAfter(x[1]).gt(x[0])).with(NOT_DIFFERENTIABLE),
        op("lgamma()", elements(POSITIVE), (x, a) -> x[0].lgamma()).with(INTEGERS, LARGE),
        op("lgamma()", elements(NEGATIVE), (x, a) -> x[0].lgamma()).with(INTEGERS),
        op("digamma()", elements(POSITIVE), (x, a) -> x[0].digamma()).with(INTEGERS),
        op("digamma()", elements(NEGATIVE), (x, a) -> x[0].digamma()),
        op("polygamma(int)", elements(ABOVE_ONE), numbers(0, 1, 2, 3, 5), (x, a) -> x[0].polygamma(a.integer(0))).with(INTEGERS),
        op("polygamma(int)", elements(NEGATIVE), numbers(1, 2), (x, a) -> x[0].polygamma(a.integer(0))),
        op("logAddExp(Variable)", pairs(REAL, NOT_ZERO), (x, a) -> x[0].logAddExp(x[1])),
        op("logAddExp2(Variable)", pairs(REAL, NOT_ZERO), (x, a) -> x[0].logAddExp2(x[1])),
        op("xlog1py(Variable)", pairs(REAL, ABOVE_MINUS_ONE), (x, a) -> x[0].xlog1py(x[1])),
        op("sinc()", elements(REAL), (x, a) -> x[0].sinc()).with(INTEGERS),
        op("copysign(Variable)", pairs(REAL, NOT_ZERO), (x, a) -> x[0].copysign(x[1])).with(INTEGERS),
        op("copysign(double)", elements(REAL), numbers(2, -2, 0, -0.0), (x, a) -> x[0].copysign(a.number(0))).with(INTEGERS),
        op("heaviside(Variable)", pairs(REAL, REAL), (x, a) -> x[0].heaviside(x[1])),
        op("signbit()", elements(REAL), (x, a) -> x[0].signbit()).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("degToRad()", elements(REAL), (x, a) -> x[0].degToRad()).with(INTEGERS),
        op("radToDeg()", elements(new Domain(-0.03, 0.04)), (x, a) -> x[0].radToDeg()).with(INTEGERS),
        op("ldexp(Variable)", pairs(REAL, REAL), (x, a) -> x[0].ldexp(x[1])).with(INTEGERS),
        op("hardshrink(double)", elements(realWithCorners(-0.5, 0.5)), numbers(0.5), (x, a) -> x[0].hardshrink(a.number(0))),
        op("softshrink(double)", elements(realWithCorners(-0.5, 0.5)), numbers(0.5), (x, a) -> x[0].softshrink(a.number(0))),
        op("tanhshrink()", elements(REAL), (x, a) -> x[0].tanhshrink()),
        op("softmin(int)", reducible(REAL), Choices::axis, (x, a) -> x[0].softmin(a.integer(0))),
        op("isPosInf()", elements(REAL), (x, a) -> x[0].isPosInf()).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("isNegInf()", elements(REAL), (x, a) -> x[0].isNegInf()).with(NOT_DIFFERENTIABLE, INTEGERS),
        op("isIn(Variable)", pairs(REAL, REAL), (x, a) -> x[0].isIn(x[1])).with(NOT_DIFFERENTIABLE, INTEGERS));
  }
  // spotless:on

  private static List<Sample> integers() {
    return pairs(REAL, REAL).stream().filter(Sample::smooth).toList();
  }

  /** Returns integers as they are, others times 10. */
  private static Variable whole(Variable x) {
    return x.dtype().isFloating() ? x.mul(10).to(DType.INT64) : x;
  }

  private static Variable odd(Variable x) {
    Variable integers = whole(x);
    integers = integers.dtype() == DType.BOOL ? integers.to(DType.INT64) : integers;
    return integers.mul(2).add(1);
  }
}
