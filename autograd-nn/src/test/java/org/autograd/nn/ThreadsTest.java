package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.PoolingOptions;
import org.autograd.Variable;
import org.autograd.optim.Adam;
import org.autograd.type.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training gives the same bits with any number of threads, at sizes that they share. */
class ThreadsTest {

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void aPerceptronLearnsTheSame(DType dtype) {
    double[] expected = perceptron(dtype, 1);
    for (int threads : new int[] {2, 3, 7}) {
      assertArrayEquals(expected, perceptron(dtype, threads), threads + " threads");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void aConvolutionalNetworkLearnsTheSame(DType dtype) {
    double[] expected = convolutional(dtype, 1);
    for (int threads : new int[] {2, 3, 7}) {
      assertArrayEquals(expected, convolutional(dtype, threads), threads + " threads");
    }
  }

  private static double[] perceptron(DType dtype, int threads) {
    Linear.Options options = Linear.options().dtype(dtype).generator(new Generator(1));
    Sequential model =
        new Sequential(
            new Linear(300, 512, options), Activation.relu(), new Linear(512, 10, options));
    return train(model, threads, dtype, 256, 300);
  }

  private static double[] convolutional(DType dtype, int threads) {
    Autograd.manualSeed(1);
    Sequential model =
        new Sequential(
            new Conv2d(1, 8, 5, Convolution.options().dtype(dtype)),
            Activation.relu(),
            Pooling.maxPool2d(PoolingOptions.kernel(2)),
            new Flatten(),
            new Linear(8 * 12 * 12, 10, Linear.options().dtype(dtype)));
    return train(model, threads, dtype, 32, 1, 28, 28);
  }

  private static double[] train(UnaryModule model, int threads, DType dtype, long... shape) {
    int before = Autograd.threads();
    Autograd.setThreads(threads);
    try {
      Generator rng = new Generator(2);
      Variable input = Variable.randn(rng, dtype, shape);
      Variable labels = Variable.randint(rng, 0, 10, shape[0]);
      Adam optimizer = new Adam(model.parameters(), Adam.options());
      for (int step = 0; step < 2; step++) {
        optimizer.zeroGrad();
        Losses.crossEntropy(model.apply(input), labels).backward();
        optimizer.step();
      }
      List<Variable> flat = model.parameters().stream().map(p -> p.detach().reshape(-1)).toList();
      return Variable.cat(0, flat).toDoubleArray();
    } finally {
      Autograd.setThreads(before);
    }
  }
}
