package org.autograd.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Optimizers against their published equations, written down once more for a single number, over
 * more steps and other options than the recorded trajectories have.
 */
class OptimizerEquationsTest {
  private static final int STEPS = 12;
  private static final double[] START = {1, -2, 0.5, 0};

  /** The gradient of an element in a step from 1 on: of changing size and sign, once 0. */
  private static double gradient(int step, int element) {
    return element == 3 && step == 4 ? 0 : Math.sin(1.3 * step + element) * (element + 1);
  }

  /** One step for one number. */
  @FunctionalInterface
  private interface Rule {
    /** Returns the next value; {@code s} has room for the state, at first 0. */
    double next(double p, double g, int t, double[] s);
  }

  private record Case(Function<List<Variable>, Optimizer<?>> optimizer, Rule rule) {}

  private static Rule nAdam(double decay, boolean decoupled) {
    return (p, gradient, t, s) -> {
      double g = decoupled ? gradient : gradient + decay * p;
      double decayed = decoupled ? p - 0.01 * decay * p : p;
      double now = 0.8 * (1 - 0.5 * Math.pow(0.96, t * 0.01));
      double after = 0.8 * (1 - 0.5 * Math.pow(0.96, (t + 1) * 0.01));
      s[2] = t == 1 ? now : s[2] * now;
      s[0] = 0.8 * s[0] + 0.2 * g;
      s[1] = 0.9 * s[1] + 0.1 * g * g;
      double mean = after * s[0] / (1 - s[2] * after) + (1 - now) * g / (1 - s[2]);
      return decayed - 0.01 * mean / (Math.sqrt(s[1] / (1 - Math.pow(0.9, t))) + 1e-6);
    };
  }

  private static Rule rAdam(double decay, boolean decoupled) {
    return (p, gradient, t, s) -> {
      double g = decoupled ? gradient : gradient + decay * p;
      double decayed = decoupled ? p - 0.01 * decay * p : p;
      s[0] = 0.8 * s[0] + 0.2 * g;
      s[1] = 0.99 * s[1] + 0.01 * g * g;
      double mean = s[0] / (1 - Math.pow(0.8, t));
      double limit = 2 / (1 - 0.99) - 1;
      double length = limit - 2 * t * Math.pow(0.99, t) / (1 - Math.pow(0.99, t));
      if (length <= 5) {
        return decayed - 0.01 * mean;
      }
      double rectification =
          Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
      double adaptive = Math.sqrt(1 - Math.pow(0.99, t)) / (Math.sqrt(s[1]) + 1e-6);
      return decayed - 0.01 * mean * rectification * adaptive;
    };
  }

