package org.autograd.nn;

import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Qr;
import org.autograd.Variable;
import org.autograd.type.DType;

/**
 * The usual initialisations, as in PyTorch's {@code nn.init}. Those of Kaiming (He) and Xavier
 * (Glorot) need a weight of shape {@code [out, in, ...]}, where the sizes from the third on are the
 * window of a convolution and multiply both fans.
 */
public final class Initializers {
  private Initializers() {}

  /** Returns an initialisation with one value. */
  public static Initializer constant(double value) {
    return (parameter, _) -> {
      try (var _ = Autograd.noGrad()) {
        parameter.fill_(value);
      }
    };
  }

  /** Returns the uniform distribution in {@code [low, high)}. */
  public static Initializer uniform(double low, double high) {
    return (parameter, rng) -> fillUniform(parameter, rng, low, high);
  }

  /** Returns the normal distribution. */
  public static Initializer normal(double mean, double standardDeviation) {
    return (parameter, rng) -> fillNormal(parameter, rng, mean, standardDeviation);
  }

  /** Returns He's uniform initialisation by the inputs: {@code gain / sqrt(in)} deviation. */
  public static Initializer kaimingUniform(double gain) {
    return kaimingUniform(gain, Fan.IN);
  }

  /** Returns the uniform distribution of mean 0 and deviation {@code gain / sqrt(fan)}. */
  public static Initializer kaimingUniform(double gain, Fan fan) {
    return (parameter, rng) -> {
      double bound = Math.sqrt(3) * gain / Math.sqrt(fan("kaimingUniform", parameter, fan));
      fillUniform(parameter, rng, -bound, bound);
    };
  }

  /** Returns He's normal initialisation by the inputs: {@code gain / sqrt(in)} deviation. */
  public static Initializer kaimingNormal(double gain) {
    return kaimingNormal(gain, Fan.IN);
  }

  /** Returns the normal distribution of mean 0 and deviation {@code gain / sqrt(fan)}. */
  public static Initializer kaimingNormal(double gain, Fan fan) {
    return (parameter, rng) ->
        fillNormal(parameter, rng, 0, gain / Math.sqrt(fan("kaimingNormal", parameter, fan)));
  }

  /** Returns the uniform distribution of deviation {@code gain * sqrt(2 / (in + out))}. */
  public static Initializer xavierUniform(double gain) {
    return (parameter, rng) -> {
      double bound = gain * Math.sqrt(6.0 / fans("xavierUniform", parameter));
      fillUniform(parameter, rng, -bound, bound);
    };
  }

  /** Returns the normal distribution of deviation {@code gain * sqrt(2 / (in + out))}. */
  public static Initializer xavierNormal(double gain) {
    return (parameter, rng) ->
        fillNormal(parameter, rng, 0, gain * Math.sqrt(2.0 / fans("xavierNormal", parameter)));
  }

  /**
   * Returns the normal distribution between two bounds: what lies outside is drawn again. PyTorch's
   * {@code trunc_normal_}, whose bounds are -2 and 2 by default.
   *
   * @param low and {@code high} are values, not deviations
   * @throws IllegalArgumentException if the bounds leave nothing between them
   */
  public static Initializer truncatedNormal(
      double mean, double standardDeviation, double low, double high) {
    if (!(low < high) || !(standardDeviation > 0)) {
      throw new IllegalArgumentException(
          String.format(
              "truncatedNormal: needs low < high and a positive deviation, got %s, %s and %s",
              low, high, standardDeviation));
    }
    return (parameter, rng) -> {
      // The inverse of the distribution function at uniform numbers; in float64, since it is steep.
      double from = distribution((low - mean) / standardDeviation);
      double to = distribution((high - mean) / standardDeviation);
      Variable unit = Variable.rand(rng, DType.FLOAT64, parameter.shape().toArray());
      try (var _ = Autograd.noGrad()) {
        Variable probability = unit.mul(to - from).add(from);
        parameter.copy_(
            probability
                .mul(2)
                .sub(1)
                .erfinv()
                .mul(Math.sqrt(2) * standardDeviation)
                .add(mean)
                .clamp(low, high)
                .to(parameter.dtype()));
      }
    };
  }

  private static double distribution(double deviations) {
    return (1 + Variable.scalar(deviations / Math.sqrt(2)).erf().item()) / 2;
  }

  /**
   * Returns matrices with orthonormal rows or columns, whichever are fewer, times a gain; the axes
   * from the second on count as one (Saxe et al., 2014). PyTorch's {@code orthogonal_}.
   */
  public static Initializer orthogonal(double gain) {
    return (parameter, rng) -> {
      long columns = (long) fan("orthogonal", parameter, Fan.IN);
      long rows = parameter.size(0);
      Variable random =
          Variable.randn(rng, DType.FLOAT64, Math.max(rows, columns), Math.min(rows, columns));
      try (var _ = Autograd.noGrad()) {
        Qr qr = random.qr();
        // Signs that make it uniform among all such matrices.
        Variable q = qr.q().mul(qr.r().diagonal(0, 0, 1).sign());
        Variable matrix = rows < columns ? q.transpose() : q;
        parameter.copy_(
            matrix.mul(gain).reshape(parameter.shape().toArray()).to(parameter.dtype()));
      }
    };
  }

  /**
   * Returns weights that hand as many inputs on as there are outputs: a matrix with ones on its
   * diagonal or, of a convolution, with ones at the middle of the window. PyTorch's {@code eye_}
   * and {@code dirac_}.
   */
  public static Initializer identity() {
    return (parameter, _) -> {
      fan("identity", parameter, Fan.IN); // Refuses vectors.
      try (var _ = Autograd.noGrad()) {
        parameter.fill_(0);
        Variable middle = parameter;
        while (middle.rank() > 2) {
          middle = middle.select(2, middle.size(2) / 2);
        }
        middle.diagonal(0, 0, 1).fill_(1);
      }
    };
  }

  private static void fillUniform(Variable parameter, Generator rng, double low, double high) {
    Variable unit = Variable.rand(rng, parameter.dtype(), parameter.shape().toArray());
    try (var _ = Autograd.noGrad()) {
      parameter.copy_(unit.mul(high - low).add(low));
    }
  }

  private static void fillNormal(
      Variable parameter, Generator rng, double mean, double standardDeviation) {
    Variable unit = Variable.randn(rng, parameter.dtype(), parameter.shape().toArray());
    try (var _ = Autograd.noGrad()) {
      parameter.copy_(unit.mul(standardDeviation).add(mean));
    }
  }

  private static double fans(String name, Variable weight) {
    return fan(name, weight, Fan.IN) + fan(name, weight, Fan.OUT);
  }

  private static double fan(String name, Variable weight, Fan fan) {
    if (weight.rank() < 2) {
      throw new IllegalArgumentException(
          name
              + ": needs a weight of shape [out, in, ...], got "
              + Module.describe(weight)
              + "; use uniform, normal or constant for it");
    }
    long count = weight.elementCount() / weight.size(fan == Fan.IN ? 0 : 1);
    return (double) count;
  }
}
