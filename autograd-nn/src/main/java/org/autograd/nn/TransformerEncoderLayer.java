package org.autograd.nn;

import java.util.List;
import org.autograd.Variable;

/**
 * Self-attention and two linear layers, each with a residual connection and layer norm (Vaswani et
 * al., 2017). PyTorch's {@code nn.TransformerEncoderLayer}, with its names: {@code self_attn},
 * {@code linear1}, {@code linear2}, {@code norm1}, {@code norm2}.
 */
public final class TransformerEncoderLayer extends UnaryModule {
  private final TransformerOptions options;
  private final MultiheadAttention attention;
  private final Linear linear1;
  private final Dropout dropout;
  private final Linear linear2;
  private final LayerNorm norm1;
  private final LayerNorm norm2;
  private final Dropout dropout1;
  private final Dropout dropout2;

  /** Creates a layer with the default options. */
  public TransformerEncoderLayer(long features, long heads) {
    this(features, heads, TransformerOptions.defaults());
  }

  /**
   * Creates a layer.
   *
   * @param features of the input and of the result
   * @param heads of the attention, which divide the features among them
   * @throws IllegalArgumentException if sizes or options are impossible
   */
  public TransformerEncoderLayer(long features, long heads, TransformerOptions options) {
    this.options = options;
    attention = child("self_attn", options.attention(features, heads));
    linear1 = child("linear1", options.linear(features, options.feedForward()));
    dropout = child("dropout", new Dropout(options.dropout()));
    linear2 = child("linear2", options.linear(options.feedForward(), features));
    norm1 = child("norm1", options.norm(features));
    norm2 = child("norm2", options.norm(features));
    dropout1 = child("dropout1", new Dropout(options.dropout()));
    dropout2 = child("dropout2", new Dropout(options.dropout()));
  }

  /** Returns the options that this was created with. */
  public TransformerOptions configuration() {
    return options;
  }

  @Override
  protected Variable forward(Variable input) {
    return forward(input, AttentionMask.none());
  }

  /**
   * Returns the result for an input of which not every position sees every other; PyTorch's {@code
   * src_mask}, {@code src_key_padding_mask} and {@code is_causal}.
   *
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public Variable apply(Variable input, AttentionMask mask) {
    return call(in -> List.of(forward(in.getFirst(), mask)), input).getFirst();
  }

  private Variable forward(Variable input, AttentionMask mask) {
    Variable attended =
        options.residual(input, norm1, x -> dropout1.apply(attention.apply(x, x, x, mask)));
    return options.residual(
        attended,
        norm2,
        x ->
            dropout2.apply(
                linear2.apply(
                    dropout.apply(Activation.chain(List.of(linear1, options.activation()), x)))));
  }

  @Override
  protected String settings() {
    return "normFirst=" + options.normFirst() + ", activation=" + options.activation().label();
  }
}