  private static Map<String, Case> cases() {
    Map<String, Case> cases = new LinkedHashMap<>();
    NAdam.Options nAdam =
        NAdam.options().learningRate(.01).betas(.8, .9).epsilon(1e-6).momentumDecay(.01);
    cases.put("nAdam", new Case(p -> new NAdam(p, nAdam), nAdam(0, false)));
    cases.put("nAdam, decay", new Case(p -> new NAdam(p, nAdam.weightDecay(.3)), nAdam(.3, false)));
    cases.put(
        "nAdam, decoupled",
        new Case(
            p -> new NAdam(p, nAdam.weightDecay(.3).decoupledWeightDecay(true)), nAdam(.3, true)));
    RAdam.Options rAdam = RAdam.options().learningRate(.01).betas(.8, .99).epsilon(1e-6);
    cases.put("rAdam", new Case(p -> new RAdam(p, rAdam), rAdam(0, false)));
    cases.put("rAdam, decay", new Case(p -> new RAdam(p, rAdam.weightDecay(.3)), rAdam(.3, false)));
    cases.put(
        "rAdam, decoupled",
        new Case(
            p -> new RAdam(p, rAdam.weightDecay(.3).decoupledWeightDecay(true)), rAdam(.3, true)));
    cases.put(
        "adamax",
        new Case(
            p ->
                new Adamax(
                    p,
                    Adamax.options().learningRate(.01).betas(.8, .9).epsilon(1e-6).weightDecay(.3)),
            (p, g, t, s) -> {
              double decayed = g + .3 * p;
              s[0] = .8 * s[0] + .2 * decayed;
              s[1] = Math.max(.9 * s[1], Math.abs(decayed) + 1e-6);
              return p - .01 / (1 - Math.pow(.8, t)) * s[0] / s[1];
            }));
    cases.put(
        "adagrad",
        new Case(
            p ->
                new Adagrad(
                    p,
                    Adagrad.options()
                        .learningRate(.1)
                        .learningRateDecay(.2)
                        .weightDecay(.3)
                        .initialAccumulator(.5)
                        .epsilon(1e-6)),
            (p, g, t, s) -> {
              double decayed = g + .3 * p;
              s[0] = (t == 1 ? .5 : s[0]) + decayed * decayed;
              return p - .1 / (1 + (t - 1) * .2) * decayed / (Math.sqrt(s[0]) + 1e-6);
            }));
    cases.put(
        "adadelta",
        new Case(
            p ->
                new Adadelta(
                    p, Adadelta.options().learningRate(.5).rho(.8).epsilon(1e-4).weightDecay(.3)),
            (p, g, t, s) -> {
              double decayed = g + .3 * p;
              s[0] = .8 * s[0] + .2 * decayed * decayed;
              double step = Math.sqrt(s[1] + 1e-4) / Math.sqrt(s[0] + 1e-4) * decayed;
              s[1] = .8 * s[1] + .2 * step * step;
              return p - .5 * step;
            }));
    cases.put(
        "rprop",
        new Case(
            p ->
                new Rprop(p, Rprop.options().learningRate(.1).factors(.4, 1.3).stepSizes(.05, .15)),
            (p, g, t, s) -> {
              double size = t == 1 ? .1 : s[1];
              double used = g;
              if (g * s[0] > 0) {
                size = Math.min(size * 1.3, .15);
              } else if (g * s[0] < 0) {
                size = Math.max(size * .4, .05);
                used = 0;
              }
              s[0] = used;
              s[1] = size;
              return p - Math.signum(used) * size;
            }));
    cases.put(
        "asgd",
        new Case(
            p ->
                new Asgd(
                    p,
                    Asgd.options()
                        .learningRate(.1)
                        .lambda(.2)
                        .alpha(.6)
                        .averageFrom(4)
                        .weightDecay(.3)),
            (p, g, t, s) -> {
              double rate = .1 / Math.pow(1 + .2 * .1 * (t - 1), .6);
              return p * (1 - .2 * rate) - rate * (g + .3 * p);
            }));
    cases.put(
        "lion",
        new Case(
            p -> new Lion(p, Lion.options().learningRate(.01).betas(.8, .7).weightDecay(.3)),
            (p, g, t, s) -> {
              double direction = Math.signum(.8 * s[0] + .2 * g);
              s[0] = .7 * s[0] + .3 * g;
              return p - .01 * (direction + .3 * p);
            }));
    return cases;
  }

  static Set<String> names() {
    return cases().keySet();
  }

  private static void setGradient(Variable p, int step) {
    double[] g = new double[START.length];
    for (int i = 0; i < g.length; i++) {
      g[i] = gradient(step, i);
    }
    p.setGrad(Variable.of(g));
  }

  @ParameterizedTest
  @MethodSource("names")
  void followsItsEquations(String name) {
    Case tested = cases().get(name);
    Variable p = Variable.of(START).requiresGrad(true);
    Optimizer<?> optimizer = tested.optimizer().apply(List.of(p));
    double[] expected = START.clone();
    double[][] states = new double[START.length][3];
    for (int t = 1; t <= STEPS; t++) {
      setGradient(p, t);
      optimizer.step();
      for (int i = 0; i < expected.length; i++) {
        expected[i] = tested.rule().next(expected[i], gradient(t, i), t, states[i]);
      }
      assertArrayEquals(expected, p.toDoubleArray(), 1e-12, "step " + t);
    }
  }

  private static Map<String, Function<Boolean, Function<List<Variable>, Optimizer<?>>>> climbers() {
    Map<String, Function<Boolean, Function<List<Variable>, Optimizer<?>>>> result =
        new LinkedHashMap<>();
    result.put("sgd", up -> p -> new Sgd(p, Sgd.options().maximize(up)));
    result.put("sgd, momentum", up -> p -> new Sgd(p, Sgd.options().momentum(.9).maximize(up)));
    result.put("adam", up -> p -> new Adam(p, Adam.options().weightDecay(.1).maximize(up)));
    result.put("adamW", up -> p -> new AdamW(p, AdamW.options().amsgrad(true).maximize(up)));
    result.put("rmsProp", up -> p -> new RmsProp(p, RmsProp.options().maximize(up)));
    result.put("nAdam", up -> p -> new NAdam(p, NAdam.options().weightDecay(.1).maximize(up)));
    result.put("rAdam", up -> p -> new RAdam(p, RAdam.options().weightDecay(.1).maximize(up)));
    result.put("adamax", up -> p -> new Adamax(p, Adamax.options().maximize(up)));
    result.put("adagrad", up -> p -> new Adagrad(p, Adagrad.options().maximize(up)));
    result.put("adadelta", up -> p -> new Adadelta(p, Adadelta.options().maximize(up)));
    result.put("rprop", up -> p -> new Rprop(p, Rprop.options().maximize(up)));
    result.put("asgd", up -> p -> new Asgd(p, Asgd.options().weightDecay(.1).maximize(up)));
    result.put("lion", up -> p -> new Lion(p, Lion.options().weightDecay(.1).maximize(up)));
    result.put("lamb", up -> p -> new Lamb(p, Lamb.clippedOptions().maximize(up)));
    return result;
  }

