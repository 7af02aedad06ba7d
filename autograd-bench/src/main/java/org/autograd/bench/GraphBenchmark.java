package org.autograd.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A recorded operation of scalars, forward and backward: a chain of many, divided by their number.
 * Libtorch is a peer.
 */
@OperationsPerInvocation(GraphBenchmark.NODES)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 1)
public class GraphBenchmark extends WorkBenchmark {
  /** The number of operations in the chain. */
  public static final int NODES = 10_000;

  @Override
  Work prepare(Library chosen) {
    return chosen.scalarChain(NODES, threads);
  }
}
