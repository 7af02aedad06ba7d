package org.autograd.internal.kernel.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The distance of functions from the true value, in units of the last place (ulp). */
class FunctionAccuracyTest {
  private static final int CHUNK = 1 << 14;
  private static final int FLOAT_STEP = 1009;

  private record Function(
      String name,
      UnaryOperator<Expression> expression,
      DoubleUnaryOperator exact,
      double singleUlps,
      double doubleUlps) {
    @Override
    public String toString() {
      return name;
    }

    Kernel kernel(DType dtype) {
      Program.Builder builder = Program.builder(0);
      int in = builder.full();
      int out = builder.full();
      builder.store(out, expression.apply(Expression.input(in)));
      return KernelCompiler.compile(builder.build(), dtype, 0);
    }
  }

  /** What is expected in double precision has an error of 1 ulp itself, of erf a few. */
  static Stream<Function> functions() {
    return Stream.of(
        new Function("exp", Expression::exp, Math::exp, 1, 2),
        new Function("expm1", Expression::expm1, Math::expm1, 1.5, 3),
        new Function("log", Expression::log, Math::log, 1, 2),
        new Function("log2", Expression::log2, x -> Math.log(x) / Math.log(2), 2, 3),
        new Function("log1p", Expression::log1p, Math::log1p, 1.5, 3),
        new Function("tanh", Expression::tanh, Math::tanh, 1.5, 4),
        new Function("sigmoid", Expression::sigmoid, FunctionAccuracyTest::sigmoid, 2, 4),
        new Function("erf", Expression::erf, ErrorFunction::erf, 1.25, 10),
        new Function("sqrt", Expression::sqrt, Math::sqrt, 0.5, 0),
        new Function("floor", Expression::floor, Math::floor, 0, 0),
        new Function("sin", Expression::sin, Math::sin, 1.6, 2),
        new Function("cos", Expression::cos, Math::cos, 1.6, 2),
        new Function("tan", Expression::tan, Math::tan, 3.5, 4),
        new Function("asin", Expression::asin, Math::asin, 2.5, 3),
        new Function("acos", Expression::acos, Math::acos, 2, 3),
        new Function("atan", Expression::atan, Math::atan, 2, 3),
        new Function("sinh", Expression::sinh, Math::sinh, 3, 6),
        new Function("cosh", Expression::cosh, Math::cosh, 3, 6),
        new Function("asinh", Expression::asinh, InverseHyperbolic::asinh, 3, 5),
        new Function("acosh", Expression::acosh, InverseHyperbolic::acosh, 3, 5),
        new Function("atanh", Expression::atanh, InverseHyperbolic::atanh, 3, 5),
        new Function("erfc", Expression::erfc, ErrorFunction::erfc, 4.5, 10),
        new Function("round", Expression::round, Math::rint, 0, 0),
        new Function("hypot", x -> x.hypot(Expression.constant(3)), x -> Math.hypot(x, 3), 2, 3),
        new Function("fmod", x -> x.fmod(Expression.constant(0.75)), x -> x % 0.75, 0, 0),
        new Function("atan2", x -> x.atan2(Expression.constant(-2)), x -> Math.atan2(x, -2), 2, 3));
  }

  private static double sigmoid(double x) {
    double power = Math.exp(-Math.abs(x));
    return (x < 0 ? power : 1) / (1 + power);
  }

