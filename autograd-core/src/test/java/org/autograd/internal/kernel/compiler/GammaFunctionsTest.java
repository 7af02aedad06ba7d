package org.autograd.internal.kernel.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Program;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The gamma function's logarithm and derivatives. Where they are 0 their relative error is that of
 * the argument, so errors are in units of the last place of the value or of 1, whichever is larger.
 */
class GammaFunctionsTest {
  /**
   * Arguments, and what mpmath gives with 40 digits for loggamma and for polygamma 0, 1, 2 and 6.
   */
  private static final double[][] KNOWN = {
    {
      -10.3,
      -14.457515440024208,
      4.662403493582087,
      14.986887065722637,
      68.82898861103696,
      3283537.0893907305
    },
    {
      -2.4570247382208006,
      5.619192358950097e-17,
      1.5156034480216576,
      9.716641903267993,
      8.467746858467887,
      121155.66823395662
    },
    {
      -0.5,
      1.2655121234846454,
      0.03648997397857652,
      8.934802200544679,
      -0.82879664423432,
      -43.457923803023284
    },
    {
      -0.001,
      6.908333317515028,
      999.4211381978913,
      1000001.6473414317,
      1999999997.5893795,
      7.199999999999998e+23
    },
    {
      1e-10,
      23.025850929882736,
      -10000000000.577215,
      1e+20,
      -1.9999999999999998e+30,
      -7.199999999999998e+72
    },
    {
      0.1,
      2.252712651734206,
      -10.423754940411076,
      101.43329915079275,
      -2001.8614573783436,
      -7200000373.781803
    },
    {
      0.5,
      0.5723649429247001,
      -1.9635100260214235,
      4.934802200544679,
      -16.82879664423432,
      -92203.45792380303
    },
    {
      0.999,
      0.0005780385328913802,
      -0.5788618021086455,
      1.6473414317770505,
      -2.410620209231671,
      -731.0922907711814
    },
    {
      1.001,
      -0.0005763935982833062,
      -0.5755719318103006,
      1.6425331958689784,
      -2.3976322897333313,
      -720.9710699397375
    },
    {
      1.4616321449683622,
      -0.12148629053584961,
      -9.241265521729427e-17,
      0.9676722454476212,
      -0.8855263379671844,
      -51.983684104647416
    },
    {
      1.5,
      -0.12078223763524522,
      0.03648997397857652,
      0.9348022005446793,
      -0.82879664423432,
      -43.457923803023284
    },
    {
      1.999,
      -0.0004224618006921073,
      0.4221391988923556,
      0.6453384277720445,
      -0.40460818920162894,
      -6.0320701396481535
    },
    {
      2.001,
      0.000423106734800117,
      0.42342906719069845,
      0.6445301998639841,
      -0.4036203097033726,
      -5.9909702688689075
    },
    {
      2.7,
      0.4348205536551047,
      0.7967831689911411,
      0.4472120689183236,
      -0.19700583557913573,
      -0.7840733245430229
    },
    {
      7.9,
      8.32426586800881,
      2.002238487563571,
      0.13493078345663442,
      -0.018179004838322604,
      -0.0007082843131146514
    },
    {
      8.1,
      8.72738826343204,
      2.0288674570805814,
      0.13139024657674372,
      -0.017238826956111914,
      -0.000604516241316463
    },
    {
      12.5,
      18.734347511936445,
      2.4851956512749123,
      0.08328522460157838,
      -0.006932436585788241,
      -3.970634713243468e-05
    },
    {
      100.25,
      360.28455963776423,
      4.602671243274712,
      0.010024978698123367,
      -0.00010049935626057897,
      -1.217944353494084e-10
    },
    {
      10000000000.0,
      220258509288.81058,
      23.025850929890456,
      1.00000000005e-10,
      -1.0000000001e-20,
      -1.20000000036e-58
    }
  };

  @Test
  void plainFunctionsAreRight() {
    int[] orders = {0, 1, 2, 6};
    for (double[] known : KNOWN) {
      // Not far from a pole, and farther from 0, rounding the argument matters.
      double slack = 1e-13 * Math.max(1, Math.abs(known[1]));
      assertEquals(known[1], GammaFunctions.lgamma(known[0]), slack, "lgamma of " + known[0]);
      for (int k = 0; k < orders.length; k++) {
        double expected = known[2 + k];
        double actual = GammaFunctions.polygamma(known[0], orders[k]);
        slack = 2e-13 * Math.max(Math.abs(expected), Double.MIN_NORMAL) + (k == 0 ? 1e-14 : 0);
        assertEquals(expected, actual, slack, "polygamma " + orders[k] + " of " + known[0]);
      }
    }
  }

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

