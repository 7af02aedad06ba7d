package org.autograd.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.DoubleBuffer;
import java.util.stream.Stream;
import org.autograd.Variable;
import org.autograd.bench.Library;
import org.autograd.bench.Operation;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The benchmarks compare what is the same. */
class TorchOperationsTest {
  static Stream<Operation> all() {
    return Stream.concat(
        Operation.pointwise().values().stream(), Operation.rowwise().values().stream());
  }

  @ParameterizedTest
  @MethodSource("all")
  void givesWhatOursGives(Operation operation) {
    long[] shape = {3, 5};
    Tensor[] operands =
        operation.elements(shape).stream()
            .map(elements -> AbstractTensor.create(elements, shape))
            .toArray(Tensor[]::new);
    Tensor result =
        TorchOperations.named(operation.name()).apply(operands).to(ScalarType.Double).contiguous();
    double[] theirs = new double[Math.toIntExact(result.numel())];
    result.<DoubleBuffer>createBuffer().get(theirs);
    Variable ours =
        (Variable) Library.named("autograd").operation(operation, shape, false, 1).run();
    assertArrayEquals(theirs, ours.toDoubleArray(), 1e-5);
  }
}
