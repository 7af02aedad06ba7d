package org.autograd.internal.kernel;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The system properties that this library reads. A value that is not among the choices is an error
 * wherever the setting is needed, and the same clear one each time: so nobody keeps a setting in a
 * static initializer, which would fail once and from then on be a missing class.
 */
public final class Settings {
  private static final String SIMD = "autograd.simd";
  private static final String KERNEL = "autograd.kernel";
  private static final String MATMUL = "autograd.matmul";
  private static final String THREADS = "autograd.threads";

  /** How pointwise programs are run, and products if they have vector code. */
  public enum KernelMode {
    /** Scalar code first, SIMD code when it is hot. */
    TIERED,
    /** Scalar code only. */
    SCALAR,
    /** SIMD code from the first call. */
    VECTOR,
    /** No code is generated. */
    INTERPRETER
  }

  private Settings() {}

  /**
   * Returns {@code autograd.simd}: {@code auto} (the default) for vectors as wide as the processor
   * prefers, {@code off} for scalar code only, or a width in bits. It concerns all kernels.
   */
  public static String simd() {
    return simd(System.getProperty(SIMD));
  }

  static String simd(@Nullable String value) {
    return choice(SIMD, value, List.of("auto", "off", "64", "128", "256", "512"));
  }

  /**
   * Returns {@code autograd.kernel}, for tests and measurements: {@code tiered} (the default),
   * {@code scalar}, {@code vector} or {@code interpreter}.
   */
  public static KernelMode kernel() {
    return kernel(System.getProperty(KERNEL));
  }

  static KernelMode kernel(@Nullable String value) {
    String name = choice(KERNEL, value, List.of("tiered", "scalar", "vector", "interpreter"));
    return KernelMode.valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** Returns {@code autograd.matmul}: {@code auto} (the default) or the name of a provider. */
  public static String matmul() {
    return matmul(System.getProperty(MATMUL));
  }

  static String matmul(@Nullable String value) {
    return choice(MATMUL, value, List.of("auto", "naive", "ejml", "plain", "vector"));
  }

  /**
   * Returns {@code autograd.threads}: how many threads a large operation may use, by default as
   * many as there are processors.
   */
  public static int threads() {
    return threads(System.getProperty(THREADS));
  }

  static int threads(@Nullable String value) {
    if (value == null) {
      return Runtime.getRuntime().availableProcessors();
    }
    int count;
    try {
      count = Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw wrong(THREADS, value, "a whole number from 1 on");
    }
    if (count < 1) {
      throw wrong(THREADS, value, "a whole number from 1 on");
    }
    return count;
  }

  /** The first choice is the default. */
  private static String choice(String property, @Nullable String value, List<String> choices) {
    if (value == null) {
      return choices.getFirst();
    }
    if (!choices.contains(value)) {
      throw wrong(property, value, String.join(" or ", choices));
    }
    return value;
  }

  private static IllegalArgumentException wrong(String property, String value, String choices) {
    return new IllegalArgumentException(
        "system property " + property + "=" + value + ": choose " + choices);
  }
}
