package org.autograd.internal.kernel.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.time.Instant;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Simd;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class TieredKernelTest {
  private static Program program() {
    Program.Builder builder = Program.builder(1);
    int in = builder.full();
    int out = builder.full();
    Expression x = Expression.input(in);
    return builder.store(out, x.mul(Expression.parameter(0)).tanh().add(x.exp())).build();
  }

  private static float[] run(TieredKernel kernel, float[] x) {
    float[] result = new float[x.length];
    kernel.run(new Object[] {x, result}, new int[2], new int[2], new double[] {0.7}, 1, x.length);
    return result;
  }

  @Test
  void vectorCodeTakesOverUnnoticed() throws InterruptedException {
    assumeTrue(Simd.bits() > 0);
    TieredKernel kernel = new TieredKernel(program(), DType.FLOAT32);
    float[] x = new float[1001];
    for (int i = 0; i < x.length; i++) {
      x[i] = i * 0.01f - 5;
    }
    assertFalse(kernel.isVector());
    float[] expected = run(kernel, x);
    Instant end = Instant.now().plus(Duration.ofMinutes(2));
    while (!kernel.isVector() && Instant.now().isBefore(end)) {
      assertArrayEquals(expected, run(kernel, x));
      Thread.sleep(1);
    }
    assertTrue(kernel.isVector(), "SIMD code should be in use after a while");
    assertArrayEquals(expected, run(kernel, x));
  }
}
