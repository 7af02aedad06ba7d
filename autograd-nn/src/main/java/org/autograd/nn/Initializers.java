package org.autograd.nn;

import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;

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
