package org.autograd.examples.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.autograd.bench.Network;
import org.autograd.bench.StepBenchmark;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "Measure this network only, a name of the table; may be given several times.")
  private List<String> chosen = List.of();

  @Spec private CommandSpec spec;

  @Override
  void measure() throws RunnerException {
    List<String> mlps = Network.MLPS.stream().map(Network::toString).toList();
    List<String> names = Stream.concat(mlps.stream(), OTHERS.stream()).toList();
    if (!names.containsAll(chosen)) {
      throw new ParameterException(
          spec.commandLine(), "--network must be one of " + names + ", not " + chosen);
    }
    Table steps = table("training step", Unit.MICROSECONDS, peers("libtorch", "djl", "rapaio"));
    for (Network network : Network.MLPS.stream().filter(n -> isChosen(n.toString())).toList()) {
      boolean small = network.sizes().stream().allMatch(size -> size < RAPAIO_FEATURES);
      List<String> others = small ? peers("libtorch", "djl", "rapaio") : peers("libtorch", "djl");
      steps.add(params("network", network), times(network.toString(), others, threads()));
    }
    for (String network : OTHERS.stream().filter(this::isChosen).toList()) {
      steps.add(params("network", network), times(network, peers("libtorch"), threads()));
    }
    steps.summarize();
    List<String> scaled = (isQuick() ? mlps : names).stream().filter(this::isChosen).toList();
    if (scaled.isEmpty()) {
      return;
    }
    Table scaling = table("training step, against one thread", Unit.MICROSECONDS, 2, ONE_THREAD);
    for (String network : scaled) {
      Map<String, Double> measured = new HashMap<>(times(network, List.of(), 2));
      times(network, List.of(), 1).forEach((_, time) -> measured.put(ONE_THREAD.getFirst(), time));
      scaling.add(params("network", network), measured);
    }
    scaling.summarize();
  }

  private boolean isChosen(String network) {
    return chosen.isEmpty() || chosen.contains(network);
  }

  private Map<String, Double> times(String network, List<String> others, int threadCount)
      throws RunnerException {
    return times(StepBenchmark.class, Map.of("network", network), others, Jvm.FORKED, threadCount);
  }
}
