package org.autograd.gradientfree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.nn.Activation;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.optim.Adam;
import org.autograd.optim.Sgd;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EstimatorsTest {
  /** Finite at the parameters, NaN or infinite in every random direction from them. */
  @ParameterizedTest
  @ValueSource(strings = {"es", "spsa", "forward"})
  void anEstimateThatIsNotFiniteChangesNothing(String name) {
    Variable p = Variable.of(1.0, 2.0).requiresGrad(true);
    List<Variable> parameters = List.of(p);
    Generator rng = new Generator(1);
    GradientEstimator estimator =
        switch (name) {
          case "es" ->
              new EvolutionStrategy(
                  parameters, EvolutionStrategy.options().pairs(2).ranks(false).generator(rng));
          case "spsa" -> new Spsa(parameters, Spsa.options().generator(rng));
          default -> new ForwardGradient(parameters, ForwardGradient.options().generator(rng));
        };
    Minimizer minimizer = estimator.with(new Sgd(parameters, Sgd.options().learningRate(0.1)));
    // The slope of the root is infinite at 0, and the first element must not fall below 1.
    minimizer.step(() -> p.sub(Variable.of(1.0, 2.0)).sqrt().sum());
    assertArrayEquals(new double[] {1, 2}, p.toDoubleArray());
    minimizer.step(() -> p.square().sum());
    assertTrue(Double.isFinite(p.sum().item()));
    assertNotEquals(1, p.toDoubleArray()[0]);
  }

  private static final Variable X = Variable.randn(new Generator(1), DType.FLOAT64, 6, 3);
  private static final Variable Y = Variable.randn(new Generator(2), DType.FLOAT64, 6, 2);

  private static Mlp mlp() {
    return new Mlp(
        Mlp.options()
            .activation(Activation.tanh())
            .linear(Linear.options().dtype(DType.FLOAT64).generator(new Generator(3))),
        3,
        4,
        2);
  }

  private static Supplier<Variable> loss(Mlp model) {
    return () -> Losses.mse(model.apply(X), Y);
  }

  private static List<double[]> values(List<Variable> variables) {
    return variables.stream().map(Variable::toDoubleArray).toList();
  }

  private static void assertSameBits(List<double[]> expected, List<double[]> actual) {
    for (int k = 0; k < expected.size(); k++) {
      assertArrayEquals(expected.get(k), actual.get(k), 0);
    }
  }

  private static List<double[]> gradients(Mlp model) {
    return model.parameters().stream()
        .map(parameter -> Objects.requireNonNull(parameter.grad()).toDoubleArray())
        .toList();
  }

  private static List<double[]> trueGradients(Mlp model) {
    model.zeroGrad();
    loss(model).get().backward();
    List<double[]> result = gradients(model);
    model.zeroGrad();
    return result;
  }

  /** With each axis as a direction once, the estimates add up to the gradient. */
  @Test
  void forwardGradientsAlongAllAxesAreTheGradient() {
    Mlp model = mlp();
    List<Variable> parameters = model.parameters();
    ForwardGradient estimator = new ForwardGradient(parameters, ForwardGradient.options());
    List<Variable> sums = parameters.stream().map(p -> Variable.zerosLike(p.detach())).toList();
    double expected = loss(model).get().item();
    for (int k = 0; k < parameters.size(); k++) {
      for (int element = 0; element < parameters.get(k).elementCount(); element++) {
        List<Variable> direction = new ArrayList<>();
        for (int other = 0; other < parameters.size(); other++) {
          double[] values = new double[(int) parameters.get(other).elementCount()];
          if (other == k) {
            values[element] = 1;
          }
          direction.add(Variable.fromArray(values, parameters.get(other).shape().toArray()));
        }
        assertEquals(expected, estimator.add(sums, direction, loss(model), 1), 1e-15);
      }
    }
    List<double[]> gradients = trueGradients(model);
    for (int k = 0; k < sums.size(); k++) {
      assertArrayEquals(gradients.get(k), sums.get(k).toDoubleArray(), 1e-14);
    }
  }

  /** The mean over so many directions is near the gradient, and nearer with more. */
  @ParameterizedTest
  @EnumSource(Noise.class)
  void estimatesAreUnbiased(Noise noise) {
    Mlp model = mlp();
    List<double[]> expected = trueGradients(model);
    List<Variable> parameters = model.parameters();
    GradientEstimator forward =
        new ForwardGradient(
            parameters,
            ForwardGradient.options().tangents(2000).noise(noise).generator(new Generator(4)));
    GradientEstimator differences =
        new Spsa(
            parameters,
            Spsa.options()
                .samples(2000)
                .noise(noise)
                .perturbation(1e-5)
                .generator(new Generator(4)));
    GradientEstimator strategy =
        new EvolutionStrategy(
            parameters,
            EvolutionStrategy.options()
                .pairs(2000)
                .sigma(1e-5)
                .ranks(false)
                .generator(new Generator(4)));
    for (GradientEstimator estimator : List.of(forward, differences, strategy)) {
      estimator.estimate(loss(model));
      assertTrue(relativeError(expected, gradients(model)) < 0.2);
    }
    // The same directions: exact slopes and differences agree.
    forward =
        new ForwardGradient(
            parameters, ForwardGradient.options().noise(noise).generator(new Generator(5)));
    differences =
        new Spsa(
            parameters, Spsa.options().noise(noise).perturbation(1e-5).generator(new Generator(5)));
    forward.estimate(loss(model));
    List<double[]> exact = gradients(model);
    differences.estimate(loss(model));
    assertTrue(relativeError(exact, gradients(model)) < 1e-8);
  }

  private static double relativeError(List<double[]> expected, List<double[]> actual) {
    double error = 0;
    double norm = 0;
    for (int k = 0; k < expected.size(); k++) {
      for (int i = 0; i < expected.get(k).length; i++) {
        error += Math.pow(expected.get(k)[i] - actual.get(k)[i], 2);
        norm += Math.pow(expected.get(k)[i], 2);
      }
    }
    return Math.sqrt(error / norm);
  }

  @Test
  void ranksAreCentred() {
    double[] golden = Golden.numbers(Golden.file("gradfree").get("centered_ranks([3,-1,7,2,10])"));
    assertArrayEquals(golden, EvolutionStrategy.centredRanks(3, -1, 7, 2, 10));
    assertArrayEquals(new double[] {0, 0, 0}, EvolutionStrategy.centredRanks(5, 5, 5));
    assertArrayEquals(
        new double[] {0.5, -0.25, -0.25}, EvolutionStrategy.centredRanks(Double.NaN, 1, 1));
    assertArrayEquals(new double[] {0}, EvolutionStrategy.centredRanks(1));
  }

  @Test
  void theEstimateOfAStrategyFollowsItsFormula() {
    Variable p = Variable.of(1.0, -2.0).requiresGrad(true);
    EvolutionStrategy strategy =
        new EvolutionStrategy(
            List.of(p), EvolutionStrategy.options().pairs(2).generator(new Generator(0)));
    List<EvolutionStrategy.Trial> trials =
        List.of(new EvolutionStrategy.Trial(7, 1.0, 5.0), new EvolutionStrategy.Trial(8, 3.0, 2.0));
    strategy.setGradients(trials);
    // Ranks: 1 is -1/2, 2 is -1/6, 3 is 1/6, 5 is 1/2.
    double[] first = Variable.randn(new Generator(7), DType.FLOAT64, 2).toDoubleArray();
    double[] second = Variable.randn(new Generator(8), DType.FLOAT64, 2).toDoubleArray();
    double[] expected = new double[2];
    Arrays.setAll(expected, i -> (-first[i] + second[i] / 3) / 4);
    assertArrayEquals(expected, Objects.requireNonNull(p.grad()).toDoubleArray(), 1e-15);
  }

  /** Workers that tell each other seeds and losses alone stay the same bit for bit. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void workersThatExchangeSeedsAndLossesHaveTheSameParameters(int workers) throws Exception {
    int pairs = 8;
    List<Mlp> models = IntStream.range(0, workers).mapToObj(_ -> mlp()).toList();
    List<EvolutionStrategy> strategies =
        models.stream()
            .map(model ->
                new EvolutionStrategy(
                    model.parameters(),
                    EvolutionStrategy.options()
                        .pairs(pairs)
                        .sigma(0.1)
                        .generator(new Generator(6))))
            .toList();
    List<Adam> optimizers =
        models.stream()
            .map(model -> new Adam(model.parameters(), Adam.options().learningRate(0.02)))
            .toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
      for (int step = 0; step < 5; step++) {
        List<Future<List<EvolutionStrategy.Trial>>> shares = new ArrayList<>();
        for (int w = 0; w < workers; w++) {
          int worker = w;
          shares.add(
              threads.submit(() -> {
                EvolutionStrategy strategy = strategies.get(worker);
                List<Long> seeds = strategy.seeds();
                int from = pairs * worker / workers;
                int to = pairs * (worker + 1) / workers;
                return strategy.trials(seeds.subList(from, to), loss(models.get(worker)));
              }));
        }
        List<EvolutionStrategy.Trial> all = new ArrayList<>();
        for (Future<List<EvolutionStrategy.Trial>> share : shares) {
          all.addAll(share.get());
        }
        for (int w = 0; w < workers; w++) {
          strategies.get(w).setGradients(all);
          optimizers.get(w).step();
        }
      }
    }
    // One process that does it all.
    Mlp single = mlp();
    double before = loss(single).get().item();
    EvolutionStrategy strategy =
        new EvolutionStrategy(
            single.parameters(),
            EvolutionStrategy.options().pairs(pairs).sigma(0.1).generator(new Generator(6)));
    Minimizer minimizer =
        strategy.with(new Adam(single.parameters(), Adam.options().learningRate(0.02)));
    for (int step = 0; step < 5; step++) {
      minimizer.step(loss(single));
    }
    assertTrue(loss(single).get().item() < before);
    List<double[]> alone = values(single.parameters());
    for (Mlp model : models) {
      assertSameBits(alone, values(model.parameters()));
    }
  }

  @Test
  void parametersAreRestoredBitForBitAlsoAfterAnError() {
    Mlp model = mlp();
    List<double[]> before = values(model.parameters());
    List<GradientEstimator> estimators =
        List.of(
            new Spsa(model.parameters(), Spsa.options().samples(3)),
            new EvolutionStrategy(model.parameters(), EvolutionStrategy.options().pairs(3)),
            new ForwardGradient(model.parameters(), ForwardGradient.options().tangents(3)));
    for (GradientEstimator estimator : estimators) {
      estimator.estimate(loss(model));
      assertSameBits(before, values(model.parameters()));
      int[] calls = {0};
      assertThrows(
          IllegalStateException.class,
          () ->
              estimator.estimate(() -> {
                if (calls[0]++ == 2) {
                  throw new IllegalStateException();
                }
                return loss(model).get();
              }));
      assertSameBits(before, values(model.parameters()));
    }
  }

  @Test
  void aLossThatIsNotFiniteChangesNothing() {
    Variable p = Variable.of(1.0, -2.0).requiresGrad(true);
    Minimizer minimizer =
        new ForwardGradient(List.of(p), ForwardGradient.options())
            .with(new Sgd(List.of(p), Sgd.options()));
    assertTrue(Double.isNaN(minimizer.step(() -> p.sum().mul(Double.NaN))));
    assertArrayEquals(new double[] {1, -2}, p.toDoubleArray());
  }

  @Test
  void spsaFollowsSpallsSequences() {
    Variable p = Variable.of(0.0).requiresGrad(true);
    Spsa spsa = new Spsa(List.of(p), Spsa.options().perturbation(0.5));
    for (int k = 1; k <= 3; k++) {
      List<Double> places = new ArrayList<>();
      spsa.estimate(() -> {
        places.add(p.item());
        return p.sum();
      });
      assertEquals(0.5 / Math.pow(k, 0.101), Math.abs(places.getFirst()), 1e-15);
      assertEquals(0, places.get(0) + places.get(1));
      assertEquals(1, Objects.requireNonNull(p.grad()).item(), 1e-14);
    }
    assertEquals(2 / Math.pow(14, 0.602), Spsa.learningRates(10).learningRate(2, 3), 1e-15);
  }

  @Test
  void estimatesNeedNoRecording() {
    Variable p = Variable.of(3.0).requiresGrad(true);
    try (var _ = Autograd.noGrad()) {
      new ForwardGradient(List.of(p), ForwardGradient.options().noise(Noise.SIGNS))
          .estimate(() -> p.square().sum());
    }
    assertEquals(6, Objects.requireNonNull(p.grad()).item(), 1e-15);
  }

  @Test
  void directionsHaveMeanZeroAndVarianceOne() {
    Variable like = Variable.zeros(DType.FLOAT64, 20_000);
    for (Noise noise : Noise.values()) {
      double[] drawn = noise.like(like, new Generator(1)).toDoubleArray();
      assertEquals(0, Arrays.stream(drawn).average().orElseThrow(), 0.03);
      assertEquals(1, Arrays.stream(drawn).map(v -> v * v).average().orElseThrow(), 0.03);
      assertNotEquals(drawn[0], drawn[1] + drawn[2]);
    }
    double[] signs = Noise.SIGNS.like(like, new Generator(1)).toDoubleArray();
    assertTrue(Arrays.stream(signs).allMatch(v -> Math.abs(v) == 1));
    assertFalse(Arrays.stream(signs).allMatch(v -> v == 1));
  }

  @Test
  void whatCannotBeMovedIsRefused() {
    Variable result = Variable.of(1.0).requiresGrad(true).mul(2);
    for (List<Variable> wrong :
        List.of(List.<Variable>of(), List.of(result), List.of(Variable.of(1L)))) {
      assertThrows(IllegalArgumentException.class, () -> new Spsa(wrong, Spsa.options()));
      assertThrows(IllegalArgumentException.class, () -> new Mezo(wrong, Mezo.options()));
    }
    assertThrows(IllegalArgumentException.class, () -> ForwardGradient.options().tangents(0));
    assertThrows(IllegalArgumentException.class, () -> EvolutionStrategy.options().sigma(0));
    assertThrows(IllegalArgumentException.class, () -> Spsa.options().perturbation(-1));
    assertThrows(IllegalArgumentException.class, () -> Mezo.options().epsilon(Double.NaN));
  }
}
