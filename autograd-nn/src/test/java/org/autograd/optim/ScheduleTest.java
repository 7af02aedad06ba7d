package org.autograd.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.autograd.Variable;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final double BASE = 0.8;
  private final Variable first = Variable.of(1.0).requiresGrad(true);
  private final Variable second = Variable.of(1.0).requiresGrad(true);

  private static void assertRates(Schedule schedule, double... expected) {
    for (int k = 0; k < expected.length; k++) {
      assertEquals(expected[k], schedule.learningRate(BASE, k), 1e-12, "step " + k);
    }
  }

  @Test
  void factors() {
    assertRates(Schedule.constant(.5, 2), .4, .4, .8, .8);
    assertRates(Schedule.linear(.25, 1, 3), .2, .4, .6, .8, .8);
    assertRates(Schedule.step(2, .5), .8, .8, .4, .4, .2);
    assertRates(Schedule.multiStep(.5, 3, 1, 3), .8, .4, .4, .1, .1);
    assertRates(Schedule.exponential(.5), .8, .4, .2, .1);
    assertRates(Schedule.polynomial(4, 2), .8, .45, .2, .05, 0, 0);
  }

  @Test
  void cosines() {
    double half = Math.sqrt(.5);
    double[] down = {.8, .1 + .7 * (1 + half) / 2, .45, .1 + .7 * (1 - half) / 2};
    assertRates(Schedule.cosine(4, .1), down[0], down[1], down[2], down[3], .1, down[3], .45);
    assertRates(
        Schedule.cosineWithRestarts(4, 1, .1), down[0], down[1], down[2], down[3], .8, down[1]);
    assertRates(Schedule.cosineWithRestarts(2, 2, .1), .8, .45, .8, down[1], .45, down[3], .8);
    // Two cosines of 2 and 4 steps, then one of 8.
    assertEquals(.45, Schedule.cosineWithRestarts(2, 2, .1).learningRate(BASE, 10), 1e-12);
  }

  @Test
  void schedulesFollowEachOtherAndCountFromZero() {
    assertRates(Schedule.linear(.5, 1, 2).then(2, Schedule.exponential(.5)), .4, .6, .8, .4, .2);
    assertRates(
        Schedule.sequential(
            List.of(Schedule.constant(0, 9), Schedule.step(1, .5), (base, step) -> step), 1, 3),
        0,
        .8,
        .4,
        0,
        1);
  }

  @Test
  void schedulesApplyToEachOther() {
    assertRates(Schedule.constant(.5, 2).and(Schedule.exponential(.5)), .4, .2, .2, .1);
  }

  /** PyTorch's documented formulas, with the turning points that its implementation computes. */
  @Test
  void oneCycleGoesUpAndFarDown() {
    OneCycle cycle = OneCycle.of(1, 11).rise(4 / 11.0).divisors(10, 100).cosine(false);
    // Up in 3 steps, down in the remaining 7.
    double last = .001;
    assertRates(cycle, .1, .4, .7, 1, 1 - (1 - last) / 7, 1 - 2 * (1 - last) / 7);
    assertEquals(last, cycle.learningRate(BASE, 10), 1e-12);
    assertEquals(last, cycle.learningRate(BASE, 99), 1e-12);
    assertEquals(.95, cycle.momentum(.3, 0), 1e-12);
    assertEquals(.85, cycle.momentum(.3, 3), 1e-12);
    assertEquals(.95, cycle.momentum(.3, 10), 1e-12);

    OneCycle cosine = cycle.cosine(true);
    assertEquals(.1 + .9 * (1 - Math.cos(Math.PI / 3)) / 2, cosine.learningRate(BASE, 1), 1e-12);
    assertEquals(1, cosine.learningRate(BASE, 3), 1e-12);
    assertEquals(
        1 + (last - 1) * (1 - Math.cos(Math.PI / 7)) / 2, cosine.learningRate(BASE, 4), 1e-12);

    OneCycle three = cycle.threePhases(true);
    assertRates(three, .1, .4, .7, 1, .7, .4, .1, .1 + (last - .1) / 4);
    assertEquals(last, three.learningRate(BASE, 10), 1e-12);
    assertEquals(.95, three.momentum(.3, 8), 1e-12);
    assertEquals(.9, three.momenta(.8, .9).momentum(.3, 0), 1e-12);
  }

  @Test
  void oneCycleWithoutARiseStartsAtTheTop() {
    OneCycle cycle = OneCycle.of(1, 5).rise(0).cosine(false);
    assertTrue(
        LongStream.range(0, 5)
            .mapToDouble(k -> cycle.learningRate(BASE, k))
            .allMatch(rate -> rate > 0 && rate <= 1));
    OneCycle rising = OneCycle.of(1, 5).rise(1).cosine(false);
    assertEquals(1, rising.learningRate(BASE, 4), 1e-12);
  }

  @Test
  void aSchedulerSetsTheRatesOfAllGroups() {
    Sgd sgd = new Sgd(List.of(first), Sgd.options().learningRate(.8));
    sgd.addGroup(List.of(second), Sgd.options().learningRate(.08));
    Scheduler scheduler = new Scheduler(sgd, Schedule.linear(.5, 1, 2));
    assertEquals(List.of(.4, .04), scheduler.learningRates());
    scheduler.step();
    assertEquals(.6, sgd.groups().getFirst().options().learningRate(), 1e-12);
    assertEquals(.06, sgd.groups().getLast().options().learningRate(), 1e-12);
    sgd.setLearningRate(7);
    scheduler.step();
    assertEquals(List.of(.8, .08), scheduler.learningRates());
    assertEquals(2, scheduler.steps());
  }

  @Test
  void aSchedulerSetsTheMomentumWhereThereIsOne() {
    AdamW adam = new AdamW(List.of(first), AdamW.options());
    Scheduler scheduler = new Scheduler(adam, OneCycle.of(.1, 10));
    assertEquals(.95, adam.groups().getFirst().options().beta1(), 1e-12);
    assertEquals(.999, adam.groups().getFirst().options().beta2());
    scheduler.step();
    scheduler.step();
    assertEquals(.85, adam.groups().getFirst().options().beta1(), 1e-12);
    assertEquals(.1, scheduler.learningRates().getFirst(), 1e-12);

    Sgd without = new Sgd(List.of(first), Sgd.options());
    new Scheduler(without, OneCycle.of(.1, 10)).step();
    assertEquals(0, without.groups().getFirst().options().momentum());
    Sgd with = new Sgd(List.of(first), Sgd.options().momentum(.5));
    Schedule chained = Schedule.constant(1, 0).then(1, OneCycle.of(.1, 10)).and((b, _) -> b / 2);
    Scheduler other = new Scheduler(with, chained);
    assertEquals(.5, with.groups().getFirst().options().momentum());
    other.step();
    assertEquals(.95, with.groups().getFirst().options().momentum(), 1e-12);
    assertEquals(.1 / 50, other.learningRates().getFirst(), 1e-12);
  }

  @Test
  void aSavedSchedulerContinues() {
    Adagrad original = new Adagrad(List.of(first), Adagrad.options().learningRate(.8));
    Scheduler scheduler = new Scheduler(original, Schedule.cosine(10, 0));
    for (int k = 0; k < 3; k++) {
      scheduler.step();
    }
    Adagrad other = new Adagrad(List.of(second), Adagrad.options().learningRate(5));
    Scheduler restored = new Scheduler(other, Schedule.cosine(10, 0));
    restored.loadStateDict(scheduler.stateDict());
    assertEquals(scheduler.learningRates(), restored.learningRates());
    scheduler.step();
    restored.step();
    assertEquals(scheduler.learningRates(), restored.learningRates());
  }

  private static void assertRefused(String message, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, e.getMessage());
  }

  @Test
  void loadingListsEverythingThatIsWrongAndChangesNothing() {
    Sgd sgd = new Sgd(List.of(first), Sgd.options().learningRate(.8));
    Scheduler scheduler = new Scheduler(sgd, Schedule.exponential(.5));
    scheduler.step();
    Map<String, Variable> state = new LinkedHashMap<>(scheduler.stateDict());
    state.put("base_learning_rates", Variable.of(1.0, 2.0));
    state.remove("step");
    state.put("other", Variable.of(1.0));
    assertRefused(
        "loadStateDict of Scheduler: missing step; mismatched base_learning_rates, a vector of 1,"
            + " is float64[2]; unexpected other",
        () -> scheduler.loadStateDict(state));
    assertEquals(1, scheduler.steps());
    assertEquals(List.of(.4), scheduler.learningRates());
  }

  @Test
  void wrongSchedulesAreRefused() {
    assertRefused("gamma must be at least 0, got -0.5", () -> Schedule.exponential(-.5));
    assertRefused("size must be at least 1, got 0", () -> Schedule.step(0, .5));
    assertRefused("steps must be at least 1, got 0", () -> Schedule.cosine(0, 0));
    assertRefused(
        "multiplier must be at least 1, got 0", () -> Schedule.cosineWithRestarts(3, 0, 0));
    assertRefused("start must be at least 0, got NaN", () -> Schedule.linear(Double.NaN, 1, 2));
    assertRefused("steps must be at least 2, got 1", () -> OneCycle.of(.1, 1));
    assertRefused(
        "rise must be at least 0 and at most 1, got 1.5", () -> OneCycle.of(.1, 9).rise(1.5));
    assertRefused(
        "sequential: needs one milestone less than schedules, from 0 and rising, got [3, 2] for 3"
            + " schedules",
        () -> {
          Schedule same = Schedule.exponential(1);
          Schedule.sequential(List.of(same, same, same), 3, 2);
        });
    assertRefused(
        "sequential: needs one milestone less than schedules, from 0 and rising, got [] for 0"
            + " schedules",
        () -> Schedule.sequential(List.of()));
  }

  private double[] ratesFor(PlateauScheduler.Options options, double... metrics) {
    Sgd sgd = new Sgd(List.of(first), Sgd.options().learningRate(1));
    PlateauScheduler scheduler = new PlateauScheduler(sgd, options);
    double[] rates = new double[metrics.length];
    for (int k = 0; k < metrics.length; k++) {
      scheduler.step(metrics[k]);
      rates[k] = sgd.groups().getFirst().options().learningRate();
    }
    return rates;
  }

  private void assertPlateau(
      PlateauScheduler.Options options, double[] metrics, double... expected) {
    assertArrayEquals(expected, ratesFor(options, metrics), 1e-12);
  }

  @Test
  void aPlateauLowersTheRate() {
    PlateauScheduler.Options options = PlateauScheduler.options().factor(.5).patience(1);
    assertPlateau(
        options, new double[] {3, 3, 3, 3, 3, 2, 2, 2}, 1, 1, .5, .5, .25, .25, .25, .125);
    assertPlateau(
        options.cooldown(2), new double[] {3, 3, 3, 3, 3, 3, 3}, 1, 1, .5, .5, .5, .5, .25);
    assertPlateau(options.maximize(true), new double[] {1, 2, 3, 3, 3}, 1, 1, 1, 1, .5);
    assertPlateau(options.least(.4), new double[] {3, 3, 3, 3, 3}, 1, 1, .5, .5, .4);
    assertPlateau(options.epsilon(.6), new double[] {3, 3, 3, 3, 3}, 1, 1, 1, 1, 1);
    // 2.75 is better than 3 by less than a tenth, and by less than 0.5.
    assertPlateau(options.threshold(.1, true), new double[] {3, 2.75, 2.75}, 1, 1, .5);
    assertPlateau(options.threshold(.5, false), new double[] {3, 2.75, 2.75}, 1, 1, .5);
    assertPlateau(options.threshold(.1, false), new double[] {3, 2.75, 2.75}, 1, 1, 1);
    assertPlateau(options, new double[] {Double.NaN, Double.NaN}, 1, .5);
  }

  @Test
  void aSavedPlateauContinues() {
    PlateauScheduler.Options options = PlateauScheduler.options().factor(.5).patience(1);
    Sgd sgd = new Sgd(List.of(first), Sgd.options().learningRate(1));
    PlateauScheduler scheduler = new PlateauScheduler(sgd, options);
    scheduler.step(3);
    scheduler.step(3);
    PlateauScheduler restored = new PlateauScheduler(sgd, options);
    restored.loadStateDict(scheduler.stateDict());
    restored.step(3);
    assertEquals(.5, sgd.groups().getFirst().options().learningRate());
    assertRefused(
        "loadStateDict of PlateauScheduler: missing best; missing num_bad_epochs; missing"
            + " cooldown_counter",
        () -> restored.loadStateDict(Map.of()));
  }
}
