package org.autograd.internal.kernel.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.reflect.Array;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.type.DType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Compiled kernels against the {@link Interpreter}, and each SIMD variant against the scalar one,
 * which must agree in every bit.
 */
class CompiledKernelTest {
  private static final int[] COLUMNS = {0, 1, 4, 6, 13, 31, 63, 64, 65, 207, 702, 4098};
  private static final int[] WIDTHS = {64, 128, 256, 512};
  private static final int[] ROWS = {0, 1, 3};

  @TestFactory
  Stream<DynamicTest> operators() {
    return tests(Programs.operators());
  }

  @TestFactory
  Stream<DynamicTest> structures() {
    return tests(Programs.structures());
  }

  @TestFactory
  Stream<DynamicTest> integers() {
    return tests(Programs.ofIntegers(), WIDTHS, ROWS, COLUMNS, DType.INT32, DType.INT64);
  }

  @TestFactory
  Stream<DynamicTest> masks() {
    return tests(Programs.ofMasks(), WIDTHS, ROWS, COLUMNS, DType.BOOL);
  }

  @TestFactory
  Stream<DynamicTest> sizes() {
    Map<String, Program> programs = new LinkedHashMap<>();
    programs.put("2,000 operations", Programs.wide(500));
    programs.put("a chain of 3,000", Programs.deep(3000));
    int[] columns = {1, 33, 1030};
    return tests(programs, new int[] {256}, new int[] {1}, columns, DType.FLOAT32, DType.FLOAT64);
  }

  private static Stream<DynamicTest> tests(Map<String, Program> programs) {
    return tests(programs, WIDTHS, ROWS, COLUMNS, DType.FLOAT32, DType.FLOAT64);
  }

  private static Stream<DynamicTest> tests(
      Map<String, Program> programs, int[] widths, int[] rows, int[] columns, DType... dtypes) {
    return programs.entrySet().stream()
        .flatMap(entry ->
            Stream.of(dtypes)
                .map(dtype ->
                    DynamicTest.dynamicTest(
                        entry.getKey() + " " + dtype,
                        () -> check(entry.getValue(), dtype, widths, rows, columns))));
  }

  private static void check(
      Program program, DType dtype, int[] widths, int[] rowCounts, int[] columnCounts) {
    Kernel interpreter =
        dtype.isFloating()
            ? new Interpreter(program, dtype)
            : new IntegerInterpreter(program, dtype);
    Kernel scalar = KernelCompiler.compile(program, dtype, 0);
    Map<Integer, Kernel> vectors = new LinkedHashMap<>();
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      for (int bits : widths) {
        vectors.put(bits, KernelCompiler.compile(program, dtype, bits));
      }
    }
    for (int rows : rowCounts) {
      for (int columns : columnCounts) {
        // The interpreter is slow, and large arrays show nothing more with other strides.
        int variants = (long) rows * columns > 1000 ? 1 : 3;
        for (int variant = 0; variant < variants; variant++) {
          KernelRun run =
              new KernelRun(program, dtype, rows, columns, variant == 0, variant == 2, columns);
          String where = rows + " x " + columns + " variant " + variant;
          Object[] expected = run.run(interpreter);
          Object[] actual = run.run(scalar);
          assertClose(where, run, run.buffers(), expected, actual);
          for (Map.Entry<Integer, Kernel> vector : vectors.entrySet()) {
            String variantAt = where + ", " + vector.getKey() + " bits";
            assertSameBits(variantAt, actual, run.run(vector.getValue()));
          }
        }
      }
    }
  }

  private static void assertSameBits(String where, Object[] expected, Object[] actual) {
    for (int k = 0; k < expected.length; k++) {
      String at = where + ": buffer " + k;
      switch (expected[k]) {
        case float[] array -> assertArrayEquals(array, (float[]) actual[k], at);
        case double[] array -> assertArrayEquals(array, (double[]) actual[k], at);
        case int[] array -> assertArrayEquals(array, (int[]) actual[k], at);
        case long[] array -> assertArrayEquals(array, (long[]) actual[k], at);
        default -> assertArrayEquals((boolean[]) expected[k], (boolean[]) actual[k], at);
      }
    }
  }

  private static void assertClose(
      String where, KernelRun run, Object[] before, Object[] expected, Object[] actual) {
    for (int k = 0; k < run.bufferCount(); k++) {
      for (int i = 0; i < Array.getLength(before[k]); i++) {
        String at = where + ": buffer " + k + " at " + i;
        switch (actual[k]) {
          case float[] array -> {
            if (run.isTarget(k, i)) {
              assertClose(at, ((float[]) expected[k])[i], array[i], 1e-4);
            } else {
              assertEquals(((float[]) before[k])[i], array[i], at);
            }
          }
          case double[] array -> {
            if (run.isTarget(k, i)) {
              assertClose(at, ((double[]) expected[k])[i], array[i], 1e-12);
            } else {
              assertEquals(((double[]) before[k])[i], array[i], at);
            }
          }
          default -> assertEquals(Array.get(expected[k], i), Array.get(actual[k], i), at);
        }
      }
    }
  }

  private static void assertClose(String at, double expected, double actual, double tolerance) {
    boolean same = Double.compare(expected, actual) == 0;
    if (!same && !(Math.abs(expected - actual) <= tolerance * Math.max(1, Math.abs(expected)))) {
      fail(at + ": expected " + expected + ", got " + actual);
    }
  }
}
