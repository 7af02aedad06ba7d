package org.autograd.peers;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import org.autograd.bench.Library;
import org.autograd.bench.Network;
import org.autograd.bench.Work;

/** Deep Java Library with its PyTorch engine, which brings a libtorch of its own. */
public final class DjlLibrary implements Library {
  @Override
  public String name() {
    return "djl";
  }

  @Override
  public boolean isNative() {
    return true;
  }

  /** The trainer is never closed: the process ends with the benchmark. */
  @Override
  public Work step(Network network, int threads) {
    PeerEnvironment.check(threads);
    // What DJL asks before it loads the engine.
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
    System.setProperty("ai.djl.pytorch.num_interop_threads", Integer.toString(threads));
    System.setProperty("ai.djl.offline", "true");
    SequentialBlock block = new SequentialBlock();
    long[] sizes = network.layers();
    for (int k = 1; k < sizes.length; k++) {
      if (k > 1) {
        block.add(Activation.reluBlock());
      }
      block.add(Linear.builder().setUnits(sizes[k]).build());
    }
    Model model = Model.newInstance("mlp");
    model.setBlock(block);
    Trainer trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(
                    Optimizer.adam()
                        .optLearningRateTracker(Tracker.fixed((float) Network.LEARNING_RATE))
                        .build()));
    int batch = network.batch();
    trainer.initialize(new Shape(batch, sizes[0]));
    NDManager manager = trainer.getManager();
    NDArray input = manager.randomNormal(new Shape(batch, sizes[0]));
    NDArray labels =
        manager.randomInteger(0, network.classes(), new Shape(batch), DataType.FLOAT32);
    return () -> step(trainer, manager, input, labels);
  }

  private static Trainer step(Trainer trainer, NDManager manager, NDArray input, NDArray labels) {
    try (NDManager scope = manager.newSubManager()) {
      input.tempAttach(scope);
      labels.tempAttach(scope);
      try (var collector = trainer.newGradientCollector()) {
        NDList output = trainer.forward(new NDList(input));
        NDArray loss = trainer.getLoss().evaluate(new NDList(labels), output);
        collector.backward(loss);
        output.close();
        loss.close();
      }
      trainer.step();
      input.attach(manager);
      labels.attach(manager);
    }
    return trainer;
  }
}
