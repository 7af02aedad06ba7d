package org.autograd.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.autograd.Generator;
import org.autograd.nn.Activation;
import org.autograd.nn.BatchNorm1d;
import org.autograd.nn.Initializers;
import org.autograd.nn.LayerNorm;
import org.autograd.nn.Linear;
import org.autograd.nn.Residual;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * How a hidden layer of a deep network is made. A plain one is {@code activation(norm(W h))}, a
 * residual one {@code h + activation(W norm(h))}, which keeps the way around it free of norms.
 *
 * @param activation the name of the function
 * @param function the function itself
 * @param gain weights are normal with deviation {@code gain / sqrt(width)}, biases 0
 * @param norm what is normalised
 * @param residual whether the layer's input is added to its result
 */
record DeepLayer(String activation, Activation function, double gain, Norm norm, boolean residual) {

  /** What is normalised. */
  enum Norm {
    NONE,
    BATCH,
    LAYER;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns a layer without norm that is not residual. */
  static DeepLayer of(ActivationChoice activation, double gain) {
    return new DeepLayer(activation.toString(), activation.create(), gain, Norm.NONE, false);
  }

  /** Returns a layer without any function. */
  static DeepLayer linear(double gain) {
    return new DeepLayer("linear", Activation.identity(), gain, Norm.NONE, false);
  }

  /** Returns this layer with another norm. */
  DeepLayer norm(Norm value) {
    return new DeepLayer(activation, function, gain, value, residual);
  }

  /** Returns this layer as a residual one or a plain one. */
  DeepLayer residual(boolean value) {
    return new DeepLayer(activation, function, gain, norm, value);
  }

  /** Creates the layer, from {@code [batch, width]} to the same. */
  UnaryModule create(long width, DType dtype, Generator rng) {
    List<UnaryModule> parts = new ArrayList<>();
    parts.add(
        new Linear(
            width,
            width,
            Linear.options()
                .dtype(dtype)
                .generator(rng)
                .initializer(Initializers.kaimingNormal(gain))));
    if (norm != Norm.NONE) {
      parts.add(residual ? 0 : 1, createNorm(width, dtype));
    }
    parts.add(function);
    UnaryModule layer = new Sequential(parts);
    return residual ? new Residual(layer) : layer;
  }

  /** Creates the norm alone. */
  UnaryModule createNorm(long width, DType dtype) {
    return switch (norm) {
      case NONE -> Activation.identity();
      case BATCH -> new BatchNorm1d(width, BatchNorm1d.options().dtype(dtype));
      case LAYER -> new LayerNorm(Shape.of(width), LayerNorm.options().dtype(dtype));
    };
  }

  /** Returns what tells this layer from another one of the same function, such as "plain". */
  String kind() {
    return (residual ? "residual" : "plain") + (norm == Norm.NONE ? "" : " + " + norm + " norm");
  }

  /** Returns whether there is neither a norm nor a residual connection. */
  boolean isPlain() {
    return norm == Norm.NONE && !residual;
  }

  /** Returns activation, gain and, unless plain, the kind. */
  String describe() {
    String scaled = String.format(Locale.ROOT, "%s, gain %.3g", activation, gain);
    return isPlain() ? scaled : scaled + ", " + kind();
  }
}
