package org.autograd.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.autograd.Autograd;
import org.autograd.BackwardOptions;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.nn.CrossEntropyOptions;
import org.autograd.nn.Losses;
import org.autograd.nn.Reduction;
import org.autograd.type.DType;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses and their gradients towards everything that has one, against libtorch. */
class LossOracleTest {
  @FunctionalInterface
  private interface Ours {
    Variable apply(Variable[] x, Reduction reduction);
  }

  @FunctionalInterface
  private interface Theirs {
    Tensor apply(Tensor[] x, long reduction);
  }

  /** A loss of floats, which come first and get gradients, and of labels. */
  private record Case(Ours ours, Theirs theirs, List<Variable> operands, int differentiable) {
    Case(Ours ours, Theirs theirs, Variable[] operands, int differentiable) {
      this(ours, theirs, List.of(operands), differentiable);
    }
  }

  private static final TensorOptional NONE = new TensorOptional();

  private static Variable random(long seed, long... shape) {
    return Variable.randn(new Generator(seed), DType.FLOAT64, shape);
  }

  private static Variable labels(long seed, long low, long high, long... shape) {
    return Variable.randint(new Generator(seed), low, high, shape);
  }

  private static Variable signs(long... shape) {
    return labels(9, 0, 2, shape).mul(2).sub(1).to(DType.FLOAT64);
  }

  private static TensorOptional optional(Tensor x) {
    return new TensorOptional(x);
  }

