package org.autograd.bench;

import java.util.function.Supplier;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.nn.Linear;
import org.autograd.optim.Adam;
import org.autograd.optim.Optimizer;
import org.autograd.spiking.Leaky;
import org.autograd.spiking.SpikeLosses;
import org.autograd.spiking.SpikingNetwork;

/** Ours of each {@link LearningStep}. */
final class LearningSteps {
  private LearningSteps() {}

  static Work prepare(LearningStep step, int threads) {
    Autograd.manualSeed(1);
    Work work =
        switch (step) {
          case SPIKING -> spiking(128, 784, 1000);
          case SPIKING_SMALL -> spiking(32, 64, 128);
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
}
