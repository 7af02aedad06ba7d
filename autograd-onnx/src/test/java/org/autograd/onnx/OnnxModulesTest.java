package org.autograd.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.InterpolateOptions;
import org.autograd.InterpolateOptions.Mode;
import org.autograd.Pointwise;
import org.autograd.PoolingOptions;
import org.autograd.Variable;
import org.autograd.expression.Expression;
import org.autograd.nn.Activation;
import org.autograd.nn.AlphaDropout;
import org.autograd.nn.AttentionMask;
import org.autograd.nn.BatchNorm;
import org.autograd.nn.BatchNorm1d;
import org.autograd.nn.BatchNorm2d;
import org.autograd.nn.BatchNorm3d;
import org.autograd.nn.Bilinear;
import org.autograd.nn.ChannelNorm;
import org.autograd.nn.Conv1d;
import org.autograd.nn.Conv2d;
import org.autograd.nn.Conv3d;
import org.autograd.nn.ConvTranspose1d;
import org.autograd.nn.ConvTranspose2d;
import org.autograd.nn.ConvTranspose3d;
import org.autograd.nn.Convolution;
import org.autograd.nn.Dropout;
import org.autograd.nn.Dropout2d;
import org.autograd.nn.Embedding;
import org.autograd.nn.Flatten;
import org.autograd.nn.GroupNorm;
import org.autograd.nn.Gru;
import org.autograd.nn.InstanceNorm;
import org.autograd.nn.InstanceNorm1d;
import org.autograd.nn.InstanceNorm2d;
import org.autograd.nn.InstanceNorm3d;
import org.autograd.nn.LayerNorm;
import org.autograd.nn.Linear;
import org.autograd.nn.Lstm;
import org.autograd.nn.Mlp;
import org.autograd.nn.Module;
import org.autograd.nn.MultiheadAttention;
import org.autograd.nn.PRelu;
import org.autograd.nn.Padding;
import org.autograd.nn.Parametrizations;
import org.autograd.nn.PixelShuffle;
import org.autograd.nn.Pooling;
import org.autograd.nn.PositionalEncoding;
import org.autograd.nn.RRelu;
import org.autograd.nn.Recurrent;
import org.autograd.nn.Residual;
import org.autograd.nn.RmsNorm;
import org.autograd.nn.Rnn;
import org.autograd.nn.Sequential;
import org.autograd.nn.Transformer;
import org.autograd.nn.TransformerDecoder;
import org.autograd.nn.TransformerDecoderLayer;
import org.autograd.nn.TransformerEncoder;
import org.autograd.nn.TransformerEncoderLayer;
import org.autograd.nn.TransformerOptions;
import org.autograd.nn.UnaryModule;
import org.autograd.nn.Unflatten;
import org.autograd.nn.Upsample;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ONNX Runtime computes the same as the modules, for batches of any size. */
class OnnxModulesTest {
  @TempDir private Path directory;
  private int files;

  @BeforeEach
  void seed() {
    Autograd.manualSeed(1);
  }

  private static Variable random(long... shape) {
    return Variable.randn(new Generator(7), DType.FLOAT32, shape);
  }

  private void check(UnaryModule module, long... shape) throws Exception {
    checkInput(module, random(shape));
  }

  private void checkInput(UnaryModule module, Variable input) throws Exception {
    String[] axes = {"batch"};
    check(module, in -> List.of(module.apply(in.getFirst())), List.<String[]>of(axes), input);
  }

