package org.autograd.nn;

import java.util.List;
import org.autograd.Variable;

/**
 * An encoder and a decoder that attends to what the encoder has made (Vaswani et al., 2017).
 * PyTorch's {@code nn.Transformer}, with its names ({@code encoder.layers.0}, ..., {@code
 * decoder.norm}): both stacks end with a layer norm, and matrices are initialised by {@link
 * Initializers#xavierUniform}.
 *
 * <pre>{@code
 * Transformer model = new Transformer(128, 4, 2, 2, TransformerOptions.defaults().batchFirst(true));
 * AttentionMask none = AttentionMask.none();
 * Variable y = model.apply(source, target, none, none.causal(true), none);
 * }</pre>
 */
public final class Transformer extends Module {
  private final TransformerEncoder encoder;
  private final TransformerDecoder decoder;

  /**
   * Creates a model.
   *
   * @param features of source, target and result
   * @param heads of each attention, which divide the features among them
   * @param encoderLayers the number of layers of the encoder
   * @param decoderLayers the number of layers of the decoder
   * @throws IllegalArgumentException if sizes or options are impossible
   */
  public Transformer(
      long features, long heads, int encoderLayers, int decoderLayers, TransformerOptions options) {
    encoder =
        child("encoder", new TransformerEncoder(encoderLayers, features, heads, options, true));
    decoder =
        child("decoder", new TransformerDecoder(decoderLayers, features, heads, options, true));
    for (Variable parameter : parameters()) {
      if (parameter.rank() > 1) {
        Initializers.xavierUniform(1).fill(parameter, options.generator());
      }
    }
  }

  /** Returns the stack that reads the source. */
  public TransformerEncoder encoder() {
    return encoder;
  }

  /** Returns the stack that writes the target. */
  public TransformerDecoder decoder() {
    return decoder;
  }

  /** Returns the result without masks. */
  public Variable apply(Variable source, Variable target) {
    AttentionMask none = AttentionMask.none();
    return apply(source, target, none, none, none);
  }

  /**
   * Returns the result.
   *
   * @param source what the encoder reads, {@code [source, batch, features]}, or {@code [batch,
   *     source, features]} with {@code batchFirst}
   * @param target what the decoder has so far
   * @param sourceMask which positions of the source a position of it sees
   * @param targetMask which positions of the target a position of it sees, usually a causal mask
   * @param memoryMask which positions of the source a position of the target sees
   * @return of the target's shape
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public Variable apply(
      Variable source,
      Variable target,
      AttentionMask sourceMask,
      AttentionMask targetMask,
      AttentionMask memoryMask) {
    return call(
            in ->
                List.of(
                    decoder.apply(
                        in.get(1), encoder.apply(in.get(0), sourceMask), targetMask, memoryMask)),
            source,
            target)
        .getFirst();
  }
}
