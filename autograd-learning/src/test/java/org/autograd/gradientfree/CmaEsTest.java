package org.autograd.gradientfree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.training.TrainingState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CmaEsTest {
  @ParameterizedTest
  @ValueSource(ints = {2, 5, 10, 50})
  void constants(int n) {
    JsonObject golden =
        Golden.file("gradfree").getAsJsonObject("cma_params").getAsJsonObject("" + n);
    CmaConstants constants = CmaConstants.of(n, CmaConstants.usualLambda(n));
    assertEquals(golden.get("lambda").getAsInt(), constants.lambda());
    assertEquals(golden.get("mu").getAsInt(), constants.weights().size());
    assertArrayEquals(
        Golden.numbers(golden.get("weights")),
        constants.weights().stream().mapToDouble(Double::doubleValue).toArray(),
        5e-9);
    assertEquals(golden.get("mueff").getAsDouble(), constants.mueff(), 5e-9);
    assertEquals(golden.get("cc").getAsDouble(), constants.cc(), 5e-9);
    assertEquals(golden.get("cs").getAsDouble(), constants.cs(), 5e-9);
    assertEquals(golden.get("c1").getAsDouble(), constants.c1(), 5e-9);
    assertEquals(golden.get("cmu").getAsDouble(), constants.cmu(), 5e-9);
    assertEquals(golden.get("damps").getAsDouble(), constants.damps(), 5e-9);
    assertEquals(golden.get("chiN").getAsDouble(), constants.chiN(), 5e-9);
  }

  private static final JsonObject RUNS =
      Golden.file("gradfree").getAsJsonObject("cma_runs (purecma, ftarget 1e-10)");

  @Test
  void noRecordedRunIsForgotten() {
    Golden.assertPartition(
        RUNS.keySet(),
        Arrays.stream(Problem.values()).map(problem -> Set.of(problem.record)).toList());
  }

  /** Functions with what is recorded about purecma on them. */
  private enum Problem {
    SPHERE("sphere N=10, x0=1, s0=.5") {
      @Override
      double value(double[] x) {
        return Arrays.stream(x).map(v -> v * v).sum();
      }
    },
    ELLIPSOID("ellipsoid N=10 x0=1 s0=.5") {
      @Override
      double value(double[] x) {
        return IntStream.range(0, x.length)
            .mapToDouble(i -> Math.pow(10, 6.0 * i / (x.length - 1)) * x[i] * x[i])
            .sum();
      }
    },
    ROSENBROCK("rosenbrock N=2 x0=-1.2,1 s0=.5") {
      @Override
      double value(double[] x) {
        return rosenbrock(x);
      }
    },
    /** With a second minimum, where one of ten of purecma's runs ends. */
    ROSENBROCK_5("rosenbrock N=5 x0=.1 s0=.5") {
      @Override
      double value(double[] x) {
        return rosenbrock(x);
      }
    },
    BEALE("beale N=2 x0=1,1 s0=.5") {
      @Override
      double value(double[] x) {
        return Math.pow(1.5 - x[0] + x[0] * x[1], 2)
            + Math.pow(2.25 - x[0] + x[0] * x[1] * x[1], 2)
            + Math.pow(2.625 - x[0] + x[0] * x[1] * x[1] * x[1], 2);
      }
    };

    final String record;

    Problem(String record) {
      this.record = record;
    }

    abstract double value(double[] x);

    private static double rosenbrock(double[] x) {
      return IntStream.range(0, x.length - 1)
          .mapToDouble(i -> 100 * Math.pow(x[i + 1] - x[i] * x[i], 2) + Math.pow(1 - x[i], 2))
          .sum();
    }

    double[] start() {
      return switch (this) {
        case SPHERE, ELLIPSOID -> new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        case ROSENBROCK -> new double[] {-1.2, 1};
        case ROSENBROCK_5 -> new double[] {0.1, 0.1, 0.1, 0.1, 0.1};
        case BEALE -> new double[] {1, 1};
      };
    }
  }

  @ParameterizedTest
  @EnumSource(Problem.class)
  void asManyEvaluationsAsPurecma(Problem problem) {
    JsonObject golden = RUNS.getAsJsonObject(problem.record);
    double[] evaluations =
        IntStream.range(0, 9)
            .mapToObj(seed -> {
              CmaEs search =
                  new CmaEs(problem.start(), 0.5, CmaEs.options().generator(new Generator(seed)));
              double[] best = search.minimize(problem::value, 1e-10, 10_000);
              assertEquals(search.bestValue(), problem.value(best));
              return search;
            })
            // A search that ends in another minimum has no number of evaluations.
            .mapToDouble(search ->
                search.bestValue() <= 1e-10 ? search.evaluations() : Double.POSITIVE_INFINITY)
            .sorted()
            .toArray();
    long unsolved = Arrays.stream(evaluations).filter(Double::isInfinite).count();
    int recorded = golden.get("of").getAsInt() - golden.get("solved").getAsInt();
    assertTrue(unsolved <= recorded, Arrays.toString(evaluations));
    double median = golden.get("median evals").getAsDouble();
    assertEquals(median, evaluations[4], 0.1 * median, Arrays.toString(evaluations));
  }

  @Test
  void nanIsTheWorstValue() {
    ToDoubleFunction<double[]> walled = x -> x[0] < 0.5 ? Double.NaN : x[0] * x[0] + x[1] * x[1];
    CmaEs search = new CmaEs(new double[] {2, 2}, 0.5, CmaEs.options().generator(new Generator(1)));
    double[] best = search.minimize(walled, 0.25 + 1e-6, 5000);
    assertArrayEquals(new double[] {0.5, 0}, best, 2e-3);
  }

  @Test
  void parametersOfSeveralShapesAndDtypesAreSearched() {
    Variable weight = Variable.ones(2, 2).requiresGrad(true);
    Variable bias = Variable.of(1.0).requiresGrad(true);
    CmaMinimizer minimizer =
        new CmaMinimizer(List.of(weight, bias), 0.5, CmaEs.options().generator(new Generator(2)));
    for (int k = 0; k < 150; k++) {
      minimizer.step(() -> weight.sub(3).square().sum().add(bias.add(2).square().sum()));
    }
    assertArrayEquals(new double[] {3, 3, 3, 3}, weight.toDoubleArray(), 1e-3);
    assertEquals(-2, bias.item(), 1e-3);
    assertEquals(150L * minimizer.search().candidates(), minimizer.search().evaluations());
  }

  @Test
  void aSearchGoesOnFromItsState() {
    CmaEs first =
        new CmaEs(Problem.SPHERE.start(), 0.5, CmaEs.options().generator(new Generator(3)));
    first.minimize(Problem.SPHERE::value, 0, 500);
    TrainingState state = new TrainingState();
    first.addTo(state);
    var saved = state.save();
    saved.replaceAll((_, value) -> value.copy());
    first.minimize(Problem.SPHERE::value, 0, 800);

    CmaEs second = new CmaEs(new double[10], 1, CmaEs.options().generator(new Generator(0)));
    TrainingState other = new TrainingState();
    second.addTo(other);
    other.load(saved);
    assertEquals(500, second.evaluations());
    second.minimize(Problem.SPHERE::value, 0, 800);
    assertArrayEquals(first.mean(), second.mean(), 0);
    assertEquals(first.bestValue(), second.bestValue());

    CmaEs smaller = new CmaEs(new double[3], 1, CmaEs.options());
    TrainingState wrong = new TrainingState();
    smaller.addTo(wrong);
    assertThrows(IllegalArgumentException.class, () -> wrong.load(saved));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new CmaEs(new double[0], 1, CmaEs.options()));
    assertThrows(
        IllegalArgumentException.class, () -> new CmaEs(new double[2], 0, CmaEs.options()));
    assertThrows(IllegalArgumentException.class, () -> CmaEs.options().candidates(3));
    CmaEs search = new CmaEs(new double[2], 1, CmaEs.options());
    assertThrows(IllegalArgumentException.class, () -> search.tell(search.ask(), new double[1]));
    assertThrows(
        IllegalArgumentException.class,
        () -> new CmaMinimizer(List.of(Variable.zeros(3000)), 1, CmaEs.options()));
  }
}
