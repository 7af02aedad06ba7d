package org.autograd.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerTest {
  private static final double RATE = 0.1;

  private static Variable leaf(double... values) {
    return Variable.of(values).requiresGrad(true);
  }

  private static void setGradient(Variable parameter, double value) {
    parameter.setGrad(Variable.full(parameter.dtype(), value, parameter.shape().toArray()));
  }

  private static Sgd sgd(Variable... parameters) {
    return new Sgd(List.of(parameters), Sgd.options().learningRate(RATE));
  }

  private static void assertRefused(String message, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, e.getMessage());
  }

  @Test
  void parametersWithoutAGradientStay() {
    Variable with = leaf(1);
    Variable without = leaf(1);
    Adam adam = new Adam(List.of(with, without), Adam.options().weightDecay(.5));
    setGradient(with, 1);
    adam.step();
    assertNotEquals(1, with.item());
    assertEquals(1, without.item());
    assertTrue(adam.stateDict().keySet().stream().noneMatch(name -> name.startsWith("state.1")));
  }

  @Test
  void stepsAreCountedForEachParameter() {
    Variable early = leaf(0);
    Variable late = leaf(0);
    Adam adam = new Adam(List.of(early, late), Adam.options().learningRate(RATE));
    setGradient(early, 1);
    adam.step();
    adam.step();
    setGradient(late, 1);
    adam.step();
    assertEquals(3, adam.stateDict().get("state.0.step").item());
    assertEquals(1, adam.stateDict().get("state.1.step").item());
    // The bias correction of a first step makes it as large as the learning rate.
    assertEquals(-RATE, late.item(), 1e-8);
  }

  @Test
  void groupsHaveTheirOwnOptions() {
    Variable fast = leaf(0);
    Variable slow = leaf(0);
    Sgd sgd = sgd(fast);
    ParameterGroup<Sgd.Options> added =
        sgd.addGroup(List.of(slow), Sgd.options().learningRate(RATE / 10));
    assertEquals(2, sgd.groups().size());
    assertSame(added, sgd.groups().get(1));
    assertSame(slow, added.parameters().getFirst());
    setGradient(fast, 1);
    setGradient(slow, 1);
    sgd.step();
    assertEquals(-RATE, fast.item(), 1e-15);
    assertEquals(-RATE / 10, slow.item(), 1e-15);
  }

  @Test
  void theLearningRateMayChange() {
    Variable p = leaf(0);
    Sgd sgd = sgd(p);
    setGradient(p, 1);
    sgd.step();
    sgd.setLearningRate(1);
    assertEquals(1, sgd.groups().getFirst().options().learningRate());
    sgd.step();
    assertEquals(-1.1, p.item(), 1e-15);
    sgd.groups().getFirst().setOptions(Sgd.options().learningRate(0));
    sgd.step();
    assertEquals(-1.1, p.item(), 1e-15);
  }

  @Test
  void zeroGradForgetsGradients() {
    Variable p = leaf(0);
    setGradient(p, 1);
    sgd(p).zeroGrad();
    assertNull(p.grad());
  }

  @Test
  void parametersStayLeavesAndTheGraphNotices() {
    Variable p = leaf(1, 2);
    Variable loss = p.square().sum();
    setGradient(p, 1);
    sgd(p).step();
    assertTrue(p.isLeaf() && p.requiresGrad() && Autograd.isGradEnabled());
    IllegalStateException e = assertThrows(IllegalStateException.class, loss::backward);
    assertTrue(e.getMessage().contains("was changed in place"), e.getMessage());
  }

  @Test
  void transposedGradientsAreReadInOrder() {
    Variable p = Variable.zeros(DType.FLOAT64, 2, 3).requiresGrad(true);
    p.setGrad(Variable.fromArray(new double[] {1, 2, 3, 4, 5, 6}, 3, 2).transpose());
    new Sgd(List.of(p), Sgd.options().learningRate(1)).step();
    assertArrayEquals(new double[] {-1, -3, -5, -2, -4, -6}, p.toDoubleArray());
  }

  static Stream<BiFunction<List<Variable>, Double, Optimizer<?>>> optimizers() {
    return Stream.of(
        (p, rate) -> new Sgd(p, Sgd.options().learningRate(rate)),
        (p, rate) -> new Sgd(p, Sgd.options().learningRate(rate).momentum(.9).dampening(.1)),
        (p, rate) -> new Adam(p, Adam.options().learningRate(rate).amsgrad(true)),
        (p, rate) -> new AdamW(p, AdamW.options().learningRate(rate)),
        (p, rate) -> new RmsProp(p, RmsProp.options().learningRate(rate)),
        (p, rate) ->
            new RmsProp(p, RmsProp.options().learningRate(rate).centered(true).momentum(.9)),
        (p, rate) -> new Adagrad(p, Adagrad.options().learningRate(rate).learningRateDecay(.1)),
        (p, rate) -> new Adadelta(p, Adadelta.options().learningRate(rate)),
        (p, rate) -> new Adamax(p, Adamax.options().learningRate(rate)),
        (p, rate) -> new NAdam(p, NAdam.options().learningRate(rate)),
        (p, rate) -> new RAdam(p, RAdam.options().learningRate(rate)),
        (p, rate) -> new Rprop(p, Rprop.options().learningRate(rate)),
        (p, rate) -> new Asgd(p, Asgd.options().learningRate(rate).averageFrom(1)),
        (p, rate) -> new Lion(p, Lion.options().learningRate(rate)),
        (p, rate) -> new Lamb(p, Lamb.clippedOptions().learningRate(rate)),
        (p, rate) -> new Muon(p, Muon.options().learningRate(rate)));
  }

  private static void randomSteps(Optimizer<?> optimizer, List<Variable> parameters, long seed) {
    Generator rng = new Generator(seed);
    for (int k = 0; k < 3; k++) {
      for (Variable p : parameters) {
        p.setGrad(Variable.randn(rng, p.dtype(), p.shape().toArray()));
      }
      optimizer.step();
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aSavedStateContinuesBitForBit(BiFunction<List<Variable>, Double, Optimizer<?>> create) {
    List<Variable> first =
        List.of(
            Variable.of(new double[][] {{1, -2}}).requiresGrad(true),
            Variable.ones(2, 3).requiresGrad(true));
    Optimizer<?> original = create.apply(first, RATE);
    randomSteps(original, first, 1);
    original.setLearningRate(RATE / 2);

    List<Variable> second = first.stream().map(p -> p.detach().copy().requiresGrad(true)).toList();
    Optimizer<?> restored = create.apply(second, 7.0);
    restored.loadStateDict(original.stateDict());
    assertEquals(original.stateDict().keySet(), restored.stateDict().keySet());
    randomSteps(original, first, 2);
    randomSteps(restored, second, 2);
    for (int k = 0; k < first.size(); k++) {
      assertArrayEquals(first.get(k).toDoubleArray(), second.get(k).toDoubleArray());
    }
  }

  @Test
  void statesAreNamedAsInPyTorch() {
    Variable a = leaf(1);
    Variable b = leaf(1, 2);
    AdamW adam = new AdamW(List.of(a), AdamW.options().amsgrad(true));
    adam.addGroup(List.of(b), AdamW.options());
    setGradient(a, 1);
    setGradient(b, 1);
    adam.step();
    assertEquals(
        List.of(
            "groups.0.learningRate",
            "state.0.step",
            "state.0.exp_avg",
            "state.0.exp_avg_sq",
            "state.0.max_exp_avg_sq",
            "groups.1.learningRate",
            "state.1.step",
            "state.1.exp_avg",
            "state.1.exp_avg_sq"),
        List.copyOf(adam.stateDict().keySet()));
  }

  @Test
  void loadingListsEverythingThatIsWrongAndChangesNothing() {
    Variable p = leaf(1, 2);
    Adam adam = new Adam(List.of(p), Adam.options());
    setGradient(p, 1);
    adam.step();
    SequencedMap<String, Variable> good = adam.stateDict();
    double[] mean = good.get("state.0.exp_avg").toDoubleArray();
    Map<String, Variable> state = new LinkedHashMap<>(good);
    state.remove("groups.0.learningRate");
    state.put("state.0.step", Variable.of(1L, 2L));
    state.put("state.0.exp_avg", Variable.of(1.0));
    state.remove("state.0.exp_avg_sq");
    state.put("state.0.other", Variable.of(1.0));
    state.put("state.1.step", Variable.of(1L));
    assertRefused(
        "loadStateDict of Adam: missing groups.0.learningRate; mismatched state.0.step, a single"
            + " number, is int64[2]; mismatched state.0.exp_avg is float64[1] for a parameter"
            + " float64[2]; missing state.0.exp_avg_sq; unexpected state.0.other; unexpected"
            + " state.1.step",
        () -> adam.loadStateDict(state));
    assertArrayEquals(mean, adam.stateDict().get("state.0.exp_avg").toDoubleArray());
    assertEquals(1e-3, adam.groups().getFirst().options().learningRate());
  }

  @Test
  void impossibleNumbersInAStateAreRefused() {
    Variable p = leaf(1, 2);
    NAdam optimizer = new NAdam(List.of(p), NAdam.options());
    setGradient(p, 1);
    optimizer.step();
    Map<String, Variable> state = new LinkedHashMap<>(optimizer.stateDict());
    state.put("groups.0.learningRate", Variable.scalar(-1.0));
    state.put("state.0.step", Variable.scalar(1.5));
    state.put("state.0.mu_product", Variable.of(1.0, 2.0));
    assertRefused(
        "loadStateDict of NAdam: mismatched groups.0.learningRate, a number from 0, is -1.0;"
            + " mismatched state.0.step, a whole number from 0, is 1.5; mismatched"
            + " state.0.mu_product, a single number, is float64[2]",
        () -> optimizer.loadStateDict(state));
    assertEquals(2e-3, optimizer.groups().getFirst().options().learningRate());
    assertEquals(1, optimizer.stateDict().get("state.0.step").item());
  }

  @Test
  void gradientsOfPartsAccumulateToThatOfAll() {
    Variable x = Variable.randn(new Generator(1), DType.FLOAT64, 6, 2);
    Variable whole = leaf(1, -2);
    Variable parts = leaf(1, -2);
    Sgd first = sgd(whole);
    Sgd second = sgd(parts);
    x.matmul(whole).square().mean().backward();
    first.step();
    for (Variable part : x.split(0, 2)) {
      part.matmul(parts).square().mean().div(3).backward();
    }
    second.step();
    assertArrayEquals(whole.toDoubleArray(), parts.toDoubleArray(), 1e-12);
  }

  @Test
  void muonTakesMatricesOnly() {
    Variable matrix = Variable.ones(2, 3).requiresGrad(true);
    String message = "Muon: parameters must be matrices, got float64[2]; give the others to AdamW";
    assertRefused(message, () -> new Muon(List.of(matrix, leaf(1, 2)), Muon.options()));
    Muon muon = new Muon(List.of(matrix), Muon.options());
    assertRefused(message, () -> muon.addGroup(List.of(leaf(1, 2)), Muon.options()));
    assertEquals(1, muon.groups().size());
  }

  @Test
  void wrongParametersAreRefused() {
    Variable p = leaf(1, 2);
    assertRefused(
        "Sgd: there are no parameters; does the model register its parts with child()?",
        () -> sgd());
    assertRefused(
        "Sgd: parameter 0, float64[2], is the result of mul; only leaves can be optimized",
        () -> sgd(p.mul(2)));
    assertRefused(
        "Sgd: parameter 1, int64[1], must be float32 or float64", () -> sgd(p, Variable.of(1L)));
    assertRefused("Sgd: parameter 1, float64[2], is there twice", () -> sgd(p, p));
    Sgd sgd = sgd(p);
    assertRefused(
        "Sgd: parameter 0, float64[2], is there twice",
        () -> sgd.addGroup(List.of(p), Sgd.options()));
    assertEquals(1, sgd.groups().size());
  }

  @Test
  void wrongOptionsAreRefused() {
    assertRefused(
        "learningRate must be at least 0, got -1.0", () -> Sgd.options().learningRate(-1));
    assertRefused(
        "learningRate must be at least 0, got NaN", () -> Adam.options().learningRate(Double.NaN));
    assertRefused("momentum must be at least 0, got -1.0", () -> Sgd.options().momentum(-1));
    assertRefused(
        "weightDecay must be at least 0, got -1.0", () -> AdamW.options().weightDecay(-1));
    assertRefused(
        "beta1 must be at least 0 and below 1, got 1.0", () -> Adam.options().betas(1, 0));
    assertRefused(
        "beta2 must be at least 0 and below 1, got -0.1", () -> Adam.options().betas(0, -.1));
    assertRefused("epsilon must be at least 0, got -1.0", () -> RmsProp.options().epsilon(-1));
    assertRefused("alpha must be at least 0, got -1.0", () -> RmsProp.options().alpha(-1));
    assertRefused(
        "nesterov needs a momentum above 0, set before it, and no dampening, got momentum 0.0 and"
            + " dampening 0.0",
        () -> Sgd.options().nesterov(true));
    assertRefused(
        "nesterov needs a momentum above 0, set before it, and no dampening, got momentum 0.9 and"
            + " dampening 0.5",
        () -> Sgd.options().momentum(.9).nesterov(true).dampening(.5));
  }

  @Test
  void defaultsAreThoseOfPyTorch() {
    assertEquals(new Sgd.Options(1e-3, 0, 0, 0, false, false), Sgd.options());
    assertEquals(new AdamOptions(1e-3, .9, .999, 1e-8, 0, false, false), Adam.options());
    assertEquals(new AdamOptions(1e-3, .9, .999, 1e-8, 1e-2, false, false), AdamW.options());
    assertEquals(new RmsProp.Options(1e-2, .99, 1e-8, 0, 0, false, false), RmsProp.options());
  }

  @Test
  void eachOptionSetsItsOwnValue() {
    assertEquals(
        new Sgd.Options(1, 2, 3, 4, false, false),
        Sgd.options().learningRate(1).momentum(2).dampening(3).weightDecay(4));
    assertTrue(Sgd.options().momentum(.9).nesterov(true).nesterov());
    assertEquals(
        new AdamOptions(1, .2, .3, 4, 5, true, false),
        Adam.options().learningRate(1).betas(.2, .3).epsilon(4).weightDecay(5).amsgrad(true));
    assertEquals(
        new RmsProp.Options(1, 2, 3, 4, 5, true, false),
        RmsProp.options()
            .learningRate(1)
            .alpha(2)
            .epsilon(3)
            .weightDecay(4)
            .momentum(5)
            .centered(true));
  }

  @Test
  void aParameterMayLieInAnyOrder() {
    List<Function<List<Variable>, Optimizer<?>>> optimizers =
        List.of(
            p -> new Sgd(p, Sgd.options().momentum(0.9)),
            p -> new Adam(p, Adam.options()),
            p -> new AdamW(p, AdamW.options().amsgrad(true)),
            p -> new RmsProp(p, RmsProp.options().momentum(0.9).centered(true)));
    for (var optimizer : optimizers) {
      Variable start = Variable.randn(new Generator(1), DType.FLOAT64, 4, 3);
      Variable transposed = start.transpose().mul(1).requiresGrad(true);
      Variable ordered = start.transpose().copy().requiresGrad(true);
      Variable factor = Variable.randn(new Generator(2), DType.FLOAT64, 3, 4);
      Optimizer<?> first = optimizer.apply(List.of(transposed));
      Optimizer<?> second = optimizer.apply(List.of(ordered));
      for (int step = 0; step < 3; step++) {
        first.zeroGrad();
        second.zeroGrad();
        transposed.mul(factor).square().sum().backward();
        ordered.mul(factor).square().sum().backward();
        first.step();
        second.step();
      }
      assertArrayEquals(ordered.toDoubleArray(), transposed.toDoubleArray(), 1e-12);
    }
  }
}
