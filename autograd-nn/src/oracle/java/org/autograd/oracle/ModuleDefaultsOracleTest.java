package org.autograd.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.InterpolateOptions;
import org.autograd.PoolingOptions;
import org.autograd.Variable;
import org.autograd.nn.Activation;
import org.autograd.nn.BatchNorm1d;
import org.autograd.nn.BatchNorm2d;
import org.autograd.nn.BatchNorm3d;
import org.autograd.nn.Bilinear;
import org.autograd.nn.Conv1d;
import org.autograd.nn.Conv2d;
import org.autograd.nn.Conv3d;
import org.autograd.nn.ConvTranspose1d;
import org.autograd.nn.ConvTranspose2d;
import org.autograd.nn.ConvTranspose3d;
import org.autograd.nn.Embedding;
import org.autograd.nn.Flatten;
import org.autograd.nn.GroupNorm;
import org.autograd.nn.Gru;
import org.autograd.nn.GruCell;
import org.autograd.nn.InstanceNorm1d;
import org.autograd.nn.InstanceNorm2d;
import org.autograd.nn.InstanceNorm3d;
import org.autograd.nn.LayerNorm;
import org.autograd.nn.Linear;
import org.autograd.nn.Lstm;
import org.autograd.nn.LstmCell;
import org.autograd.nn.Module;
import org.autograd.nn.MultiheadAttention;
import org.autograd.nn.PRelu;
import org.autograd.nn.PixelShuffle;
import org.autograd.nn.Pooling;
import org.autograd.nn.Rnn;
import org.autograd.nn.RnnCell;
import org.autograd.nn.UnaryModule;
import org.autograd.nn.Upsample;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.BatchNorm1dImpl;
import org.bytedeco.pytorch.BatchNorm2dImpl;
import org.bytedeco.pytorch.BatchNorm3dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.BilinearImpl;
import org.bytedeco.pytorch.CELUImpl;
import org.bytedeco.pytorch.Conv1dImpl;
import org.bytedeco.pytorch.Conv1dOptions;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.Conv3dImpl;
import org.bytedeco.pytorch.Conv3dOptions;
import org.bytedeco.pytorch.ConvTranspose1dImpl;
import org.bytedeco.pytorch.ConvTranspose1dOptions;
import org.bytedeco.pytorch.ConvTranspose2dImpl;
import org.bytedeco.pytorch.ConvTranspose2dOptions;
import org.bytedeco.pytorch.ConvTranspose3dImpl;
import org.bytedeco.pytorch.ConvTranspose3dOptions;
import org.bytedeco.pytorch.ELUImpl;
import org.bytedeco.pytorch.EmbeddingImpl;
import org.bytedeco.pytorch.FlattenImpl;
import org.bytedeco.pytorch.GELUImpl;
import org.bytedeco.pytorch.GLUImpl;
import org.bytedeco.pytorch.GRUCellImpl;
import org.bytedeco.pytorch.GRUImpl;
import org.bytedeco.pytorch.GroupNormImpl;
import org.bytedeco.pytorch.HardshrinkImpl;
import org.bytedeco.pytorch.HardtanhImpl;
import org.bytedeco.pytorch.InstanceNorm1dImpl;
import org.bytedeco.pytorch.InstanceNorm2dImpl;
import org.bytedeco.pytorch.InstanceNorm3dImpl;
import org.bytedeco.pytorch.InstanceNormOptions;
import org.bytedeco.pytorch.LSTMCellImpl;
import org.bytedeco.pytorch.LSTMImpl;
import org.bytedeco.pytorch.LayerNormImpl;
import org.bytedeco.pytorch.LeakyReLUImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LogSigmoidImpl;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.MaxPool2dImpl;
import org.bytedeco.pytorch.MaxPool2dOptions;
import org.bytedeco.pytorch.MishImpl;
import org.bytedeco.pytorch.MultiheadAttentionImpl;
import org.bytedeco.pytorch.PReLUImpl;
import org.bytedeco.pytorch.PixelShuffleImpl;
import org.bytedeco.pytorch.PixelShuffleOptions;
import org.bytedeco.pytorch.RNNCellImpl;
import org.bytedeco.pytorch.RNNImpl;
import org.bytedeco.pytorch.ReLU6Impl;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SELUImpl;
import org.bytedeco.pytorch.SiLUImpl;
import org.bytedeco.pytorch.SigmoidImpl;
import org.bytedeco.pytorch.Softmax2dImpl;
import org.bytedeco.pytorch.SoftplusImpl;
import org.bytedeco.pytorch.SoftshrinkImpl;
import org.bytedeco.pytorch.SoftsignImpl;
import org.bytedeco.pytorch.StringTensorDict;
import org.bytedeco.pytorch.TanhImpl;
import org.bytedeco.pytorch.TanhshrinkImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Modules made with the defaults, as libtorch makes them: the same names and shapes of parameters
 * and buffers, initial values of the same distribution, and with the same values the same results
 * and gradients, in float32; and a refusal where it refuses.
 */
