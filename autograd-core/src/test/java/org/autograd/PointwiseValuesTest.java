package org.autograd;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

/**
 * Values of pointwise operations against Java's own functions, ties and special values included.
 */
class PointwiseValuesTest {
  private static final double[] VALUES = {
    0,
    -0.0,
    1,
    -1,
    0.5,
    -0.5,
    2,
    -2,
    1e-9,
    -1e-9,
    0.9,
    -0.9,
    3.7,
    -3.7,
    19,
    25,
    -25,
    700,
    -700,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN
  };

  /** An operation and what it should give. */
  private record Unary(UnaryOperator<Variable> ours, DoubleUnaryOperator expected) {}

  /** An operation and what it should give, 1 for true. */
  private record Binary(BinaryOperator<Variable> ours, DoubleBinaryOperator expected) {}

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static final Map<String, Unary> UNARY =
      Map.ofEntries(
          entry("neg", new Unary(Variable::neg, x -> -x)),
          entry("abs", new Unary(Variable::abs, Math::abs)),
          entry("square", new Unary(Variable::square, x -> x * x)),
          entry("sqrt", new Unary(Variable::sqrt, Math::sqrt)),
          entry("rsqrt", new Unary(Variable::rsqrt, x -> 1 / Math.sqrt(x))),
          entry("reciprocal", new Unary(Variable::reciprocal, x -> 1 / x)),
          entry("exp", new Unary(Variable::exp, Math::exp)),
          entry("expm1", new Unary(Variable::expm1, Math::expm1)),
          entry("log", new Unary(Variable::log, Math::log)),
          entry("log1p", new Unary(Variable::log1p, Math::log1p)),
          entry("exp2", new Unary(Variable::exp2, x -> Math.pow(2, x))),
          entry("round", new Unary(Variable::round, Math::rint)),
          entry("ceil", new Unary(Variable::ceil, Math::ceil)),
          entry("sign", new Unary(Variable::sign, x -> x > 0 ? 1 : x < 0 ? -1 : 0)),
          entry("sin", new Unary(Variable::sin, Math::sin)),
          entry("cos", new Unary(Variable::cos, Math::cos)),
          entry("tanh", new Unary(Variable::tanh, Math::tanh)),
          entry("floor", new Unary(Variable::floor, Math::floor)),
          entry("sigmoid", new Unary(Variable::sigmoid, PointwiseValuesTest::sigmoid)),
          entry("relu", new Unary(Variable::relu, x -> x <= 0 ? 0 : x)),
          entry("leakyRelu", new Unary(x -> x.leakyRelu(0.1), x -> x > 0 ? x : 0.1 * x)),
          entry("elu", new Unary(x -> x.elu(2), x -> x > 0 ? x : 2 * Math.expm1(x))),
          entry("silu", new Unary(Variable::silu, x -> x * sigmoid(x))),
          entry(
              "softplus", new Unary(Variable::softplus, x -> x > 20 ? x : Math.log1p(Math.exp(x)))),
          entry("clamp", new Unary(x -> x.clamp(-1, 0.9), x -> Math.min(Math.max(x, -1), 0.9))),
          entry("clampMin", new Unary(x -> x.clampMin(-1), x -> Math.max(x, -1))),
          entry("clampMax", new Unary(x -> x.clampMax(0.9), x -> Math.min(x, 0.9))),
          entry("add", new Unary(x -> x.add(1.5), x -> x + 1.5)),
          entry("sub", new Unary(x -> x.sub(1.5), x -> x - 1.5)),
          entry("rsub", new Unary(x -> x.rsub(1.5), x -> 1.5 - x)),
          entry("mul", new Unary(x -> x.mul(1.5), x -> x * 1.5)),
          entry("div", new Unary(x -> x.div(1.5), x -> x / 1.5)),
          entry("rdiv", new Unary(x -> x.rdiv(1.5), x -> 1.5 / x)),
          entry("pow 2", new Unary(x -> x.pow(2), x -> Math.pow(x, 2))),
          entry("pow 3", new Unary(x -> x.pow(3), x -> Math.pow(x, 3))),
          entry("pow -1", new Unary(x -> x.pow(-1), x -> Math.pow(x, -1))),
          entry("pow 2.5", new Unary(x -> x.pow(2.5), x -> Math.pow(x, 2.5))),
          entry("lt", new Unary(x -> x.lt(0.5), x -> x < 0.5 ? 1 : 0)),
          entry("le", new Unary(x -> x.le(0.5), x -> x <= 0.5 ? 1 : 0)),
          entry("gt", new Unary(x -> x.gt(0.5), x -> x > 0.5 ? 1 : 0)),
          entry("ge", new Unary(x -> x.ge(0.5), x -> x >= 0.5 ? 1 : 0)),
          entry("eq", new Unary(x -> x.eq(0.5), x -> x == 0.5 ? 1 : 0)),
          entry("ne", new Unary(x -> x.ne(0.5), x -> x != 0.5 ? 1 : 0)),
          entry("logicalNot", new Unary(x -> x.gt(0).logicalNot(), x -> x > 0 ? 0 : 1)));

