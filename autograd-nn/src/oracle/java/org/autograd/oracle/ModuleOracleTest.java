package org.autograd.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.nn.BatchNorm;
import org.autograd.nn.BatchNorm1d;
import org.autograd.nn.BatchNorm2d;
import org.autograd.nn.Bilinear;
import org.autograd.nn.ChannelNorm;
import org.autograd.nn.Embedding;
import org.autograd.nn.EmbeddingBag;
import org.autograd.nn.GroupNorm;
import org.autograd.nn.Gru;
import org.autograd.nn.InstanceNorm;
import org.autograd.nn.InstanceNorm2d;
import org.autograd.nn.LayerNorm;
import org.autograd.nn.Linear;
import org.autograd.nn.Lstm;
import org.autograd.nn.Module;
import org.autograd.nn.Recurrent;
import org.autograd.nn.RmsNorm;
import org.autograd.nn.Rnn;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Results, gradients and buffers of modules against libtorch, given the same parameters. */
class ModuleOracleTest {
  @FunctionalInterface
  private interface Theirs {
    Tensor[] apply(Tensor[] inputs, Map<String, Tensor> state);
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Case(
      Module module, Function<Variable[], Variable[]> ours, Theirs theirs, Variable... inputs) {}

  private static final TensorOptional NONE = new TensorOptional();

  private static Variable random(long seed, long... shape) {
    return Variable.randn(new Generator(seed), DType.FLOAT64, shape);
  }

  private static TensorOptional optional(Map<String, Tensor> state, String name) {
    Tensor value = state.get(name);
    return value == null ? NONE : new TensorOptional(value);
  }

  private static Tensor[] one(Tensor result) {
    return new Tensor[] {result};
  }

  private static Variable[] one(Variable result) {
    return new Variable[] {result};
  }

  private static Theirs batchNorm(boolean training) {
    return (x, s) ->
        one(
            torch.batch_norm(
                x[0],
                optional(s, "weight"),
                optional(s, "bias"),
                optional(s, "running_mean"),
                optional(s, "running_var"),
                training,
                .1,
                1e-5,
                false));
  }

  private static Map<String, Case> cases() {
    Map<String, Case> cases = new LinkedHashMap<>();
    ChannelNorm.Options batch = BatchNorm.options().dtype(DType.FLOAT64);
    BatchNorm1d first = new BatchNorm1d(3, batch);
    cases.put(
        "batch norm",
        new Case(first, x -> one(first.apply(x[0])), batchNorm(true), random(1, 5, 3)));
    BatchNorm2d second = new BatchNorm2d(3, batch);
    cases.put(
        "batch norm of images",
        new Case(second, x -> one(second.apply(x[0])), batchNorm(true), random(1, 4, 3, 2, 5)));
    BatchNorm2d evaluated = new BatchNorm2d(3, batch);
    evaluated.apply(random(4, 2, 3, 4, 4).mul(3).add(1));
    evaluated.eval();
    cases.put(
        "batch norm, evaluation",
        new Case(
            evaluated, x -> one(evaluated.apply(x[0])), batchNorm(false), random(1, 4, 3, 2, 5)));
    InstanceNorm2d instance =
        new InstanceNorm2d(
            3, InstanceNorm.options().dtype(DType.FLOAT64).affine(true).trackRunningStats(true));
    cases.put(
        "instance norm",
        new Case(
            instance,
            x -> one(instance.apply(x[0])),
            (x, s) ->
                one(
                    torch.instance_norm(
                        x[0],
                        optional(s, "weight"),
                        optional(s, "bias"),
                        optional(s, "running_mean"),
                        optional(s, "running_var"),
                        true,
                        .1,
                        1e-5,
                        false)),
            random(1, 4, 3, 2, 5)));
    GroupNorm group = new GroupNorm(2, 6, GroupNorm.options().dtype(DType.FLOAT64));
    cases.put(
        "group norm",
        new Case(
            group,
            x -> one(group.apply(x[0])),
            (x, s) ->
                one(
                    torch.group_norm(
                        x[0], 2, optional(s, "weight"), optional(s, "bias"), 1e-5, false)),
            random(1, 2, 6, 3, 2)));
    LayerNorm layer = new LayerNorm(Shape.of(3, 4), LayerNorm.options().dtype(DType.FLOAT64));
    cases.put(
        "layer norm",
        new Case(
            layer,
            x -> one(layer.apply(x[0])),
            (x, s) ->
                one(
                    torch.layer_norm(
                        x[0],
                        new long[] {3, 4},
                        optional(s, "weight"),
                        optional(s, "bias"),
                        1e-5,
                        false)),
            random(1, 5, 3, 4)));
    RmsNorm rms = new RmsNorm(Shape.of(3, 4), RmsNorm.options().dtype(DType.FLOAT64));
    cases.put(
        "rms norm",
        new Case(
            rms,
            x -> one(rms.apply(x[0])),
            (x, s) ->
                one(
                    torch.rms_norm(
                        x[0], new long[] {3, 4}, optional(s, "weight"), new DoubleOptional())),
            // So small that the default epsilon is seen.
            random(1, 5, 3, 4).mul(1e-7)));
    Bilinear bilinear = new Bilinear(2, 3, 4, Linear.options().dtype(DType.FLOAT64));
    cases.put(
        "bilinear",
        new Case(
            bilinear,
            x -> one(bilinear.apply(x[0], x[1])),
            (x, s) -> one(torch.bilinear(x[0], x[1], s.get("weight"), optional(s, "bias"))),
            random(1, 5, 2),
            random(2, 5, 3)));
    embeddings(cases);
    recurrent(cases);
    return cases;
  }

