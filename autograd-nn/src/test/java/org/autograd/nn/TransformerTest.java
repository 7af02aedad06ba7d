package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Multi-head attention, layers and stacks of transformers, positions. */
class TransformerTest {
  private static final TransformerOptions OPTIONS =
      TransformerOptions.defaults()
          .feedForward(5)
          .dropout(0)
          .activation(Activation.gelu())
          .batchFirst(true)
          .dtype(DType.FLOAT64)
          .generator(new Generator(1));

  private static Variable random(long seed, long... shape) {
    return Variable.randn(new Generator(seed), DType.FLOAT64, shape);
  }

  private static MultiheadAttention.Options attention() {
    return MultiheadAttention.options().dtype(DType.FLOAT64).generator(new Generator(2));
  }

  private static void assertClose(Variable expected, Variable actual) {
    assertEquals(expected.shape(), actual.shape());
    assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray(), 1e-12);
  }

  private static void assertRefused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }

  @Test
  void namesAndShapesArePyTorchs() {
    assertEquals(
        "in_proj_weight=[12, 4], in_proj_bias=[12], out_proj.weight=[4, 4], out_proj.bias=[4]",
        shapes(new MultiheadAttention(4, 2)));
    assertEquals(
        "q_proj_weight=[4, 4], k_proj_weight=[4, 3], v_proj_weight=[4, 5],"
            + " out_proj.weight=[4, 4]",
        shapes(
            new MultiheadAttention(
                4, 2, MultiheadAttention.options().keyFeatures(3).valueFeatures(5).bias(false))));
    assertEquals(
        List.of(
            "layers.0.self_attn.in_proj_weight",
            "layers.0.self_attn.in_proj_bias",
            "layers.0.self_attn.out_proj.weight",
            "layers.0.self_attn.out_proj.bias",
            "layers.0.multihead_attn.in_proj_weight",
            "layers.0.multihead_attn.in_proj_bias",
            "layers.0.multihead_attn.out_proj.weight",
            "layers.0.multihead_attn.out_proj.bias",
            "layers.0.linear1.weight",
            "layers.0.linear1.bias",
            "layers.0.linear2.weight",
            "layers.0.linear2.bias",
            "layers.0.norm1.weight",
            "layers.0.norm1.bias",
            "layers.0.norm2.weight",
            "layers.0.norm2.bias",
            "layers.0.norm3.weight",
            "layers.0.norm3.bias",
            "norm.weight",
            "norm.bias"),
        List.copyOf(new TransformerDecoder(1, 4, 2, OPTIONS, true).stateDict().keySet()));
  }

  @Test
  void transformerIsEncoderAndDecoder() {
    Transformer model = new Transformer(4, 2, 1, 2, OPTIONS);
    Variable source = random(7, 2, 3, 4);
    Variable target = random(8, 2, 5, 4);
    AttentionMask none = AttentionMask.none();
    Variable result = model.apply(source, target, none, none.causal(true), none);
    Variable memory = model.encoder().layers().getFirst().apply(source);
    memory = ((LayerNorm) model.encoder().children().get("norm")).apply(memory);
    assertClose(model.decoder().apply(target, memory, none.causal(true), none), result);
    // What comes later in the target does not change what comes before.
    Variable shorter = model.apply(source, target.narrow(1, 0, 2), none, none.causal(true), none);
    assertClose(shorter, result.narrow(1, 0, 2));
    List<String> names = List.copyOf(model.stateDict().keySet());
    assertTrue(names.contains("encoder.norm.weight"), names::toString);
    assertTrue(names.contains("decoder.layers.1.multihead_attn.in_proj_bias"), names::toString);
    Variable weight = model.stateDict().get("decoder.layers.0.linear1.weight");
    double bound = Math.sqrt(6.0 / (4 + 5));
    double largest = weight.abs().max().item();
    assertTrue(largest <= bound && largest > .8 * bound, () -> "Xavier's bound is " + bound);
  }

  private static String shapes(Module module) {
    return module.stateDict().entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue().shape())
        .collect(Collectors.joining(", "));
  }

  @Test
  void attentionStartsAsInPyTorch() {
    MultiheadAttention module = new MultiheadAttention(64, 4, attention());
    double bound = Math.sqrt(6.0 / (64 + 3 * 64));
    double[] weight = module.parameters().getFirst().toDoubleArray();
    double largest = 0;
    for (double w : weight) {
      largest = Math.max(largest, Math.abs(w));
    }
    assertTrue(largest <= bound && largest > .99 * bound, () -> "Xavier's bound is " + bound);
    assertArrayEquals(new double[192], module.parameters().get(1).toDoubleArray());
    assertArrayEquals(new double[64], module.parameters().get(3).toDoubleArray());
  }

  /** Each head by itself, from slices of the weights. */
  @Test
  void attentionIsThatOfItsHeads() {
    MultiheadAttention module = new MultiheadAttention(6, 2, attention().batchFirst(true));
    Variable query = random(3, 2, 3, 6);
    Variable key = random(4, 2, 5, 6);
    Variable value = random(5, 2, 5, 6);
    Variable weight = module.stateDict().get("in_proj_weight");
    Variable bias = module.stateDict().get("in_proj_bias").copy_(random(6, 18));
    Variable[] heads = new Variable[2];
    Variable[] weights = new Variable[2];
    for (int h = 0; h < 2; h++) {
      Variable[] inputs = {query, key, value};
      for (int k = 0; k < 3; k++) {
        Variable rows = weight.narrow(0, 6 * k + 3 * h, 3);
        inputs[k] = inputs[k].matmul(rows.transpose()).add(bias.narrow(0, 6 * k + 3 * h, 3));
      }
      weights[h] = inputs[0].matmul(inputs[1].transpose(1, 2)).div(Math.sqrt(3)).softmax(-1);
      heads[h] = weights[h].matmul(inputs[2]);
    }
    Variable joined = Variable.cat(-1, heads);
    Variable expected =
        joined
            .matmul(module.stateDict().get("out_proj.weight").transpose())
            .add(module.stateDict().get("out_proj.bias"));
    assertClose(expected, module.apply(query, key, value));
    AttentionMask none = AttentionMask.none();
    MultiheadAttention.Result mean = module.applyWithWeights(query, key, value, none, true);
    assertClose(expected, mean.output());
    assertClose(weights[0].add(weights[1]).div(2), mean.weights());
    assertClose(
        Variable.stack(1, weights),
        module.applyWithWeights(query, key, value, none, false).weights());
    // Without a batch.
    assertClose(
        expected.select(0, 1),
        module.apply(query.select(0, 1), key.select(0, 1), value.select(0, 1)));
    assertEquals(
        List.of(3L, 5L),
        Arrays.stream(
                module
                    .applyWithWeights(
                        query.select(0, 1), key.select(0, 1), value.select(0, 1), none, true)
                    .weights()
                    .shape()
                    .toArray())
            .boxed()
            .toList());
    // Sequences first.
    MultiheadAttention other = new MultiheadAttention(6, 2, attention());
    other.loadStateDict(module.stateDict());
    assertClose(
        expected.transpose(0, 1),
        other.apply(query.transpose(0, 1), key.transpose(0, 1), value.transpose(0, 1)));
  }

  @Test
  void masksHideWhatTheySay() {
    MultiheadAttention module = new MultiheadAttention(4, 2, attention().batchFirst(true));
    Variable x = random(3, 2, 3, 4);
    Variable hidden = Variable.ones(3, 3).triu(1).ne(0);
    Variable causal = module.apply(x, x, x, AttentionMask.none().causal(true));
    assertClose(causal, module.apply(x, x, x, AttentionMask.none().attention(hidden)));
    Variable added =
        Variable.zeros(DType.FLOAT64, 3, 3).maskedFill(hidden, Double.NEGATIVE_INFINITY);
    assertClose(causal, module.apply(x, x, x, AttentionMask.none().attention(added)));
    assertClose(
        causal,
        module.apply(
            x, x, x, AttentionMask.none().attention(added.unsqueeze(0).expand(4, 3, 3).copy())));
    // The first position sees itself only.
    assertClose(
        module.apply(x.narrow(1, 0, 1), x.narrow(1, 0, 1), x.narrow(1, 0, 1)),
        causal.narrow(1, 0, 1));
    // The second example ends after two positions.
    Variable padding = Variable.of(false, false, false, false, false, true).reshape(2, 3);
    AttentionMask mask = AttentionMask.none().keyPadding(padding);
    Variable padded = module.apply(x, x, x, mask);
    Variable shorter = x.narrow(0, 1, 1).narrow(1, 0, 2);
    assertClose(module.apply(shorter, shorter, shorter), padded.narrow(0, 1, 1).narrow(1, 0, 2));
    assertClose(module.apply(x, x, x).select(0, 0), padded.select(0, 0));
    Variable both = module.apply(x, x, x, mask.causal(true));
    assertClose(both, module.apply(x, x, x, mask.attention(hidden)));
    assertClose(both, module.apply(x, x, x, mask.attention(added)));
    // A sequence of padding alone: only the bias of the projection is left.
    Variable all = Variable.of(true, true, true, false, false, false).reshape(2, 3);
    Variable blind = module.apply(x, x, x, AttentionMask.none().keyPadding(all));
    assertArrayEquals(new double[12], blind.select(0, 0).toDoubleArray());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientsOfAttention(boolean own) {
    MultiheadAttention.Options options = attention().batchFirst(true);
    MultiheadAttention module =
        new MultiheadAttention(4, 2, own ? options.keyFeatures(3).valueFeatures(2) : options);
    Variable query = random(3, 2, 3, 4);
    Variable key = random(4, 2, 3, own ? 3 : 4);
    Variable value = random(5, 2, 3, own ? 2 : 4);
    AttentionMask mask = AttentionMask.none().causal(true);
    ModuleGradients.check(module, () -> module.apply(query, key, value, mask), query, key, value);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientsOfTheLayers(boolean normFirst) {
    TransformerOptions options = OPTIONS.normFirst(normFirst);
    TransformerEncoder encoder = new TransformerEncoder(2, 4, 2, options, normFirst);
    Variable source = random(3, 2, 3, 4);
    ModuleGradients.check(encoder, () -> encoder.apply(source), source);
    TransformerDecoder decoder = new TransformerDecoder(1, 4, 2, options, true);
    Variable target = random(4, 2, 2, 4);
    AttentionMask causal = AttentionMask.none().causal(true);
    ModuleGradients.check(
        decoder, () -> decoder.apply(target, source, causal, AttentionMask.none()), target, source);
  }

  @Test
  void dropoutWorksInTrainingOnly() {
    TransformerEncoderLayer layer = new TransformerEncoderLayer(4, 2, OPTIONS.dropout(.5));
    Variable x = random(3, 2, 3, 4);
    assertTrue(!Arrays.equals(layer.apply(x).toDoubleArray(), layer.apply(x).toDoubleArray()));
    layer.eval();
    assertArrayEquals(layer.apply(x).toDoubleArray(), layer.apply(x).toDoubleArray());
  }

  @Test
  void hooksAndSummariesSeeAttention() {
    TransformerEncoder encoder = new TransformerEncoder(1, 4, 2, OPTIONS, true);
    String table = encoder.summary(2, 3, 4).toString();
    assertTrue(table.contains("self_attn (MultiheadAttention)  [2, 3, 4]"), table);
    assertTrue(table.contains("out_proj (Linear)"), table);
  }

  @Test
  void sinusoidalPositions() {
    double[] actual =
        PositionalEncoding.sinusoidal(10, 6, DType.FLOAT64)
            .apply(Variable.zeros(DType.FLOAT64, 2, 7, 6))
            .toDoubleArray();
    for (int example = 0; example < 2; example++) {
      for (int position = 0; position < 7; position++) {
        for (int k = 0; k < 3; k++) {
          double angle = position / Math.pow(10000, 2 * k / 6.0);
          int at = (example * 7 + position) * 6 + 2 * k;
          assertEquals(Math.sin(angle), actual[at], 1e-14);
          assertEquals(Math.cos(angle), actual[at + 1], 1e-14);
        }
      }
    }
    PositionalEncoding first = PositionalEncoding.sinusoidal(10, 6, DType.FLOAT64).axis(0);
    Variable x = random(1, 7, 2, 6);
    assertClose(
        PositionalEncoding.sinusoidal(10, 6, DType.FLOAT64)
            .apply(x.transpose(0, 1))
            .transpose(0, 1),
        first.apply(x));
    assertEquals(0, first.stateDict().size());
  }

  @Test
  void learnedPositions() {
    PositionalEncoding module = PositionalEncoding.learned(3, 4, DType.FLOAT64, new Generator(1));
    Variable x = random(2, 2, 3, 4);
    assertClose(x.add(module.stateDict().get("weight")), module.apply(x));
    ModuleGradients.check(module, () -> module.apply(x), x);
    assertRefused(
        "in module PositionalEncoding: the input float64[2, 4, 4] must be float64 with 4 features"
            + " along its last axis and a sequence of at most 3 along axis -2",
        () -> module.apply(random(2, 2, 4, 4)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rotations(boolean interleaved) {
    RotaryEmbedding rotary = new RotaryEmbedding(20, 6, 100, interleaved, DType.FLOAT64);
    Variable x = random(1, 2, 5, 6);
    double[] in = x.toDoubleArray();
    double[] out = rotary.apply(x).toDoubleArray();
    for (int row = 0; row < 10; row++) {
      for (int k = 0; k < 3; k++) {
        double angle = row % 5 * Math.pow(100, -2 * k / 6.0);
        int a = row * 6 + (interleaved ? 2 * k : k);
        int b = row * 6 + (interleaved ? 2 * k + 1 : k + 3);
        assertEquals(in[a] * Math.cos(angle) - in[b] * Math.sin(angle), out[a], 1e-14);
        assertEquals(in[b] * Math.cos(angle) + in[a] * Math.sin(angle), out[b], 1e-14);
      }
    }
    // Products depend on the distance only.
    Variable query = random(2, 1, 6);
    Variable key = random(3, 1, 6);
    double near = rotary.apply(query, 7).mul(rotary.apply(key, 4)).sum().item();
    double far = rotary.apply(query, 18).mul(rotary.apply(key, 15)).sum().item();
    assertEquals(near, far, 1e-13);
    ModuleGradients.check(rotary, () -> rotary.apply(x, 2), x);
    assertEquals(0, rotary.stateDict().size());
    assertRefused(
        "in module RotaryEmbedding: the input float64[2, 5, 6] from position 16 must be"
            + " float64[..., sequence, 6] and end before position 20",
        () -> rotary.apply(x, 16));
  }

  @Test
  void mistakesAreRefused() {
    assertRefused(
        "MultiheadAttention: features=5 must be a multiple of heads=2",
        () -> new MultiheadAttention(5, 2));
    MultiheadAttention module = new MultiheadAttention(4, 2);
    Variable x = Variable.zeros(3, 2, 4);
    assertRefused(
        "in module MultiheadAttention: query, key and value must be float32 [sequence, batch, 4],"
            + " [sequence, batch, 4] and [sequence, batch, 4], or all without batch, and key and"
            + " value equally long; got float32[3, 2, 4], float32[3, 2, 4] and float32[2, 2, 4]",
        () -> module.apply(x, x, Variable.zeros(2, 2, 4)));
    assertRefused(
        "in module MultiheadAttention: the mask keyPadding bool[3, 2] must be bool or float32 of"
            + " shape [2, 3]",
        () -> module.apply(x, x, x, AttentionMask.none().keyPadding(Variable.zeros(3, 2).ne(0))));
    assertRefused(
        "in module MultiheadAttention: the mask attention float32[2, 3, 3] must be bool or float32"
            + " of shape [4, 3, 3] (batch * heads = 4, queries, keys)",
        () -> module.apply(x, x, x, AttentionMask.none().attention(Variable.zeros(2, 3, 3))));
    assertRefused(
        "sinusoidal: features must be even, a sine and a cosine each, got 3",
        () -> PositionalEncoding.sinusoidal(4, 3));
    assertRefused(
        "TransformerEncoder: needs a layer, got count=0",
        () -> new TransformerEncoder(0, 4, 2, OPTIONS, true));
    assertThrows(IllegalArgumentException.class, () -> new RotaryEmbedding(4, 3));
  }
}