class ModuleDefaultsOracleTest {
  private record Case(
      Module module,
      UnaryOperator<Variable> ours,
      org.bytedeco.pytorch.Module theirModule,
      UnaryOperator<Tensor> theirs,
      Variable input) {}

  private static Variable random(long... shape) {
    return Variable.randn(new Generator(7), DType.FLOAT32, shape);
  }

  private static Case of(
      UnaryModule ours,
      org.bytedeco.pytorch.Module module,
      UnaryOperator<Tensor> theirs,
      long... shape) {
    return new Case(ours, ours, module, theirs, random(shape));
  }

  private static LongPointer sizes(long... sizes) {
    return new LongPointer(sizes);
  }

  private static Map<String, Case> cases() {
    Map<String, Case> cases = new LinkedHashMap<>();
    var linear = new LinearImpl(120, 80);
    cases.put("Linear", of(new Linear(120, 80), linear, linear::forward, 3, 120));
    convolutions(cases);
    norms(cases);
    recurrent(cases);
    var bilinear = new BilinearImpl(20, 20, 30);
    Bilinear ourBilinear = new Bilinear(20, 20, 30);
    cases.put(
        "Bilinear",
        new Case(
            ourBilinear,
            x -> ourBilinear.apply(x, x.sin()),
            bilinear,
            x -> bilinear.forward(x, x.sin()),
            random(3, 20)));
    var embedding = new EmbeddingImpl(100, 50);
    Embedding ourEmbedding = new Embedding(100, 50);
    long[] numbers = {3, 99, 3, 0};
    cases.put(
        "Embedding",
        new Case(
            ourEmbedding,
            x -> ourEmbedding.apply(Variable.of(numbers)).mul(x),
            embedding,
            x -> embedding.forward(AbstractTensor.create(numbers)).mul(x),
            random(4, 50)));
    var attention = new MultiheadAttentionImpl(64, 4);
    MultiheadAttention ourAttention = new MultiheadAttention(64, 4);
    cases.put(
        "MultiheadAttention",
        new Case(
            ourAttention,
            x -> ourAttention.apply(x, x, x),
            attention,
            x -> attention.forward(x, x, x).get0(),
            random(5, 2, 64)));
    arrangements(cases);
    activations(cases);
    return cases;
  }