  private static Map<String, Case> cases() {
    Variable x = random(1, 6, 4);
    Variable y = random(2, 6, 4);
    Variable p = x.sigmoid();
    Variable q = y.sigmoid();
    Variable counts = labels(3, 0, 6, 6, 4).to(DType.FLOAT64);
    Variable weight = Variable.of(.5, 1.0, 3.0, 2.0);
    Variable classes = labels(4, 0, 4, 6);
    // Some are ignored.
    Variable someClasses = Variable.of(0L, -100L, 3L, 2L, -100L, 1L);
    Map<String, Case> cases = new LinkedHashMap<>();
    Variable[] xy = {x, y};
    cases.put(
        "mse",
        new Case(
            (v, r) -> Losses.mse(v[0], v[1], r), (t, r) -> torch.mse_loss(t[0], t[1], r), xy, 2));
    cases.put(
        "l1",
        new Case(
            (v, r) -> Losses.l1(v[0], v[1], r), (t, r) -> torch.l1_loss(t[0], t[1], r), xy, 2));
    for (double beta : new double[] {0, .7}) {
      cases.put(
          "smoothL1, beta " + beta,
          new Case(
              (v, r) -> Losses.smoothL1(v[0], v[1], beta, r),
              (t, r) -> torch.smooth_l1_loss(t[0], t[1], r, beta),
              xy,
              2));
    }
    cases.put(
        "huber",
        new Case(
            (v, r) -> Losses.huber(v[0], v[1], .7, r),
            (t, r) -> torch.huber_loss(t[0], t[1], r, .7),
            xy,
            2));
    // At the corners: equal values, and a difference of exactly beta or delta.
    Variable[] corners = {Variable.of(1.0, 1.0, 1.0, 2.0), Variable.of(1.0, .5, 1.5, 2.0)};
    cases.put(
        "l1 at 0",
        new Case(
            (v, r) -> Losses.l1(v[0], v[1], r),
            (t, r) -> torch.l1_loss(t[0], t[1], r),
            corners,
            2));
    cases.put(
        "smoothL1 at beta",
        new Case(
            (v, r) -> Losses.smoothL1(v[0], v[1], .5, r),
            (t, r) -> torch.smooth_l1_loss(t[0], t[1], r, .5),
            corners,
            2));
    cases.put(
        "huber at delta",
        new Case(
            (v, r) -> Losses.huber(v[0], v[1], .5, r),
            (t, r) -> torch.huber_loss(t[0], t[1], r, .5),
            corners,
            2));
    cases.put(
        "binaryCrossEntropy",
        new Case(
            (v, r) -> Losses.binaryCrossEntropy(v[0], v[1], r),
            (t, r) -> torch.binary_cross_entropy(t[0], t[1], NONE, r),
            new Variable[] {p, q},
            2));
    cases.put(
        "binaryCrossEntropy of certain predictions",
        new Case(
            (v, r) -> Losses.binaryCrossEntropy(v[0], v[1], r),
            (t, r) -> torch.binary_cross_entropy(t[0], t[1], NONE, r),
            new Variable[] {Variable.of(0.0, 0.0, 1.0, 1.0), Variable.of(0.0, 1.0, 0.0, 1.0)},
            1));
    cases.put(
        "binaryCrossEntropyWithLogits",
        new Case(
            (v, r) -> Losses.binaryCrossEntropyWithLogits(v[0], v[1], r),
            (t, r) -> torch.binary_cross_entropy_with_logits(t[0], t[1], NONE, NONE, r),
            new Variable[] {x, q},
            2));
    cases.put(
        "binaryCrossEntropyWithLogits, positive weight",
        new Case(
            (v, r) -> Losses.binaryCrossEntropyWithLogits(v[0], v[1], v[2], r),
            (t, r) -> torch.binary_cross_entropy_with_logits(t[0], t[1], NONE, optional(t[2]), r),
            new Variable[] {x.mul(100), q, weight},
            2));
    cases.put(
        "klDivergence",
        new Case(
            (v, r) -> Losses.klDivergence(v[0], v[1], r),
            (t, r) -> torch.kl_div(t[0], t[1], r, false),
            new Variable[] {x, q},
            2));
    cases.put(
        "klDivergence of certain targets",
        new Case(
            (v, r) -> Losses.klDivergence(v[0], v[1], r),
            (t, r) -> torch.kl_div(t[0], t[1], r, false),
            new Variable[] {Variable.of(-1.0, -2.0), Variable.of(0.0, 1.0)},
            1));
    cases.put(
        "klDivergenceOfLogs",
        new Case(
            (v, r) -> Losses.klDivergenceOfLogs(v[0], v[1], r),
            (t, r) -> torch.kl_div(t[0], t[1], r, true),
            xy,
            2));
    for (boolean full : new boolean[] {false, true}) {
      cases.put(
          "poissonNll, full " + full,
          new Case(
              (v, r) -> Losses.poissonNll(v[0], v[1], full, r),
              (t, r) -> torch.poisson_nll_loss(t[0], t[1], true, full, 1e-8, r),
              new Variable[] {x, counts},
              1));
    }
    cases.put(
        "softMargin",
        new Case(
            (v, r) -> Losses.softMargin(v[0], v[1], r),
            (t, r) -> torch.soft_margin_loss(t[0], t[1], r),
            new Variable[] {x, signs(6, 4)},
            1));
    // Integers, so that some elements lie in the corners.
    Variable whole = labels(5, -2, 3, 6, 4).to(DType.FLOAT64);
    Variable others = labels(6, -2, 3, 6, 4).to(DType.FLOAT64);
    cases.put(
        "hingeEmbedding",
        new Case(
            (v, r) -> Losses.hingeEmbedding(v[0], v[1], 1, r),
            (t, r) -> torch.hinge_embedding_loss(t[0], t[1], 1, r),
            new Variable[] {whole, signs(6, 4)},
            1));
    cases.put(
        "marginRanking",
        new Case(
            (v, r) -> Losses.marginRanking(v[0], v[1], v[2], 1, r),
            (t, r) -> torch.margin_ranking_loss(t[0], t[1], t[2], 1, r),
            new Variable[] {whole, others, signs(6, 4)},
            2));
    for (boolean swap : new boolean[] {false, true}) {
      for (double order : new double[] {1, 2, 3}) {
        cases.put(
            "triplet, order " + order + ", swap " + swap,
            new Case(
                (v, r) -> Losses.triplet(v[0], v[1], v[2], 1, order, swap, r),
                (t, r) -> torch.triplet_margin_loss(t[0], t[1], t[2], 1, order, 1e-6, swap, r),
                new Variable[] {x, y, random(7, 6, 4)},
                3));
      }
    }
    cases.put(
        "cosineEmbedding",
        new Case(
            (v, r) -> Losses.cosineEmbedding(v[0], v[1], v[2], .1, r),
            (t, r) -> torch.cosine_embedding_loss(t[0], t[1], t[2], .1, r),
            new Variable[] {x, y, signs(6)},
            2));
    for (int power : new int[] {1, 2}) {
      cases.put(
          "multiMargin, power " + power,
          new Case(
              (v, r) -> Losses.multiMargin(v[0], v[1], power, 1, v[2], r),
              (t, r) ->
                  torch.multi_margin_loss(
                      t[0], t[1], new Scalar((long) power), new Scalar(1.0), optional(t[2]), r),
              new Variable[] {whole, classes, weight},
              1));
    }
    cases.put(
        "multiLabelMargin",
        new Case(
            (v, r) -> Losses.multiLabelMargin(v[0], v[1], r),
            (t, r) -> torch.multilabel_margin_loss(t[0], t[1], r),
            new Variable[] {
              whole.narrow(0, 0, 3),
              Variable.fromArray(new long[] {3, 0, -1, 1, 2, -1, 1, 0, -1, 3, 3, 3}, 3, 4)
            },
            1));
    CrossEntropyOptions options = CrossEntropyOptions.defaults();
    cases.put(
        "crossEntropy",
        new Case(
            (v, r) -> Losses.crossEntropy(v[0], v[1], r),
            (t, r) -> torch.cross_entropy_loss(t[0], t[1], NONE, r, -100, 0),
            new Variable[] {x, classes},
            1));
    cases.put(
        "crossEntropy, weights, ignored, smoothed",
        new Case(
            (v, r) ->
                Losses.crossEntropy(
                    v[0], v[1], options.weight(v[2]).labelSmoothing(.2).reduction(r)),
            (t, r) -> torch.cross_entropy_loss(t[0], t[1], optional(t[2]), r, -100, .2),
            new Variable[] {x, someClasses, weight},
            1));
    cases.put(
        "crossEntropy, ignored",
        new Case(
            (v, r) -> Losses.crossEntropy(v[0], v[1], options.ignoreIndex(2).reduction(r)),
            (t, r) -> torch.cross_entropy_loss(t[0], t[1], NONE, r, 2, 0),
            new Variable[] {x, classes},
            1));
    cases.put(
        "crossEntropy of images, weights, smoothed",
        new Case(
            (v, r) ->
                Losses.crossEntropy(
                    v[0], v[1], options.weight(v[2]).labelSmoothing(.1).reduction(r)),
            (t, r) -> torch.cross_entropy_loss(t[0], t[1], optional(t[2]), r, -100, .1),
            new Variable[] {random(8, 2, 4, 3, 5), labels(8, 0, 4, 2, 3, 5), weight},
            1));
    cases.put(
        "crossEntropy of probabilities",
        new Case(
            (v, r) ->
                Losses.crossEntropy(
                    v[0], v[1], options.weight(v[2]).labelSmoothing(.1).reduction(r)),
            (t, r) -> torch.cross_entropy_loss(t[0], t[1], optional(t[2]), r, -100, .1),
            new Variable[] {x, y.softmax(1), weight},
            2));
    cases.put(
        "nll, weights, ignored",
        new Case(
            (v, r) -> Losses.nll(v[0], v[1], options.weight(v[2]).reduction(r)),
            (t, r) -> torch.nll_loss(t[0], t[1], optional(t[2]), r, -100),
            new Variable[] {x, someClasses, weight},
            1));
    for (boolean zeroInfinity : new boolean[] {false, true}) {
      // Without it only sequences that have an alignment, as gradients are undefined else.
      Variable lengths = zeroInfinity ? Variable.of(7L, 1L, 5L) : Variable.of(7L, 6L, 5L);
      cases.put(
          "ctc, zeroInfinity " + zeroInfinity,
          new Case(
              (v, r) -> Losses.ctc(v[0].logSoftmax(-1), v[1], v[2], v[3], 0, zeroInfinity, r),
              (t, r) -> torch.ctc_loss(t[0].log_softmax(2), t[1], t[2], t[3], 0, r, zeroInfinity),
              new Variable[] {
                random(8, 7, 3, 4), labels(8, 1, 4, 3, 3), lengths, Variable.of(3L, 2L, 0L)
              },
              1));
    }
    cases.put(
        "multiLabelSoftMargin",
        new Case(
            (v, r) -> Losses.multiLabelSoftMargin(v[0], v[1], Reduction.MEAN),
            (t, r) -> torch.multilabel_soft_margin_loss(t[0], t[1]),
            new Variable[] {x, labels(3, 0, 2, 6, 4).to(DType.FLOAT64)},
            1));
    return cases;
  }