  /** Exports with the batch along the first axis, and along those that are named besides. */
  private void check(
      Module module,
      Function<List<Variable>, List<Variable>> function,
      List<String[]> axes,
      Variable... inputs)
      throws Exception {
    module.eval();
    OnnxExporter exporter = Onnx.exporter();
    for (int k = 0; k < inputs.length; k++) {
      exporter = exporter.input("x" + k, inputs[k], axes.get(k));
    }
    Path file = directory.resolve("model" + files++ + ".onnx");
    exporter.export(module, file);
    try (RuntimeFile runtime = new RuntimeFile(file)) {
      for (int growth : new int[] {0, 1, 3}) {
        List<Variable> given = new ArrayList<>();
        for (int k = 0; k < inputs.length; k++) {
          Variable input = inputs[k];
          for (int axis = 0; axis < axes.get(k).length; axis++) {
            if (!axes.get(k)[axis].isEmpty()) {
              Variable more = input.narrow(axis, 0, 1);
              for (int n = 0; n < growth; n++) {
                input =
                    Variable.cat(axis, input, input.dtype().isFloating() ? more.mul(0.5) : more);
              }
            }
          }
          given.add(input);
        }
        assertSame(function.apply(given), runtime.run(given), module.toString());
      }
    }
  }

  private static void assertSame(List<Variable> expected, List<Variable> actual, String message) {
    assertEquals(expected.size(), actual.size());
    for (int k = 0; k < expected.size(); k++) {
      assertEquals(expected.get(k).shape(), actual.get(k).shape(), message);
      assertEquals(expected.get(k).dtype(), actual.get(k).dtype(), message);
      double worst = expected.get(k).sub(actual.get(k)).abs().max().item();
      assertTrue(worst <= 1e-5, () -> message + " differs by " + worst);
    }
  }

  @Test
  void linearLayers() throws Exception {
    check(new Linear(5, 3), 2, 5);
    check(new Linear(5, 3, Linear.options().bias(false)), 2, 5);
    check(new Linear(5, 3), 2, 4, 5);
    check(new Linear(5, 3, Linear.options().bias(false)), 2, 3, 4, 5);
    check(new Mlp(5, 7, 3), 2, 5);
    Bilinear bilinear = new Bilinear(3, 4, 2);
    check(
        bilinear,
        in -> List.of(bilinear.apply(in.get(0), in.get(1))),
        List.of(new String[] {"batch"}, new String[] {"batch"}),
        random(2, 5, 3),
        random(2, 5, 4));
    Linear normed = new Linear(5, 3);
    Parametrizations.weightNorm(normed, "weight", 0);
    check(normed, 2, 5);
  }

  @Test
  void shapes() throws Exception {
    check(new Flatten(), 2, 3, 4, 5);
    check(new Flatten(1, 2), 2, 3, 4, 5);
    check(new Flatten(0, 1), 2, 3, 4, 5);
    check(new Flatten(2, 2), 2, 3, 4);
    check(new Unflatten(1, 2, 3), 2, 6, 5);
    check(new Unflatten(-1, -1, 2, 1), 2, 5, 6);
    check(new Sequential(new Dropout(), new AlphaDropout(), new Dropout2d()), 2, 3, 4, 4);
    check(new Sequential(), 2, 3);
    checkInput(new Embedding(7, 3), Variable.of(0L, 6, 3, 2).reshape(2, 2));
    checkInput(new Embedding(7, 3), Variable.of(0, 6, 3));
  }

  @Test
  void convolutions() throws Exception {
    Convolution.Options options = Convolution.options();
    check(new Conv1d(4, 6, 3, options.stride(2).padding(1).groups(2)), 2, 4, 9);
    check(new Conv1d(4, 6, 4, options.samePadding().dilation(3)), 2, 4, 9);
    check(new Conv2d(3, 4, new int[] {3, 2}, options.stride(2, 1).padding(1, 0)), 2, 3, 8, 7);
    check(new Conv2d(3, 4, 3, options.dilation(1, 2).bias(false)), 2, 3, 8, 7);
    check(new Conv3d(2, 3, 2, options.padding(1, 0, 1)), 2, 2, 4, 5, 6);
    check(new ConvTranspose1d(4, 6, 3, options.stride(2).padding(1).groups(2)), 2, 4, 5);
    check(
        new ConvTranspose2d(3, 4, 3, options.stride(2, 3).padding(1).outputPadding(1, 2)),
        2,
        3,
        4,
        5);
    check(new ConvTranspose3d(2, 3, 2, options.dilation(2).bias(false)), 2, 2, 3, 4, 3);
  }