  private static void convolutions(Map<String, Case> cases) {
    var conv1 = new Conv1dImpl(new Conv1dOptions(16, 64, sizes(5)));
    cases.put("Conv1d", of(new Conv1d(16, 64, 5), conv1, conv1::forward, 2, 16, 9));
    var conv2 = new Conv2dImpl(new Conv2dOptions(16, 40, sizes(3, 3)));
    cases.put("Conv2d", of(new Conv2d(16, 40, 3), conv2, conv2::forward, 2, 16, 5, 6));
    var conv3 = new Conv3dImpl(new Conv3dOptions(8, 30, sizes(3, 3, 3)));
    cases.put("Conv3d", of(new Conv3d(8, 30, 3), conv3, conv3::forward, 2, 8, 4, 5, 3));
    var back1 = new ConvTranspose1dImpl(new ConvTranspose1dOptions(16, 64, sizes(5)));
    cases.put(
        "ConvTranspose1d",
        of(new ConvTranspose1d(16, 64, 5), back1, x -> back1.forward(x), 2, 16, 4));
    var back2 = new ConvTranspose2dImpl(new ConvTranspose2dOptions(16, 40, sizes(3, 3)));
    cases.put(
        "ConvTranspose2d",
        of(new ConvTranspose2d(16, 40, 3), back2, x -> back2.forward(x), 2, 16, 3, 4));
    var back3 = new ConvTranspose3dImpl(new ConvTranspose3dOptions(8, 30, sizes(3, 3, 3)));
    cases.put(
        "ConvTranspose3d",
        of(new ConvTranspose3d(8, 30, 3), back3, x -> back3.forward(x), 2, 8, 2, 3, 3));
  }

  private static void norms(Map<String, Case> cases) {
    var batch1 = new BatchNorm1dImpl(new BatchNormOptions(5));
    cases.put("BatchNorm1d", of(new BatchNorm1d(5), batch1, batch1::forward, 6, 5));
    var batch2 = new BatchNorm2dImpl(new BatchNormOptions(5));
    cases.put("BatchNorm2d", of(new BatchNorm2d(5), batch2, batch2::forward, 3, 5, 4, 2));
    var batch3 = new BatchNorm3dImpl(new BatchNormOptions(5));
    cases.put("BatchNorm3d", of(new BatchNorm3d(5), batch3, batch3::forward, 3, 5, 2, 2, 3));
    var instance1 = new InstanceNorm1dImpl(new InstanceNormOptions(5));
    cases.put("InstanceNorm1d", of(new InstanceNorm1d(5), instance1, instance1::forward, 3, 5, 7));
    var instance2 = new InstanceNorm2dImpl(new InstanceNormOptions(5));
    cases.put(
        "InstanceNorm2d", of(new InstanceNorm2d(5), instance2, instance2::forward, 3, 5, 4, 2));
    var instance3 = new InstanceNorm3dImpl(new InstanceNormOptions(5));
    cases.put(
        "InstanceNorm3d", of(new InstanceNorm3d(5), instance3, instance3::forward, 3, 5, 2, 2, 3));
    var group = new GroupNormImpl(2, 6);
    cases.put("GroupNorm", of(new GroupNorm(2, 6), group, group::forward, 3, 6, 4));
    var layer = new LayerNormImpl(new LongVector(3, 4));
    cases.put(
        "LayerNorm",
        of(new LayerNorm(Shape.of(3, 4), LayerNorm.options()), layer, layer::forward, 5, 3, 4));
  }

