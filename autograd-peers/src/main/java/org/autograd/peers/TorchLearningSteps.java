package org.autograd.peers;

import java.util.function.Supplier;
import org.autograd.bench.LearningStep;
import org.autograd.bench.Network;
import org.autograd.bench.Work;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** PyTorch's of each {@link LearningStep}. */
final class TorchLearningSteps {
  private TorchLearningSteps() {}

  static Work prepare(LearningStep step) {
    torch.manual_seed(1);
    return switch (step) {
      case SPIKING -> spiking(128, 784, 1000);
      case SPIKING_SMALL -> spiking(32, 64, 128);
    };
  }

  /** Returns the work of forward, which gives the loss, backward, and a step of Adam. */
  private static Work step(Module model, Supplier<Tensor> loss) {
    Adam optimizer = new Adam(model.parameters(), new AdamOptions(Network.LEARNING_RATE));
    return () -> {
      try (var _ = new PointerScope()) {
        optimizer.zero_grad();
        Tensor value = loss.get();
        value.backward();
        optimizer.step();
        return value;
      }
    };
  }

  /** As snnTorch computes them, which has no kernels of its own. */
  private static final class SpikingNetwork extends Module {
    private static final int STEPS = 25;
    private static final Scalar ONE = new Scalar(1.0f);
    private static final Scalar DECAY = new Scalar(0.95f);
    private static final Scalar PI = new Scalar((float) Math.PI);
    private static final Scalar INVERSE_PI = new Scalar((float) (1 / Math.PI));

    private final LinearImpl first;
    private final LinearImpl second;

    SpikingNetwork(long inputs, long hidden) {
      first = register_module("first", new LinearImpl(inputs, hidden));
      second = register_module("second", new LinearImpl(hidden, 10));
    }

    Tensor counts(Tensor images) {
      Tensor current = first.forward(images);
      TensorVector hidden = new TensorVector();
      Tensor membrane = torch.zeros_like(current);
      for (int t = 0; t < STEPS; t++) {
        membrane = charge(membrane, current);
        hidden.push_back(spikes(membrane));
      }
      // All time steps are one batch to a layer without state.
      TensorVector currents = torch.unbind(second.forward(torch.stack(hidden)));
      TensorVector output = new TensorVector();
      membrane = torch.zeros_like(currents.get(0));
      for (int t = 0; t < STEPS; t++) {
        membrane = charge(membrane, currents.get(t));
        output.push_back(spikes(membrane));
      }
      return torch.stack(output).sum(0);
    }

    /** A comparison has no gradient, so the reset is detached; the threshold 1 is no factor. */
    private static Tensor charge(Tensor membrane, Tensor current) {
      Tensor reset = membrane.gt(ONE).to(ScalarType.Float);
      return membrane.mul(DECAY).add_(current).sub_(reset);
    }

    /**
     * The step with the arctangent's derivative: 0 is added, but with the gradient of the smooth
     * function. JavaCPP cannot define a function with a derivative of its own; that would take two
     * kernels less forward and two more backward.
     */
    private static Tensor spikes(Tensor membrane) {
      Tensor distance = membrane.sub(ONE);
      Tensor step = distance.detach().gt(new Scalar(0.0f)).to(ScalarType.Float);
      Tensor smooth = distance.mul(PI).atan().mul_(INVERSE_PI);
      return smooth.add(step.sub_(smooth.detach()));
    }
  }

  private static Work spiking(int batch, int inputs, int hidden) {
    SpikingNetwork network = new SpikingNetwork(inputs, hidden);
    Tensor images = torch.rand(batch, inputs);
    Tensor labels = torch.randint(10, new long[] {batch}).to(ScalarType.Long);
    return step(network, () -> torch.cross_entropy_loss(network.counts(images), labels));
  }
}
