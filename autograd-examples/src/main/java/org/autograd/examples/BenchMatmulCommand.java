package org.autograd.examples;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.autograd.bench.MatmulBenchmark;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the matrix product by {@link MatmulBenchmark} and shows it as a table. */
@Command(
    name = "matmul",
    description = "Compare products of n x n matrices with those of EJML and of a plain loop.")
final class BenchMatmulCommand implements Callable<Integer> {
  private static final String OURS = "vector";
  private static final String[] PEERS = {"ejml", "naive"};
  private static final String UNIT = "GFLOP/s";

  @Option(names = "--quick", description = "Measure less, in half a minute instead of minutes.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the results as JSON.")
  private @Nullable Path json;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads of ours; EJML and the loop have one (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, RunnerException {
    if (threads < 1) {
      throw new ParameterException(
          spec.commandLine(), "--threads must be at least 1, not " + threads);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%s, %s%n", UNIT, threads == 1 ? "one thread" : threads + " threads");
    out.printf("%-8s %6s %9s", "dtype", "n", OURS);
    for (String peer : PEERS) {
      out.printf(" %9s %7s", peer, "ratio");
    }
    out.println();
    List<Comparison> comparisons = new ArrayList<>();
    for (String dtype : List.of("float32", "float64")) {
      for (int size : quick ? new int[] {128, 512} : new int[] {64, 128, 256, 512, 1024}) {
        List<Comparison> row = compare(dtype, size);
        comparisons.addAll(row);
        out.printf(Locale.ROOT, "%-8s %6d %9.2f", dtype, size, row.getFirst().ours());
        for (Comparison comparison : row) {
          out.printf(Locale.ROOT, " %9.2f %6.1fx", comparison.theirs(), comparison.ratio());
        }
        out.println();
        out.flush();
      }
    }
    if (json != null) {
      Comparison.write(json, comparisons);
    }
    return 0;
  }

  private List<Comparison> compare(String dtype, int size) throws RunnerException {
    Map<String, Double> speeds = measure(dtype, size);
    SequencedMap<String, Integer> params = new LinkedHashMap<>(Map.of("n", size));
    List<Comparison> comparisons = new ArrayList<>();
    for (String peer : PEERS) {
      comparisons.add(
          new Comparison(
              "matmul." + dtype,
              params,
              threads,
              UNIT,
              requireNonNull(speeds.get(OURS)),
              requireNonNull(speeds.get(peer)),
              peer));
    }
    return comparisons;
  }

  /** Returns the speed of each provider. */
  private Map<String, Double> measure(String dtype, int size) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(MatmulBenchmark.class.getName() + "\\." + dtype + "$")
            .param("provider", OURS, PEERS[0], PEERS[1])
            .param("size", Integer.toString(size))
            .param("layout", "nn")
            .param("threads", Integer.toString(threads))
            .forks(1)
            .shouldFailOnError(true);
    if (quick) {
      options
          .warmupIterations(4)
          .warmupTime(TimeValue.milliseconds(500))
          .measurementIterations(3)
          .measurementTime(TimeValue.milliseconds(200));
    }
    Map<String, Double> speeds = new HashMap<>();
    for (RunResult result : run(options.build())) {
      double productsPerSecond = result.getPrimaryResult().getScore();
      speeds.put(
          result.getParams().getParam("provider"),
          productsPerSecond * 2 * size * size * size / 1e9);
    }
    return speeds;
  }

  /** Runs JMH, whose output is shown only if it fails. */
  private Collection<RunResult> run(Options options) throws RunnerException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    OutputFormat format =
        OutputFormatFactory.createFormatInstance(
            new PrintStream(output, true, StandardCharsets.UTF_8), VerboseMode.NORMAL);
    try {
      return new Runner(options, format).run();
    } catch (RunnerException e) {
      spec.commandLine().getErr().print(output.toString(StandardCharsets.UTF_8));
      throw e;
    }
  }
}
