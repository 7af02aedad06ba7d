package org.autograd.internal.kernel.matmul;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MatmulProviderTest {
  @Test
  void theFastestAvailableIsTheDefault() {
    MatmulProvider expected =
        MatmulProvider.VECTOR.isAvailable() ? MatmulProvider.VECTOR : MatmulProvider.PLAIN;
    assertSame(expected, MatmulProvider.choose(null));
  }

  @Test
  void vectorsAreUsedExactlyWhenTheModuleIsThereAndNotSwitchedOff() {
    boolean module = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    boolean off = "off".equals(System.getProperty("autograd.simd"));
    assertEquals(module && !off, MatmulProvider.VECTOR.isAvailable());
  }

  @Test
  void aProviderIsChosenByName() {
    for (MatmulProvider provider : MatmulProvider.values()) {
      if (provider.isAvailable()) {
        assertSame(provider, MatmulProvider.choose(provider.toString()));
      }
    }
    assertSame(MatmulProvider.NAIVE, MatmulProvider.choose("naive"));
  }

  @Test
  void anUnknownNameIsAnsweredWithTheChoices() {
    Exception e = assertThrows(IllegalArgumentException.class, () -> MatmulProvider.choose("blas"));
    assertTrue(
        e.getMessage()
            .startsWith("autograd.matmul=blas: no such provider, choose one of naive, ejml, plain"),
        e.getMessage());
  }

  @Test
  void anUnavailableProviderSaysWhatIsMissing() {
    if (!MatmulProvider.VECTOR.isAvailable()) {
      Exception e =
          assertThrows(IllegalStateException.class, () -> MatmulProvider.choose("vector"));
      assertTrue(e.getMessage().startsWith("autograd.matmul=vector: "), e.getMessage());
    }
  }

  @Test
  void theFacadeFollowsTheProperty() {
    assertSame(MatmulProvider.choose(System.getProperty("autograd.matmul")), Matmul.provider());
    assertSame(Matmul.provider().float32().getClass(), Matmul.float32().getClass());
    assertSame(Matmul.provider().float64().getClass(), Matmul.float64().getClass());
  }
}
