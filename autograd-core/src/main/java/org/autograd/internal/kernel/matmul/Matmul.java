package org.autograd.internal.kernel.matmul;

import org.autograd.internal.kernel.Settings;
import org.autograd.internal.kernel.Simd;
import org.jspecify.annotations.Nullable;

/**
 * The matrix product that this virtual machine uses: the system property {@code autograd.matmul}
 * names a {@link MatmulProvider}, by default the fastest one available. Chosen once, at first use.
 */
public final class Matmul {
  private record Choice(
      MatmulProvider provider, MatmulKernel<float[]> float32, MatmulKernel<double[]> float64) {}

  private static volatile @Nullable Choice choice;

  private Matmul() {}

  /** If a setting is wrong, this throws at each use. Two threads may choose, but the same. */
  private static Choice choice() {
    Choice made = choice;
    if (made == null) {
      MatmulProvider provider = choose(Settings.matmul());
      // Vector code is slow until it has been compiled.
      made =
          provider == MatmulProvider.VECTOR && Settings.kernel() == Settings.KernelMode.TIERED
              ? new Choice(
                  provider,
                  new TieredMatmul<>(
                      new VectorTwinF32(),
                      provider::float32,
                      float[]::new,
                      Simd.bits() / Float.SIZE),
                  new TieredMatmul<>(
                      new VectorTwinF64(),
                      provider::float64,
                      double[]::new,
                      Simd.bits() / Double.SIZE))
              : new Choice(provider, provider.float32(), provider.float64());
      choice = made;
    }
    return made;
  }

  static MatmulProvider choose(String name) {
    if (name.equals("auto")) {
      return MatmulProvider.fastest();
    }
    try {
      return MatmulProvider.named(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("autograd.matmul=" + name + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the provider in use.
   *
   * @throws IllegalArgumentException if the system property is wrong, or names what cannot run here
   */
  public static MatmulProvider provider() {
    return choice().provider();
  }

  /** Returns the kernel for {@code float[]}. */
  public static MatmulKernel<float[]> float32() {
    return choice().float32();
  }

  /** Returns the kernel for {@code double[]}. */
  public static MatmulKernel<double[]> float64() {
    return choice().float64();
  }
}