  private static void embeddings(Map<String, Case> cases) {
    Embedding.Options options = Embedding.options().dtype(DType.FLOAT64).padding(2L);
    long[] numbers = {0, 2, 3, 2, 2, 1, 0, 0};
    long[] offsets = {0, 3, 3, 5};
    Embedding table = new Embedding(4, 3, options);
    cases.put(
        "embedding",
        new Case(
            table,
            _ -> one(table.apply(Variable.of(numbers))),
            (_, s) ->
                one(
                    torch.embedding(
                        s.get("weight"), AbstractTensor.create(numbers), 2, false, false))));
    for (EmbeddingBag.Mode mode : EmbeddingBag.Mode.values()) {
      EmbeddingBag bag = new EmbeddingBag(4, 3, mode, options);
      cases.put(
          "embedding bag, " + mode,
          new Case(
              bag,
              _ -> one(bag.apply(Variable.of(numbers), Variable.of(offsets), null)),
              (_, s) ->
                  one(
                      torch
                          .embedding_bag(
                              s.get("weight"),
                              AbstractTensor.create(numbers),
                              AbstractTensor.create(offsets),
                              false,
                              mode.ordinal(),
                              false,
                              NONE,
                              false,
                              new LongOptional(2))
                          .get0())));
    }
  }

  private static void recurrent(Map<String, Case> cases) {
    Recurrent.Options options =
        Recurrent.options().dtype(DType.FLOAT64).layers(2).bidirectional(true).batchFirst(true);
    Variable x = random(1, 3, 5, 4);
    Variable h = random(2, 4, 3, 6);
    Variable c = random(3, 4, 3, 6);
    Lstm lstm = new Lstm(4, 6, options);
    cases.put(
        "lstm",
        new Case(
            lstm,
            in -> {
              Lstm.Result result = lstm.apply(in[0], in[1], in[2]);
              return new Variable[] {result.output(), result.hidden(), result.cell()};
            },
            (in, s) -> {
              var result =
                  torch.lstm(
                      in[0],
                      new TensorVector(in[1], in[2]),
                      weights(s),
                      true,
                      2,
                      0,
                      true,
                      true,
                      true);
              return new Tensor[] {result.get0(), result.get1(), result.get2()};
            },
            x,
            h,
            c));
    Gru gru = new Gru(4, 6, options);
    cases.put(
        "gru",
        new Case(
            gru,
            in -> list(gru.apply(in[0], in[1])),
            (in, s) -> {
              var result = torch.gru(in[0], in[1], weights(s), true, 2, 0, true, true, true);
              return new Tensor[] {result.get0(), result.get1()};
            },
            x,
            h));
    Rnn rnn = new Rnn(4, 6, options);
    cases.put(
        "rnn",
        new Case(
            rnn,
            in -> list(rnn.apply(in[0], in[1])),
            (in, s) -> {
              var result = torch.rnn_tanh(in[0], in[1], weights(s), true, 2, 0, true, true, true);
              return new Tensor[] {result.get0(), result.get1()};
            },
            x,
            h));
  }