  @ParameterizedTest
  @MethodSource("functions")
  void singlePrecision(Function function) {
    Kernel kernel = function.kernel(DType.FLOAT32);
    float[] x = new float[CHUNK];
    float[] y = new float[CHUNK];
    long bits = 0;
    while (bits < 1L << 32) {
      int count = 0;
      for (; count < CHUNK && bits < 1L << 32; bits += FLOAT_STEP) {
        x[count++] = Float.intBitsToFloat((int) bits);
      }
      kernel.run(new Object[] {x, y}, new int[2], new int[2], new double[0], 1, count);
      for (int i = 0; i < count; i++) {
        double exact = function.exact.applyAsDouble(x[i]);
        double ulp = Math.ulp((float) exact);
        check(function, x[i], (float) exact, y[i], Math.abs(y[i] - exact) / ulp, true);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("functions")
  void doublePrecision(Function function) {
    Kernel kernel = function.kernel(DType.FLOAT64);
    Random random = new Random(1);
    double[] x = new double[200_000];
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      x[i] =
          switch (i % 4) {
            case 0 -> random.nextGaussian();
            case 1 -> random.nextGaussian() * 30;
            case 2 -> (random.nextDouble() - 0.5) * 1500;
            default -> Double.longBitsToDouble(random.nextLong());
          };
    }
    kernel.run(new Object[] {x, y}, new int[2], new int[2], new double[0], 1, x.length);
    for (int i = 0; i < x.length; i++) {
      double exact = function.exact.applyAsDouble(x[i]);
      check(function, x[i], exact, y[i], Math.abs(y[i] - exact) / Math.ulp(exact), false);
    }
  }

  private static final double[] POWER_OPERANDS = {
    0.0,
    -0.0,
    1,
    -1,
    2,
    -2,
    3,
    -3,
    0.5,
    -0.5,
    2.5,
    -2.5,
    1e-40,
    -1e-40,
    1e-310,
    1e30,
    -1e30,
    1e300,
    16777215,
    -16777215,
    0x1p53 - 1,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN
  };

  /** Powers of all pairs of special operands, then of random ones whose powers are in range. */
  private static double[][] powerOperands(double range) {
    Random random = new Random(2);
    int special = POWER_OPERANDS.length * POWER_OPERANDS.length;
    double[][] result = new double[2][special + 200_000];
    for (int i = 0; i < result[0].length; i++) {
      if (i < special) {
        result[0][i] = POWER_OPERANDS[i / POWER_OPERANDS.length];
        result[1][i] = POWER_OPERANDS[i % POWER_OPERANDS.length];
        continue;
      }
      double exponent = (random.nextDouble() - 0.5) * 2.2 * range;
      double base =
          switch (i % 3) {
            case 0 -> Math.exp(random.nextGaussian());
            case 1 -> 1 + random.nextGaussian() * 1e-3;
            default -> Math.exp((random.nextDouble() - 0.5) * 2 * range);
          };
      result[0][i] = base;
      result[1][i] = i % 5 == 0 ? random.nextGaussian() * 3 : exponent / Math.abs(Math.log(base));
    }
    return result;
  }

  private static Kernel powerKernel(DType dtype, int bits) {
    return KernelCompiler.compile(
        Programs.of(Expression.input(0).pow(Expression.input(1))), dtype, bits);
  }

  @Test
  void powersInSinglePrecision() {
    double[][] operands = powerOperands(88);
    int count = operands[0].length;
    float[] x = new float[count];
    float[] y = new float[count];
    float[] z = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) operands[0][i];
      y[i] = (float) operands[1][i];
    }
    powerKernel(DType.FLOAT32, 0)
        .run(new Object[] {x, y, z}, new int[3], new int[3], new double[0], 1, count);
    for (int i = 0; i < count; i++) {
      double exact = Power.pow(x[i], y[i]);
      double ulps = Math.abs(z[i] - exact) / Math.ulp((float) exact);
      String at = x[i] + "^" + y[i] + " = " + exact + ", got " + z[i];
      assertTrue(Float.compare((float) exact, z[i]) == 0 || ulps <= 1.6, at);
    }
  }