  static Set<String> climberNames() {
    return climbers().keySet();
  }

  @ParameterizedTest
  @MethodSource("climberNames")
  void climbingIsDescendingAlongTheNegativeGradient(String name) {
    Variable up = Variable.of(START).requiresGrad(true);
    Variable down = Variable.of(START).requiresGrad(true);
    Optimizer<?> climber = climbers().get(name).apply(true).apply(List.of(up));
    Optimizer<?> other = climbers().get(name).apply(false).apply(List.of(down));
    for (int t = 1; t <= STEPS; t++) {
      setGradient(up, t);
      setGradient(down, t);
      down.setGrad(Objects.requireNonNull(down.grad()).neg());
      climber.step();
      other.step();
      assertArrayEquals(down.toDoubleArray(), up.toDoubleArray());
    }
  }

  @Test
  void asgdAveragesFromTheGivenStepOn() {
    Variable p = Variable.of(START).requiresGrad(true);
    Asgd asgd = new Asgd(List.of(p), Asgd.options().learningRate(.1).averageFrom(4));
    double[] sum = new double[START.length];
    for (int t = 1; t <= STEPS; t++) {
      setGradient(p, t);
      asgd.step();
      double[] value = p.toDoubleArray();
      // Steps 1 to 6 only replace the mean: PyTorch's weight is 1 / max(1, t - 1 - 4).
      for (int i = 0; i < sum.length; i++) {
        sum[i] = t <= 6 ? value[i] : sum[i] + value[i];
      }
    }
    double[] mean = new double[START.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = sum[i] / (STEPS - 5);
    }
    assertArrayEquals(mean, asgd.stateDict().get("state.0.ax").toDoubleArray(), 1e-12);
  }

  @Test
  void lambScalesEachParameterByItsNorms() {
    Variable matrix = Variable.fromArray(new double[] {1, 2, 2, 4}, 2, 2).requiresGrad(true);
    Variable bias = Variable.of(3.0, 4.0).requiresGrad(true);
    Variable zero = Variable.zeros(DType.FLOAT64, 1).requiresGrad(true);
    Lamb.Options options = Lamb.clippedOptions().learningRate(.1).betas(0, 0).epsilon(0);
    Lamb lamb = new Lamb(List.of(matrix), options.scaledWithoutDecay(true));
    lamb.addGroup(List.of(bias), options.weightDecay(0));
    lamb.addGroup(List.of(zero), options);
    matrix.setGrad(Variable.full(DType.FLOAT64, 7, 2, 2));
    bias.setGrad(Variable.of(-2.0, 2.0));
    zero.setGrad(Variable.of(5.0));
    lamb.step();
    // Without means, a step is the gradient's sign, plus the decay.
    double size = 0;
    double[] step = {1.01, 1.02, 1.02, 1.04};
    for (double element : step) {
      size += element * element;
    }
    double[] expected = {1, 2, 2, 4};
    for (int i = 0; i < 4; i++) {
      expected[i] -= .1 * 5 / Math.sqrt(size) * step[i];
    }
    assertArrayEquals(expected, matrix.toDoubleArray(), 1e-12);
    assertArrayEquals(new double[] {3.1, 3.9}, bias.toDoubleArray(), 1e-12);
    assertEquals(-.1, zero.item(), 1e-12);
  }

  @Test
  void lambClipsAllGradientsTogether() {
    Lamb.Options options = Lamb.clippedOptions().learningRate(.1);
    double[][] ends = new double[2][];
    for (int k = 0; k < 2; k++) {
      Variable a = Variable.of(1.0, 2.0).requiresGrad(true);
      Variable b = Variable.of(3.0).requiresGrad(true);
      Lamb lamb = new Lamb(List.of(a), k == 0 ? options : options.largestGradientNorm(1e9));
      lamb.addGroup(List.of(b), k == 0 ? options : options.largestGradientNorm(1e9));
      for (int t = 0; t < 2; t++) {
        // Of norm 13, then of norm 0.5; the second run is given them clipped.
        double scale = t == 1 ? 0.5 / 13 : k == 0 ? 1 : 1 / 13.0;
        a.setGrad(Variable.of(3 * scale, 4 * scale));
        b.setGrad(Variable.of(12 * scale));
        lamb.step();
      }
      ends[k] = Variable.cat(0, a.detach(), b.detach()).toDoubleArray();
    }
    assertArrayEquals(ends[1], ends[0], 1e-12);
  }

