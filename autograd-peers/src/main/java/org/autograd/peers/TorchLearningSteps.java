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
import org.bytedeco.pytorch.ScalarTypeOptional;
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
      case CFC -> cfc(128, 11, 64);
      case FORWARD_FORWARD -> forwardForward(100, 784, 500);
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

  /** As ncps computes it, with in-place operations where their inputs are not needed. */
  private static final class CfcNetwork extends Module {
    private static final int BACKBONE = 128;
    private static final Scalar INNER = new Scalar(0.666f);
    private static final Scalar OUTER = new Scalar(1.7159f);

    private final long units;
    private final LinearImpl backbone;
    private final LinearImpl first;
    private final LinearImpl second;
    private final LinearImpl slope;
    private final LinearImpl shift;
    private final LinearImpl head;

    CfcNetwork(long units) {
      this.units = units;
      backbone = register_module("backbone", new LinearImpl(1 + units, BACKBONE));
      first = register_module("first", new LinearImpl(BACKBONE, units));
      second = register_module("second", new LinearImpl(BACKBONE, units));
      slope = register_module("slope", new LinearImpl(BACKBONE, units));
      shift = register_module("shift", new LinearImpl(BACKBONE, units));
      head = register_module("head", new LinearImpl(units, 1));
    }

    Tensor logits(Tensor events, Tensor spans) {
      TensorVector inputs = torch.unbind(events, 1);
      TensorVector elapsed = torch.unbind(spans.unsqueeze(-1), 1);
      Tensor state = torch.zeros(events.size(0), units);
      for (long t = 0; t < inputs.size(); t++) {
        Tensor entered = backbone.forward(torch.cat(new TensorVector(inputs.get(t), state), 1));
        Tensor z = entered.mul(INNER).tanh_().mul(OUTER);
        Tensor one = first.forward(z).tanh_();
        Tensor two = second.forward(z).tanh_();
        Tensor gate = slope.forward(z).mul(elapsed.get(t)).add_(shift.forward(z)).sigmoid_();
        state = torch.lerp(one, two, gate);
      }
      return head.forward(state);
    }
  }

  private static Work cfc(int batch, int length, int units) {
    CfcNetwork network = new CfcNetwork(units);
    Tensor events = torch.rand(batch, length, 1);
    Tensor spans = torch.rand(batch, length);
    Tensor labels = torch.rand(batch, 1).gt(new Scalar(0.5f)).to(ScalarType.Float);
    return step(
        network,
        () -> torch.binary_cross_entropy_with_logits(network.logits(events, spans), labels));
  }

  /** Two layers, as the public implementations compute them. */
  private static final class ForwardForwardNetwork extends Module {
    private static final Scalar TINY = new Scalar(1e-8f);
    private static final double PEER_STRENGTH = 0.03;

    private final long units;
    private final LinearImpl[] layers;
    private final Tensor[] means;

    ForwardForwardNetwork(long inputs, long units) {
      this.units = units;
      layers =
          new LinearImpl[] {
            register_module("first", new LinearImpl(inputs, units)),
            register_module("second", new LinearImpl(units, units))
          };
      means =
          new Tensor[] {
            torch.zeros(units).add_(new Scalar(0.5f)), torch.zeros(units).add_(new Scalar(0.5f))
          };
    }

    private static Tensor normalize(Tensor x) {
      Tensor size = x.square().mean(new long[] {1}, true, new ScalarTypeOptional()).sqrt_();
      return x.div(size.add_(TINY));
    }

    /** Computes the gradients of all layers from as many positive examples as negative ones. */
    Tensor learn(Tensor examples) {
      Tensor x = examples;
      Tensor total = torch.zeros(1);
      long half = examples.size(0) / 2;
      for (int k = 0; k < layers.length; k++) {
        Tensor z = layers[k].forward(normalize(x));
        Tensor activity = z.relu();
        Tensor logits = activity.square().sum(1).sub(new Scalar((float) units));
        Tensor signs = torch.ones(2 * half);
        signs.narrow(0, 0, half).neg_();
        Tensor loss = torch.softplus(logits.mul(signs)).mean();
        x = activity.detach();
        means[k].mul_(new Scalar(0.9f)).add_(x.narrow(0, 0, half).mean(0).mul_(new Scalar(0.1f)));
        Tensor excess = means[k].sub(means[k].mean());
        Tensor peer =
            z.narrow(0, 0, half).mul(excess).sum().mul(new Scalar((float) (PEER_STRENGTH / half)));
        loss.add(peer).backward();
        total = total.add(loss.detach());
      }
      return total;
    }
  }

  /** Returns images with a row of ten numbers in place of their first pixels. */
  private static Tensor overlaid(Tensor images, Tensor shown) {
    return torch.cat(new TensorVector(shown, images.narrow(1, 10, images.size(1) - 10)), 1);
  }

  private static Work forwardForward(int batch, int inputs, int units) {
    ForwardForwardNetwork network = new ForwardForwardNetwork(inputs, units);
    Tensor images = torch.rand(batch, inputs);
    Tensor labels = torch.randint(10, new long[] {batch}).to(ScalarType.Long);
    Tensor classes = torch.eye(10);
    Adam optimizer = new Adam(network.parameters(), new AdamOptions(Network.LEARNING_RATE));
    return () -> {
      try (var _ = new PointerScope()) {
        optimizer.zero_grad();
        Tensor distance = torch.randint(1, 10, new long[] {batch}).to(ScalarType.Long);
        Tensor wrong = labels.add(distance).remainder(new Scalar(10));
        Tensor loss =
            network.learn(
                torch.cat(
                    new TensorVector(
                        overlaid(images, classes.index_select(0, labels)),
                        overlaid(images, classes.index_select(0, wrong)))));
        optimizer.step();
        return loss;
      }
    };
  }
}