  static Set<String> names() {
    return cases().keySet();
  }

  private static Tensor tensor(Variable x) {
    long[] shape = x.shape().toArray();
    return x.dtype().isFloating()
        ? AbstractTensor.create(x.toDoubleArray(), shape)
        : AbstractTensor.create(x.toLongArray(), shape);
  }

  private static double[] values(Tensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.numel())];
    tensor.detach().to(ScalarType.Double).contiguous().<DoubleBuffer>createBuffer().get(values);
    return values;
  }

  @ParameterizedTest
  @MethodSource("names")
  void equalsPyTorch(String name) {
    Case tested = cases().get(name);
    Reduction[] reductions = {Reduction.NONE, Reduction.MEAN, Reduction.SUM};
    for (int r = 0; r < reductions.length; r++) {
      try (PointerScope _ = new PointerScope()) {
        // There PyTorch divides by 1e-12, rounded to float32.
        compare(tested, reductions[r], r, name.endsWith("certain predictions") ? 1e-8 : 1e-10);
      }
    }
  }

  private static void compare(
      Case tested, Reduction reduction, long theirReduction, double tolerance) {
    int count = tested.operands().size();
    Variable[] variables = new Variable[count];
    Tensor[] tensors = new Tensor[count];
    List<Variable> leaves = new ArrayList<>();
    TensorVector tensorLeaves = new TensorVector();
    for (int k = 0; k < count; k++) {
      variables[k] = tested.operands().get(k).detach().copy();
      tensors[k] = tensor(tested.operands().get(k));
      if (k < tested.differentiable()) {
        leaves.add(variables[k].requiresGrad(true));
        tensorLeaves.push_back(tensors[k].set_requires_grad(true));
      }
    }
    Variable actual = tested.ours().apply(variables, reduction);
    Tensor expected = tested.theirs().apply(tensors, theirReduction);
    assertArrayEquals(expected.shape(), actual.shape().toArray(), reduction + ": shape");
    assertArrayEquals(values(expected), actual.toDoubleArray(), 1e-10, reduction + ": value");
    // Another gradient for each element.
    Variable seed = random(11, actual.shape().toArray());
    TensorVector gradients =
        torch.grad(
            new TensorVector(expected),
            tensorLeaves,
            new TensorVector(tensor(seed)),
            new BoolOptional(true),
            false,
            false);
    List<Variable> ours =
        Autograd.grad(List.of(actual), List.of(seed), leaves, BackwardOptions.retainGraph());
    for (int k = 0; k < leaves.size(); k++) {
      double[] theirs = values(gradients.get(k));
      double[] own = ours.get(k).toDoubleArray();
      assertEquals(theirs.length, own.length);
      for (int i = 0; i < own.length; i++) {
        assertEquals(
            theirs[i],
            own[i],
            tolerance * Math.max(1, Math.abs(theirs[i])),
            reduction + ": gradient " + k + " at " + i);
      }
    }
  }
}