  private static void recurrent(Map<String, Case> cases) {
    var rnn = new RNNImpl(50, 60);
    Rnn ourRnn = new Rnn(50, 60);
    Variable sequence = random(4, 2, 50);
    cases.put(
        "RNN",
        new Case(ourRnn, x -> ourRnn.apply(x).output(), rnn, x -> rnn.forward(x).get0(), sequence));
    var lstm = new LSTMImpl(50, 60);
    Lstm ourLstm = new Lstm(50, 60);
    cases.put(
        "LSTM",
        new Case(
            ourLstm, x -> ourLstm.apply(x).output(), lstm, x -> lstm.forward(x).get0(), sequence));
    var gru = new GRUImpl(50, 60);
    Gru ourGru = new Gru(50, 60);
    cases.put(
        "GRU",
        new Case(ourGru, x -> ourGru.apply(x).output(), gru, x -> gru.forward(x).get0(), sequence));
    var rnnCell = new RNNCellImpl(50, 60);
    RnnCell ourRnnCell = new RnnCell(50, 60);
    cases.put(
        "RNNCell",
        new Case(
            ourRnnCell, x -> ourRnnCell.apply(x, null), rnnCell, rnnCell::forward, random(3, 50)));
    var lstmCell = new LSTMCellImpl(50, 60);
    LstmCell ourLstmCell = new LstmCell(50, 60);
    cases.put(
        "LSTMCell",
        new Case(
            ourLstmCell,
            x -> ourLstmCell.apply(x, null).cell(),
            lstmCell,
            x -> lstmCell.forward(x).get1(),
            random(3, 50)));
    var gruCell = new GRUCellImpl(50, 60);
    GruCell ourGruCell = new GruCell(50, 60);
    cases.put(
        "GRUCell",
        new Case(
            ourGruCell, x -> ourGruCell.apply(x, null), gruCell, gruCell::forward, random(3, 50)));
  }

  private static void arrangements(Map<String, Case> cases) {
    var flatten = new FlattenImpl();
    cases.put("Flatten", of(new Flatten(), flatten, flatten::forward, 3, 2, 5));
    var pool = new MaxPool2dImpl(new MaxPool2dOptions(sizes(2, 2)));
    cases.put(
        "MaxPool2d",
        of(Pooling.maxPool2d(PoolingOptions.kernel(2)), pool, pool::forward, 2, 3, 5, 6));
    var shuffle = new PixelShuffleImpl(new PixelShuffleOptions(2));
    cases.put("PixelShuffle", of(new PixelShuffle(2), shuffle, shuffle::forward, 2, 8, 3, 2));
    var upsample = new org.bytedeco.pytorch.UpsampleImpl();
    upsample.options().scale_factor().put(new org.bytedeco.pytorch.DoubleVector(2, 3));
    cases.put(
        "Upsample",
        of(new Upsample(InterpolateOptions.scale(2, 3)), upsample, upsample::forward, 2, 3, 4, 5));
  }

  private static void activations(Map<String, Case> cases) {
    var prelu = new PReLUImpl();
    cases.put("PReLU", of(new PRelu(), prelu, prelu::forward, 3, 7));
    var relu = new ReLUImpl();
    cases.put("ReLU", of(Activation.relu(), relu, relu::forward, 3, 7));
    var leaky = new LeakyReLUImpl();
    cases.put("LeakyReLU", of(Activation.leakyRelu(), leaky, leaky::forward, 3, 7));
    var elu = new ELUImpl();
    cases.put("ELU", of(Activation.elu(), elu, elu::forward, 3, 7));
    var selu = new SELUImpl();
    cases.put("SELU", of(Activation.selu(), selu, selu::forward, 3, 7));
    var celu = new CELUImpl();
    cases.put("CELU", of(Activation.celu(), celu, celu::forward, 3, 7));
    var gelu = new GELUImpl();
    cases.put("GELU", of(Activation.gelu(), gelu, gelu::forward, 3, 7));
    var silu = new SiLUImpl();
    cases.put("SiLU", of(Activation.silu(), silu, silu::forward, 3, 7));
    var mish = new MishImpl();
    cases.put("Mish", of(Activation.mish(), mish, mish::forward, 3, 7));
    var softplus = new SoftplusImpl();
    cases.put("Softplus", of(Activation.softplus(), softplus, softplus::forward, 3, 7));
    var softsign = new SoftsignImpl();
    cases.put("Softsign", of(Activation.softsign(), softsign, softsign::forward, 3, 7));
    var sigmoid = new SigmoidImpl();
    cases.put("Sigmoid", of(Activation.sigmoid(), sigmoid, sigmoid::forward, 3, 7));
    var logSigmoid = new LogSigmoidImpl();
    cases.put("LogSigmoid", of(Activation.logSigmoid(), logSigmoid, logSigmoid::forward, 3, 7));
    var tanh = new TanhImpl();
    cases.put("Tanh", of(Activation.tanh(), tanh, tanh::forward, 3, 7));
    var tanhshrink = new TanhshrinkImpl();
    cases.put("Tanhshrink", of(Activation.tanhshrink(), tanhshrink, tanhshrink::forward, 3, 7));
    var hardshrink = new HardshrinkImpl();
    cases.put("Hardshrink", of(Activation.hardshrink(), hardshrink, hardshrink::forward, 3, 7));
    var softshrink = new SoftshrinkImpl();
    cases.put("Softshrink", of(Activation.softshrink(), softshrink, softshrink::forward, 3, 7));
    var hardtanh = new HardtanhImpl();
    cases.put("Hardtanh", of(Activation.hardtanh(), hardtanh, hardtanh::forward, 3, 7));
    var relu6 = new ReLU6Impl();
    cases.put("ReLU6", of(Activation.relu6(), relu6, relu6::forward, 3, 7));
    var glu = new GLUImpl();
    cases.put("GLU", of(Activation.glu(-1), glu, glu::forward, 3, 8));
    var softmax = new Softmax2dImpl();
    cases.put("Softmax2d", of(Activation.softmax2d(), softmax, softmax::forward, 3, 4, 2, 2));
  }

