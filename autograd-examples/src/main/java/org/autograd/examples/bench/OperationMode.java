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
    measure(operations.iterator().next(), shapes.getFirst(), true, Jvm.SHARED);
    Table forward = table(title + ", forward", Unit.MICROSECONDS, peers("libtorch"));
    for (Operation operation : operations) {
      addAll(forward, operation, shapes, false);
    }
    forward.summarize();
    Table backward = table(title + ", forward and backward", Unit.MICROSECONDS, peers("libtorch"));
    for (Operation operation : differentiated) {
      if (operation.differentiable()) {
        addAll(backward, operation, differentiatedShapes, true);
      }
    }
    backward.summarize();
  }

  private void addAll(Table table, Operation operation, List<String> shapes, boolean backward)
      throws RunnerException {
    for (String shape : shapes) {
      // The first shape has the kernels compiled.
      boolean isFirst = shape.equals(shapes.getFirst());
      add(table, operation, shape, backward, isFirst ? Jvm.SHARED : Jvm.WARM);
    }
  }

  private void add(Table table, Operation operation, String shape, boolean backward, Jvm jvm)
      throws RunnerException {
    table.add(
        params("operation", operation.name(), "shape", shape),
        measure(operation, shape, backward, jvm));
  }

  private Map<String, Double> measure(Operation operation, String shape, boolean backward, Jvm jvm)
      throws RunnerException {
    Map<String, Object> params =
        Map.of("operation", operation.name(), "shape", shape, "backward", backward);
    return times(OperationBenchmark.class, params, peers("libtorch"), jvm);
  }
}
