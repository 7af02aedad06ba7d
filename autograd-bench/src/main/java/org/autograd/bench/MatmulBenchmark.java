package org.autograd.bench;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.autograd.internal.kernel.Parallel;
import org.autograd.internal.kernel.matmul.MatmulKernel;
import org.autograd.internal.kernel.matmul.MatmulProvider;
import org.autograd.internal.kernel.matmul.Matrix;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The matrix product of each provider, for square matrices. Besides the time, JMH prints the rate
 * {@code gigaflops}. Several forks, for compiled code may turn out fast or slow by chance.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatmulBenchmark {
  /** The names of {@link MatmulProvider}s. */
  @Param({"naive", "ejml", "plain", "vector"})
  public String provider;

  /** The number of rows and columns. */
  @Param({"64", "128", "256", "512", "1024"})
  public int size;

  /** Which operands are transposed: n for no, t for yes. */
  @Param({"nn", "nt", "tn"})
  public String layout;

  /** The number of threads. */
  @Param({"1", "2"})
  public int threads;

  private MatmulKernel<float[]> float32;
  private MatmulKernel<double[]> float64;
  private Matrix<float[]> a32;
  private Matrix<float[]> b32;
  private Matrix<float[]> c32;
  private Matrix<double[]> a64;
  private Matrix<double[]> b64;
  private Matrix<double[]> c64;

  /** Counts operations, which JMH divides by the time. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Counter {
    /** Billions of additions and multiplications. */
    public double gigaflops;

    /** Starts anew. */
    @Setup(Level.Iteration)
    public void reset() {
      gigaflops = 0;
    }
  }

  /** Fills the operands. */
  @Setup
  public void setUp() {
    Parallel.setThreads(threads);
    MatmulProvider chosen = MatmulProvider.named(provider);
    float32 = chosen.float32();
    float64 = chosen.float64();
    Random random = new Random(1);
    double[] numbers = random.doubles((long) size * size).toArray();
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    a32 = operand(floats, 0);
    b32 = operand(floats.clone(), 1);
    c32 = Matrix.rowMajor(new float[floats.length], size, size);
    a64 = operand(numbers, 0);
    b64 = operand(numbers.clone(), 1);
    c64 = Matrix.rowMajor(new double[floats.length], size, size);
  }

  private <A> Matrix<A> operand(A array, int position) {
    Matrix<A> matrix = Matrix.rowMajor(array, size, size);
    return layout.charAt(position) == 't' ? matrix.transposed() : matrix;
  }

  /** The product of {@code float} matrices. */
  @Benchmark
  public float[] float32(Counter counter) {
    float32.multiply(a32, b32, c32);
    counter.gigaflops += 2e-9 * size * size * size;
    return c32.data();
  }

  /** The product of {@code double} matrices. */
  @Benchmark
  public double[] float64(Counter counter) {
    float64.multiply(a64, b64, c64);
    counter.gigaflops += 2e-9 * size * size * size;
    return c64.data();
  }
}