  static Set<String> names() {
    try (PointerScope _ = new PointerScope()) {
      return cases().keySet();
    }
  }

  private static float[] values(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    tensor.detach().to(ScalarType.Float).contiguous().<FloatBuffer>createBuffer().get(values);
    return values;
  }

  private static Map<String, Tensor> state(org.bytedeco.pytorch.Module module) {
    Map<String, Tensor> state = new LinkedHashMap<>();
    for (StringTensorDict part : List.of(module.named_parameters(), module.named_buffers())) {
      for (long k = 0; k < part.size(); k++) {
        state.put(part.get(k).key().getString(), part.get(k).value());
      }
    }
    return state;
  }

  @ParameterizedTest
  @MethodSource("names")
  void isMadeAsInPyTorch(String name) {
    try (PointerScope _ = new PointerScope()) {
      Case tested = Objects.requireNonNull(cases().get(name));
      Map<String, Tensor> theirs = state(tested.theirModule());
      Map<String, Variable> ours = tested.module().stateDict();
      assertEquals(List.copyOf(theirs.keySet()), List.copyOf(ours.keySet()));
      ours.forEach((key, value) -> {
        Tensor their = Objects.requireNonNull(theirs.get(key));
        assertArrayEquals(their.shape(), value.shape().toArray(), key);
        assertSameDistribution(key, values(their), value);
      });
    }
  }