    Program program() {
      return Programs.of(expression.apply(Expression.input(0)));
    }
  }

  static Stream<Function> functions() {
    return Stream.of(
        new Function("lgamma", Expression::lgamma, GammaFunctions::lgamma, 5, 8),
        derivative(0, 10, 24),
        derivative(1, 6, 12),
        derivative(2, 8, 16),
        derivative(4, 12, 24),
        derivative(7, 0.5, 0));
  }

  private static Function derivative(int order, double singleUlps, double doubleUlps) {
    return new Function(
        "polygamma " + order,
        x -> x.polygamma(order),
        x -> GammaFunctions.polygamma(x, order),
        singleUlps,
        doubleUlps);
  }

  private static double argument(Random random, int i) {
    return switch (i % 4) {
      case 0 -> random.nextDouble() * 3;
      case 1 -> random.nextDouble() * 30 - 5;
      case 2 -> Math.exp(random.nextGaussian() * 10);
      default -> 1 + random.nextGaussian() * 0.01;
    };
  }

  @ParameterizedTest
  @MethodSource("functions")
  void compiledFunctionsAreClose(Function function) {
    int count = 100_000;
    Random random = new Random(5);
    double[] x = new double[count];
    float[] x32 = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = argument(random, i);
      x32[i] = (float) argument(random, i);
    }
    double[] y = new double[count];
    float[] y32 = new float[count];
    run(function.program(), DType.FLOAT64, 0, x, y);
    run(function.program(), DType.FLOAT32, 0, x32, y32);
    for (int i = 0; i < count; i++) {
      double exact = function.exact.applyAsDouble(x[i]);
      double ulps = Math.abs(y[i] - exact) / Math.ulp(Math.max(1, Math.abs(exact)));
      String at = function + " of " + x[i] + " is " + exact + ", got " + y[i] + ": " + ulps;
      assertTrue(y[i] == exact || ulps <= function.doubleUlps, at);
      exact = function.exact.applyAsDouble(x32[i]);
      ulps = Math.abs(y32[i] - exact) / Math.ulp((float) Math.max(1, Math.abs(exact)));
      String at32 = function + " of float " + x32[i] + " is " + exact + ", got " + y32[i];
      assertTrue(y32[i] == (float) exact || ulps <= function.singleUlps, at32 + ": " + ulps);
    }
  }

  private static void run(Program program, DType dtype, int bits, Object x, Object y) {
    int count = java.lang.reflect.Array.getLength(x);
    KernelCompiler.compile(program, dtype, bits)
        .run(new Object[] {x, x, y}, new int[3], new int[3], new double[0], 1, count);
  }

  @ParameterizedTest
  @MethodSource("functions")
  void specialValues(Function function) {
    double[] x = {
      0.0, -0.0, -1, -2, 1, 2, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 1e300
    };
    double[] y = new double[x.length];
    run(function.program(), DType.FLOAT64, 0, x, y);
    for (int i = 0; i < x.length; i++) {
      double expected = function.exact.applyAsDouble(x[i]);
      double slack = Double.isFinite(expected) ? 1e-14 * Math.max(1, Math.abs(expected)) : 0;
      assertEquals(expected, y[i], slack, function + " of " + x[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256, 512})
  void vectorsGiveTheSameBits(int bits) {
    assumeTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
    Random random = new Random(6);
    double[] x = random.ints(1037).mapToDouble(i -> argument(random, i & 3)).toArray();
    float[] x32 = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      x32[i] = (float) x[i];
    }
    for (Function function : functions().toList()) {
      List<double[]> results = List.of(new double[x.length], new double[x.length]);
      List<float[]> results32 = List.of(new float[x.length], new float[x.length]);
      for (int k = 0; k < 2; k++) {
        run(function.program(), DType.FLOAT64, k * bits, x, results.get(k));
        run(function.program(), DType.FLOAT32, k * bits, x32, results32.get(k));
      }
      assertArrayEquals(results.get(0), results.get(1), function.name);
      assertArrayEquals(results32.get(0), results32.get(1), function.name);
    }
  }
}