  @Test
  void singleImages() throws Exception {
    checkFixed(new Conv2d(3, 4, 3), random(3, 6, 5));
    checkFixed(new ConvTranspose1d(3, 4, 3), random(3, 6));
    checkFixed(Pooling.maxPool2d(PoolingOptions.kernel(2)), random(3, 6, 5));
    checkFixed(Pooling.adaptiveAvgPool1d(1), random(3, 6));
    checkFixed(new InstanceNorm2d(3), random(3, 6, 5));
  }

  private void checkFixed(UnaryModule module, Variable input) throws Exception {
    check(
        module,
        in -> List.of(module.apply(in.getFirst())),
        List.<String[]>of(new String[0]),
        input);
  }

  @Test
  void pooling() throws Exception {
    PoolingOptions options = PoolingOptions.kernel(3).stride(2);
    check(Pooling.maxPool1d(options.padding(1).dilation(2)), 2, 3, 11);
    check(Pooling.avgPool1d(options.padding(1)), 2, 3, 11);
    check(Pooling.maxPool2d(options), 2, 3, 8, 9);
    check(Pooling.avgPool2d(PoolingOptions.kernel(2, 3).padding(1, 0)), 2, 3, 8, 9);
    check(Pooling.avgPool2d(options.padding(1).countIncludePad(false)), 2, 3, 8, 9);
    check(Pooling.maxPool3d(options), 2, 2, 5, 6, 7);
    check(Pooling.avgPool3d(options), 2, 2, 5, 6, 7);
    for (int size = 6; size < 12; size++) {
      check(Pooling.maxPool2d(options.ceilMode(true).padding(1)), 2, 2, size, 7);
      check(Pooling.avgPool2d(options.ceilMode(true).padding(1)), 2, 2, size, 7);
      check(
          Pooling.avgPool2d(options.ceilMode(true).padding(1).countIncludePad(false)),
          2,
          2,
          size,
          7);
    }
    check(Pooling.adaptiveMaxPool1d(1), 2, 3, 7);
    check(Pooling.adaptiveAvgPool1d(3), 2, 3, 9);
    check(Pooling.adaptiveAvgPool2d(1), 2, 3, 7, 5);
    check(Pooling.adaptiveMaxPool2d(2, 5), 2, 3, 8, 5);
    check(Pooling.adaptiveAvgPool3d(1, 2, 3), 2, 2, 3, 4, 6);
    check(Pooling.adaptiveMaxPool3d(1), 2, 2, 3, 4, 6);
  }

  @Test
  void upsampling() throws Exception {
    check(new Upsample(InterpolateOptions.scale(2)), 2, 3, 4, 5);
    check(new Upsample(InterpolateOptions.scale(2)), 2, 3, 4);
    for (Mode mode : new Mode[] {Mode.NEAREST, Mode.NEAREST_EXACT, Mode.LINEAR, Mode.CUBIC}) {
      check(new Upsample(InterpolateOptions.scale(2).mode(mode)), 2, 3, 4, 5);
      check(new Upsample(InterpolateOptions.scale(1.5, 3).mode(mode)), 2, 3, 4, 5);
      check(new Upsample(InterpolateOptions.size(7, 3).mode(mode)), 2, 3, 4, 5);
    }
    check(new Upsample(InterpolateOptions.size(5).mode(Mode.LINEAR).alignCorners(true)), 2, 3, 3);
    check(
        new Upsample(InterpolateOptions.size(7, 9).mode(Mode.CUBIC).alignCorners(true)),
        2,
        3,
        4,
        5);
  }