  @Test
  void powersInDoublePrecision() {
    double[][] operands = powerOperands(709);
    double[] z = new double[operands[0].length];
    powerKernel(DType.FLOAT64, 0)
        .run(
            new Object[] {operands[0], operands[1], z},
            new int[3],
            new int[3],
            new double[0],
            1,
            z.length);
    for (int i = 0; i < z.length; i++) {
      double exact = Power.pow(operands[0][i], operands[1][i]);
      double ulps = Math.abs(z[i] - exact) / Math.ulp(exact);
      String at = operands[0][i] + "^" + operands[1][i] + " = " + exact + ", got " + z[i];
      assertTrue(Double.compare(exact, z[i]) == 0 || ulps <= 2, at);
    }
  }

  /**
   * With arguments of any size and kind, as for the most part the other tests have moderate ones.
   */
  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256, 512})
  void vectorsGiveTheSameBits(int bits) {
    assumeTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
    List<UnaryOperator<Expression>> functions =
        List.of(
            Expression::sin,
            Expression::cos,
            Expression::erfc,
            x -> x.pow(Expression.input(1)),
            x -> x.fmod(Expression.input(1)),
            x -> x.atan2(Expression.input(1)));
    double[][] operands = powerOperands(709);
    double[] x = Arrays.copyOf(operands[0], 1037);
    double[] y = Arrays.copyOf(operands[1], 1037);
    Random random = new Random(3);
    for (int i = 800; i < x.length; i++) {
      x[i] = Double.longBitsToDouble(random.nextLong());
    }
    float[] x32 = new float[x.length];
    float[] y32 = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      x32[i] = (float) x[i];
      y32[i] = (float) y[i];
    }
    for (UnaryOperator<Expression> function : functions) {
      Program program = Programs.of(function.apply(Expression.input(0)));
      double[][] results = new double[2][x.length];
      float[][] results32 = new float[2][x.length];
      for (int k = 0; k < 2; k++) {
        KernelCompiler.compile(program, DType.FLOAT64, k * bits)
            .run(new Object[] {x, y, results[k]}, new int[3], new int[3], new double[0], 1, 1037);
        KernelCompiler.compile(program, DType.FLOAT32, k * bits)
            .run(
                new Object[] {x32, y32, results32[k]},
                new int[3],
                new int[3],
                new double[0],
                1,
                1037);
      }
      assertArrayEquals(results[0], results[1]);
      assertArrayEquals(results32[0], results32[1]);
    }
  }

  private static void check(
      Function function, double x, double expected, double actual, double ulps, boolean single) {
    if (Double.compare(expected, actual) == 0) {
      return;
    }
    double bound = single ? function.singleUlps : function.doubleUlps;
    assertTrue(
        ulps <= bound && Math.signum(expected) * Math.signum(actual) >= 0,
        () -> function + "(" + x + ") = " + expected + ", got " + actual + ": " + ulps + " ulp");
  }

  @ParameterizedTest
  @MethodSource("functions")
  void specialValues(Function function) {
    double[] x = {
      0.0, -0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 1e300, -1e300, -1
    };
    double[] y = new double[x.length];
    float[] x32 = new float[x.length];
    float[] y32 = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      x32[i] = (float) x[i];
    }
    double[] none = new double[0];
    int[] zeros = new int[2];
    function.kernel(DType.FLOAT64).run(new Object[] {x, y}, zeros, zeros, none, 1, x.length);
    function.kernel(DType.FLOAT32).run(new Object[] {x32, y32}, zeros, zeros, none, 1, x.length);
    for (int i = 0; i < x.length; i++) {
      double expected = function.exact.applyAsDouble(x[i]);
      assertEquals(expected, y[i], slack(expected, 1e-15), function + " of " + x[i]);
      float expected32 = (float) function.exact.applyAsDouble(x32[i]);
      float slack = (float) slack(expected32, 1.5e-7);
      assertEquals(expected32, y32[i], slack, function + " of float " + x32[i]);
    }
  }

  /** Zeros and infinities must be exact. */
  private static double slack(double expected, double relative) {
    return Double.isFinite(expected) ? relative * Math.abs(expected) : 0;
  }
}
