package org.autograd.internal.kernel.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class KernelsTest {
  private static Program scaled(double factor) {
    return Programs.of(Expression.input(0).mul(factor));
  }

  @Test
  void equalProgramsHaveOneKernel() {
    Kernel kernel = Kernels.of(scaled(3), DType.FLOAT32);
    assertSame(kernel, Kernels.of(scaled(3), DType.FLOAT32));
    assertNotSame(kernel, Kernels.of(scaled(3), DType.FLOAT64));
    assertNotSame(kernel, Kernels.of(scaled(4), DType.FLOAT32));
    assertEquals(scaled(3), scaled(3));
    assertEquals(scaled(3).hashCode(), scaled(3).hashCode());
  }

  @Test
  void endlessProgramsAreForgotten() {
    Kernel first = Kernels.of(scaled(0.5), DType.FLOAT64);
    for (int i = 0; i < 2100; i++) {
      Kernels.of(scaled(i + 10.25), DType.FLOAT64);
    }
    assertNotSame(first, Kernels.of(scaled(0.5), DType.FLOAT64));
  }

  @Test
  void theClassOfAnUnusedKernelIsCollected() throws InterruptedException {
    WeakReference<Class<?>> reference =
        new WeakReference<>(KernelCompiler.compile(scaled(5), DType.FLOAT32, 0).getClass());
    for (int i = 0; i < 100 && reference.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertNull(reference.get());
  }

  @Test
  void aRowCannotStoreWhatVariesWithTheColumn() {
    Program.Builder builder = Program.builder(0);
    Expression x = Expression.input(builder.full());
    Program program = builder.store(builder.row(), x.exp()).build();
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> KernelCompiler.compile(program, DType.FLOAT32, 0));
    assertTrue(e.getMessage().contains("buffer 1"), e.getMessage());
  }

  @Test
  void descriptionSaysHowToTurnSimdOn() {
    String description = Kernels.description();
    boolean module = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    boolean off = "off".equals(System.getProperty("autograd.simd"));
    if (off) {
      assertTrue(description.contains("autograd.simd"), description);
    } else if (module) {
      assertTrue(description.contains("lanes of float32"), description);
    } else {
      assertTrue(description.contains("--add-modules jdk.incubator.vector"), description);
    }
  }
}