  /** Constants are equal; of the others, deviation, mean and the largest value are. */
  private static void assertSameDistribution(String key, float[] theirs, Variable ours) {
    Variable their = Variable.of(theirs);
    double expected = their.abs().max().item();
    double actual = ours.abs().max().item();
    if (theirs.length < 2 || their.max().item() == their.min().item()) {
      assertEquals(their.max().item(), ours.max().item(), key);
      assertEquals(their.min().item(), ours.min().item(), key);
      return;
    }
    // Six deviations of what is estimated from so few numbers.
    double share = 6 / Math.sqrt(2.0 * theirs.length);
    double deviation = their.std().item();
    assertEquals(deviation, ours.std().item(), deviation * share, key + ": deviation");
    assertEquals(0, ours.mean().item(), deviation * share * Math.sqrt(2), key + ": mean");
    if (theirs.length > 1000) {
      // A uniform distribution ends at 1.73 deviations, a normal one does not.
      boolean uniform = expected < 1.8 * deviation;
      assertEquals(uniform, actual < 1.8 * ours.std().item(), key + ": uniform");
      if (uniform) {
        assertEquals(expected, actual, .05 * expected, key + ": bound");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void computesWhatPyTorchDoes(String name) {
    try (PointerScope _ = new PointerScope()) {
      Case tested = Objects.requireNonNull(cases().get(name));
      Map<String, Tensor> theirs = state(tested.theirModule());
      try (var _ = Autograd.noGrad()) {
        tested
            .module()
            .namedParameters()
            .forEach((key, value) ->
                value.copy_(
                    Variable.of(values(Objects.requireNonNull(theirs.get(key))))
                        .reshape(value.shape().toArray())));
      }
      Variable x = tested.input().detach().requiresGrad(true);
      Tensor y = tensor(x.detach()).set_requires_grad(true);
      Variable ours = tested.ours().apply(x);
      Tensor their = tested.theirs().apply(y);
      assertArrayEquals(their.shape(), ours.shape().toArray());
      assertClose("result", values(their), ours);
      // Not a plain sum, whose gradient through a norm is 0.
      Variable weights = Variable.randn(new Generator(9), DType.FLOAT32, ours.shape().toArray());
      ours.mul(weights).sum().backward();
      their.mul(tensor(weights)).sum().backward();
      assertClose("input", values(y.grad()), gradient(x));
      tested
          .module()
          .namedParameters()
          .forEach((key, parameter) ->
              assertClose(
                  key,
                  values(Objects.requireNonNull(theirs.get(key)).grad()),
                  gradient(parameter)));
      tested
          .module()
          .stateDict()
          .forEach((key, value) -> {
            if (!value.requiresGrad()) {
              assertClose(key, values(Objects.requireNonNull(theirs.get(key))), value);
            }
          });
    }
  }

  private static Variable gradient(Variable leaf) {
    return Objects.requireNonNull(leaf.grad());
  }

  private static Tensor tensor(Variable x) {
    return AbstractTensor.create(x.toFloatArray(), x.shape().toArray());
  }

  private static void assertClose(String what, float[] expected, Variable actual) {
    double largest = 1;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    double[] converted = new double[expected.length];
    for (int k = 0; k < converted.length; k++) {
      converted[k] = expected[k];
    }
    assertArrayEquals(converted, actual.toDoubleArray(), 1e-5 * largest, what);
  }

  /** A module with a weight for 120 features must not take 121, and so on. */
  @ParameterizedTest
  @MethodSource("withSizes")
  void refusesWhatPyTorchRefuses(String name) {
    try (PointerScope _ = new PointerScope()) {
      Case tested = Objects.requireNonNull(cases().get(name));
      long[] shape = tested.input().shape().toArray();
      int features = name.contains("Norm1d") || name.startsWith("Conv") || isImage(name) ? 1 : -1;
      shape[features < 0 ? shape.length - 1 : features] += 1;
      Variable wrong = random(shape);
      // JavaCPP throws libtorch's c10::Error as a RuntimeException.
      assertThrows(RuntimeException.class, () -> tested.theirs().apply(tensor(wrong)));
      String message =
          assertThrows(IllegalArgumentException.class, () -> tested.ours().apply(wrong))
              .getMessage();
      assertTrue(message.contains(wrong.shape().toString()), message);
    }
  }

  private static boolean isImage(String name) {
    return name.startsWith("BatchNorm")
        || name.startsWith("GroupNorm")
        || name.equals("PixelShuffle");
  }

  static List<String> withSizes() {
    return names().stream()
        .filter(name ->
            !name.startsWith("InstanceNorm") // Without weights; libtorch takes any channels.
                && (name.contains("Norm")
                    || name.contains("Conv")
                    || name.contains("near")
                    || name.matches("(RNN|LSTM|GRU)(Cell)?|PixelShuffle|MultiheadAttention|GLU")))
        .toList();
  }

  // One thread: the sums are then in one order.
  static {
    torch.set_num_threads(1);
  }
}
