package org.autograd.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.nn.Activation;
import org.autograd.nn.Attention;
import org.autograd.nn.AttentionMask;
import org.autograd.nn.MultiheadAttention;
import org.autograd.nn.TransformerDecoderLayer;
import org.autograd.nn.TransformerEncoder;
import org.autograd.nn.TransformerOptions;
import org.autograd.type.DType;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.MultiheadAttentionImpl;
import org.bytedeco.pytorch.MultiheadAttentionOptions;
import org.bytedeco.pytorch.StringTensorDict;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.TransformerDecoderLayerImpl;
import org.bytedeco.pytorch.TransformerDecoderLayerOptions;
import org.bytedeco.pytorch.TransformerEncoderImpl;
import org.bytedeco.pytorch.TransformerEncoderLayerOptions;
import org.bytedeco.pytorch.TransformerEncoderOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.kGELU;
import org.bytedeco.pytorch.kReLU;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attention and the layers of transformers against libtorch: their parameters by name, values and
 * gradients towards inputs and parameters.
 */
class AttentionOracleTest {
  private static Variable random(long seed, long... shape) {
    return Variable.randn(new Generator(seed), DType.FLOAT64, shape);
  }

  private static Tensor tensor(Variable x) {
    long[] shape = x.shape().toArray();
    Tensor tensor = AbstractTensor.create(x.to(DType.FLOAT64).toDoubleArray(), shape);
    return x.dtype() == DType.BOOL ? tensor.to(ScalarType.Bool) : tensor;
  }

  /** The C++ modules add a mask of bools as numbers. */
  private static Tensor added(Variable hidden) {
    Variable zeros = Variable.zeros(DType.FLOAT64, hidden.shape().toArray());
    return tensor(zeros.maskedFill(hidden, Double.NEGATIVE_INFINITY));
  }

