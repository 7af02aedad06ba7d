package org.autograd.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.forwardforward.ForwardForward;
import org.autograd.forwardforward.ForwardForwardNetwork;
import org.autograd.forwardforward.LabelOverlay;
import org.autograd.forwardforward.Negatives;
import org.autograd.liquid.CfcCell;
import org.autograd.liquid.LiquidLayer;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.optim.Adam;
import org.autograd.optim.Optimizer;
import org.autograd.spiking.Leaky;
import org.autograd.spiking.SpikeLosses;
import org.autograd.spiking.SpikingNetwork;
import org.autograd.training.LearningRule;
import org.autograd.type.DType;

/** Ours of each {@link LearningStep}. */
final class LearningSteps {
  private LearningSteps() {}

  static Work prepare(LearningStep step, int threads) {
    Autograd.manualSeed(1);
    Work work =
        switch (step) {
          case SPIKING -> spiking(128, 784, 1000);
          case SPIKING_SMALL -> spiking(32, 64, 128);
          case CFC -> cfc(128, 11, 64);
          case FORWARD_FORWARD -> forwardForward(100, 784, 500);
        };
    Autograd.setThreads(threads);
    return work;
  }

  /** Returns the work of forward, which gives the loss, backward, and a step of the optimizer. */
  private static Work step(Supplier<Variable> loss, Optimizer<?> optimizer) {
    return () -> {
      optimizer.zeroGrad();
      Variable value = loss.get();
      value.backward();
      optimizer.step();
      return value;
    };
  }

  private static Work spiking(int batch, int inputs, int hidden) {
    SpikingNetwork network =
        new SpikingNetwork(
            new Linear(inputs, hidden), new Leaky(0.95), new Linear(hidden, 10), new Leaky(0.95));
    Variable images = Variable.rand(batch, inputs);
    Variable labels = Variable.randint(Autograd.generator(), 0, 10, batch);
    return step(
        () -> SpikeLosses.countCrossEntropy(network.repeat(images, 25).spikes(), labels),
        new Adam(network.parameters(), Adam.options().learningRate(Network.LEARNING_RATE)));
  }

  private static Work cfc(int batch, int length, int units) {
    LiquidLayer layer = new LiquidLayer(new CfcCell(1, units));
    Linear head = new Linear(units, 1);
    List<Variable> parameters = new ArrayList<>(layer.parameters());
    parameters.addAll(head.parameters());
    Variable events = Variable.rand(batch, length, 1);
    Variable spans = Variable.rand(batch, length);
    Variable labels = Variable.rand(batch, 1).gt(0.5).to(DType.FLOAT32);
    return step(
        () ->
            Losses.binaryCrossEntropyWithLogits(
                head.apply(layer.apply(events, spans, null).state()), labels),
        new Adam(parameters, Adam.options().learningRate(Network.LEARNING_RATE)));
  }

  private static Work forwardForward(int batch, int inputs, int units) {
    ForwardForwardNetwork network =
        new ForwardForwardNetwork(LabelOverlay.pixels(10), inputs, units, units);
    LearningRule rule =
        new ForwardForward(
            network,
            Negatives.randomLabels(),
            new Adam(network.parameters(), Adam.options().learningRate(Network.LEARNING_RATE)),
            new Generator(1));
    Batch images =
        Batch.of(
            Variable.rand(batch, inputs), Variable.randint(Autograd.generator(), 0, 10, batch));
    return () -> rule.learn(images);
  }
}
