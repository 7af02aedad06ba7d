package org.autograd.examples.bench;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.autograd.bench.Operation;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;

/** Reductions of all elements, of rows and of columns, and softmax. */
@Command(
    name = "reductions",
    description = "Compare reductions and softmax with the peer libtorch.")
final class ReductionsMode extends OperationMode {
  @Override
  void measure() throws RunnerException {
    Collection<Operation> all = Operation.rowwise().values();
    if (isQuick()) {
      Collection<Operation> some =
          Stream.of("sum", "var of rows", "logSumExp of columns", "softmax of rows", "norm")
              .map(Operation::named)
              .toList();
      measure("reductions", all, List.of("256x256"), some, List.of("256x256", "8x8"));
    } else {
      List<String> shapes = List.of("1024x1024", "64x1000", "1000x64", "64x64", "8x8");
      measure("reductions", all, shapes, all, shapes);
    }
  }
}
