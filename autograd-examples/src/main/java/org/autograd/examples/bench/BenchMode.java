package org.autograd.examples.bench;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.autograd.bench.Library;
import org.autograd.bench.WorkBenchmark;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Measurement;
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

/**
 * A benchmark of the command line: it measures, prints tables, and writes what it measured as JSON.
 * Ours and the peers take turns, row by row, so that a ratio is made of neighbours in one run.
 */
@Command
abstract class BenchMode implements Callable<Integer> {
  /** The name of our library. */
  static final String OURS = "autograd";

  @Option(names = "--quick", description = "Measure less, in a few minutes.")
  private boolean quick;

  @Option(
      names = "--peers",
      description =
          "Compare with other libraries, which the first use downloads: 230 MB, Linux x86-64.")
  private boolean peers;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the results as JSON.")
  private @Nullable Path json;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads of each library (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Spec private CommandSpec spec;

  private final List<Table> tables = new ArrayList<>();

  /** Measures and prints. */
  abstract void measure() throws Exception;

  @Override
  public final Integer call() throws Exception {
    if (threads < 1) {
      throw new ParameterException(
          spec.commandLine(), "--threads must be at least 1, not " + threads);
    }
    if (threads > 1 && !takesThreads()) {
      throw new ParameterException(
          spec.commandLine(), "--threads: " + spec.name() + " is measured with one thread only");
    }
    measure();
    if (json != null) {
      Comparison.write(
          json, tables.stream().flatMap(table -> table.comparisons().stream()).toList());
    }
    return 0;
  }

  /** Returns whether it makes a difference how many threads there are. */
  boolean takesThreads() {
    return true;
  }

  final boolean isQuick() {
    return quick;
  }

  final int threads() {
    return threads;
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Returns the names if peers are wanted, else none. */
  final List<String> peers(String... names) {
    return peers ? List.of(names) : List.of();
  }

  /** Starts a table. */
  final Table table(String benchmark, Unit unit, List<String> against) {
    return table(benchmark, unit, threads, against);
  }

  /** Starts a table for another number of threads. */
  final Table table(String benchmark, Unit unit, int threadCount, List<String> against) {
    Table table = new Table(out(), benchmark, unit, threadCount, against);
    tables.add(table);
    return table;
  }

  /** Returns parameters: names and values in turn. */
  static SequencedMap<String, Object> params(Object... namesAndValues) {
    SequencedMap<String, Object> result = new LinkedHashMap<>();
    for (int k = 0; k < namesAndValues.length; k += 2) {
      result.put((String) namesAndValues[k], namesAndValues[k + 1]);
    }
    return result;
  }

  /** The JVM in which a benchmark is run. */
  enum Jvm {
    /** Each library in one of its own. */
    FORKED,
    /** In this one, for the many that take little time. */
    SHARED,
    /** In this one, which has just done the same on other data. */
    WARM
  }

  /**
   * Measures ours and others with JMH.
   *
   * @param params of the benchmark, without library and threads
   * @return the median time of each library's iterations, in the benchmark's unit
   */
  final Map<String, Double> times(
      Class<? extends WorkBenchmark> benchmark, Map<String, ?> params, List<String> others, Jvm jvm)
      throws RunnerException {
    return times(benchmark, params, others, jvm, threads);
  }

  /** Measures with another number of threads. */
  final Map<String, Double> times(
      Class<? extends WorkBenchmark> benchmark,
      Map<String, ?> params,
      List<String> others,
      Jvm jvm,
      int threadCount)
      throws RunnerException {
    Map<String, Double> result = new HashMap<>();
    result.put(OURS, time(benchmark, params, OURS, jvm, threadCount));
    for (String other : others) {
      result.put(other, time(benchmark, params, other, jvm, threadCount));
    }
    return result;
  }

  private double time(
      Class<? extends WorkBenchmark> benchmark,
      Map<String, ?> params,
      String library,
      Jvm jvm,
      int threadCount)
      throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + benchmark.getName().replace(".", "\\.") + "\\.")
            .param("library", library)
            .param("threads", Integer.toString(threadCount))
            .forks(jvm == Jvm.FORKED ? 1 : 0)
            .shouldFailOnError(true);
    params.forEach((name, value) -> options.param(name, value.toString()));
    if (jvm == Jvm.WARM || (quick && Library.named(library).isNative())) {
      options.warmupIterations(1);
    }
    if (quick) {
      Measurement measurement = requireNonNull(benchmark.getAnnotation(Measurement.class));
      options.measurementTime(half(measurement.time(), measurement.timeUnit()));
    }
    return run(options.build()).getPrimaryResult().getStatistics().getPercentile(50);
  }

  private static TimeValue half(int time, TimeUnit unit) {
    return TimeValue.microseconds(unit.toMicros(time) / 2);
  }

  /** Runs JMH for one benchmark; its output is shown only if it fails. */
  private RunResult run(Options options) throws RunnerException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    OutputFormat format =
        OutputFormatFactory.createFormatInstance(
            new PrintStream(output, true, StandardCharsets.UTF_8), VerboseMode.NORMAL);
    try {
      return new Runner(options, format).runSingle();
    } catch (RunnerException e) {
      spec.commandLine().getErr().print(output.toString(StandardCharsets.UTF_8));
      throw e;
    }
  }
}