  private static double[] values(Tensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.numel())];
    tensor.detach().to(ScalarType.Double).contiguous().<DoubleBuffer>createBuffer().get(values);
    return values;
  }

  private static void compare(
      Variable actual, Tensor expected, List<Variable> leaves, TensorVector theirLeaves) {
    assertArrayEquals(expected.shape(), actual.shape().toArray());
    assertArrayEquals(values(expected), actual.toDoubleArray(), 1e-10, "value");
    Variable seed = random(11, actual.shape().toArray());
    TensorVector theirs =
        torch.grad(
            new TensorVector(expected),
            theirLeaves,
            new TensorVector(tensor(seed)),
            new BoolOptional(true),
            false,
            false);
    List<Variable> ours =
        Autograd.grad(List.of(actual), List.of(seed), leaves, BackwardOptions.retainGraph());
    for (int k = 0; k < leaves.size(); k++) {
      assertArrayEquals(values(theirs.get(k)), ours.get(k).toDoubleArray(), 1e-9, "gradient " + k);
    }
  }

  @Test
  void scaledDotProduct() {
    Variable mask = random(5, 6, 7).gt(-.5);
    Variable blind = Variable.ones(6, 7).ne(0).logicalAnd(Variable.arange(6).unsqueeze(1).ne(2));
    Map<Attention.Options, Tensor> cases = new LinkedHashMap<>();
    try (PointerScope _ = new PointerScope()) {
      cases.put(Attention.options(), null);
      cases.put(Attention.options().scale(.3), null);
      cases.put(Attention.options().causal(true), null);
      cases.put(Attention.options().mask(mask), tensor(mask));
      cases.put(Attention.options().mask(blind), tensor(blind));
      Variable added = random(6, 2, 1, 6, 7);
      cases.put(Attention.options().mask(added), tensor(added));
      cases.forEach((options, theirMask) -> {
        List<Variable> leaves = new ArrayList<>();
        TensorVector theirLeaves = new TensorVector();
        for (int k = 0; k < 3; k++) {
          Variable leaf = random(k + 1, 2, 3, k == 0 ? 6 : 7, k == 2 ? 5 : 4).requiresGrad(true);
          leaves.add(leaf);
          theirLeaves.push_back(tensor(leaf.detach()).set_requires_grad(true));
        }
        Double scale = options.scale();
        Tensor expected =
            torch.scaled_dot_product_attention(
                theirLeaves.get(0),
                theirLeaves.get(1),
                theirLeaves.get(2),
                theirMask == null ? new TensorOptional() : new TensorOptional(theirMask),
                0,
                options.causal(),
                scale == null ? new DoubleOptional() : new DoubleOptional(scale),
                false);
        compare(
            Attention.scaledDotProduct(leaves.get(0), leaves.get(1), leaves.get(2), options),
            expected,
            leaves,
            theirLeaves);
      });
    }
  }

  /** Loads their parameters, which must have our names, and adds both to the leaves. */
  private static void load(
      org.autograd.nn.Module module, Module theirs, List<Variable> leaves, TensorVector all) {
    theirs.to(ScalarType.Double, false);
    StringTensorDict named = theirs.named_parameters();
    Map<String, Variable> state = new LinkedHashMap<>();
    for (long k = 0; k < named.size(); k++) {
      String name = named.get(k).key().getString();
      Tensor value = named.get(k).access();
      state.put(name, Variable.fromArray(values(value), value.shape()));
    }
    module.loadStateDict(state);
    module
        .namedParameters()
        .forEach((name, parameter) -> {
          leaves.add(parameter);
          all.push_back(named.get(name));
        });
  }

  private static Variable input(
      List<Variable> leaves, TensorVector theirLeaves, long seed, long... shape) {
    Variable x = random(seed, shape).requiresGrad(true);
    leaves.add(x);
    theirLeaves.push_back(tensor(x.detach()).set_requires_grad(true));
    return x;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void multiheadAttention(boolean own) {
    try (PointerScope _ = new PointerScope()) {
      MultiheadAttentionOptions theirOptions = new MultiheadAttentionOptions(6, 2);
      theirOptions.kdim().put(own ? 3 : 6);
      theirOptions.vdim().put(own ? 3 : 6);
      MultiheadAttentionImpl theirs = new MultiheadAttentionImpl(theirOptions);
      MultiheadAttention ours =
          new MultiheadAttention(
              6,
              2,
              MultiheadAttention.options()
                  .dtype(DType.FLOAT64)
                  .keyFeatures(own ? 3 : 0)
                  .valueFeatures(own ? 3 : 0));
      List<Variable> leaves = new ArrayList<>();
      TensorVector theirLeaves = new TensorVector();
      Variable query = input(leaves, theirLeaves, 1, 4, 3, 6);
      Variable key = input(leaves, theirLeaves, 2, 5, 3, own ? 3 : 6);
      Variable value = input(leaves, theirLeaves, 3, 5, 3, own ? 3 : 6);
      load(ours, theirs, leaves, theirLeaves);
      Variable padding = Variable.zeros(3, 5).ne(0).indexFill(1, Variable.of(4L), 1);
      Variable hidden = Variable.ones(4, 5).triu(2).ne(0);
      T_TensorTensor_T expected =
          theirs.forward(
              theirLeaves.get(0),
              theirLeaves.get(1),
              theirLeaves.get(2),
              tensor(padding),
              true,
              added(hidden),
              true);
      AttentionMask mask = AttentionMask.none().attention(hidden).keyPadding(padding);
      MultiheadAttention.Result actual = ours.applyWithWeights(query, key, value, mask, true);
      assertArrayEquals(
          values(expected.get1()), actual.weights().toDoubleArray(), 1e-12, "weights");
      compare(actual.output(), expected.get0(), leaves, theirLeaves);
      compare(ours.apply(query, key, value, mask), expected.get0(), leaves, theirLeaves);
    }
  }

  private static TransformerOptions options(boolean gelu) {
    return TransformerOptions.defaults()
        .feedForward(7)
        .dropout(0)
        .activation(gelu ? Activation.gelu() : Activation.relu())
        .dtype(DType.FLOAT64);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void encoder(boolean gelu) {
    try (PointerScope _ = new PointerScope()) {
      TransformerEncoderLayerOptions layer = new TransformerEncoderLayerOptions(6, 2);
      layer.dim_feedforward().put(7);
      layer.dropout().put(0);
      if (gelu) {
        layer.activation().put(new kGELU());
      } else {
        layer.activation().put(new kReLU());
      }
      TransformerEncoderImpl theirs =
          new TransformerEncoderImpl(new TransformerEncoderOptions(layer, 2));
      TransformerEncoder ours = new TransformerEncoder(2, 6, 2, options(gelu), false);
      List<Variable> leaves = new ArrayList<>();
      TensorVector theirLeaves = new TensorVector();
      Variable x = input(leaves, theirLeaves, 1, 4, 3, 6);
      load(ours, theirs, leaves, theirLeaves);
      Variable hidden = Variable.ones(4, 4).triu(1).ne(0);
      Variable padding = Variable.zeros(3, 4).ne(0).indexFill(1, Variable.of(3L), 1);
      Tensor expected = theirs.forward(theirLeaves.get(0), added(hidden), tensor(padding));
      compare(
          ours.apply(x, AttentionMask.none().causal(true).keyPadding(padding)),
          expected,
          leaves,
          theirLeaves);
    }
  }

  @Test
  void decoderLayer() {
    try (PointerScope _ = new PointerScope()) {
      TransformerDecoderLayerOptions layer = new TransformerDecoderLayerOptions(6, 2);
      layer.dim_feedforward().put(7);
      layer.dropout().put(0);
      TransformerDecoderLayerImpl theirs = new TransformerDecoderLayerImpl(layer);
      TransformerDecoderLayer ours = new TransformerDecoderLayer(6, 2, options(false));
      List<Variable> leaves = new ArrayList<>();
      TensorVector theirLeaves = new TensorVector();
      Variable target = input(leaves, theirLeaves, 1, 4, 3, 6);
      Variable memory = input(leaves, theirLeaves, 2, 5, 3, 6);
      load(ours, theirs, leaves, theirLeaves);
      Variable hidden = Variable.ones(4, 4).triu(1).ne(0);
      Tensor none = new Tensor();
      Tensor expected =
          theirs.forward(theirLeaves.get(0), theirLeaves.get(1), added(hidden), none, none, none);
      compare(
          ours.apply(target, memory, AttentionMask.none().causal(true), AttentionMask.none()),
          expected,
          leaves,
          theirLeaves);
    }
  }

  @Test
  void shrinkingActivations() {
    try (PointerScope _ = new PointerScope()) {
      List<Variable> leaves = new ArrayList<>();
      TensorVector theirLeaves = new TensorVector();
      Variable x = Variable.of(-1.0, -.5, -.2, 0.0, .5, .7).requiresGrad(true);
      leaves.add(x);
      theirLeaves.push_back(tensor(x.detach()).set_requires_grad(true));
      Tensor theirs = theirLeaves.get(0);
      compare(Activation.hardshrink().apply(x), torch.hardshrink(theirs), leaves, theirLeaves);
      compare(Activation.softshrink().apply(x), torch.softshrink(theirs), leaves, theirLeaves);
      compare(Activation.tanhshrink().apply(x), theirs.sub(theirs.tanh()), leaves, theirLeaves);
    }
  }
}