  private static Variable[] list(Recurrent.Result result) {
    return new Variable[] {result.output(), result.hidden()};
  }

  /** The order of the names is the order in which libtorch takes the weights. */
  private static TensorVector weights(Map<String, Tensor> state) {
    return new TensorVector(state.values().toArray(Tensor[]::new));
  }

  static Set<String> names() {
    return cases().keySet();
  }

  private static Tensor tensor(Variable x) {
    return AbstractTensor.create(x.toDoubleArray(), x.shape().toArray());
  }

  private static double[] values(Tensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.numel())];
    tensor.detach().to(ScalarType.Double).contiguous().<DoubleBuffer>createBuffer().get(values);
    return values;
  }

  @ParameterizedTest
  @MethodSource("names")
  void equalsPyTorch(String name) {
    try (PointerScope _ = new PointerScope()) {
      compare(Objects.requireNonNull(cases().get(name)));
    }
  }

  private static void compare(Case tested) {
    Map<String, Variable> leaves = new LinkedHashMap<>(tested.module().namedParameters());
    Generator rng = new Generator(5);
    try (var _ = Autograd.noGrad()) {
      for (Variable leaf : leaves.values()) {
        leaf.copy_(Variable.randn(rng, DType.FLOAT64, leaf.shape().toArray()));
      }
    }
    Map<String, Tensor> state = new LinkedHashMap<>();
    tested.module().stateDict().forEach((name, value) -> state.put(name, tensor(value)));
    Variable[] inputs = new Variable[tested.inputs().length];
    Tensor[] tensors = new Tensor[inputs.length];
    TensorVector tensorLeaves = new TensorVector();
    leaves
        .keySet()
        .forEach(name ->
            tensorLeaves.push_back(
                Objects.requireNonNull(state.get(name)).set_requires_grad(true)));
    for (int k = 0; k < inputs.length; k++) {
      inputs[k] = tested.inputs()[k].detach().copy().requiresGrad(true);
      leaves.put("input " + k, inputs[k]);
      tensors[k] = tensor(tested.inputs()[k]).set_requires_grad(true);
      tensorLeaves.push_back(tensors[k]);
    }
    Variable[] actual = tested.ours().apply(inputs);
    Tensor[] expected = tested.theirs().apply(tensors, state);
    List<Variable> seeds = new ArrayList<>();
    TensorVector tensorSeeds = new TensorVector();
    for (int k = 0; k < actual.length; k++) {
      assertArrayEquals(expected[k].shape(), actual[k].shape().toArray(), "shape " + k);
      assertArrayEquals(values(expected[k]), actual[k].toDoubleArray(), 1e-10, "result " + k);
      seeds.add(random(11L + k, actual[k].shape().toArray()));
      tensorSeeds.push_back(tensor(seeds.get(k)));
    }
    TensorVector theirs =
        torch.grad(
            new TensorVector(expected),
            tensorLeaves,
            tensorSeeds,
            new BoolOptional(true),
            false,
            false);
    List<Variable> ours =
        Autograd.grad(
            List.of(actual), seeds, List.copyOf(leaves.values()), BackwardOptions.retainGraph());
    int k = 0;
    for (String name : leaves.keySet()) {
      double[] slopes = values(theirs.get(k));
      double largest = 1;
      for (double slope : slopes) {
        largest = Math.max(largest, Math.abs(slope));
      }
      assertArrayEquals(
          slopes, ours.get(k).toDoubleArray(), 1e-10 * largest, "gradient of " + name);
      k++;
    }
    tested
        .module()
        .stateDict()
        .forEach((name, value) -> {
          // PyTorch's modules count batches, not its functions.
          if (!name.equals("num_batches_tracked")) {
            assertArrayEquals(
                values(Objects.requireNonNull(state.get(name))),
                value.toDoubleArray(),
                1e-12,
                name);
          }
        });
  }
}
