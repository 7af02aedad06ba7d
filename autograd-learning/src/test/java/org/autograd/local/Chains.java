package org.autograd.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.Activation;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.type.DType;

/** Small float64 models and data. */
final class Chains {
  private Chains() {}

  /** Returns blocks of Linear and tanh, and a Linear at the end. */
  static Sequential chain(long seed, long... sizes) {
    Linear.Options options = Linear.options().dtype(DType.FLOAT64).generator(new Generator(seed));
    List<UnaryModule> blocks = new ArrayList<>();
    for (int k = 1; k < sizes.length; k++) {
      Linear linear = new Linear(sizes[k - 1], sizes[k], options);
      blocks.add(k + 1 == sizes.length ? linear : new Sequential(linear, Activation.tanh()));
    }
    return new Sequential(blocks);
  }

  /** Returns random inputs whose classes a linear map determines. */
  static Batch batch(long seed, int size, int features, int classes) {
    Generator rng = new Generator(seed);
    Variable x = Variable.randn(rng, DType.FLOAT64, size, features);
    Variable map = Variable.randn(rng, DType.FLOAT64, features, classes);
    return Batch.of(x, x.matmul(map).argmax(1));
  }

  static Function<Batch, Variable> loss(UnaryModule model) {
    return batch -> Losses.crossEntropy(model.apply(batch.inputs()), batch.targets());
  }

  static Variable gradient(Variable leaf) {
    return Objects.requireNonNull(leaf.grad());
  }

  /** Returns the gradients of cross-entropy by backpropagation. */
  static Map<String, Variable> trueGradients(Sequential model, Batch batch) {
    model.zeroGrad();
    loss(model).apply(batch).backward();
    Map<String, Variable> result = new LinkedHashMap<>();
    model.namedParameters().forEach((name, parameter) -> result.put(name, gradient(parameter)));
    model.zeroGrad();
    return result;
  }

  static void assertClose(
      Map<String, Variable> expected, Map<String, Variable> actual, double tolerance) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, value) ->
        assertArrayEquals(
            value.toDoubleArray(), actual.get(name).toDoubleArray(), tolerance, name));
  }

  static double difference(Map<String, Variable> first, Map<String, Variable> second) {
    double largest = 0;
    for (var entry : first.entrySet()) {
      largest =
          Math.max(largest, entry.getValue().sub(second.get(entry.getKey())).abs().max().item());
    }
    return largest;
  }
}
