package org.autograd.bench;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Combine;
import org.autograd.internal.kernel.compiler.Kernels;
import org.autograd.type.DType;
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
 * Expressions compiled at run time against loops written by hand, of float32: with the Vector API
 * and in plain Java.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KernelBenchmark {
  private static final String VECTOR = "--add-modules=jdk.incubator.vector";

  /** What is computed. */
  public enum Operation {
    /** {@code max(x, 0)}. */
    RELU,
    /** {@code x + y}. */
    ADD,
    /** {@code e^x}. */
    EXP,
    /** The hyperbolic tangent. */
    TANH,
    /** The tanh form of GELU. */
    GELU,
    /** The same of {@code x + y}, with y the same for all rows. */
    BIAS_GELU,
    /** An update of Adam: three arrays in and out, a fourth in. */
    ADAM,
    /** The softmax of each row. */
    SOFTMAX,
    /** The sum of all. */
    SUM
  }

  @Param Operation operation;

  @Param({"64", "1024", "65536", "1048576"})
  int n;

  private final double[] adamParameters = {1e-3, 0.9, 0.1, 0.999, 0.001, 1.3, 1e-8};
  private final int[] offsets = new int[4];
  private float[][] arrays;
  private int rows;
  private int columns;
  private Kernel kernel;
  private Object[] buffers;
  private int[] rowStrides;
  private double[] parameters;

  /** Makes arrays of random numbers, and the kernel. */
  @Setup
  public void setUp() {
    Random random = new Random(1);
    arrays = new float[4][n];
    for (float[] array : arrays) {
      for (int i = 0; i < n; i++) {
        array[i] = (float) random.nextGaussian();
      }
    }
    boolean inRows = operation == Operation.SOFTMAX || operation == Operation.BIAS_GELU;
    columns = inRows ? Math.min(n, n <= 1024 ? 64 : 1024) : n;
    rows = n / columns;
    kernel = Kernels.of(program(operation), DType.FLOAT32);
    int count = program(operation).buffers().size();
    buffers = new Object[count];
    rowStrides = new int[count];
    for (int k = 0; k < count; k++) {
      // The last buffer is the result, which is the third array everywhere.
      buffers[k] = arrays[k == count - 1 && count < 4 ? 2 : k];
      rowStrides[k] = k == 1 && operation == Operation.BIAS_GELU ? 0 : columns;
    }
    if (operation == Operation.ADAM) {
      // The second moment is not negative.
      for (int i = 0; i < n; i++) {
        arrays[2][i] = Math.abs(arrays[2][i]);
      }
    }
    parameters = operation == Operation.ADAM ? adamParameters : new double[0];
  }

  private static Program program(Operation operation) {
    Expression x = Expression.input(0);
    Expression y = Expression.input(1);
    return switch (operation) {
      case RELU -> unary(x.maximum(Expression.constant(0)));
      case ADD -> binary(x.add(y));
      case EXP -> unary(x.exp());
      case TANH -> unary(x.tanh());
      case GELU -> unary(gelu(x));
      case BIAS_GELU -> binary(gelu(x.add(y)));
      case ADAM -> adam();
      case SOFTMAX -> softmax();
      case SUM -> sum();
    };
  }

  private static Program unary(Expression function) {
    Program.Builder builder = Program.builder(0);
    builder.full();
    return builder.store(builder.full(), function).build();
  }

  private static Program binary(Expression function) {
    Program.Builder builder = Program.builder(0);
    builder.full();
    builder.full();
    return builder.store(builder.full(), function).build();
  }

  private static Expression gelu(Expression x) {
    Expression inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(0.7978845608028654);
    return x.mul(0.5).mul(inner.tanh().add(1));
  }

  private static Program adam() {
    Program.Builder builder = Program.builder(7);
    int value = builder.full();
    int first = builder.full();
    int second = builder.full();
    Expression gradient = Expression.input(builder.full());
    Expression[] p = new Expression[7];
    for (int i = 0; i < p.length; i++) {
      p[i] = Expression.parameter(i);
    }
    Expression momentum = p[1].mul(Expression.input(first)).add(p[2].mul(gradient));
    Expression square = p[3].mul(Expression.input(second)).add(p[4].mul(gradient).mul(gradient));
    Expression step = p[0].mul(momentum).div(square.sqrt().mul(p[5]).add(p[6]));
    return builder
        .store(value, Expression.input(value).sub(step))
        .store(first, momentum)
        .store(second, square)
        .build();
  }

  private static Program softmax() {
    Program.Builder builder = Program.builder(0);
    Expression x = Expression.input(builder.full());
    int out = builder.full();
    Expression max = builder.reduce(Combine.MAX, x);
    Expression power = x.sub(max).exp();
    Expression sum = builder.store(out, power).reduce(Combine.SUM, power);
    Expression scale = Expression.constant(1).div(sum);
    return builder.store(out, Expression.input(out).mul(scale)).build();
  }

  private static Program sum() {
    Program.Builder builder = Program.builder(0);
    Expression x = Expression.input(builder.full());
    int out = builder.row();
    return builder.store(out, builder.reduce(Combine.SUM, x)).build();
  }

  private float[] runKernel() {
    kernel.run(buffers, offsets, rowStrides, parameters, rows, columns);
    return arrays[2];
  }

  /** The compiled expression, SIMD code. */
  @Benchmark
  @Fork(jvmArgsAppend = {VECTOR, "-Dautograd.kernel=vector"})
  public float[] compiledVector() {
    return runKernel();
  }

  /** The compiled expression, scalar code. */
  @Benchmark
  public float[] compiledScalar() {
    return runKernel();
  }

  /** A loop with the Vector API. */
  @Benchmark
  @Fork(jvmArgsAppend = VECTOR)
  public float[] handWrittenVector() {
    float[] x = arrays[0];
    float[] y = arrays[1];
    float[] out = arrays[2];
    switch (operation) {
      case RELU -> VectorLoops.relu(x, out, n);
      case ADD -> VectorLoops.add(x, y, out, n);
      case EXP -> VectorLoops.exp(x, out, n);
      case TANH -> VectorLoops.tanh(x, out, n);
      case GELU -> VectorLoops.gelu(x, out, n);
      case BIAS_GELU -> VectorLoops.biasGelu(x, y, out, rows, columns);
      case ADAM -> VectorLoops.adam(x, y, out, arrays[3], n, adamParameters);
      case SOFTMAX -> VectorLoops.softmax(x, out, rows, columns);
      case SUM -> out[0] = VectorLoops.sum(x, n);
    }
    return out;
  }

  /** A loop as one writes it without thinking of SIMD. */
  @Benchmark
  public float[] plainJava() {
    float[] x = arrays[0];
    float[] y = arrays[1];
    float[] out = arrays[2];
    switch (operation) {
      case RELU -> PlainLoops.relu(x, out, n);
      case ADD -> PlainLoops.add(x, y, out, n);
      case EXP -> PlainLoops.exp(x, out, n);
      case TANH -> PlainLoops.tanh(x, out, n);
      case GELU -> PlainLoops.gelu(x, out, n);
      case BIAS_GELU -> PlainLoops.biasGelu(x, y, out, rows, columns);
      case ADAM -> PlainLoops.adam(x, y, out, arrays[3], n, adamParameters);
      case SOFTMAX -> PlainLoops.softmax(x, out, rows, columns);
      case SUM -> out[0] = PlainLoops.sum(x, n);
    }
    return out;
  }
}