  @Test
  void paddingAndPixels() throws Exception {
    check(Padding.zero(1, 2), 2, 3, 5);
    check(Padding.constant(-1.5, 1, 2, 0, 3), 2, 3, 4, 5);
    check(Padding.reflect(1, 2, 3, 0), 2, 3, 4, 5);
    check(Padding.replicate(1, 2, 0, 0, 3, 0), 2, 2, 3, 4, 5);
    check(Padding.circular(1, 2, 0, 3, 1, 0), 2, 2, 3, 4, 5);
    check(new PixelShuffle(2), 2, 8, 3, 4);
    check(PixelShuffle.inverse(2), 2, 3, 4, 6);
  }

  /** Gives a norm statistics and weights other than those that it starts with. */
  private static <M extends UnaryModule> M trained(M module, long... shape) {
    module.train();
    var _ = module.apply(random(shape).mul(2).add(1));
    try (var _ = Autograd.noGrad()) {
      module.parameters().forEach(p -> p.copy_(Variable.rand(p.shape().toArray()).add(0.5)));
    }
    return module;
  }

  @Test
  void normalisation() throws Exception {
    check(trained(new BatchNorm1d(3), 4, 3), 2, 3);
    check(trained(new BatchNorm1d(3), 4, 3, 5), 2, 3, 5);
    check(trained(new BatchNorm2d(3), 4, 3, 5, 4), 2, 3, 5, 4);
    check(
        trained(new BatchNorm3d(3, BatchNorm.options().affine(false).epsilon(0.1)), 4, 3, 2, 5, 4),
        2,
        3,
        2,
        5,
        4);
    ChannelNorm.Options affine = InstanceNorm.options().affine(true);
    check(trained(new InstanceNorm1d(3, affine), 2, 3, 5), 2, 3, 5);
    check(new InstanceNorm2d(3), 2, 3, 5, 4);
    check(
        trained(new InstanceNorm3d(3, affine.trackRunningStats(true)), 2, 3, 2, 5, 4),
        2,
        3,
        2,
        5,
        4);
    check(trained(new GroupNorm(2, 6), 2, 6, 3, 4), 2, 6, 3, 4);
    check(new GroupNorm(3, 6, GroupNorm.options().affine(false)), 2, 6);
    check(trained(new LayerNorm(6), 2, 6), 2, 4, 6);
    check(
        trained(new LayerNorm(Shape.of(4, 6), LayerNorm.options().bias(false)), 2, 4, 6), 2, 4, 6);
    check(new LayerNorm(Shape.of(4, 6), LayerNorm.options().affine(false)), 2, 4, 6);
    check(trained(new RmsNorm(6), 2, 6), 2, 4, 6);
    check(new RmsNorm(Shape.of(4, 6), RmsNorm.options().affine(false).epsilon(0.1)), 2, 4, 6);
  }

  @Test
  void activations() throws Exception {
    Activation[] all = {
      Activation.relu(),
      Activation.leakyRelu(0.2),
      Activation.elu(0.7),
      Activation.celu(0.7),
      Activation.selu(),
      Activation.gelu(),
      Activation.geluTanh(),
      Activation.silu(),
      Activation.softplus(),
      Activation.softplus(2, 0.5),
      Activation.sigmoid(),
      Activation.logSigmoid(),
      Activation.tanh(),
      Activation.softmax(1),
      Activation.softmax(-2),
      Activation.logSoftmax(-1),
      Activation.softmin(2),
      Activation.softmax2d(),
      Activation.mish(),
      Activation.softsign(),
      Activation.tanhshrink(),
      Activation.hardshrink(0.4),
      Activation.softshrink(0.4),
      Activation.hardtanh(-0.5, 0.7),
      Activation.relu6(),
      Activation.hardsigmoid(),
      Activation.hardswish(),
      Activation.glu(-1),
      Activation.glu(1),
      Activation.threshold(0.3, -2),
      Activation.identity()
    };
    for (Activation activation : all) {
      checkInput(activation, random(2, 4, 3, 6).mul(4));
    }
    check(new PRelu(), 2, 3, 4);
    check(new PRelu(3, 0.3, DType.FLOAT32), 2, 3, 4);
    check(new PRelu(3, 0.3, DType.FLOAT32), 2, 3);
    check(new RRelu(), 2, 3);
  }

