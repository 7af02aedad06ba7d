package org.autograd.examples.bench;

import java.util.Map;
import org.autograd.bench.LearningBenchmark;
import org.autograd.bench.LearningStep;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;

/** Training steps of models beside the usual ones. */
@Command(
    name = "learning",
    description = "Compare spiking and other unusual training steps with the peer libtorch.")
final class LearningMode extends BenchMode {
  @Override
  void measure() throws RunnerException {
    Table steps = table("learning step", Unit.MICROSECONDS, peers("libtorch"));
    for (LearningStep step : LearningStep.values()) {
      steps.add(
          params("step", step),
          times(LearningBenchmark.class, Map.of("step", step), peers("libtorch"), Jvm.FORKED));
    }
    steps.summarize();
  }
}
