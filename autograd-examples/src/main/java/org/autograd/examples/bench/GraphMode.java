package org.autograd.examples.bench;

import java.util.List;
import java.util.Map;
import org.autograd.bench.GraphBenchmark;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;

/** The engine's own cost: operations on scalars. */
@Command(
    name = "graph",
    description = "Compare recorded operations on scalars with the peer libtorch.")
final class GraphMode extends BenchMode {
  @Override
  void measure() throws RunnerException {
    List<String> peers = peers("libtorch");
    Table table = table("scalar operation, forward and backward", Unit.NANOSECONDS, peers);
    table.add(
        params("nodes", GraphBenchmark.NODES),
        times(GraphBenchmark.class, Map.of(), peers, Jvm.FORKED));
    table.summarize();
  }
}