  @Test
  void recurrentLayers() throws Exception {
    Recurrent.Options two = Recurrent.options().layers(2).bidirectional(true).dropout(0.5);
    for (Recurrent.Options options :
        List.of(
            Recurrent.options(),
            Recurrent.options().bias(false),
            Recurrent.options().batchFirst(true),
            two,
            two.batchFirst(true))) {
      String[] axes =
          options.batchFirst() ? new String[] {"batch", "time"} : new String[] {"time", "batch"};
      long states = (long) options.layers() * (options.bidirectional() ? 2 : 1);
      Variable start = random(states, 5, 4);
      String[] stateAxes = {"", "batch"};
      Variable input = options.batchFirst() ? random(5, 3, 6) : random(3, 5, 6);
      for (Rnn.Nonlinearity nonlinearity : Rnn.Nonlinearity.values()) {
        Rnn rnn = new Rnn(6, 4, nonlinearity, options);
        Function<List<Variable>, List<Variable>> run =
            in -> {
              var result = rnn.apply(in.get(0), in.size() > 1 ? in.get(1) : null);
              return List.of(result.output(), result.hidden());
            };
        check(rnn, run, List.<String[]>of(axes), input);
        check(rnn, run, List.of(axes, stateAxes), input, start);
      }
      Gru gru = new Gru(6, 4, options);
      Function<List<Variable>, List<Variable>> runGru =
          in -> {
            var result = gru.apply(in.get(0), in.size() > 1 ? in.get(1) : null);
            return List.of(result.output(), result.hidden());
          };
      check(gru, runGru, List.<String[]>of(axes), input);
      check(gru, runGru, List.of(axes, stateAxes), input, start);
      Lstm lstm = new Lstm(6, 4, options);
      Function<List<Variable>, List<Variable>> runLstm =
          in -> {
            var result =
                in.size() > 1 ? lstm.apply(in.get(0), in.get(1), in.get(2)) : lstm.apply(in.get(0));
            return List.of(result.output(), result.hidden(), result.cell());
          };
      check(lstm, runLstm, List.<String[]>of(axes), input);
      check(lstm, runLstm, List.of(axes, stateAxes, stateAxes), input, start, start.mul(2));
      check(lstm, runLstm, List.<String[]>of(new String[] {"time"}), random(5, 6));
    }
  }

  @Test
  void attention() throws Exception {
    MultiheadAttention.Options options = MultiheadAttention.options();
    for (MultiheadAttention.Options choice :
        List.of(
            options,
            options.bias(false),
            options.batchFirst(true),
            options.batchFirst(true).keyFeatures(6).valueFeatures(5))) {
      MultiheadAttention module = new MultiheadAttention(8, 2, choice);
      boolean same = choice.keyFeatures() == 0;
      String[] queries =
          choice.batchFirst() ? new String[] {"batch", "time"} : new String[] {"time", "batch"};
      String[] keys =
          choice.batchFirst() ? new String[] {"batch", "other"} : new String[] {"other", "batch"};
      check(
          module,
          in -> List.of(module.apply(in.get(0), in.get(1), in.get(2))),
          List.of(queries, keys, keys),
          choice.batchFirst() ? random(2, 3, 8) : random(3, 2, 8),
          choice.batchFirst() ? random(2, 5, same ? 8 : 6) : random(5, 2, 8),
          choice.batchFirst() ? random(2, 5, same ? 8 : 5) : random(5, 2, 8));
      check(
          module,
          in -> List.of(module.apply(in.get(0), in.get(1), in.get(2))),
          List.of(new String[] {"time"}, new String[] {"other"}, new String[] {"other"}),
          random(3, 8),
          random(5, same ? 8 : 6),
          random(5, same ? 8 : 5));
    }
  }

