package org.autograd.spiking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.data.DataLoader;
import org.autograd.data.TensorDataset;
import org.autograd.nn.Linear;
import org.autograd.optim.Adam;
import org.autograd.optim.Gradients;
import org.autograd.optim.Optimizer;
import org.autograd.optim.Sgd;
import org.autograd.training.Backpropagation;
import org.autograd.training.LearningRule;
import org.autograd.training.Metrics;
import org.autograd.training.Outcome;
import org.autograd.training.Trainer;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class BackpropagationThroughTimeTest {
  private final Generator rng = new Generator(5);
  private final Linear.Options linear = Linear.options().dtype(DType.FLOAT64).generator(rng);
  private final NeuronOptions options = NeuronOptions.defaults().dtype(DType.FLOAT64);

  /** Two classes: which half of the inputs is stronger. */
  private Batch batch(int size) {
    Variable x = Variable.rand(rng, DType.FLOAT64, size, 6);
    Variable labels = x.narrow(1, 0, 3).sum(1).lt(x.narrow(1, 3, 3).sum(1)).to(DType.INT64);
    return Batch.of(x, labels);
  }

  private SpikingNetwork network() {
    return new SpikingNetwork(
        new Linear(6, 12, linear),
        new Leaky(0.9, options),
        new Linear(12, 2, linear),
        new Leaky(0.9, options));
  }

  private static Variable loss(SpikingNetwork.Result result, Variable labels) {
    return SpikeLosses.membraneCrossEntropy(result.membranes(), labels);
  }

  private static Variable readout(SpikingNetwork.Result result) {
    return result.membranes().mean(0);
  }

  @Test
  void aWindowOfAllStepsIsNotTruncated() {
    Batch batch = batch(9);
    SpikingNetwork first = network();
    SpikingNetwork second = network();
    second.loadStateDict(first.stateDict());
    Outcome whole =
        BackpropagationThroughTime.of(
                first,
                x -> first.run(SpikeEncoders.constant(x, 8)),
                BackpropagationThroughTimeTest::loss,
                BackpropagationThroughTimeTest::readout,
                new Sgd(first.parameters(), Sgd.options().learningRate(0.1)))
            .learn(batch);
    Outcome window =
        truncated(second, 8, new Sgd(second.parameters(), Sgd.options().learningRate(0.1)))
            .learn(batch);
    assertEquals(whole.loss(), window.loss());
    for (int k = 0; k < first.parameters().size(); k++) {
      assertArrayEquals(
          first.parameters().get(k).toDoubleArray(), second.parameters().get(k).toDoubleArray());
    }
    assertEquals(List.of(9L, 2L), sizes(whole.predictions()));
  }

  private static List<Long> sizes(Variable value) {
    return Arrays.stream(value.shape().toArray()).boxed().toList();
  }

  private static BackpropagationThroughTime truncated(
      SpikingNetwork network, int window, Optimizer<?> optimizer) {
    return BackpropagationThroughTime.truncated(
        network,
        x -> SpikeEncoders.constant(x, 8),
        window,
        BackpropagationThroughTimeTest::loss,
        BackpropagationThroughTimeTest::readout,
        optimizer);
  }

  /** With a rate of 0 each window's gradient can be compared with one that is written out. */
  @Test
  void windowsHandOnTheirStateButNoGradient() {
    Batch batch = batch(4);
    SpikingNetwork network = network();
    truncated(network, 3, new Sgd(network.parameters(), Sgd.options().learningRate(0)))
        .learn(batch);
    List<double[]> last = network.parameters().stream().map(p -> p.grad().toDoubleArray()).toList();
    Variable inputs = SpikeEncoders.constant(batch.inputs(), 8);
    // Windows of 3, 3 and 2 steps.
    SpikingNetwork.State state = network.run(inputs.narrow(0, 0, 6)).state().detach();
    network.zeroGrad();
    loss(network.run(inputs.narrow(0, 6, 2), state), batch.targets()).backward();
    for (int k = 0; k < last.size(); k++) {
      assertArrayEquals(last.get(k), network.parameters().get(k).grad().toDoubleArray(), 1e-12);
    }
  }

  /** Trap: the last batch of an epoch is smaller. */
  @Test
  void aTrainerTrainsIt() {
    for (int window : new int[] {8, 3}) {
      SpikingNetwork network = network();
      BackpropagationThroughTime rule =
          truncated(
              network, window, new Adam(network.parameters(), Adam.options().learningRate(0.02)));
      Batch all = batch(75);
      DataLoader loader =
          DataLoader.of(TensorDataset.of(all.inputs(), all.targets()), 16).shuffle(1);
      Trainer trainer = new Trainer(rule, loader).metric("accuracy", Metrics::accuracy);
      var history = trainer.validation(loader).fit(15);
      assertTrue(
          history.last().value("validation_accuracy") > 0.9,
          "window " + window + ": " + history.last());
    }
  }

  @Test
  void theLossOfValidationIsThatOfThePredictionsRun() {
    Batch batch = batch(7);
    SpikingNetwork network = network();
    Sgd optimizer = new Sgd(network.parameters(), Sgd.options().learningRate(0.1));
    Backpropagation whole =
        BackpropagationThroughTime.of(
            network,
            x -> network.run(SpikeEncoders.constant(x, 8)),
            BackpropagationThroughTimeTest::loss,
            BackpropagationThroughTimeTest::readout,
            optimizer,
            Backpropagation.options().clipNorm(1e-3));
    double expected =
        loss(network.run(SpikeEncoders.constant(batch.inputs(), 8)), batch.targets()).item();
    for (LearningRule rule : List.of(whole, truncated(network, 8, optimizer))) {
      Variable predictions = rule.predict(batch);
      assertEquals(expected, rule.validationLoss(predictions, batch));
      // Again, when the run is forgotten.
      assertEquals(expected, rule.validationLoss(predictions, batch));
    }
    Outcome outcome = whole.learn(batch);
    assertEquals(expected, outcome.loss());
    assertEquals(0.1, outcome.measures().get("learning_rate"));
    double clipped = Gradients.norm(network.parameters());
    assertTrue(outcome.measures().get("gradient_norm") > 1e-2);
    assertEquals(1e-3, clipped, 1e-8);
  }

  @Test
  void aWindowNeedsAStep() {
    SpikingNetwork network = network();
    Sgd optimizer = new Sgd(network.parameters(), Sgd.options());
    assertThrows(IllegalArgumentException.class, () -> truncated(network, 0, optimizer));
  }
}
