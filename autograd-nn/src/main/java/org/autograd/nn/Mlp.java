package org.autograd.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.autograd.Variable;

/**
 * A multilayer perceptron: {@link Linear} layers with an activation after each but the last, and if
 * wanted {@link BatchNorm1d} before it and {@link Dropout} behind it. {@code [..., sizes[0]]}
 * becomes {@code [..., sizes[last]]}; with batch norm there is one axis in front, the batch's. Its
 * names are those of PyTorch's {@code nn.Sequential(nn.Linear(...), nn.ReLU(), nn.Linear(...))}.
 *
 * <pre>{@code
 * Mlp model = new Mlp(784, 256, 10);
 * Mlp he = new Mlp(
 *     Mlp.options()
 *         .activation(Activation.tanh())
 *         .linear(Linear.options().initializer(Initializers.xavierNormal(Gain.TANH))),
 *     1, 64, 32, 1);
 * }</pre>
 */
public final class Mlp extends UnaryModule {
  private final List<UnaryModule> layers = new ArrayList<>();

  /** Creates a float32 perceptron with ReLU. */
  public Mlp(long... sizes) {
    this(options(), sizes);
  }

  /**
   * Creates a perceptron.
   *
   * @param sizes the number of features of the input, of each hidden layer, and of the result
   * @throws IllegalArgumentException if there are fewer than two sizes or one is not positive
   */
  public Mlp(Options options, long... sizes) {
    if (sizes.length < 2) {
      throw new IllegalArgumentException(
          "Mlp: needs at least the sizes of the input and of the result, got "
              + Arrays.toString(sizes));
    }
    for (int k = 1; k < sizes.length; k++) {
      if (k > 1) {
        hidden(sizes[k - 1], options);
      }
      add(new Linear(sizes[k - 1], sizes[k], options.linear()));
    }
  }

  /** Adds what stands between two linear layers. */
  private void hidden(long size, Options options) {
    if (options.batchNorm()) {
      add(new BatchNorm1d(size));
    }
    add(options.activation());
    if (options.dropout() > 0) {
      add(new Dropout(options.dropout()));
    }
  }

  private void add(UnaryModule layer) {
    layers.add(child(Integer.toString(layers.size()), layer));
  }

  /**
   * What may be chosen about a perceptron; {@link Mlp#options()} has the defaults.
   *
   * @param activation what follows each layer but the last
   * @param linear the options of all linear layers
   * @param batchNorm whether the results of all linear layers but the last are normalised
   * @param dropout the probability with which the result of an activation is dropped
   */
  public record Options(
      Activation activation, Linear.Options linear, boolean batchNorm, double dropout) {
    /** Returns these options with another activation. */
    public Options activation(Activation value) {
      return new Options(value, linear, batchNorm, dropout);
    }

    /** Returns these options with others for the linear layers. */
    public Options linear(Linear.Options value) {
      return new Options(activation, value, batchNorm, dropout);
    }

    /** Returns these options with or without batch norm. */
    public Options batchNorm(boolean value) {
      return new Options(activation, linear, value, dropout);
    }

    /** Returns these options with another probability of dropout. */
    public Options dropout(double value) {
      return new Options(activation, linear, batchNorm, value);
    }
  }

  /** Returns the default options: ReLU, {@link Linear#options()}, no batch norm, no dropout. */
  public static Options options() {
    return new Options(Activation.relu(), Linear.options(), false, 0);
  }

  @Override
  protected Variable forward(Variable input) {
    return Activation.chain(layers, input);
  }
}