  @Test
  void transformers() throws Exception {
    TransformerOptions options = TransformerOptions.defaults().feedForward(16);
    for (TransformerOptions choice :
        List.of(
            options,
            options.batchFirst(true).normFirst(true).activation(Activation.gelu()),
            options.batchFirst(true).bias(false))) {
      String[] axes =
          choice.batchFirst() ? new String[] {"batch", "time"} : new String[] {"time", "batch"};
      Variable input = random(3, 5, 8);
      for (UnaryModule module :
          List.of(
              new TransformerEncoderLayer(8, 2, choice),
              new TransformerEncoder(2, 8, 2, choice, choice.normFirst()),
              new Sequential(
                  PositionalEncoding.sinusoidal(20, 8).axis(choice.batchFirst() ? 1 : 0)),
              PositionalEncoding.learned(20, 8).axis(choice.batchFirst() ? 1 : 0))) {
        check(module, in -> List.of(module.apply(in.getFirst())), List.<String[]>of(axes), input);
      }
      TransformerDecoderLayer layer = new TransformerDecoderLayer(8, 2, choice);
      TransformerDecoder decoder = new TransformerDecoder(2, 8, 2, choice, false);
      Variable memory = choice.batchFirst() ? random(3, 4, 8) : random(4, 5, 8);
      String[] memoryAxes =
          choice.batchFirst() ? new String[] {"batch", "other"} : new String[] {"other", "batch"};
      check(
          layer,
          in -> List.of(layer.apply(in.get(0), in.get(1))),
          List.of(axes, memoryAxes),
          input,
          memory);
      check(
          decoder,
          in -> List.of(decoder.apply(in.get(0), in.get(1))),
          List.of(axes, memoryAxes),
          input,
          memory);
      Transformer whole = new Transformer(8, 2, 1, 2, choice);
      check(
          whole,
          in -> List.of(whole.apply(in.get(0), in.get(1))),
          List.of(memoryAxes, axes),
          memory,
          input);
    }
  }

  /** A module that applies an operation of one's own. */
  private static final class Applied extends UnaryModule {
    private final Pointwise operation;
    private final double[] arguments;

    Applied(Pointwise operation, double... arguments) {
      this.operation = operation;
      this.arguments = arguments;
    }

    @Override
    protected Variable forward(Variable input) {
      return operation.apply(new Variable[] {input}, arguments);
    }
  }

  @Test
  void operationsOfOnesOwn() throws Exception {
    Expression x = Expression.input(0);
    Expression a = Expression.parameter(0);
    Variable input = Variable.rand(new Generator(3), DType.FLOAT32, 2, 5).mul(0.8).add(0.1);
    for (Expression expression :
        List.of(
            x.neg().abs().sqrt().add(x.exp()).sub(x.log()),
            x.expm1().mul(x.log1p()).div(x.log2().sub(1)),
            x.sin().add(x.cos()).add(x.tan()).add(x.asin()).add(x.acos()).add(x.atan()),
            x.sinh().add(x.cosh()).add(x.tanh()).add(x.asinh()).add(x.add(1).acosh()),
            x.atanh().add(x.sigmoid()).add(x.erf()).add(x.erfc()).add(x.mul(5).floor()),
            x.mul(5).sub(2.5).round().add(x.mul(7).fmod(Expression.constant(3))),
            x.minimum(a).add(x.maximum(a.mul(2))).add(x.pow(a)).add(x.hypot(a)),
            Expression.where(x.lt(a).or(x.le(a.mul(2)).and(x.eq(a).not())), x, x.mul(a)),
            x.tanh().withSlope(x, x.exp()))) {
      Pointwise operation = Pointwise.of("own", 1, 1, expression);
      Applied module = new Applied(operation, 0.3);
      module.eval();
      Path file = directory.resolve("own.onnx");
      Onnx.exporter()
          .input("x", input, "batch")
          .with(
              Applied.class,
              (m, in, graph) -> List.of(graph.pointwise(m.operation, m.arguments, in.getFirst())))
          .export(module, file);
      try (RuntimeFile runtime = new RuntimeFile(file)) {
        assertSame(
            List.of(module.apply(input)), runtime.run(List.of(input)), expression.toString());
      }
    }
    Applied gamma = new Applied(Pointwise.of("own", v -> v.lgamma()));
    gamma.eval();
    OnnxExporter exporter =
        Onnx.exporter()
            .input("x", input, "batch")
            .with(
                Applied.class,
                (m, in, graph) -> List.of(graph.pointwise(m.operation, in.getFirst())));
    var error =
        assertThrows(
            OnnxExportException.class, () -> exporter.export(gamma, directory.resolve("own.onnx")));
    assertTrue(error.getMessage().contains("no operator for LGAMMA"), error.getMessage());
  }

