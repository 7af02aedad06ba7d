package org.autograd.examples.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.autograd.bench.Network;
import org.autograd.bench.StepBenchmark;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;

/** Training steps. */
@Command(
    name = "step",
    description = "Compare training steps with the peers libtorch, rapaio and DJL.")
final class StepMode extends BenchMode {
  /** Rapaio takes seconds for a step of a larger one. */
  private static final int RAPAIO_FEATURES = 1024;

  private static final List<String> OTHERS =
      List.of(StepBenchmark.LENET, StepBenchmark.LSTM, StepBenchmark.TRANSFORMER);

  private static final List<String> ONE_THREAD = List.of("one thread");

  @Override
  void measure() throws RunnerException {
    Table steps = table("training step", Unit.MICROSECONDS, peers("libtorch", "djl", "rapaio"));
    for (Network network : Network.MLPS) {
      boolean small = network.sizes().stream().allMatch(size -> size < RAPAIO_FEATURES);
      List<String> others = small ? peers("libtorch", "djl", "rapaio") : peers("libtorch", "djl");
      steps.add(params("network", network), times(network.toString(), others, threads()));
    }
    for (String network : OTHERS) {
      steps.add(params("network", network), times(network, peers("libtorch"), threads()));
    }
    steps.summarize();
    Table scaling = table("training step, against one thread", Unit.MICROSECONDS, 2, ONE_THREAD);
    List<String> scaled =
        isQuick()
            ? Network.MLPS.stream().map(Network::toString).toList()
            : Stream.concat(Network.MLPS.stream().map(Network::toString), OTHERS.stream()).toList();
    for (String network : scaled) {
      Map<String, Double> measured = new HashMap<>(times(network, List.of(), 2));
      times(network, List.of(), 1).forEach((_, time) -> measured.put(ONE_THREAD.getFirst(), time));
      scaling.add(params("network", network), measured);
    }
    scaling.summarize();
  }

  private Map<String, Double> times(String network, List<String> others, int threadCount)
      throws RunnerException {
    return times(StepBenchmark.class, Map.of("network", network), others, Jvm.FORKED, threadCount);
  }
}
