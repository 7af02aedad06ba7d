package org.autograd.peers;

import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.autograd.bench.LearningStep;
import org.autograd.bench.Library;
import org.autograd.bench.Network;
import org.autograd.bench.Operation;
import org.autograd.bench.Product;
import org.autograd.bench.Work;
import org.autograd.type.DType;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.LSTMImpl;
import org.bytedeco.pytorch.LSTMOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TransformerEncoderImpl;
import org.bytedeco.pytorch.TransformerEncoderLayerOptions;
import org.bytedeco.pytorch.TransformerEncoderOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** PyTorch's C++ library, called through JavaCPP. */
public final class TorchLibrary implements Library {
  @Override
  public String name() {
    return "libtorch";
  }

  @Override
  public boolean isNative() {
    return true;
  }

  private static void setThreads(int threads) {
    PeerEnvironment.check(threads);
    torch.set_num_threads(threads);
  }

  @Override
  public Work product(Product p, int threads) {
    setThreads(threads);
    Tensor left = matrix(p.left(), p.dtype(), p.rows(), p.inner(), p.isLeftTransposed());
    Tensor right = matrix(p.right(), p.dtype(), p.inner(), p.columns(), p.isRightTransposed());
    if (p.fresh()) {
      return () -> {
        try (var _ = new PointerScope()) {
          return torch.matmul(left, right);
        }
      };
    }
    Tensor result = torch.matmul(left, right);
    return () -> {
      try (var _ = new PointerScope()) {
        return torch.mm_out(result, left, right);
      }
    };
  }

  private static Tensor matrix(
      double[] values, DType dtype, long rows, long columns, boolean transposed) {
    long[] shape = transposed ? new long[] {columns, rows} : new long[] {rows, columns};
    Tensor tensor =
        dtype == DType.FLOAT32
            ? AbstractTensor.create(Product.toFloats(values), shape)
            : AbstractTensor.create(values, shape);
    return transposed ? tensor.t() : tensor;
  }

  @Override
  public Work operation(Operation operation, long[] shape, boolean backward, int threads) {
    setThreads(threads);
    Function<Tensor[], Tensor> call = TorchOperations.named(operation.name());
    Tensor[] operands =
        operation.elements(shape).stream()
            .map(elements -> AbstractTensor.create(elements, shape).set_requires_grad(backward))
            .toArray(Tensor[]::new);
    if (!backward) {
      return () -> {
        try (var _ = new PointerScope()) {
          return call.apply(operands);
        }
      };
    }
    Tensor gradient = torch.ones_like(call.apply(operands));
    BoolOptional retain = new BoolOptional();
    TensorArrayRefOptional inputs = new TensorArrayRefOptional();
    return () -> {
      try (var _ = new PointerScope()) {
        for (Tensor operand : operands) {
          operand.mutable_grad().reset();
        }
        Tensor result = call.apply(operands);
        result.backward(gradient, retain, false, inputs);
        return result;
      }
    };
  }

  /** Linear layers with ReLU between them. */
  private static final class Mlp extends Module {
    private final LinearImpl[] layers;

    Mlp(long... sizes) {
      layers = new LinearImpl[sizes.length - 1];
      for (int k = 0; k < layers.length; k++) {
        layers[k] = register_module("layer" + k, new LinearImpl(sizes[k], sizes[k + 1]));
      }
    }

    Tensor forward(Tensor input) {
      Tensor result = layers[0].forward(input);
      for (int k = 1; k < layers.length; k++) {
        result = layers[k].forward(torch.relu(result));
      }
      return result;
    }
  }

  /** Two convolutions and a perceptron. */
  private static final class LeNet extends Module {
    private final Conv2dImpl first = convolution("first", 1, 16);
    private final Conv2dImpl second = convolution("second", 16, 32);
    private final Mlp mlp = register_module("mlp", new Mlp(512, 128, 10));

    private Conv2dImpl convolution(String name, long from, long to) {
      return register_module(
          name, new Conv2dImpl(new Conv2dOptions(from, to, new LongPointer(5, 5))));
    }

