package org.autograd.peers;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.autograd.bench.Operation;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What each {@link Operation} is called in PyTorch. */
final class TorchOperations {
  private static final Map<String, Function<Tensor[], Tensor>> CALLS = new HashMap<>();

  // Arguments are made once, not in each call that is measured.
  private static final Scalar ZERO = new Scalar(0.0);
  private static final Scalar ONE = new Scalar(1.0);
  private static final Scalar TWO = new Scalar(2.0);
  private static final Scalar THREE = new Scalar(3.0);
  private static final Scalar HALF = new Scalar(0.5);
  private static final Scalar TENTH = new Scalar(0.1);
  private static final Scalar EXPONENT = new Scalar(1.7);
  private static final Scalar SIX = new Scalar(6.0);
  private static final Scalar LOW_NUMBER = new Scalar(0.3);
  private static final Scalar HIGH_NUMBER = new Scalar(0.7);
  private static final ScalarOptional LOW = new ScalarOptional(LOW_NUMBER);
  private static final ScalarOptional HIGH = new ScalarOptional(HIGH_NUMBER);
  private static final ScalarTypeOptional SAME = new ScalarTypeOptional();
  private static final long[] ALL = {0, 1};

  private TorchOperations() {}

  // spotless:off
  static {
    call("add", t -> t[0].add(t[1]));
    call("add(2)", t -> t[0].add(TWO));
    call("sub", t -> t[0].sub(t[1]));
    call("rsub(2)", t -> torch.rsub(t[0], TWO));
    call("mul", t -> t[0].mul(t[1]));
    call("mul(2)", t -> t[0].mul(TWO));
    call("div", t -> t[0].div(t[1]));
    call("rdiv(2)", t -> t[0].reciprocal().mul(TWO));
    call("neg", t -> t[0].neg());
    call("abs", t -> t[0].abs());
    call("square", t -> t[0].square());
    call("sqrt", t -> t[0].sqrt());
    call("rsqrt", t -> t[0].rsqrt());
    call("reciprocal", t -> t[0].reciprocal());
    call("pow", t -> t[0].pow(t[1]));
    call("pow(3)", t -> t[0].pow(THREE));
    call("pow(1.7)", t -> t[0].pow(EXPONENT));
    call("exp", t -> t[0].exp());
    call("expm1", t -> t[0].expm1());
    call("log", t -> t[0].log());
    call("log1p", t -> t[0].log1p());
    call("sin", t -> t[0].sin());
    call("cos", t -> t[0].cos());
    call("tanh", t -> t[0].tanh());
    call("erf", t -> t[0].erf());
    call("tan", t -> t[0].tan());
    call("atan", t -> t[0].atan());
    call("atan2", t -> t[0].atan2(t[1]));
    call("sinh", t -> t[0].sinh());
    call("cosh", t -> t[0].cosh());
    call("asinh", t -> t[0].asinh());
    call("log2", t -> t[0].log2());
    call("hypot", t -> t[0].hypot(t[1]));
    call("erfc", t -> t[0].erfc());
    call("mish", t -> torch.mish(t[0]));
    call("selu", t -> torch.selu(t[0]));
    call("hardswish", t -> torch.hardswish(t[0]));
    call("floor", t -> t[0].floor());
    call("maximum", t -> t[0].maximum(t[1]));
    call("minimum", t -> t[0].minimum(t[1]));
    call("clamp(0.3,0.7)", t -> t[0].clamp(LOW, HIGH));
    call("clampMin(0.5)", t -> t[0].clamp_min(HALF));
    call("clampMax(0.5)", t -> t[0].clamp_max(HALF));
    call("sigmoid", t -> t[0].sigmoid());
    call("relu", t -> t[0].relu());
    call("leakyRelu(0.1)", t -> torch.leaky_relu(t[0], TENTH));
    call("elu(1)", t -> torch.elu(t[0], ONE, ONE, ONE));
    call("silu", t -> torch.silu(t[0]));
    call("gelu", t -> torch.gelu(t[0]));
    call("geluTanh", t -> torch.gelu(t[0], "tanh"));
    call("softplus", t -> torch.softplus(t[0]));
    call("where(gt(0))", t -> torch.where(t[0].gt(ZERO), t[1], t[2]));
    call("lt", t -> t[0].lt(t[1]));
    call("le", t -> t[0].le(t[1]));
    call("gt", t -> t[0].gt(t[1]));
    call("ge", t -> t[0].ge(t[1]));
    call("eq", t -> t[0].eq(t[1]));
    call("ne", t -> t[0].ne(t[1]));
    call("lt(0.5)", t -> t[0].lt(HALF));
    call("exp2", t -> t[0].exp2());
    call("log10", t -> t[0].log10());
    call("logit(0.01)", t -> t[0].logit(new DoubleOptional(0.01)));
    call("xlogy", t -> t[0].xlogy(t[1]));
    call("lerp(0.3)", t -> t[0].lerp(t[1], LOW_NUMBER));
    call("addcmul(2)", t -> t[0].addcmul(t[1], t[2], TWO));
    call("addcdiv(2)", t -> t[0].addcdiv(t[1], t[2], TWO));
    call("nanToNum", t -> t[0].nan_to_num());
    call("ceil", t -> t[0].ceil());
    call("round", t -> t[0].round());
    call("trunc", t -> t[0].trunc());
    call("frac", t -> t[0].frac());
    call("sign", t -> t[0].sign());
    call("fmod", t -> t[0].fmod(t[1]));
    call("remainder", t -> t[0].remainder(t[1]));
    call("softsign", t -> t[0].div(t[0].abs().add(ONE)));
    call("hardtanh(0.3,0.7)", t -> torch.hardtanh(t[0], LOW_NUMBER, HIGH_NUMBER));
    call("relu6", t -> torch.hardtanh(t[0], ZERO, SIX));
    call("hardsigmoid", t -> torch.hardsigmoid(t[0]));
    call("celu(1)", t -> torch.celu(t[0], ONE));
    call("logSigmoid", t -> torch.log_sigmoid(t[0]));
    call("threshold(0.3,0.7)", t -> torch.threshold(t[0], LOW_NUMBER, HIGH_NUMBER));
    call("floorDivide", t -> t[0].floor_divide(t[1]));
    call("truncDivide", t -> t[0].div(t[1]).trunc());
    call("hardshrink(0.3)", t -> t[0].hardshrink(LOW_NUMBER));
    call("softshrink(0.3)", t -> torch.softshrink(t[0], LOW_NUMBER));
    call("tanhshrink", t -> t[0].sub(t[0].tanh()));
    call("lgamma", t -> t[0].lgamma());
    call("digamma", t -> t[0].digamma());
    call("polygamma(1)", t -> torch.polygamma(1, t[0]));
    call("logAddExp", t -> t[0].logaddexp(t[1]));
    call("logAddExp2", t -> t[0].logaddexp2(t[1]));
    call("xlog1py", t -> torch.special_xlog1py(t[0], t[1]));
    call("sinc", t -> t[0].sinc());
    call("copysign", t -> t[0].copysign(t[1]));
    call("heaviside", t -> t[0].heaviside(t[1]));
    call("degToRad", t -> t[0].deg2rad());
    call("radToDeg", t -> t[0].rad2deg());
    call("ldexp", t -> t[0].ldexp(t[1]));
    call("signbit", t -> t[0].signbit());
    call("isPosInf", t -> t[0].isposinf());
    call("isNegInf", t -> t[0].isneginf());
    call("isNan", t -> t[0].isnan());
    call("isInf", t -> t[0].isinf());
    call("isFinite", t -> t[0].isfinite());

    reduction("sum", t -> t.sum(), (t, axes) -> t.sum(axes));
    reduction("mean", t -> t.mean(), (t, axes) -> t.mean(axes));
    reduction("amax", t -> t.amax(ALL, false), (t, axes) -> t.amax(axes, false));
    reduction("var", t -> t.var(true), (t, axes) -> t.var(axes, true));
    reduction("std", t -> t.std(true), (t, axes) -> t.std(axes, true));
    reduction("norm", t -> norm(t, ALL), TorchOperations::norm);
    reduction("logSumExp", t -> t.logsumexp(ALL), (t, axes) -> t.logsumexp(axes));
    call("argmax", t -> t[0].argmax());
    call("argmax of rows", t -> t[0].argmax(new LongOptional(1), false));
    call("argmax of columns", t -> t[0].argmax(new LongOptional(0), false));
    call("max of rows", t -> t[0].max(1L).get0());
    call("softmax of rows", t -> t[0].softmax(1));
    call("softmax of columns", t -> t[0].softmax(0));
    call("logSoftmax of rows", t -> t[0].log_softmax(1));
    call("layerNorm of rows", t -> torch.layer_norm(t[0], t[0].size(1)));
  }
  // spotless:on

  /** A reduction along axes. */
  @FunctionalInterface
  private interface AlongAxes {
    Tensor apply(Tensor x, long... axes);
  }

  private static void call(String name, Function<Tensor[], Tensor> call) {
    CALLS.put(name, call);
  }

  private static void reduction(String name, Function<Tensor, Tensor> all, AlongAxes along) {
    call(name, t -> all.apply(t[0]));
    call(name + " of rows", t -> along.apply(t[0], 1));
    call(name + " of columns", t -> along.apply(t[0], 0));
  }

  private static Tensor norm(Tensor x, long... axes) {
    return torch.linalg_vector_norm(x, TWO, axes, false, SAME);
  }

  /**
   * Returns the operation of a name.
   *
   * @throws IllegalArgumentException if it is not here
   */
  static Function<Tensor[], Tensor> named(String name) {
    Function<Tensor[], Tensor> call = CALLS.get(name);
    if (call == null) {
      throw new IllegalArgumentException("libtorch: no operation " + name);
    }
    return call;
  }
}
