package org.autograd.nn;

import java.util.List;
import java.util.stream.Stream;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * A stack of {@link TransformerEncoderLayer}s and, if asked for, a layer norm. PyTorch's {@code
 * nn.TransformerEncoder}, with its names ({@code layers.0}, ..., {@code norm}); but each layer has
 * initial values of its own, where PyTorch copies those of the first.
 *
 * <pre>{@code
 * TransformerEncoder encoder =
 *     new TransformerEncoder(2, 128, 4, TransformerOptions.defaults().batchFirst(true), false);
 * Variable y = encoder.apply(x, AttentionMask.none().keyPadding(padding));
 * }</pre>
 */
public final class TransformerEncoder extends UnaryModule {
  private final List<TransformerEncoderLayer> layers;
  private final @Nullable LayerNorm norm;

  /**
   * Creates a stack.
   *
   * @param count the number of layers
   * @param features of the input and of the result
   * @param heads of the attention, which divide the features among them
   * @param finalNorm whether a layer norm ends the stack, as is usual after layers with the norm
   *     first
   * @throws IllegalArgumentException if sizes or options are impossible
   */
  public TransformerEncoder(
      int count, long features, long heads, TransformerOptions options, boolean finalNorm) {
    if (count < 1) {
      throw new IllegalArgumentException("TransformerEncoder: needs a layer, got count=" + count);
    }
    Parts parts = new Parts();
    layers =
        Stream.generate(() -> new TransformerEncoderLayer(features, heads, options))
            .limit(count)
            .toList();
    parts.addAll(layers);
    child("layers", parts);
    norm = finalNorm ? child("norm", options.norm(features)) : null;
  }

  /** Returns the layers in their order. */
  public List<TransformerEncoderLayer> layers() {
    return layers;
  }

  @Override
  protected Variable forward(Variable input) {
    return forward(input, AttentionMask.none());
  }

  /**
   * Returns the result with a mask for all layers.
   *
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public Variable apply(Variable input, AttentionMask mask) {
    return call(in -> List.of(forward(in.getFirst(), mask)), input).getFirst();
  }

  private Variable forward(Variable input, AttentionMask mask) {
    Variable result = input;
    for (TransformerEncoderLayer layer : layers) {
      result = layer.apply(result, mask);
    }
    return norm == null ? result : norm.apply(result);
  }
}
