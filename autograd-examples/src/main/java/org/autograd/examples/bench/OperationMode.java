package org.autograd.examples.bench;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.autograd.bench.Operation;
import org.autograd.bench.OperationBenchmark;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Single operations. There are hundreds of rows, so all are measured in this process: it is the
 * common case that a program has run other operations before.
 */
abstract class OperationMode extends BenchMode {
  /**
   * Measures operations on shapes, forward, and backward too where there is a gradient.
   *
   * @param shapes the largest first, since it has the kernels compiled for the others too
   */
  final void measure(
      String title,
      Collection<Operation> operations,
      List<String> shapes,
      Collection<Operation> differentiated,
      List<String> differentiatedShapes)
      throws RunnerException {
    // The first row would pay for compiling what all operations share.
    measure(operations.iterator().next(), shapes.getFirst(), true);
    Table forward = table(title + ", forward", Unit.MICROSECONDS, peers("libtorch"));
    for (Operation operation : operations) {
      for (String shape : shapes) {
        add(forward, operation, shape, false);
      }
    }
    forward.summarize();
    Table backward = table(title + ", forward and backward", Unit.MICROSECONDS, peers("libtorch"));
    for (Operation operation : differentiated) {
      if (operation.differentiable()) {
        for (String shape : differentiatedShapes) {
          add(backward, operation, shape, true);
        }
      }
    }
    backward.summarize();
  }

  private void add(Table table, Operation operation, String shape, boolean backward)
      throws RunnerException {
    table.add(
        params("operation", operation.name(), "shape", shape), measure(operation, shape, backward));
  }

  private Map<String, Double> measure(Operation operation, String shape, boolean backward)
      throws RunnerException {
    Map<String, Object> params =
        Map.of("operation", operation.name(), "shape", shape, "backward", backward);
    return times(OperationBenchmark.class, params, peers("libtorch"), Jvm.SHARED);
  }
}
