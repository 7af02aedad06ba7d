package org.autograd.internal.kernel.matmul;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.autograd.internal.kernel.Settings;
import org.junit.jupiter.api.Test;

class MatmulProviderTest {
  @Test
  void theFastestAvailableIsTheDefault() {
    MatmulProvider expected =
        MatmulProvider.VECTOR.isAvailable() ? MatmulProvider.VECTOR : MatmulProvider.PLAIN;
    assertSame(expected, Matmul.choose("auto"));
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
        assertSame(provider, Matmul.choose(provider.toString()));
      }
    }
    assertSame(MatmulProvider.NAIVE, Matmul.choose("naive"));
  }

  @Test
  void anUnknownNameIsAnsweredWithTheChoices() {
    Exception e = assertThrows(IllegalArgumentException.class, () -> Matmul.choose("blas"));
    String expected =
        "autograd.matmul=blas: no matmul provider blas, choose naive or ejml or plain";
    assertTrue(e.getMessage().startsWith(expected), e.getMessage());
    assertEquals(
        MatmulProvider.VECTOR.isAvailable(), e.getMessage().endsWith(" or vector"), e.getMessage());
  }

  @Test
  void anUnavailableProviderSaysWhatIsMissing() {
    assumeFalse(MatmulProvider.VECTOR.isAvailable());
    Exception e = assertThrows(IllegalArgumentException.class, () -> Matmul.choose("vector"));
    assertTrue(e.getMessage().contains("autograd.simd"), e.getMessage());
  }

  @Test
  void theFacadeFollowsTheProperty() {
    assertSame(Matmul.choose(Settings.matmul()), Matmul.provider());
    if (Matmul.provider() != MatmulProvider.VECTOR) {
      assertSame(Matmul.provider().float32().getClass(), Matmul.float32().getClass());
      assertSame(Matmul.provider().float64().getClass(), Matmul.float64().getClass());
    }
  }
}
