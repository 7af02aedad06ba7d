package org.autograd.nn;

import java.util.List;
import org.autograd.Variable;

/**
 * Self-attention, attention to an encoder's result ("memory") and two linear layers, each with a
 * residual connection and layer norm (Vaswani et al., 2017). PyTorch's {@code
 * nn.TransformerDecoderLayer}, with its names: {@code self_attn}, {@code multihead_attn}, {@code
 * linear1}, {@code linear2}, {@code norm1}, {@code norm2}, {@code norm3}.
 */
public final class TransformerDecoderLayer extends Module {
  private final TransformerOptions options;
  private final MultiheadAttention attention;
  private final MultiheadAttention memoryAttention;
  private final Linear linear1;
  private final Dropout dropout;
  private final Linear linear2;
  private final LayerNorm norm1;
  private final LayerNorm norm2;
  private final LayerNorm norm3;
  private final Dropout dropout1;
  private final Dropout dropout2;
  private final Dropout dropout3;

  /** Creates a layer with the default options. */
  public TransformerDecoderLayer(long features, long heads) {
    this(features, heads, TransformerOptions.defaults());
  }

  /**
   * Creates a layer.
   *
   * @param features of the input, the memory and the result
   * @param heads of both attentions, which divide the features among them
   * @throws IllegalArgumentException if sizes or options are impossible
   */
  public TransformerDecoderLayer(long features, long heads, TransformerOptions options) {
    this.options = options;
    attention = child("self_attn", options.attention(features, heads));
    memoryAttention = child("multihead_attn", options.attention(features, heads));
    linear1 = child("linear1", options.linear(features, options.feedForward()));
    dropout = child("dropout", new Dropout(options.dropout()));
    linear2 = child("linear2", options.linear(options.feedForward(), features));
    norm1 = child("norm1", options.norm(features));
    norm2 = child("norm2", options.norm(features));
    norm3 = child("norm3", options.norm(features));
    dropout1 = child("dropout1", new Dropout(options.dropout()));
    dropout2 = child("dropout2", new Dropout(options.dropout()));
    dropout3 = child("dropout3", new Dropout(options.dropout()));
  }

  /** Returns the options that this was created with. */
  public TransformerOptions configuration() {
    return options;
  }

  /** Returns the result without masks. */
  public Variable apply(Variable target, Variable memory) {
    return apply(target, memory, AttentionMask.none(), AttentionMask.none());
  }

  /**
   * Returns the result.
   *
   * @param target what is decoded
   * @param memory what the encoder has made
   * @param targetMask which positions of the target a position of it sees; causal in a language
   *     model
   * @param memoryMask which positions of the memory a position of the target sees
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public Variable apply(
      Variable target, Variable memory, AttentionMask targetMask, AttentionMask memoryMask) {
    return call(
            in -> List.of(forward(in.get(0), in.get(1), targetMask, memoryMask)), target, memory)
        .getFirst();
  }

  private Variable forward(
      Variable target, Variable memory, AttentionMask targetMask, AttentionMask memoryMask) {
    Variable self =
        options.residual(target, norm1, x -> dropout1.apply(attention.apply(x, x, x, targetMask)));
    Variable informed =
        options.residual(
            self, norm2, x -> dropout2.apply(memoryAttention.apply(x, memory, memory, memoryMask)));
    return options.residual(
        informed,
        norm3,
        x ->
            dropout3.apply(
                linear2.apply(
                    dropout.apply(Activation.chain(List.of(linear1, options.activation()), x)))));
  }

  @Override
  protected String settings() {
    return "normFirst=" + options.normFirst() + ", activation=" + options.activation().label();
  }
}
