package org.autograd.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.autograd.bench.Library;
import org.autograd.bench.Work;
import rapaio.darray.Shape;
import rapaio.nn.Autograd;
import rapaio.nn.Loss;
import rapaio.nn.Network;
import rapaio.nn.Optimizer;
import rapaio.nn.Tensor;
import rapaio.nn.TensorManager;
import rapaio.nn.layer.Linear;
import rapaio.nn.layer.LogSoftmax;
import rapaio.nn.layer.ReLU;
import rapaio.nn.layer.Sequential;
import rapaio.nn.loss.NegativeLikelihoodLoss;

/**
 * Rapaio, pure Java with the Vector API. It has as many threads as there are processors, whatever
 * it is told.
 */
public final class RapaioLibrary implements Library {
  @Override
  public String name() {
    return "rapaio";
  }

  @Override
  public Work step(org.autograd.bench.Network network, int threads) {
    TensorManager manager = TensorManager.ofFloat();
    manager.seed(1);
    List<Network> layers = new ArrayList<>();
    long[] sizes = network.layers();
    for (int k = 1; k < sizes.length; k++) {
      if (k > 1) {
        layers.add(new ReLU(manager));
      }
      layers.add(new Linear(manager, (int) sizes[k - 1], (int) sizes[k], true));
    }
    layers.add(new LogSoftmax(manager, 1));
    Sequential model = new Sequential(manager, layers.toArray(new Network[0]));
    var optimizer =
        Optimizer.Adam(manager, model.parameters())
            .lr
            .set(org.autograd.bench.Network.LEARNING_RATE);
    Loss loss = new NegativeLikelihoodLoss(manager);
    Random random = new Random(1);
    int batch = network.batch();
    float[] inputs = new float[batch * (int) sizes[0]];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = (float) random.nextGaussian();
    }
    float[] classes = new float[batch];
    for (int i = 0; i < batch; i++) {
      classes[i] = random.nextInt(network.classes());
    }
    Tensor input = manager.strideTensor(Shape.of(batch, (int) sizes[0]), inputs);
    Tensor labels = manager.strideTensor(Shape.of(batch), classes);
    return () -> {
      optimizer.zeroGrad();
      model.train();
      Loss.Output output = loss.forward(model.forward11(input), labels);
      Autograd.backward(output.tensor());
      optimizer.step();
      return output;
    };
  }
}
