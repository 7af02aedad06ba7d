package org.autograd.examples.bench;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.autograd.bench.Operation;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;

/** Operations on each element. */
@Command(
    name = "pointwise",
    description = "Compare operations on each element with the peer libtorch.")
final class PointwiseMode extends OperationMode {
  /** One of each kind: cheap, costly, with a scalar, with a condition. */
  private static final List<String> QUICK =
      List.of(
          "add", "mul(2)", "div", "pow", "exp", "log", "sin", "tanh", "sigmoid", "relu", "gelu",
          "lt");

  @Override
  void measure() throws RunnerException {
    if (isQuick()) {
      Collection<Operation> some = QUICK.stream().map(Operation::named).toList();
      measure("pointwise", some, List.of("65536", "64"), some, List.of("65536"));
    } else {
      Collection<Operation> all = Operation.pointwise().values();
      List<String> sizes =
          Stream.of(1 << 20, 1 << 16, 4096, 1024, 64).map(String::valueOf).toList();
      measure("pointwise", all, sizes, all, sizes);
    }
  }
}
