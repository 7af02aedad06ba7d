package org.autograd.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Locale;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.internal.kernel.matmul.MatmulProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  private static void assertWrong(String message, Executable executable) {
    Exception e = assertThrows(IllegalArgumentException.class, executable);
    assertEquals(message, e.getMessage());
  }

  @Test
  void simd() {
    assertEquals("auto", Settings.simd(null));
    assertEquals("off", Settings.simd("off"));
    assertEquals("256", Settings.simd("256"));
    assertWrong(
        "system property autograd.simd=offf: choose auto or off or 64 or 128 or 256 or 512",
        () -> Settings.simd("offf"));
  }

  @Test
  void kernel() {
    assertEquals(Settings.KernelMode.TIERED, Settings.kernel(null));
    for (Settings.KernelMode mode : Settings.KernelMode.values()) {
      assertEquals(mode, Settings.kernel(mode.name().toLowerCase(Locale.ROOT)));
    }
    assertWrong(
        "system property autograd.kernel=scaler: choose tiered or scalar or vector or interpreter",
        () -> Settings.kernel("scaler"));
  }

  @Test
  void matmul() {
    assertEquals("auto", Settings.matmul(null));
    for (MatmulProvider provider : MatmulProvider.values()) {
      assertEquals(provider.toString(), Settings.matmul(provider.toString()));
    }
    assertWrong(
        "system property autograd.matmul=vecto: choose auto or naive or ejml or plain or vector",
        () -> Settings.matmul("vecto"));
  }

  @Test
  void threads() {
    assertEquals(Runtime.getRuntime().availableProcessors(), Settings.threads(null));
    assertEquals(3, Settings.threads("3"));
    for (String value : new String[] {"0", "-1", "abc", "", "99999999999"}) {
      assertWrong(
          "system property autograd.threads=" + value + ": choose a whole number from 1 on",
          () -> Settings.threads(value));
    }
  }

  /**
   * Each use fails alike, not only the first one, from which a static initializer would not rise.
   */
  @ParameterizedTest
  @CsvSource({"simd,offf", "kernel,scaler", "matmul,vecto", "threads,0", "threads,abc"})
  void aWrongSettingIsTheSameErrorAtEachUse(String name, String value) throws Exception {
    String option = "autograd." + name + "=" + value;
    String output = ChildJvm.run(WrongSetting.class, "-D" + option);
    String expected = "java.lang.IllegalArgumentException: system property " + option + ": choose ";
    assertEquals(3, ChildJvm.count(output, expected), output);
    assertEquals(1, ChildJvm.count(output, "end"), output);
  }

  static final class WrongSetting {
    private WrongSetting() {}

    public static void main(String[] args) {
      for (int i = 0; i < 2; i++) {
        attempt(() -> {
          Variable x = Variable.ones(300, 300);
          x.matmul(x).exp();
        });
      }
      attempt(Autograd::info);
      System.out.println("end");
    }

    private static void attempt(Runnable use) {
      try {
        use.run();
      } catch (Throwable e) {
        System.out.println(e);
      }
    }
  }
}
