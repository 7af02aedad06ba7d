package org.autograd.bench;

import org.autograd.Autograd;
import org.autograd.PoolingOptions;
import org.autograd.Variable;
import org.autograd.internal.kernel.matmul.Matmul;
import org.autograd.nn.Activation;
import org.autograd.nn.Conv2d;
import org.autograd.nn.Flatten;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Lstm;
import org.autograd.nn.Mlp;
import org.autograd.nn.Pooling;
import org.autograd.nn.Recurrent;
import org.autograd.nn.Sequential;
import org.autograd.nn.TransformerEncoder;
import org.autograd.nn.TransformerOptions;
import org.autograd.nn.UnaryModule;
import org.autograd.optim.Adam;
import org.autograd.type.DType;

/** Ours. */
final class AutogradLibrary implements Library {
  @Override
  public String name() {
    return "autograd";
  }

  @Override
  public Work product(Product product, int threads) {
    Autograd.setThreads(threads);
    if (!product.fresh()) {
      return KernelLibrary.product(product, Matmul.float32(), Matmul.float64());
    }
    Variable left =
        matrix(
            product.left(), product, product.rows(), product.inner(), product.isLeftTransposed());
    Variable right =
        matrix(
            product.right(),
            product,
            product.inner(),
            product.columns(),
            product.isRightTransposed());
    return () -> left.matmul(right);
  }

  private static Variable matrix(
      double[] values, Product product, int rows, int columns, boolean transposed) {
    Object array = product.dtype() == DType.FLOAT32 ? Product.toFloats(values) : values;
    return transposed
        ? Variable.fromArray(array, columns, rows).transpose()
        : Variable.fromArray(array, rows, columns);
  }

  @Override
  public Work operation(Operation operation, long[] shape, boolean backward, int threads) {
    Autograd.setThreads(threads);
    Variable[] operands =
        operation.elements(shape).stream()
            .map(elements -> Variable.fromArray(elements, shape).requiresGrad(backward))
            .toArray(Variable[]::new);
    if (!backward) {
      return () -> operation.call().apply(operands);
    }
    Variable gradient = Variable.onesLike(operation.call().apply(operands).detach());
    return () -> {
      for (Variable operand : operands) {
        operand.zeroGrad();
      }
      Variable result = operation.call().apply(operands);
      result.backward(gradient);
      return result;
    };
  }

  @Override
  public Work step(Network network, int threads) {
    Autograd.manualSeed(1);
    Variable input = Variable.randn(network.batch(), network.sizes().getFirst());
    return step(new Mlp(network.layers()), input, network.classes(), threads);
  }

  @Override
  public Work convolutionStep(int batch, int threads) {
    Autograd.manualSeed(1);
    Sequential model =
        new Sequential(
            new Conv2d(1, 16, 5),
            Activation.relu(),
            Pooling.maxPool2d(PoolingOptions.kernel(2)),
            new Conv2d(16, 32, 5),
            Activation.relu(),
            Pooling.maxPool2d(PoolingOptions.kernel(2)),
            new Flatten(),
            new Mlp(512, 128, 10));
    return step(model, Variable.randn(batch, 1, 28, 28), 10, threads);
  }

  @Override
  public Work transformerStep(int batch, int length, int threads) {
    Autograd.manualSeed(1);
    Sequential model =
        new Sequential(
            new TransformerEncoder(2, 128, 4, TransformerOptions.defaults(), false),
            Activation.of("First", x -> x.select(0, 0)),
            new Linear(128, 10));
    Autograd.setThreads(threads);
    Adam optimizer =
        new Adam(model.parameters(), Adam.options().learningRate(Network.LEARNING_RATE));
    Variable input = Variable.randn(length, batch, 128);
    Variable labels = Variable.randint(Autograd.generator(), 0, 10, batch);
    return () -> step(model, optimizer, input, labels);
  }

  @Override
  public Work recurrentStep(int batch, int threads) {
    Autograd.manualSeed(1);
    return step(new SequenceClassifier(), Variable.randn(batch, 32, 64), 10, threads);
  }

  /** An LSTM and a linear layer on its last output. */
  private static final class SequenceClassifier extends UnaryModule {
    private final Lstm lstm =
        child("lstm", new Lstm(64, 128, Recurrent.options().batchFirst(true)));
    private final Linear output = child("output", new Linear(128, 10));

    @Override
    protected Variable forward(Variable input) {
      return output.apply(lstm.apply(input).output().select(1, -1));
    }
  }

  private static Work step(UnaryModule model, Variable input, int classes, int threads) {
    Autograd.setThreads(threads);
    Adam optimizer =
        new Adam(model.parameters(), Adam.options().learningRate(Network.LEARNING_RATE));
    Variable labels = Variable.randint(Autograd.generator(), 0, classes, input.size(0));
    return () -> step(model, optimizer, input, labels);
  }

  private static Variable step(UnaryModule model, Adam optimizer, Variable input, Variable labels) {
    optimizer.zeroGrad();
    Variable loss = Losses.crossEntropy(model.apply(input), labels);
    loss.backward();
    optimizer.step();
    return loss;
  }

  @Override
  public Work learningStep(LearningStep step, int threads) {
    return LearningSteps.prepare(step, threads);
  }

  @Override
  public Work scalarChain(int nodes, int threads) {
    Autograd.setThreads(threads);
    Variable weight = Variable.scalar(1f).requiresGrad(true);
    return () -> {
      weight.zeroGrad();
      Variable result = weight;
      for (int i = 0; i < nodes / 2; i++) {
        result = result.mul(weight);
        result = result.add(weight);
      }
      result.backward();
      return result;
    };
  }
}
