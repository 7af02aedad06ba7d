package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.autograd.internal.storage.Storage;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointTest {

  /** Counts the bytes of the distinct arrays that were made in layers and are still reachable. */
  private static final class Meter {
    private final List<WeakReference<Storage>> made = new ArrayList<>();
    long peak;

    void add(Variable value) {
      made.add(new WeakReference<>(value.data().storage()));
    }

    void measure() {
      System.gc();
      long live = 0;
      List<Storage> seen = new ArrayList<>();
      for (WeakReference<Storage> reference : made) {
        Storage storage = reference.get();
        if (storage != null && !seen.contains(storage)) {
          seen.add(storage);
          live += (long) storage.length() * Float.BYTES;
        }
      }
      made.removeIf(reference -> reference.get() == null);
      peak = Math.max(peak, live);
    }
  }

  /** A chain of layers {@code tanh(x w + b)} of equal width. */
  private static final class Chain {
    static final int WIDTH = 8;
    static final int BATCH = 16;

    final List<Variable> parameters = new ArrayList<>();
    final List<UnaryOperator<Variable>> layers = new ArrayList<>();
    final Variable input;
    final Meter meter = new Meter();
    boolean measured;
    int calls;

    Chain(int length) {
      Generator rng = new Generator(5);
      input = Variable.randn(rng, DType.FLOAT32, BATCH, WIDTH);
      for (int k = 0; k < length; k++) {
        Variable w = Variable.randn(rng, DType.FLOAT32, WIDTH, WIDTH).mul(0.4).requiresGrad(true);
        Variable b = Variable.randn(rng, DType.FLOAT32, WIDTH).mul(0.1).requiresGrad(true);
        parameters.add(w);
        parameters.add(b);
        layers.add(x -> layer(x, w, b));
      }
    }

    private Variable layer(Variable x, Variable w, Variable b) {
      calls++;
      // A collection for every call would take minutes; every fifth meets the ends of segments.
      if (measured && calls % 5 == 0) {
        meter.measure();
      }
      Variable product = x.matmul(w);
      meter.add(product);
      Variable sum = product.add(b);
      meter.add(sum);
      Variable result = sum.tanh();
      meter.add(result);
      return result;
    }
  }

  /** Gradients of all parameters, calls of layers, and the peak of live bytes. */
  private record Outcome(List<float[]> gradients, int calls, long peak) {}

  private static Outcome train(
      int length,
      boolean measured,
      BiFunction<List<UnaryOperator<Variable>>, Variable, Variable> model) {
    Chain chain = new Chain(length);
    chain.measured = measured;
    chain.meter.add(chain.input);
    Variable loss = model.apply(chain.layers, chain.input).square().sum();
    if (measured) {
      chain.meter.measure();
    }
    loss.backward();
    List<float[]> gradients = new ArrayList<>();
    for (Variable parameter : chain.parameters) {
      Variable grad = parameter.grad();
      assertNotNull(grad);
      gradients.add(grad.toFloatArray());
    }
    return new Outcome(gradients, chain.calls, chain.meter.peak);
  }

  private static Variable plain(List<UnaryOperator<Variable>> layers, Variable x) {
    return Checkpoint.checkpointSequential(layers, 1, x);
  }

  private static void assertSameBits(List<float[]> expected, List<float[]> actual) {
    assertEquals(expected.size(), actual.size());
    for (int k = 0; k < expected.size(); k++) {
      assertArrayEquals(expected.get(k), actual.get(k), "parameter " + k);
    }
  }

  /** Bytes when the forward pass is over, where they are most if nothing is computed again. */
  private static long plainPeak() {
    Chain chain = new Chain(100);
    chain.meter.add(chain.input);
    Variable result = chain.input;
    for (UnaryOperator<Variable> layer : chain.layers) {
      result = layer.apply(result);
    }
    chain.meter.measure();
    assertTrue(result.requiresGrad());
    return chain.meter.peak;
  }

  @Test
  void aHundredLayersInTenSegmentsTakeAFifthOfTheMemory() {
    Outcome plain = train(100, false, CheckpointTest::plain);
    Outcome outcome =
        train(100, true, (layers, x) -> Checkpoint.checkpointSequential(layers, 10, x));
    assertEquals(100, plain.calls());
    assertEquals(190, outcome.calls());
    assertSameBits(plain.gradients(), outcome.gradients());
    double ratio = (double) outcome.peak() / plainPeak();
    assertTrue(ratio <= 0.20, () -> outcome.peak() + " of " + plainPeak() + " bytes");
  }

  @Test
  void theLeastCallsWithinEightActivationsTakeATenthOfTheMemory() {
    Outcome plain = train(100, false, CheckpointTest::plain);
    Outcome outcome = train(100, true, (layers, x) -> Checkpoint.checkpointWithin(layers, 8, x));
    assertSameBits(plain.gradients(), outcome.gradients());
    assertEquals(Checkpoint.calls(100, 8), outcome.calls());
    long activation = 4L * Chain.WIDTH * Chain.BATCH;
    // Eight activations, the input, and the result of the layer that is being differentiated.
    assertTrue(
        outcome.peak() <= 10 * activation, () -> outcome.peak() / activation + " activations");
    assertTrue(outcome.peak() <= 0.10 * plainPeak());
  }

  @ParameterizedTest
  @CsvSource({"2,150", "5,180", "10,190", "20,195", "50,198", "100,199"})
  void callsBySegments(int segments, int calls) {
    Outcome plain = train(100, false, CheckpointTest::plain);
    Outcome outcome =
        train(100, false, (layers, x) -> Checkpoint.checkpointSequential(layers, segments, x));
    assertEquals(calls, outcome.calls());
    assertSameBits(plain.gradients(), outcome.gradients());
  }

  @ParameterizedTest
  @CsvSource({"2,944", "3,582", "5,381", "7,300", "10,249", "14,197", "20,185", "33,170", "50,152"})
  void theOptimalSchedule(int activations, int calls) {
    assertEquals(calls, Checkpoint.calls(100, activations));
    Outcome outcome =
        train(100, false, (layers, x) -> Checkpoint.checkpointWithin(layers, activations, x));
    assertEquals(calls, outcome.calls());
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "7,1", "7,2", "7,3", "7,6", "7,7", "7,100"})
  void schedulesOfShortChains(int length, int activations) {
    Outcome plain = train(length, false, CheckpointTest::plain);
    Outcome outcome =
        train(length, false, (layers, x) -> Checkpoint.checkpointWithin(layers, activations, x));
    assertSameBits(plain.gradients(), outcome.gradients());
    assertEquals(Checkpoint.calls(length, activations), outcome.calls());
    if (activations == 1) {
      assertEquals(length * (length + 1) / 2, outcome.calls());
    }
    if (activations >= length) {
      assertEquals(length, outcome.calls());
    }
  }

  private static Variable leaf(double... values) {
    return Variable.of(values).requiresGrad(true);
  }

  private static double[] grad(Variable leaf) {
    Variable grad = leaf.grad();
    assertNotNull(grad);
    return grad.toDoubleArray();
  }

  @Test
  void randomNumbersAreDrawnAgain() {
    UnaryOperator<Variable> dropout =
        x -> x.mul(Variable.rand(5).gt(0.5).to(DType.FLOAT64)).exp().mul(Variable.rand(5));
    Variable x = leaf(1, 2, 3, 4, 5);
    Autograd.manualSeed(3);
    dropout.apply(x).sum().backward();
    double[] expected = grad(x);
    Generator.State afterwards = Autograd.generator().state();
    x.zeroGrad();
    Autograd.manualSeed(3);
    Variable y = Checkpoint.checkpoint(dropout, x).sum();
    assertEquals(afterwards, Autograd.generator().state());
    Variable other = Variable.rand(3);
    Generator.State later = Autograd.generator().state();
    y.backward();
    assertArrayEquals(expected, grad(x));
    assertEquals(later, Autograd.generator().state());
    assertEquals(3, other.elementCount());
  }

  @Test
  void derivativesOfSecondOrder() {
    GradCheck.checkSecondOrder(
        in -> Checkpoint.checkpoint(x -> x.exp().mul(x.tanh()).softmax(0).mul(x), in[0]),
        leaf(0.3, -0.8, 0.5));
    GradCheck.checkAllSecondOrder(
        GradCheck.options(),
        in ->
            Checkpoint.checkpointAll(x -> List.of(x[0].mul(x[1]).exp(), x[1].tanh().div(x[0])), in),
        leaf(0.3, -0.8),
        leaf(0.7, 0.4));
  }

  @Test
  void nested() {
    UnaryOperator<Variable> step = x -> x.tanh().mul(x).sin();
    UnaryOperator<Variable> inner = x -> step.apply(Checkpoint.checkpoint(step, x)).exp();
    UnaryOperator<Variable> outer = x -> Checkpoint.checkpoint(inner, inner.apply(x).mul(0.1));
    Variable x = leaf(0.3, -0.8);
    double[] expected =
        Autograd.grad(
                step.apply(step.apply(step.apply(step.apply(x)).exp().mul(0.1))).exp().sum(), x)
            .getFirst()
            .toDoubleArray();
    assertArrayEquals(
        expected,
        Autograd.grad(Checkpoint.checkpoint(outer, x).sum(), x).getFirst().toDoubleArray());
    GradCheck.checkSecondOrder(in -> Checkpoint.checkpoint(outer, in[0]), x);
  }

  @Test
  void theGraphMayBeWalkedAgain() {
    List<Boolean> calls = new ArrayList<>();
    Variable x = leaf(2);
    Variable y =
        Checkpoint.checkpoint(
            v -> {
              calls.add(Checkpoint.isRecomputing());
              return v.square().exp().square();
            },
            x.mul(1));
    y.backward(Variable.of(1.0), BackwardOptions.retainGraph());
    double[] once = grad(x);
    y.backward(Variable.of(1.0));
    assertEquals(2 * once[0], grad(x)[0]);
    assertEquals(List.of(false, true, true), calls);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> y.backward(Variable.of(1.0)));
    assertTrue(e.getMessage().contains("freed"), e.getMessage());
    assertFalse(Checkpoint.isRecomputing());
  }

  @Test
  void capturedParametersGetGradientsAlthoughNoInputDoes() {
    Variable w = leaf(2, 3);
    Variable input = Variable.of(5.0, 7.0);
    Checkpoint.checkpoint(x -> x.mul(w).square(), input).sum().backward();
    assertArrayEquals(new double[] {100, 294}, grad(w));
  }

  @Test
  void withoutRecordingItIsTheFunctionAlone() {
    Variable x = leaf(2);
    try (var _ = Autograd.noGrad()) {
      assertFalse(Checkpoint.checkpoint(Variable::square, x).requiresGrad());
    }
    assertFalse(Checkpoint.checkpoint(Variable::square, Variable.of(2.0)).requiresGrad());
  }

  @Test
  void theBackwardPassMayRunInInferenceMode() {
    Variable x = leaf(3);
    Variable y = Checkpoint.checkpoint(v -> v.square().square(), x);
    try (var _ = Autograd.inferenceMode()) {
      y.backward(Variable.of(1.0));
    }
    assertArrayEquals(new double[] {108}, grad(x));
  }

  @Test
  void theFunctionMayRunABackwardPassItself() {
    UnaryOperator<Variable> slope =
        x ->
            Autograd.grad(x.pow(3).sum(), List.of(x), BackwardOptions.createGraph())
                .getFirst()
                .mul(x);
    Variable x = leaf(2, 3);
    // 3 x^2 times x.
    Checkpoint.checkpoint(v -> slope.apply(v.mul(1)), x).sum().backward();
    assertArrayEquals(new double[] {36, 81}, grad(x));
  }

  @Test
  void aChangedInputIsNoticed() {
    Variable x = leaf(2);
    Variable hidden = x.mul(1);
    Variable y = Checkpoint.checkpoint(v -> v.square().exp(), hidden);
    hidden.add_(1);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> y.backward(Variable.of(1.0)));
    assertTrue(e.getMessage().contains("checkpoint: input 0"), e.getMessage());

    Variable w = leaf(3);
    Variable z = Checkpoint.checkpoint(v -> v.mul(w), x);
    try (var _ = Autograd.noGrad()) {
      w.add_(1);
    }
    e = assertThrows(IllegalStateException.class, () -> z.backward(Variable.of(1.0)));
    assertTrue(e.getMessage().contains("changed in place"), e.getMessage());
  }

  @Test
  void aFunctionThatComputesSomethingElseIsNoticed() {
    Variable x = leaf(2, 3);
    int[] calls = {0};
    Variable less =
        Checkpoint.checkpoint(v -> calls[0]++ == 0 ? v.exp().square() : v.exp(), x).sum();
    IllegalStateException e = assertThrows(IllegalStateException.class, less::backward);
    assertTrue(e.getMessage().contains("fewer"), e.getMessage());
    Variable other =
        Checkpoint.checkpoint(v -> calls[0]++ < 3 ? v.square().exp() : v.sum().square().exp(), x)
            .sum();
    calls[0] = 5;
    e = assertThrows(IllegalStateException.class, other::backward);
    assertTrue(e.getMessage().contains("float64[2]"), e.getMessage());
  }

  @Test
  void aFunctionThatFailsTheSecondTime() {
    Variable x = leaf(2);
    Variable y =
        Checkpoint.checkpoint(
            v -> {
              if (Checkpoint.isRecomputing()) {
                throw new UnsupportedOperationException("mine");
              }
              return v.square();
            },
            x.mul(1));
    assertThrows(UnsupportedOperationException.class, () -> y.backward(Variable.of(1.0)));
    assertFalse(Checkpoint.isRecomputing());
    assertTrue(Autograd.isGradEnabled());
  }

  @Test
  void countsAreChecked() {
    List<UnaryOperator<Variable>> layers = List.of(Variable::exp, Variable::tanh);
    Variable x = leaf(1);
    for (int segments : new int[] {0, 3}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> Checkpoint.checkpointSequential(layers, segments, x));
    }
    assertThrows(IllegalArgumentException.class, () -> Checkpoint.checkpointWithin(layers, 0, x));
    assertThrows(
        IllegalArgumentException.class, () -> Checkpoint.checkpointWithin(List.of(), 1, x));
    assertThrows(IllegalArgumentException.class, () -> Checkpoint.calls(0, 1));
  }

  @Test
  void keptResultsAreNotComputedAgain() {
    Variable x = Variable.of(new double[][] {{0.5, -1}, {2, 0.25}}).requiresGrad(true);
    Variable scale = Variable.of(new double[][] {{1, 1}, {1, 1}}).requiresGrad(true);
    double[] factor = {1, 0.5, -0.5, 2};
    for (boolean keep : new boolean[] {true, false}) {
      Variable constant = Variable.fromArray(factor, 2, 2);
      Variable y =
          Checkpoint.checkpointKeeping(
              operation -> keep && Checkpoint.isProduct(operation),
              in -> in.matmul(constant).exp().mul(scale),
              x);
      Variable expected = x.detach().matmul(constant).exp();
      // Not noticed, since no gradient of it is wanted; shows whether the product is taken again.
      constant.zero_();
      scale.zeroGrad();
      Variable gradient = Autograd.grad(y.sum(), scale).getFirst();
      assertArrayEquals(
          (keep ? expected : Variable.ones(DType.FLOAT64, 2, 2)).toDoubleArray(),
          gradient.toDoubleArray());
    }
  }

  @Test
  void policiesChangeNoBit() {
    Variable w = Variable.randn(new Generator(5), DType.FLOAT32, 6, 6).requiresGrad(true);
    Variable x = Variable.randn(new Generator(6), DType.FLOAT32, 3, 6).requiresGrad(true);
    UnaryOperator<Variable> block = in -> in.linear(w).tanh().linear(w).softmax(-1).mul(in);
    block.apply(x).sum().backward();
    float[] dx = x.grad().toFloatArray();
    float[] dw = w.grad().toFloatArray();
    List<Predicate<String>> policies =
        List.of(Checkpoint::isProduct, "softmax"::equals, _ -> true, _ -> false);
    for (Predicate<String> policy : policies) {
      x.zeroGrad();
      w.zeroGrad();
      Checkpoint.checkpointKeeping(policy, block, x).sum().backward();
      assertArrayEquals(dx, x.grad().toFloatArray());
      assertArrayEquals(dw, w.grad().toFloatArray());
    }
  }

  @Test
  void aKeptResultThatWasChangedInPlaceIsComputedAgain() {
    Variable w = Variable.randn(new Generator(5), DType.FLOAT64, 3, 3).requiresGrad(true);
    Variable x = Variable.randn(new Generator(6), DType.FLOAT64, 2, 3).requiresGrad(true);
    UnaryOperator<Variable> block = in -> in.matmul(w).mul_(2).exp();
    block.apply(x).sum().backward();
    double[] expected = w.grad().toDoubleArray();
    w.zeroGrad();
    Checkpoint.checkpointKeeping(Checkpoint::isProduct, block, x).sum().backward();
    assertArrayEquals(expected, w.grad().toDoubleArray());
  }

  @Test
  void anotherOperationTheSecondTimeIsNoticed() {
    Variable x = Variable.of(0.5, 1).requiresGrad(true);
    boolean[] again = {false};
    Variable y =
        Checkpoint.checkpoint(
            u -> {
              Variable inner = again[0] ? u.sin() : u.exp();
              again[0] = true;
              return inner.square();
            },
            x);
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> y.sum().backward());
    assertTrue(e.getMessage().contains("the result of exp"), e.getMessage());
  }
}