  @Test
  void lambSolvesTheTestOfTensorFlowAddons() {
    Variable w = Variable.of(.1, -.2, -.1).requiresGrad(true);
    Variable target = Variable.of(.4, .2, -.5);
    Lamb lamb = new Lamb(List.of(w), Lamb.options().learningRate(.02).weightDecay(.01));
    for (int k = 0; k < 200; k++) {
      lamb.zeroGrad();
      w.sub(target).square().mean().backward();
      lamb.step();
    }
    for (int i = 0; i < 3; i++) {
      double expected = target.toDoubleArray()[i];
      // Its tolerance is absolute and relative, as that of NumPy's assert_allclose.
      assertEquals(expected, w.toDoubleArray()[i], 1e-2 + 1e-2 * Math.abs(expected));
    }
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] result = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          result[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return result;
  }

  private static double[][] transpose(double[][] a) {
    double[][] result = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        result[j][i] = a[i][j];
      }
    }
    return result;
  }

  /** The iteration of Muon on rows of the given direction, whichever the longer side is. */
  private static double[][] orthogonalized(double[][] matrix, int iterations) {
    double norm = 0;
    for (double[] row : matrix) {
      for (double element : row) {
        norm += element * element;
      }
    }
    double[][] x = new double[matrix.length][matrix[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[0].length; j++) {
        x[i][j] = matrix[i][j] / Math.sqrt(norm);
      }
    }
    for (int k = 0; k < iterations; k++) {
      double[][] cubed = product(product(x, transpose(x)), x);
      double[][] fifth = product(product(x, transpose(x)), cubed);
      for (int i = 0; i < x.length; i++) {
        for (int j = 0; j < x[0].length; j++) {
          x[i][j] = 3.4445 * x[i][j] - 4.775 * cubed[i][j] + 2.0315 * fifth[i][j];
        }
      }
    }
    return x;
  }

  @ParameterizedTest
  @MethodSource("muonCases")
  void muonFollowsItsEquations(int rows, int columns, boolean nesterov, Muon.Scaling scaling) {
    Variable p = Variable.randn(new Generator(1), DType.FLOAT64, rows, columns).requiresGrad(true);
    Muon.Options options =
        Muon.options()
            .learningRate(.1)
            .weightDecay(.2)
            .momentum(.9)
            .nesterov(nesterov)
            .scaling(scaling);
    Muon muon = new Muon(List.of(p), options);
    double[] expected = p.toDoubleArray();
    double[] buffer = new double[rows * columns];
    double rate =
        scaling == Muon.Scaling.ORIGINAL
            ? .1 * Math.sqrt(Math.max(1, (double) rows / columns))
            : .1 * .2 * Math.sqrt(Math.max(rows, columns));
    for (int t = 0; t < 3; t++) {
      Variable g = Variable.randn(new Generator(2 + t), DType.FLOAT64, rows, columns);
      p.setGrad(g);
      muon.step();
      double[] gradient = g.toDoubleArray();
      double[][] direction = new double[rows][columns];
      for (int i = 0; i < buffer.length; i++) {
        buffer[i] = .9 * buffer[i] + .1 * gradient[i];
        direction[i / columns][i % columns] =
            nesterov ? .1 * gradient[i] + .9 * buffer[i] : buffer[i];
      }
      double[][] step = orthogonalized(direction, 5);
      for (int i = 0; i < expected.length; i++) {
        expected[i] = expected[i] * (1 - .1 * .2) - rate * step[i / columns][i % columns];
      }
      assertArrayEquals(expected, p.toDoubleArray(), 1e-10);
    }
  }

  static List<Object[]> muonCases() {
    return List.of(
        new Object[] {3, 5, true, Muon.Scaling.ORIGINAL},
        new Object[] {6, 2, false, Muon.Scaling.ORIGINAL},
        new Object[] {6, 2, true, Muon.Scaling.MATCH_ADAMW},
        new Object[] {1, 1, true, Muon.Scaling.ORIGINAL});
  }

  @Test
  void aStepOfMuonIsNearlyOrthogonal() {
    Variable p = Variable.zeros(4, 7).requiresGrad(true);
    Muon muon = new Muon(List.of(p), Muon.options().learningRate(1));
    p.setGrad(Variable.randn(new Generator(5), DType.FLOAT32, 4, 7));
    muon.step();
    double[] gram = p.detach().matmul(p.detach().transpose()).toDoubleArray();
    for (int i = 0; i < 16; i++) {
      double identity = i / 4 == i % 4 ? 1 : 0;
      assertTrue(Math.abs(gram[i] - identity) < .6, "element " + i + ": " + gram[i]);
    }
  }
}