    Tensor forward(Tensor input) {
      Tensor half = torch.max_pool2d(torch.relu(first.forward(input)), 2, 2);
      Tensor quarter = torch.max_pool2d(torch.relu(second.forward(half)), 2, 2);
      return mlp.forward(quarter.flatten(1, -1));
    }
  }

  @Override
  public Work step(Network network, int threads) {
    setThreads(threads);
    torch.manual_seed(1);
    Mlp model = new Mlp(network.layers());
    Tensor input = torch.randn(network.batch(), network.sizes().getFirst());
    return step(model, model::forward, input, network.classes());
  }

  @Override
  public Work convolutionStep(int batch, int threads) {
    setThreads(threads);
    torch.manual_seed(1);
    LeNet model = new LeNet();
    return step(model, model::forward, torch.randn(batch, 1, 28, 28), 10);
  }

  /** An encoder of two layers, and the class of the first position. */
  private static final class Transformer extends Module {
    private final TransformerEncoderImpl encoder;
    private final LinearImpl head = register_module("head", new LinearImpl(128, 10));

    Transformer() {
      // Their defaults: 2048 features between the linear layers, ReLU, dropout 0.1.
      TransformerEncoderLayerOptions layer = new TransformerEncoderLayerOptions(128, 4);
      encoder =
          register_module(
              "encoder", new TransformerEncoderImpl(new TransformerEncoderOptions(layer, 2)));
    }

    Tensor forward(Tensor input) {
      return head.forward(encoder.forward(input).select(0, 0));
    }
  }

  /** An LSTM and a linear layer on its last output. */
  private static final class SequenceClassifier extends Module {
    private final LSTMImpl lstm = register_module("lstm", new LSTMImpl(options()));
    private final LinearImpl output = register_module("output", new LinearImpl(128, 10));

    private static LSTMOptions options() {
      LSTMOptions options = new LSTMOptions(64, 128);
      options.batch_first().put(true);
      return options;
    }

    Tensor forward(Tensor input) {
      return output.forward(lstm.forward(input).get0().select(1, -1));
    }
  }

  @Override
  public Work transformerStep(int batch, int length, int threads) {
    setThreads(threads);
    torch.manual_seed(1);
    Transformer model = new Transformer();
    return step(model, model::forward, torch.randn(length, batch, 128), 10, batch);
  }

  @Override
  public Work recurrentStep(int batch, int threads) {
    setThreads(threads);
    torch.manual_seed(1);
    SequenceClassifier model = new SequenceClassifier();
    return step(model, model::forward, torch.randn(batch, 32, 64), 10);
  }

  private static Work step(Module model, UnaryOperator<Tensor> forward, Tensor input, int classes) {
    return step(model, forward, input, classes, input.size(0));
  }

  private static Work step(
      Module model, UnaryOperator<Tensor> forward, Tensor input, int classes, long examples) {
    Adam optimizer = new Adam(model.parameters(), new AdamOptions(Network.LEARNING_RATE));
    Tensor labels = torch.randint(classes, new long[] {examples}).to(ScalarType.Long);
    return () -> {
      try (var _ = new PointerScope()) {
        optimizer.zero_grad();
        Tensor loss = torch.cross_entropy_loss(forward.apply(input), labels);
        loss.backward();
        optimizer.step();
        return loss;
      }
    };
  }

  @Override
  public Work learningStep(LearningStep step, int threads) {
    setThreads(threads);
    return TorchLearningSteps.prepare(step);
  }

  @Override
  public Work scalarChain(int nodes, int threads) {
    setThreads(threads);
    Tensor weight = torch.ones(1).set_requires_grad(true);
    return () -> {
      try (var _ = new PointerScope()) {
        Tensor result = weight;
        for (int i = 0; i < nodes / 2; i++) {
          result = result.mul(weight);
          result = result.add(weight);
        }
        result.backward();
        return result;
      }
    };
  }
}
