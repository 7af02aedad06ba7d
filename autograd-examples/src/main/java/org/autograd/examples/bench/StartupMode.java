package org.autograd.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.autograd.Variable;
import org.autograd.bench.FirstSteps;
import org.autograd.bench.Network;
import org.autograd.bench.Operation;
import org.autograd.nn.Mlp;
import picocli.CommandLine.Command;

/**
 * How long a program takes from its start to its first gradients, and how large the jars are. Each
 * is compared with a target, as there is no peer for it.
 */
@Command(
    name = "startup",
    description = "Measure the time from the start of a JVM to its first training step, and jars.")
final class StartupMode extends BenchMode {
  private static final List<String> TARGET = List.of("target");
  private static final double TARGET_MILLIS = 400;
  private static final double TARGET_MEGABYTES = 1.5;
  private static final int RUNS = 11;

  @Override
  boolean takesThreads() {
    return false;
  }

  @Override
  void measure() throws Exception {
    Table times = table("JVM start to the end of the first step", Unit.MILLISECONDS, 1, TARGET);
    Path cache = Files.createTempFile("autograd", ".aot");
    try {
      List<Network> networks = isQuick() ? Network.MLPS.subList(0, 1) : Network.MLPS.subList(0, 2);
      for (Network network : networks) {
        addTime(times, network, "", List.of());
        first(network, List.of("-XX:AOTCacheOutput=" + cache));
        addTime(times, network, "AOT cache", List.of("-XX:AOTCache=" + cache));
      }
    } finally {
      Files.delete(cache);
    }
    times.summarize();
    Table operations =
        table("JVM start to the end of all pointwise operations", Unit.MILLISECONDS, 1, List.of());
    int count = Operation.pointwise().size();
    operations.add(
        params("operations", count), Map.of(OURS, median(FirstSteps.OPERATIONS, List.of())));
    operations.summarize();
    Table sizes = table("jars of core and nn", Unit.MEGABYTES, 1, TARGET);
    double megabytes = (jarSize(Variable.class) + jarSize(Mlp.class)) / 1e6;
    sizes.add(params("jars", 2), Map.of(OURS, megabytes, "target", TARGET_MEGABYTES));
    sizes.summarize();
  }

  private static void addTime(Table table, Network network, String with, List<String> options)
      throws IOException, InterruptedException {
    table.add(
        params("network", network, "with", with),
        Map.of(OURS, median(network, options), "target", TARGET_MILLIS));
  }

  private static double median(Object network, List<String> options)
      throws IOException, InterruptedException {
    List<Double> times = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      times.add(first(network, options));
    }
    times.sort(null);
    return times.get(RUNS / 2);
  }

  /** Returns the milliseconds until the first step is done. */
  private static double first(Object network, List<String> options)
      throws IOException, InterruptedException {
    long start = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    ChildProcess.Outcome outcome = ChildProcess.run(options, network, 1);
    String end =
        outcome
            .output()
            .lines()
            .filter(line -> line.matches("\\d{16}"))
            .findFirst()
            .orElseThrow(() -> new IOException("no step was done: " + outcome.output()));
    return (Long.parseLong(end) - start) / 1000.0;
  }

  private static long jarSize(Class<?> part) throws Exception {
    Path jar = Path.of(part.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (!Files.isRegularFile(jar)) {
      throw new IOException(jar + " is no jar: start with ./autograd");
    }
    return Files.size(jar);
  }
}
