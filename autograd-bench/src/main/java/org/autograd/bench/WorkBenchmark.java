package org.autograd.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Some work, done by a library. Our kernels are compiled when they are hot and only then fast, so
 * the warm-up takes longer than most.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 7, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public abstract class WorkBenchmark {
  /** The name of a {@link Library}. */
  @Param("autograd")
  public String library;

  /** The number of threads that it may use. */
  @Param("1")
  public int threads;

  private Work work;

  /** Prepares the work. */
  @Setup
  public void setUp() {
    work = prepare(Library.named(library));
  }

  /** Returns the work, by the parameters of the benchmark. */
  abstract Work prepare(Library chosen);

  /** Does the work. */
  @Benchmark
  public Object run() {
    return work.run();
  }
}
