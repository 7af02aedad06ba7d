package org.autograd.nn;

import java.util.function.UnaryOperator;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * What may be chosen about the layers of a transformer; {@link #defaults} are PyTorch's.
 *
 * @param feedForward the number of features between the two linear layers
 * @param dropout the probability of what is dropped in training mode: weights of attention,
 *     elements between the linear layers and of what is added to the input
 * @param activation what stands between the linear layers
 * @param epsilon what layer norm adds to the variance
 * @param batchFirst whether inputs are {@code [batch, sequence, features]} instead of {@code
 *     [sequence, batch, features]}
 * @param normFirst whether layer norm comes before attention and the linear layers, not after
 * @param bias whether linear layers, attention and layer norm have a bias
 * @param dtype float32 or float64
 * @param generator the source of the initial values
 */
public record TransformerOptions(
    long feedForward,
    double dropout,
    Activation activation,
    double epsilon,
    boolean batchFirst,
    boolean normFirst,
    boolean bias,
    DType dtype,
    Generator generator) {

  /** Returns 2048 features, dropout 0.1, ReLU, epsilon 1e-5, norm last, biases, float32. */
  public static TransformerOptions defaults() {
    return new TransformerOptions(
        2048,
        0.1,
        Activation.relu(),
        1e-5,
        false,
        false,
        true,
        DType.FLOAT32,
        Autograd.generator());
  }

  /** Returns these options with another number of features between the linear layers. */
  public TransformerOptions feedForward(long value) {
    return new TransformerOptions(
        value, dropout, activation, epsilon, batchFirst, normFirst, bias, dtype, generator);
  }

  /** Returns these options with another probability of dropping. */
  public TransformerOptions dropout(double value) {
    return new TransformerOptions(
        feedForward, value, activation, epsilon, batchFirst, normFirst, bias, dtype, generator);
  }

  /** Returns these options with another activation, for example {@link Activation#gelu}. */
  public TransformerOptions activation(Activation value) {
    return new TransformerOptions(
        feedForward, dropout, value, epsilon, batchFirst, normFirst, bias, dtype, generator);
  }

  /** Returns these options with another epsilon of layer norm. */
  public TransformerOptions epsilon(double value) {
    return new TransformerOptions(
        feedForward, dropout, activation, value, batchFirst, normFirst, bias, dtype, generator);
  }

  /** Returns these options with the batch as first or second axis. */
  public TransformerOptions batchFirst(boolean value) {
    return new TransformerOptions(
        feedForward, dropout, activation, epsilon, value, normFirst, bias, dtype, generator);
  }

  /** Returns these options with layer norm first or last. */
  public TransformerOptions normFirst(boolean value) {
    return new TransformerOptions(
        feedForward, dropout, activation, epsilon, batchFirst, value, bias, dtype, generator);
  }

  /** Returns these options with or without biases. */
  public TransformerOptions bias(boolean value) {
    return new TransformerOptions(
        feedForward, dropout, activation, epsilon, batchFirst, normFirst, value, dtype, generator);
  }

  /** Returns these options with another dtype. */
  public TransformerOptions dtype(DType value) {
    return new TransformerOptions(
        feedForward, dropout, activation, epsilon, batchFirst, normFirst, bias, value, generator);
  }

  /** Returns these options with another source of initial values. */
  public TransformerOptions generator(Generator value) {
    return new TransformerOptions(
        feedForward, dropout, activation, epsilon, batchFirst, normFirst, bias, dtype, value);
  }

  MultiheadAttention attention(long features, long heads) {
    return new MultiheadAttention(
        features,
        heads,
        MultiheadAttention.options()
            .dropout(dropout)
            .bias(bias)
            .batchFirst(batchFirst)
            .dtype(dtype)
            .generator(generator));
  }

  Linear linear(long inputs, long outputs) {
    return new Linear(
        inputs, outputs, Linear.options().bias(bias).dtype(dtype).generator(generator));
  }

  LayerNorm norm(long features) {
    return new LayerNorm(
        Shape.of(features), LayerNorm.options().epsilon(epsilon).bias(bias).dtype(dtype));
  }

  /** Returns what a residual connection makes of an input. */
  Variable residual(Variable input, LayerNorm norm, UnaryOperator<Variable> branch) {
    return normFirst
        ? input.add(branch.apply(norm.apply(input)))
        : norm.apply(input.add(branch.apply(input)));
  }
}
