package org.autograd.nn;

import java.util.List;
import java.util.stream.Stream;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * A stack of {@link TransformerDecoderLayer}s and, if asked for, a layer norm. PyTorch's {@code
 * nn.TransformerDecoder}, with its names ({@code layers.0}, ..., {@code norm}); but each layer has
 * initial values of its own, where PyTorch copies those of the first.
 */
public final class TransformerDecoder extends Module {
  private final List<TransformerDecoderLayer> layers;
  private final @Nullable LayerNorm norm;

  /**
   * Creates a stack.
   *
   * @param count the number of layers
   * @param features of the input, the memory and the result
   * @param heads of the attention, which divide the features among them
   * @param finalNorm whether a layer norm ends the stack
   * @throws IllegalArgumentException if sizes or options are impossible
   */
  public TransformerDecoder(
      int count, long features, long heads, TransformerOptions options, boolean finalNorm) {
    if (count < 1) {
      throw new IllegalArgumentException("TransformerDecoder: needs a layer, got count=" + count);
    }
    Parts parts = new Parts();
    layers =
        Stream.generate(() -> new TransformerDecoderLayer(features, heads, options))
            .limit(count)
            .toList();
    parts.addAll(layers);
    child("layers", parts);
    norm = finalNorm ? child("norm", options.norm(features)) : null;
  }

  /** Returns the layers in their order. */
  public List<TransformerDecoderLayer> layers() {
    return layers;
  }

  /** Returns the result without masks. */
  public Variable apply(Variable target, Variable memory) {
    return apply(target, memory, AttentionMask.none(), AttentionMask.none());
  }

  /**
   * Returns the result with masks for all layers, as in {@link TransformerDecoderLayer#apply}.
   *
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public Variable apply(
      Variable target, Variable memory, AttentionMask targetMask, AttentionMask memoryMask) {
    return call(
            in -> {
              Variable result = in.get(0);
              for (TransformerDecoderLayer layer : layers) {
                result = layer.apply(result, in.get(1), targetMask, memoryMask);
              }
              return List.of(norm == null ? result : norm.apply(result));
            },
            target,
            memory)
        .getFirst();
  }
}