  private static final Map<String, Binary> BINARY =
      Map.ofEntries(
          entry("add", new Binary(Variable::add, (x, y) -> x + y)),
          entry("sub", new Binary(Variable::sub, (x, y) -> x - y)),
          entry("mul", new Binary(Variable::mul, (x, y) -> x * y)),
          entry("div", new Binary(Variable::div, (x, y) -> x / y)),
          entry("maximum", new Binary(Variable::maximum, Math::max)),
          entry("minimum", new Binary(Variable::minimum, Math::min)),
          entry("lt", new Binary(Variable::lt, (x, y) -> x < y ? 1 : 0)),
          entry("le", new Binary(Variable::le, (x, y) -> x <= y ? 1 : 0)),
          entry("gt", new Binary(Variable::gt, (x, y) -> x > y ? 1 : 0)),
          entry("ge", new Binary(Variable::ge, (x, y) -> x >= y ? 1 : 0)),
          entry("eq", new Binary(Variable::eq, (x, y) -> x == y ? 1 : 0)),
          entry("ne", new Binary(Variable::ne, (x, y) -> x != y ? 1 : 0)),
          entry(
              "logicalAnd",
              new Binary((x, y) -> x.gt(0).logicalAnd(y.gt(0)), (x, y) -> x > 0 && y > 0 ? 1 : 0)),
          entry(
              "logicalOr",
              new Binary((x, y) -> x.gt(0).logicalOr(y.gt(0)), (x, y) -> x > 0 || y > 0 ? 1 : 0)),
          entry(
              "where",
              new Binary((x, y) -> Variable.where(x.lt(y), x, y), (x, y) -> x < y ? x : y)),
          entry("fmod", new Binary(Variable::fmod, (x, y) -> x % y)),
          entry("hypot", new Binary(Variable::hypot, Math::hypot)),
          entry("atan2", new Binary(Variable::atan2, Math::atan2)),
          entry("pow", new Binary(Variable::pow, PointwiseValuesTest::pow)));

  /** C's, which gives 1 where Java's gives NaN. */
  private static double pow(double x, double y) {
    return x == 1 || (x == -1 && Double.isInfinite(y)) ? 1 : Math.pow(x, y);
  }

  @Test
  void ofOneOperand() {
    for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32}) {
      Variable x = Variable.of(VALUES).to(dtype);
      double[] values = x.toDoubleArray();
      UNARY.forEach((name, operation) -> {
        double[] actual = operation.ours.apply(x).toDoubleArray();
        for (int i = 0; i < values.length; i++) {
          double expected = operation.expected.applyAsDouble(values[i]);
          assertClose(name + "(" + values[i] + ")", dtype, expected, actual[i]);
        }
      });
    }
  }

  @Test
  void ofTwoOperands() {
    for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32}) {
      Variable x = Variable.of(VALUES).to(dtype);
      double[] values = x.toDoubleArray();
      BINARY.forEach((name, operation) -> {
        double[] actual = operation.ours.apply(x.unsqueeze(1), x).toDoubleArray();
        for (int i = 0; i < actual.length; i++) {
          double left = values[i / values.length];
          double right = values[i % values.length];
          double expected = operation.expected.applyAsDouble(left, right);
          assertClose(name + "(" + left + ", " + right + ")", dtype, expected, actual[i]);
        }
      });
    }
  }

  private static void assertClose(String what, DType dtype, double expected, double actual) {
    boolean single = dtype == DType.FLOAT32;
    double rounded = single ? (float) expected : expected;
    double scale = Double.isFinite(rounded) ? Math.max(1e-30, Math.abs(rounded)) : 1;
    assertEquals(rounded, actual, (single ? 4e-7 : 1e-14) * scale, what + " as " + dtype);
  }

  @Test
  void erfOfTabulatedValues() {
    // Abramowitz and Stegun, table 7.1.
    Variable x = Variable.of(0, 0.1, 0.5, 1, 1.5, 2, -1, 10, -10);
    double[] expected = {
      0, 0.1124629160, 0.5204998778, 0.8427007929, 0.9661051465, 0.9953222650, -0.8427007929, 1, -1
    };
    assertArrayEquals(expected, x.erf().toDoubleArray(), 5.1e-11);
    double[] gelu = new double[expected.length];
    Variable scaled = x.mul(Math.sqrt(2));
    double[] at = scaled.toDoubleArray();
    for (int i = 0; i < gelu.length; i++) {
      gelu[i] = at[i] * (1 + expected[i]) / 2;
    }
    assertArrayEquals(gelu, scaled.gelu().toDoubleArray(), 1e-9);
  }

  @Test
  void logarithmsOfPowersOfTwoAreExact() {
    for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32}) {
      Variable exponents = Variable.arange(dtype, -140, 127, 1);
      assertArrayEquals(
          exponents.toDoubleArray(), exponents.exp2().log2().toDoubleArray(), dtype.toString());
    }
  }
}
