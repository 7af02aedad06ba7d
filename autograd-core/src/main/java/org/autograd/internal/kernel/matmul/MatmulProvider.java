package org.autograd.internal.kernel.matmul;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.autograd.internal.kernel.Simd;
import org.jspecify.annotations.Nullable;

/** The implementations of the matrix product that can be chosen by name, the slowest first. */
public enum MatmulProvider {
  /** The triple loop. */
  NAIVE {
    @Override
    public MatmulKernel<float[]> float32() {
      return new NaiveMatmulF32();
    }

    @Override
    public MatmulKernel<double[]> float64() {
      return new NaiveMatmulF64();
    }
  },

  /** EJML. */
  EJML {
    @Override
    public MatmulKernel<float[]> float32() {
      return new EjmlMatmulF32();
    }

    @Override
    public MatmulKernel<double[]> float64() {
      return new EjmlMatmulF64();
    }
  },

  /** Register tiles in plain Java. */
  PLAIN {
    @Override
    public MatmulKernel<float[]> float32() {
      return new PlainMatmulF32();
    }

    @Override
    public MatmulKernel<double[]> float64() {
      return new PlainMatmulF64();
    }
  },

  /** Packed blocks and the Vector API. Its classes are not loaded unless it is asked for. */
  VECTOR {
    @Override
    public MatmulKernel<float[]> float32() {
      return new VectorMatmulF32();
    }

    @Override
    public MatmulKernel<double[]> float64() {
      return new VectorMatmulF64();
    }

    @Override
    @Nullable String obstacle() {
      if (Simd.bits() == 0) {
        return Simd.description();
      }
      return Simd.bits() < 128 ? "vectors of 64 bits are too narrow for it" : null;
    }
  };

  /** Returns the kernel for {@code float[]}. */
  public abstract MatmulKernel<float[]> float32();

  /** Returns the kernel for {@code double[]}. */
  public abstract MatmulKernel<double[]> float64();

  /** Returns what keeps this provider from running here, or null. */
  @Nullable String obstacle() {
    return null;
  }

  /** Returns whether this provider can run here. */
  public boolean isAvailable() {
    return obstacle() == null;
  }

  /** Returns the name by which it is chosen. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the provider of a name.
   *
   * @throws IllegalArgumentException if there is none, or it cannot run here; the message says why
   */
  public static MatmulProvider named(String name) {
    for (MatmulProvider provider : values()) {
      if (provider.toString().equals(name)) {
        String obstacle = provider.obstacle();
        if (obstacle != null) {
          throw new IllegalArgumentException(
              "matmul provider " + name + " cannot run: " + obstacle + ", or choose " + choices());
        }
        return provider;
      }
    }
    throw new IllegalArgumentException("no matmul provider " + name + ", choose " + choices());
  }

  /** Returns the fastest provider that can run here. */
  static MatmulProvider fastest() {
    return VECTOR.isAvailable() ? VECTOR : PLAIN;
  }

  private static String choices() {
    return Arrays.stream(values())
        .filter(MatmulProvider::isAvailable)
        .map(MatmulProvider::toString)
        .collect(Collectors.joining(" or "));
  }
}
