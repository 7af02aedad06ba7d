package org.autograd.bench;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/** A single operation, forward or forward and backward. Libtorch is a peer. */
// The kernels of an operation are compiled in the first seconds; larger arrays come first and have
// it compiled for the smaller.
@Warmup(iterations = 5, time = 600, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 7, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class OperationBenchmark extends WorkBenchmark {
  /** An {@link Operation}. */
  @Param({"add", "exp", "tanh"})
  public String operation;

  /** The shape of the operands; a matrix for what reduces rows or columns. */
  @Param({"1048576", "65536", "4096", "1024", "64"})
  public String shape;

  /** Whether gradients are computed too. */
  @Param({"false", "true"})
  public boolean backward;

  @Override
  Work prepare(Library chosen) {
    long[] sizes = Arrays.stream(shape.split("x", -1)).mapToLong(Long::parseLong).toArray();
    return chosen.operation(Operation.named(operation), sizes, backward, threads);
  }
}
