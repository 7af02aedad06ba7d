package org.autograd.internal.kernel.matmul;

import org.jspecify.annotations.Nullable;

/**
 * The matrix product that this virtual machine uses: the system property {@code autograd.matmul}
 * names a {@link MatmulProvider}, by default the fastest one available. Chosen once, at first use.
 */
public final class Matmul {
  private static final MatmulProvider PROVIDER = choose(System.getProperty("autograd.matmul"));
  private static final MatmulKernel<float[]> FLOAT32 = PROVIDER.float32();
  private static final MatmulKernel<double[]> FLOAT64 = PROVIDER.float64();

  private Matmul() {}

  static MatmulProvider choose(@Nullable String name) {
    if (name == null) {
      return MatmulProvider.fastest();
    }
    try {
      return MatmulProvider.named(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("autograd.matmul=" + name + ": " + e.getMessage(), e);
    }
  }

  /** Returns the provider in use. */
  public static MatmulProvider provider() {
    return PROVIDER;
  }

  /** Returns the kernel for {@code float[]}. */
  public static MatmulKernel<float[]> float32() {
    return FLOAT32;
  }

  /** Returns the kernel for {@code double[]}. */
  public static MatmulKernel<double[]> float64() {
    return FLOAT64;
  }
}