  /** A model of one's own with a causal encoder. */
  private static final class LanguageModel extends UnaryModule {
    private final Embedding embedding = child("embedding", new Embedding(11, 8));
    private final PositionalEncoding positions =
        child("positions", PositionalEncoding.learned(20, 8));
    private final TransformerEncoder encoder =
        child(
            "encoder",
            new TransformerEncoder(
                2, 8, 2, TransformerOptions.defaults().feedForward(16).batchFirst(true), true));
    private final Linear output = child("output", new Linear(8, 11));

    @Override
    protected Variable forward(Variable input) {
      Variable x = positions.apply(embedding.apply(input).mul(Math.sqrt(8)));
      return output.apply(encoder.apply(x, AttentionMask.none().causal(true)));
    }

    List<OnnxValue> toOnnx(List<OnnxValue> inputs, OnnxGraph graph) {
      OnnxValue scale = graph.constant(Variable.full(DType.FLOAT32, Math.sqrt(8)));
      OnnxValue x = graph.apply(embedding, inputs.getFirst());
      x = graph.node("Mul", in -> in.get(0).mul(in.get(1)), x, scale);
      x = graph.applyCausal(encoder, List.of(graph.apply(positions, x))).getFirst();
      return List.of(graph.apply(output, x));
    }
  }

  @Test
  void aModelOfOnesOwn() throws Exception {
    LanguageModel model = new LanguageModel();
    model.eval();
    Path file = directory.resolve("model.onnx");
    Onnx.exporter()
        .input("tokens", Variable.zeros(DType.INT64, 1, 4), "batch", "time")
        .output("logits")
        .with(LanguageModel.class, LanguageModel::toOnnx)
        .export(model, file);
    try (RuntimeFile runtime = new RuntimeFile(file)) {
      Variable tokens = Variable.of(1L, 5, 3, 10, 2, 0, 7, 7, 4, 9).reshape(2, 5);
      assertSame(
          List.of(model.apply(tokens)), runtime.run(List.of(tokens)), "causal language model");
      assertEquals("{tokens=[batch, time]}", runtime.inputAxes().toString());
      assertEquals("{logits=[batch, time, 11]}", runtime.outputAxes().toString());
    }
  }

  @Test
  void aNetwork() throws Exception {
    UnaryModule block =
        new Residual(
            new Sequential(
                new Conv2d(4, 4, 3, Convolution.options().padding(1)),
                trained(new BatchNorm2d(4), 4, 4, 6, 6),
                Activation.relu()));
    check(
        new Sequential(
            new Conv2d(1, 4, 3, Convolution.options().padding(1)),
            block,
            Pooling.maxPool2d(PoolingOptions.kernel(2)),
            new Dropout(),
            new Flatten(),
            new Linear(36, 3),
            Activation.logSoftmax(1)),
        2,
        1,
        6,
        6);
  }
}
