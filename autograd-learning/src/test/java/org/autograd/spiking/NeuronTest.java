package org.autograd.spiking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.autograd.GradCheck;
import org.autograd.Variable;
import org.autograd.nn.Linear;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NeuronTest {
  private static final NeuronOptions DOUBLE = NeuronOptions.defaults().dtype(DType.FLOAT64);

  /** Returns currents of 6 steps, 2 examples and 3 neurons, around the threshold. */
  private static Variable currents() {
    double[] values = new double[36];
    for (int k = 0; k < values.length; k++) {
      values[k] = 0.6 + 0.5 * Math.sin(0.7 * k + 0.3);
    }
    return Variable.fromArray(values, 6, 2, 3);
  }

  private static List<Neuron<?>> all() {
    Surrogate smooth = Surrogate.arctangent().smooth();
    NeuronOptions options = DOUBLE.surrogate(smooth).learnDecay(true).learnThreshold(true);
    IntegrateAndFire.Options jelly = IntegrateAndFire.options().timeConstant(2).surrogate(smooth);
    CurrentLif.Options fast = CurrentLif.options().times(1e-3, 2e-3, 4e-3).surrogate(smooth);
    return List.of(
        new Leaky(0.8, options),
        new Leaky(0.8, options.reset(Reset.ZERO)),
        new Leaky(0.8, options.resetDelay(false)),
        new Leaky(Variable.of(0.5, 0.7, 0.9), options),
        new Lapicque(5, 1.44, 1, options),
        new Synaptic(0.6, 0.8, options),
        new Synaptic(0.6, 0.8, options.reset(Reset.ZERO).resetDelay(false)),
        new Alpha(0.9, 0.8, options.reset(Reset.ZERO)),
        new RecurrentNeuron<>(
            new Leaky(0.8, options), new Linear(3, 3, Linear.options().dtype(DType.FLOAT64))),
        new IntegrateAndFire(jelly),
        new IntegrateAndFire(jelly.detachReset(false)),
        new IntegrateAndFire(jelly.softReset().detachReset(false).decayInput(false)),
        new IntegrateAndFire(IntegrateAndFire.options().surrogate(smooth)),
        new CurrentLif(fast),
        new CurrentLif(fast.adaptation(0.3, 1e-2)),
        new LeakyIntegrator(fast));
  }

  /** With a smooth function for the step, the surrogate's gradient is the gradient. */
  @ParameterizedTest
  @MethodSource("all")
  void gradientsThroughTimeAreThoseOfDifferences(Neuron<?> neuron) {
    List<Variable> inputs = new ArrayList<>(List.of(currents()));
    inputs.addAll(neuron.parameters());
    GradCheck.check(in -> combined(neuron, in[0]), inputs.toArray(Variable[]::new));
  }

  private static <S extends NeuronState<S>> Variable combined(Neuron<S> neuron, Variable x) {
    Recording<S> recording = neuron.run(x);
    return recording.membranes().add(recording.spikes().mul(0.7));
  }

  @ParameterizedTest
  @MethodSource("all")
  void aSequenceMayBeCutAnywhere(Neuron<?> neuron) {
    cutAnywhere(neuron);
  }

  private static <S extends NeuronState<S>> void cutAnywhere(Neuron<S> neuron) {
    Variable x = currents();
    Recording<S> whole = neuron.run(x);
    Recording<S> first = neuron.run(x.narrow(0, 0, 2));
    Recording<S> second = neuron.run(x.narrow(0, 2, 4), first.last());
    assertArrayEquals(
        whole.membranes().toDoubleArray(),
        Variable.cat(0, first.membranes(), second.membranes()).toDoubleArray());
    assertEquals(6, whole.states().size());
    assertEquals(whole.last().variables().size(), second.last().variables().size());
  }

  @ParameterizedTest
  @MethodSource("all")
  void aDetachedStateHasNoHistory(Neuron<?> neuron) {
    assertTrue(neuron.run(currents().requiresGrad(true)).last().membrane().requiresGrad());
    assertFalse(
        neuron.run(currents().requiresGrad(true)).last().detach().variables().stream()
            .anyMatch(Variable::requiresGrad));
  }

  @Test
  void aMembraneAtTheThresholdSpikesOnlyWithSpikingJelly() {
    Variable x = Variable.fromArray(new double[] {1, 0.5}, 2, 1);
    assertArrayEquals(new double[2], new Leaky(0.5, DOUBLE).run(x).spikes().toDoubleArray());
    assertArrayEquals(
        new double[] {1, 0},
        new IntegrateAndFire(IntegrateAndFire.options()).run(x).spikes().toDoubleArray());
    // A Leaky that is told to has its reset in step with its spikes.
    Leaky inclusive = new Leaky(0.5, DOUBLE.surrogate(Surrogate.arctangent().inclusive()));
    Recording<Leaky.State> recording = inclusive.run(x);
    assertArrayEquals(new double[] {1, 0}, recording.spikes().toDoubleArray());
    assertArrayEquals(new double[] {1, 0}, recording.membranes().toDoubleArray());
  }

  /** Trap: the reset takes away the threshold, not the threshold times the decay. */
  @Test
  void theResetSubtractsTheThreshold() {
    Variable x = Variable.fromArray(new double[] {3, 0}, 2, 1);
    Leaky leaky = new Leaky(0.5, DOUBLE.threshold(2));
    assertArrayEquals(new double[] {3, -0.5}, leaky.run(x).membranes().toDoubleArray());
    // At once it is subtracted before the decay, which is another neuron.
    Leaky atOnce = new Leaky(0.5, DOUBLE.threshold(2).resetDelay(false));
    assertArrayEquals(new double[] {1, 0.5}, atOnce.run(x).membranes().toDoubleArray());
  }

  /** Trap: no gradient goes through a reset unless it is asked for. */
  @Test
  void theResetHasNoGradient() {
    // One spike, whose reset changes the membrane of the second step by -1.
    Variable x = Variable.fromArray(new double[] {1.5, 0}, 2, 1).requiresGrad(true);
    new Leaky(0.5, DOUBLE).run(x).membranes().select(0, 1).sum().backward();
    assertArrayEquals(new double[] {0.5, 1}, x.grad().toDoubleArray());
    x.zeroGrad();
    IntegrateAndFire.Options soft = IntegrateAndFire.options().softReset();
    new IntegrateAndFire(soft).run(x).membranes().select(0, 0).sum().backward();
    assertArrayEquals(new double[] {1, 0}, x.grad().toDoubleArray());
    x.zeroGrad();
    new IntegrateAndFire(soft.detachReset(false)).run(x).membranes().select(0, 0).sum().backward();
    double s = 1 / (1 + Math.exp(-4 * 0.5));
    assertArrayEquals(new double[] {1 - 4 * s * (1 - s), 0}, x.grad().toDoubleArray(), 1e-12);
  }

  /** Trap: training may carry a decay beyond [0, 1], but not what is computed with. */
  @Test
  void aLearnedDecayIsClamped() {
    Leaky leaky = new Leaky(1, DOUBLE.learnDecay(true).reset(Reset.NONE));
    Variable x = Variable.ones(DType.FLOAT64, 3, 1);
    leaky.run(x).membranes().sum().backward();
    assertEquals(4, leaky.beta().grad().item(), "the gradient at the bound is that within");
    leaky.zeroGrad();
    leaky.loadStateDict(Map.of("beta", Variable.scalar(1.7), "threshold", Variable.scalar(1.0)));
    Recording<Leaky.State> recording = leaky.run(x);
    assertArrayEquals(new double[] {1, 2, 3}, recording.membranes().toDoubleArray());
    recording.membranes().sum().backward();
    assertEquals(0, Objects.requireNonNull(leaky.beta().grad()).item());
  }

  @Test
  void whatIsNotLearnedIsNoParameter() {
    assertEquals(Set.of("beta", "threshold"), new Leaky(0.5).stateDict().keySet());
    assertTrue(new Leaky(0.5).parameters().isEmpty());
    assertEquals(
        Set.of("alpha", "beta"),
        new Synaptic(0.5, 0.5, DOUBLE.learnDecay(true)).namedParameters().keySet());
    assertEquals(
        Set.of("threshold"),
        new Leaky(0.5, DOUBLE.learnThreshold(true)).namedParameters().keySet());
    assertEquals(
        Set.of("neuron.beta", "feedback.weight"),
        new RecurrentNeuron<>(
                new Leaky(0.5, DOUBLE.learnDecay(true)), new OneToOne(Variable.of(1.0, 2.0)))
            .namedParameters()
            .keySet());
  }

  /** Trap: batches of different sizes, as the last of an epoch. */
  @Test
  void aStateOfAnotherBatchIsRefused() {
    Leaky leaky = new Leaky(0.9);
    Leaky.State state = leaky.run(Variable.ones(5, 32, 10)).last();
    Variable smaller = Variable.ones(5, 17, 10);
    assertEquals(17, leaky.run(smaller).last().membrane().size(0));
    var e = assertThrows(IllegalArgumentException.class, () -> leaky.run(smaller, state));
    assertTrue(e.getMessage().contains("[32, 10]"), e.getMessage());
    assertTrue(e.getMessage().contains("[17, 10]"), e.getMessage());
    assertTrue(e.getMessage().contains("initial(input)"), e.getMessage());
  }

  /** Trap: a state that is kept makes the second backward pass go through freed values. */
  @Test
  void twoBatchesInTurnDoNotMeet() {
    Leaky leaky = new Leaky(0.9, NeuronOptions.defaults().learnDecay(true));
    for (int batch = 0; batch < 2; batch++) {
      leaky.run(Variable.full(0.7, 5, 4)).membranes().sum().backward();
    }
    Leaky.State state = leaky.run(Variable.full(0.7, 5, 4)).last();
    state.membrane().sum().backward();
    leaky.run(Variable.full(0.7, 5, 4), state.detach()).membranes().sum().backward();
    Leaky.State kept = state;
    assertThrows(
        IllegalStateException.class,
        () -> leaky.run(Variable.full(0.7, 5, 4), kept).membranes().sum().backward());
  }

  @Test
  void anotherDtypeIsRefused() {
    Variable x = Variable.ones(DType.FLOAT64, 2, 1);
    var e = assertThrows(IllegalArgumentException.class, () -> new Leaky(0.9).run(x));
    assertTrue(e.getMessage().contains("to(DType.FLOAT32)"), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new Leaky(1.1));
    assertThrows(IllegalArgumentException.class, () -> new Leaky(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new Leaky(0.9).run(Variable.zeros(0, 3)));
    assertThrows(IllegalArgumentException.class, () -> new Alpha(0.8, 0.9));
    assertThrows(
        IllegalArgumentException.class, () -> new Alpha(0.9, 0.8, DOUBLE.resetDelay(false)));
    assertThrows(IllegalArgumentException.class, () -> new Lapicque(1, 0.5, 1, DOUBLE));
  }

  /** An independent loop over plain numbers. */
  @Test
  void adaptationFollowsItsEquations() {
    CurrentLif neuron = new CurrentLif(CurrentLif.options().adaptation(0.5, 0.02));
    Variable x = Variable.full(DType.FLOAT64, 1.5, 60, 1);
    Recording<CurrentLif.State> recording = neuron.run(x);
    double v = 0;
    double c = 0;
    double b = 1;
    int spikes = 0;
    for (int t = 0; t < 60; t++) {
      double j = c + 1.5;
      v += 0.1 * (-v + j);
      c = j * 0.8;
      b += 0.05 * (1 - b);
      double z = v > b ? 1 : 0;
      v *= 1 - z;
      b += 0.5 * z;
      spikes += (int) z;
      CurrentLif.State state = recording.states().get(t);
      assertEquals(z, state.spikes().item());
      assertEquals(v, state.membrane().item(), 1e-12);
      assertEquals(b, state.threshold().item(), 1e-12);
    }
    double without = new CurrentLif(CurrentLif.options()).run(x).spikes().sum().item();
    assertTrue(spikes > 3 && spikes < without, spikes + " with, " + without + " without");
  }

  @Test
  void aReadoutNeverSpikes() {
    LeakyIntegrator readout = new LeakyIntegrator(CurrentLif.options());
    Recording<LeakyIntegrator.State> recording = readout.run(Variable.full(5, 50, 2));
    assertEquals(0, recording.spikes().sum().item());
    // The current's fixed point is 5 / 0.2, of which the membrane gets all.
    assertEquals(25, recording.last().membrane().select(0, 0).item(), 0.5);
  }

  /** How often each fires in 300 ms is what makes them different kinds. */
  private static List<Arguments> izhikevichsKinds() {
    return List.of(
        Arguments.of(Izhikevich.Kind.REGULAR_SPIKING, 7),
        Arguments.of(Izhikevich.Kind.INTRINSICALLY_BURSTING, 10),
        Arguments.of(Izhikevich.Kind.CHATTERING, 26),
        Arguments.of(Izhikevich.Kind.FAST_SPIKING, 34));
  }

  /** An independent loop over plain numbers. */
  @ParameterizedTest
  @MethodSource("izhikevichsKinds")
  void izhikevichsNeuronsFollowTheirEquations(Izhikevich.Kind kind, int spikes) {
    Izhikevich neuron = new Izhikevich(kind, 0.5, Surrogate.arctangent(0.1));
    int steps = 600;
    Recording<Izhikevich.State> recording = neuron.run(Variable.full(DType.FLOAT64, 10, steps, 1));
    double v = kind.c();
    double u = kind.b() * kind.c();
    List<Integer> times = new ArrayList<>();
    for (int t = 0; t < steps; t++) {
      double next = v + 0.5 * (0.04 * v * v + 5 * v + 140 - u + 10);
      u += 0.5 * kind.a() * (kind.b() * v - u);
      v = next;
      if (v >= 30) {
        v = kind.c();
        u += kind.d();
        times.add(t);
      }
      // Near the peak a difference in the last bit grows a hundredfold in a step.
      assertEquals(v, recording.states().get(t).membrane().item(), 1e-3 * Math.max(1, Math.abs(v)));
    }
    assertEquals(times.size(), (int) recording.spikes().sum().item());
    assertEquals(spikes, times.size());
  }

  @Test
  void gradientsGoThroughIzhikevichsNeurons() {
    Izhikevich neuron =
        new Izhikevich(Izhikevich.Kind.REGULAR_SPIKING, 0.5, Surrogate.arctangent(0.1).smooth());
    Variable x = Variable.full(DType.FLOAT64, 12, 30, 1);
    GradCheck.check(
        in -> {
          Recording<Izhikevich.State> recording = neuron.run(in[0]);
          return recording.membranes().mul(0.01).add(recording.spikes());
        },
        x);
    assertNull(x.grad());
  }

  @Test
  void hooksSeeEveryStep() {
    Leaky leaky = new Leaky(0.9);
    List<Variable> seen = new ArrayList<>();
    try (var _ =
        leaky.afterForward((_, out) -> {
          seen.add(out.getFirst());
          return null;
        })) {
      leaky.run(Variable.ones(4, 2));
    }
    assertEquals(4, seen.size());
  }
}
