package org.autograd.oracle;

import static org.autograd.oracle.LibTorch.axes;
import static org.autograd.oracle.LibTorch.longs;
import static org.autograd.oracle.LibTorch.scalar;
import static org.autograd.oracle.LibTorch.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.LongStream;
import org.autograd.operations.Arguments;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptionalList;
import org.bytedeco.pytorch.TensorOptionalVector;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What each operation of the registry is called in PyTorch, one line each. */
final class TorchCalls {
  private static final ScalarTypeOptional SAME = new ScalarTypeOptional();
  private static final Map<String, Call> CALLS = new TreeMap<>();

  private TorchCalls() {}

  /** Applies an operation. */
  @FunctionalInterface
  interface Call {
    List<Tensor> apply(Tensor[] operands, Arguments arguments);
  }

  /** Returns the calls by the signatures of our operations. */
  static Map<String, Call> calls() {
    return CALLS;
  }

  static void call(String signature, BiFunction<Tensor[], Arguments, Tensor> call) {
    calls(signature, (t, a) -> List.of(call.apply(t, a)));
  }

  static void calls(String signature, Call call) {
    if (CALLS.put(signature, call) != null) {
      throw new AssertionError("twice: " + signature);
    }
  }

  // spotless:off
  static {
    call("add(Variable)", (t, a) -> t[0].add(t[1]));
    call("add(double)", (t, a) -> t[0].add(scalar(a.number(0))));
    call("sub(Variable)", (t, a) -> t[0].sub(t[1]));
    call("sub(double)", (t, a) -> t[0].sub(scalar(a.number(0))));
    call("rsub(double)", (t, a) -> torch.rsub(t[0], scalar(a.number(0))));
    call("mul(Variable)", (t, a) -> t[0].mul(t[1]));
    call("mul(double)", (t, a) -> t[0].mul(scalar(a.number(0))));
    call("div(Variable)", (t, a) -> t[0].div(t[1]));
    call("div(double)", (t, a) -> t[0].div(scalar(a.number(0))));
    call("rdiv(double)", (t, a) -> t[0].reciprocal().mul(scalar(a.number(0))));
    call("neg()", (t, a) -> t[0].neg());
    call("abs()", (t, a) -> t[0].abs());
    call("square()", (t, a) -> t[0].square());
    call("sqrt()", (t, a) -> t[0].sqrt());
    call("rsqrt()", (t, a) -> t[0].rsqrt());
    call("reciprocal()", (t, a) -> t[0].reciprocal());
    call("pow(Variable)", (t, a) -> t[0].pow(t[1]));
    call("pow(double)", (t, a) -> t[0].pow(scalar(a.number(0))));
    call("exp()", (t, a) -> t[0].exp());
    call("expm1()", (t, a) -> t[0].expm1());
    call("log()", (t, a) -> t[0].log());
    call("log1p()", (t, a) -> t[0].log1p());
    call("sin()", (t, a) -> t[0].sin());
    call("cos()", (t, a) -> t[0].cos());
    call("tan()", (t, a) -> t[0].tan());
    call("asin()", (t, a) -> t[0].asin());
    call("acos()", (t, a) -> t[0].acos());
    call("atan()", (t, a) -> t[0].atan());
    call("atan2(Variable)", (t, a) -> t[0].atan2(t[1]));
    call("sinh()", (t, a) -> t[0].sinh());
    call("cosh()", (t, a) -> t[0].cosh());
    call("tanh()", (t, a) -> t[0].tanh());
    call("asinh()", (t, a) -> t[0].asinh());
    call("acosh()", (t, a) -> t[0].acosh());
    call("atanh()", (t, a) -> t[0].atanh());
    call("erfc()", (t, a) -> t[0].erfc());
    call("exp2()", (t, a) -> t[0].exp2());
    call("log2()", (t, a) -> t[0].log2());
    call("log10()", (t, a) -> t[0].log10());
    call("logit()", (t, a) -> t[0].logit());
    call("logit(double)", (t, a) -> t[0].logit(new DoubleOptional(a.number(0))));
    call("xlogy(Variable)", (t, a) -> t[0].xlogy(t[1]));
    call("hypot(Variable)", (t, a) -> t[0].hypot(t[1]));
    call("lerp(Variable,double)", (t, a) -> t[0].lerp(t[1], new Scalar(a.number(0))));
    call("lerp(Variable,Variable)", (t, a) -> t[0].lerp(t[1], t[2]));
    call("addcmul(Variable,Variable,double)", (t, a) -> t[0].addcmul(t[1], t[2], new Scalar(a.number(0))));
    call("addcdiv(Variable,Variable,double)", (t, a) -> t[0].addcdiv(t[1], t[2], new Scalar(a.number(0))));
    call("nanToNum()", (t, a) -> t[0].nan_to_num());
    call("nanToNum(double,double,double)", (t, a) -> t[0].nan_to_num(new DoubleOptional(a.number(0)), new DoubleOptional(a.number(1)), new DoubleOptional(a.number(2))));
    call("ceil()", (t, a) -> t[0].ceil());
    call("round()", (t, a) -> t[0].round());
    call("trunc()", (t, a) -> t[0].trunc());
    call("frac()", (t, a) -> t[0].frac());
    call("sign()", (t, a) -> t[0].sign());
    call("fmod(Variable)", (t, a) -> a.values().isEmpty() ? t[0].fmod(t[1]) : whole(t[0]).fmod(odd(t[1])));
    call("fmod(double)", (t, a) -> t[0].fmod(scalar(a.number(0))));
    call("remainder(Variable)", (t, a) -> a.values().isEmpty() ? t[0].remainder(t[1]) : whole(t[0]).remainder(odd(t[1])));
    call("remainder(double)", (t, a) -> t[0].remainder(scalar(a.number(0))));
    call("erf()", (t, a) -> t[0].erf());
    call("floor()", (t, a) -> t[0].floor());
    call("maximum(Variable)", (t, a) -> t[0].maximum(t[1]));
    call("minimum(Variable)", (t, a) -> t[0].minimum(t[1]));
    call("clamp(double,double)", (t, a) -> t[0].clamp(optional(a.number(0)), optional(a.number(1))));
    call("clampMin(double)", (t, a) -> t[0].clamp_min(new Scalar(a.number(0))));
    call("clampMax(double)", (t, a) -> t[0].clamp_max(new Scalar(a.number(0))));
    call("where(Variable,Variable,Variable)", (t, a) -> torch.where(t[0], t[1], t[2]));

    call("sigmoid()", (t, a) -> t[0].sigmoid());
    call("relu()", (t, a) -> t[0].relu());
    call("leakyRelu(double)", (t, a) -> torch.leaky_relu(t[0], new Scalar(a.number(0))));
    call("elu(double)", (t, a) -> torch.elu(t[0], new Scalar(a.number(0)), new Scalar(1L), new Scalar(1L)));
    call("silu()", (t, a) -> torch.silu(t[0]));
    call("gelu()", (t, a) -> torch.gelu(t[0]));
    call("geluTanh()", (t, a) -> torch.gelu(t[0], "tanh"));
    call("softplus()", (t, a) -> torch.softplus(t[0]));
    call("softplus(double,double)", (t, a) -> torch.softplus(t[0], new Scalar(a.number(0)), new Scalar(a.number(1))));

    call("mish()", (t, a) -> torch.mish(t[0]));
    call("softsign()", (t, a) -> t[0].div(t[0].abs().add(scalar(1))));
    call("hardtanh(double,double)", (t, a) -> torch.hardtanh(t[0], new Scalar(a.number(0)), new Scalar(a.number(1))));
    call("relu6()", (t, a) -> torch.hardtanh(t[0], new Scalar(0.0), new Scalar(6.0)));
    call("hardswish()", (t, a) -> torch.hardswish(t[0]));
    call("hardsigmoid()", (t, a) -> torch.hardsigmoid(t[0]));
    call("selu()", (t, a) -> torch.selu(t[0]));
    call("celu(double)", (t, a) -> torch.celu(t[0], new Scalar(a.number(0))));
    call("logSigmoid()", (t, a) -> torch.log_sigmoid(t[0]));
    call("glu(int)", (t, a) -> torch.glu(t[0], (long) a.integer(0)));
    call("threshold(double,double)", (t, a) -> torch.threshold(t[0], new Scalar(a.number(0)), new Scalar(a.number(1))));
    call("prelu(Variable)", (t, a) -> t[0].prelu(t[1]));

    call("lt(Variable)", (t, a) -> t[0].lt(t[1]));
    call("lt(double)", (t, a) -> t[0].lt(scalar(a.number(0))));
    call("le(Variable)", (t, a) -> t[0].le(t[1]));
    call("le(double)", (t, a) -> t[0].le(scalar(a.number(0))));
    call("gt(Variable)", (t, a) -> t[0].gt(t[1]));
    call("gt(double)", (t, a) -> t[0].gt(scalar(a.number(0))));
    call("ge(Variable)", (t, a) -> t[0].ge(t[1]));
    call("ge(double)", (t, a) -> t[0].ge(scalar(a.number(0))));
    call("eq(Variable)", (t, a) -> t[0].eq(t[1]));
    call("eq(double)", (t, a) -> t[0].eq(scalar(a.number(0))));
    call("ne(Variable)", (t, a) -> t[0].ne(t[1]));
    call("ne(double)", (t, a) -> t[0].ne(scalar(a.number(0))));
    call("logicalAnd(Variable)", (t, a) -> a.values().isEmpty() ? t[0].logical_and(t[1]) : t[0].gt(scalar(0)).logical_and(t[1].gt(scalar(0))));
    call("logicalOr(Variable)", (t, a) -> t[0].logical_or(t[1]));
    call("logicalXor(Variable)", (t, a) -> t[0].logical_xor(t[1]));
    call("isNan()", (t, a) -> t[0].isnan());
    call("isInf()", (t, a) -> t[0].isinf());
    call("isFinite()", (t, a) -> t[0].isfinite());
    call("isClose(Variable,double,double)", (t, a) -> t[0].isclose(t[1], a.number(0), a.number(1), false));
    call("logicalNot()", (t, a) -> t[0].logical_not());

    call("sum(int...)", (t, a) -> t[0].sum(axes(t[0], a.axes(0))));
    call("sumKeepDims(int...)", (t, a) -> t[0].sum(axes(t[0], a.axes(0)), true, SAME));
    call("sumToShape(Shape)", (t, a) -> t[0].sum_to_size(a.shape(0).toArray()));
    call("mean(int...)", (t, a) -> t[0].mean(axes(t[0], a.axes(0))));
    call("meanKeepDims(int...)", (t, a) -> t[0].mean(axes(t[0], a.axes(0)), true, SAME));
    call("max()", (t, a) -> t[0].max());
    call("min()", (t, a) -> t[0].min());
    calls("max(int)", (t, a) -> both(t[0].max((long) a.integer(0))));
    calls("min(int)", (t, a) -> both(t[0].min((long) a.integer(0))));
    call("amax(int...)", (t, a) -> t[0].amax(axes(t[0], a.axes(0)), false));
    call("amaxKeepDims(int...)", (t, a) -> t[0].amax(axes(t[0], a.axes(0)), true));
    call("amin(int...)", (t, a) -> t[0].amin(axes(t[0], a.axes(0)), false));
    call("aminKeepDims(int...)", (t, a) -> t[0].amin(axes(t[0], a.axes(0)), true));
    call("argmax()", (t, a) -> t[0].argmax());
    call("argmax(int)", (t, a) -> t[0].argmax(new LongOptional(a.integer(0)), false));
    call("argmin()", (t, a) -> t[0].argmin());
    call("argmin(int)", (t, a) -> t[0].argmin(new LongOptional(a.integer(0)), false));
    call("var(int...)", (t, a) -> t[0].var(axes(t[0], a.axes(0)), optional(1), false));
    call("varKeepDims(int...)", (t, a) -> t[0].var(axes(t[0], a.axes(0)), optional(1), true));
    call("populationVar(int...)", (t, a) -> t[0].var(axes(t[0], a.axes(0)), optional(0), false));
    call("populationVarKeepDims(int...)", (t, a) -> t[0].var(axes(t[0], a.axes(0)), optional(0), true));
    call("std(int...)", (t, a) -> t[0].std(axes(t[0], a.axes(0)), optional(1), false));
    call("stdKeepDims(int...)", (t, a) -> t[0].std(axes(t[0], a.axes(0)), optional(1), true));
    call("populationStd(int...)", (t, a) -> t[0].std(axes(t[0], a.axes(0)), optional(0), false));
    call("populationStdKeepDims(int...)", (t, a) -> t[0].std(axes(t[0], a.axes(0)), optional(0), true));
    call("norm(int...)", (t, a) -> torch.linalg_vector_norm(t[0], new Scalar(2.0), axes(t[0], a.axes(0)), false, SAME));
    call("vectorNorm(double,int...)", (t, a) -> torch.linalg_vector_norm(t[0], new Scalar(a.number(0)), axes(t[0], a.axes(1)), false, SAME));
    call("normKeepDims(int...)", (t, a) -> torch.linalg_vector_norm(t[0], new Scalar(2.0), axes(t[0], a.axes(0)), true, SAME));
    call("vectorNormKeepDims(double,int...)", (t, a) -> torch.linalg_vector_norm(t[0], new Scalar(a.number(0)), axes(t[0], a.axes(1)), true, SAME));
    call("logSumExp(int...)", (t, a) -> t[0].logsumexp(axes(t[0], a.axes(0)), false));
    call("logSumExpKeepDims(int...)", (t, a) -> t[0].logsumexp(axes(t[0], a.axes(0)), true));

    call("any(int...)", (t, a) -> t[0].any(axes(t[0], a.axes(0)), false));
    call("all(int...)", (t, a) -> t[0].all(axes(t[0], a.axes(0)), false));
    call("countNonzero(int...)", (t, a) -> t[0].count_nonzero(axes(t[0], a.axes(0))));
    call("nanSum(int...)", (t, a) -> t[0].nansum(axes(t[0], a.axes(0)), false, SAME));
    call("nanMean(int...)", (t, a) -> t[0].nanmean(axes(t[0], a.axes(0)), false, SAME));
    call("cumsum(int)", (t, a) -> t[0].cumsum(a.integer(0)));
    call("cumprod(int)", (t, a) -> t[0].cumprod(a.integer(0)));
    call("logCumSumExp(int)", (t, a) -> t[0].logcumsumexp(a.integer(0)));
    calls("cummax(int)", (t, a) -> both(t[0].cummax(a.integer(0))));
    calls("cummin(int)", (t, a) -> both(t[0].cummin(a.integer(0))));
    call("prod()", (t, a) -> t[0].prod());
    call("prod(int)", (t, a) -> t[0].prod((long) a.integer(0)));
    calls("sort(int,boolean)", (t, a) -> both(t[0].sort(new BoolOptional(true), a.integer(0), false)));
    call("argsort(int,boolean)", (t, a) -> t[0].argsort(true, a.integer(0), true));
    calls("topk(int,int,boolean)", (t, a) -> both(t[0].topk(a.integer(1), a.integer(0), a.number(2) > 0, true)));
    calls("median(int)", (t, a) -> both(t[0].median((long) a.integer(0))));
    call("quantile(double,int)", (t, a) -> t[0].quantile(0.3, new LongOptional(a.integer(0)), false, "linear"));
    call("unique()", (t, a) -> torch.unique_dim(t[0].gt(scalar(0)).to(ScalarType.Long).flatten(), 0).get0());
    call("searchSorted(Variable,boolean)", (t, a) -> a.values().size() > 1 ? torch.searchsorted(t[0].sort().get0(), t[1], false, a.number(0) > 0, new StringViewOptional(), new TensorOptional()) : torch.searchsorted(
        torch.arange(new Scalar(-1.0), new Scalar(3.0), new Scalar(0.5)).to(t[0].scalar_type()), t[0], false, a.number(0) > 0, new StringViewOptional(), new TensorOptional()));
    call("softmax(int)", (t, a) -> t[0].softmax(a.integer(0)));
    call("logSoftmax(int)", (t, a) -> t[0].log_softmax(a.integer(0)));
    call("layerNorm(Shape,double)", (t, a) -> torch.layer_norm(t[0], a.shape(0).toArray(), new TensorOptional(), new TensorOptional(), a.number(1), false));
    call("layerNorm(Shape,Variable,Variable,double)", (t, a) -> torch.layer_norm(t[0], t[1].shape(), new TensorOptional(t[1]), new TensorOptional(t[2]), a.number(0), false));
    call("softmaxCrossEntropy(Variable)", (t, a) -> t[0].log_softmax(-1).gather(-1, tensor(a.array(0)).unsqueeze(-1)).squeeze(-1).neg());

    call("to(DType)", (t, a) -> t[0].to(LibTorch.scalarType(a.dtype(0))));
    call("copy()", (t, a) -> t[0].clone());
    call("contiguous()", (t, a) -> t[0].contiguous());
    call("reshape(long...)", (t, a) -> t[0].reshape(a.sizes(0)));
    call("flatten()", (t, a) -> t[0].flatten());
    call("flatten(int,int)", (t, a) -> t[0].flatten(a.integer(0), a.integer(1)));
    call("transpose()", (t, a) -> t[0].mT());
    call("transpose(int,int)", (t, a) -> t[0].transpose(a.integer(0), a.integer(1)));
    call("permute(int...)", (t, a) -> t[0].permute(longs(a.axes(0))));
    call("squeeze()", (t, a) -> t[0].squeeze());
    call("squeeze(int)", (t, a) -> t[0].squeeze((long) a.integer(0)));
    call("unsqueeze(int)", (t, a) -> t[0].unsqueeze(a.integer(0)));
    call("expand(long...)", (t, a) -> t[0].expand(a.sizes(0)));
    call("cat(int,Variable[])", (t, a) -> torch.cat(new TensorVector(t), a.integer(0)));
    call("cat(int,List)", (t, a) -> torch.cat(new TensorVector(t), a.integer(0)));
    call("stack(int,Variable[])", (t, a) -> torch.stack(new TensorVector(t), a.integer(0)));
    call("stack(int,List)", (t, a) -> torch.stack(new TensorVector(t), a.integer(0)));

    call("flip(int...)", (t, a) -> t[0].flip(longs(a.axes(0))));
    call("roll(int,long)", (t, a) -> t[0].roll(new long[] {a.integer(1)}, a.integer(0)));
    call("repeat(long...)", (t, a) -> t[0].repeat(a.sizes(0)));
    call("tile(long...)", (t, a) -> t[0].tile(a.sizes(0)));
    call("repeatInterleave(int,long)", (t, a) -> t[0].repeat_interleave(Math.abs((long) a.integer(1)), new LongOptional(a.integer(0)), new LongOptional()));
    call("diagonal(long,int,int)", (t, a) -> t[0].diagonal(a.integer(0), a.integer(1), a.integer(2)));
    call("diag(long)", (t, a) -> t[0].diag(a.integer(0)));
    call("tril(long)", (t, a) -> t[0].tril(a.integer(0)));
    call("triu(long)", (t, a) -> t[0].triu(a.integer(0)));
    call("movedim(int[],int[])", (t, a) -> t[0].movedim(longs(a.axes(0)), longs(a.axes(1))));
    call("movedim(int,int)", (t, a) -> t[0].movedim((long) a.integer(0), (long) a.integer(1)));
    call("unfold(int,long,long)", (t, a) -> t[0].unfold(a.integer(0), a.integer(1), a.integer(2)));
    calls("split(int,long)", (t, a) -> list(t[0].split(2, a.integer(0))));
    calls("splitInto(int,long...)", (t, a) -> list(t[0].split(new long[] {1, 0, t[0].size(a.integer(0)) - 1}, a.integer(0))));
    calls("chunk(int,int)", (t, a) -> list(t[0].chunk(3, a.integer(0))));
    calls("meshgrid(Variable[])", (t, a) -> list(torch.meshgrid(new TensorVector(t), "ij")));
    call("padConstant(double,long...)", (t, a) -> torch.pad(t[0], a.sizes(0), "constant", new DoubleOptional(2)));
    call("padReflect(long...)", (t, a) -> torch.pad(t[0], a.sizes(0), "reflect", new DoubleOptional()));
    call("padReplicate(long...)", (t, a) -> torch.pad(t[0], a.sizes(0), "replicate", new DoubleOptional()));
    call("padCircular(long...)", (t, a) -> torch.pad(t[0], a.sizes(0), "circular", new DoubleOptional()));
    call("scatter(int,Variable,Variable)", (t, a) -> t[0].scatter(a.integer(0), tensor(a.array(1)), t[1]));
    call("scatter(int,Variable,double)", (t, a) -> t[0].scatter(a.integer(0), tensor(a.array(1)), scalar(1)));
    call("indexCopy(int,Variable,Variable)", (t, a) -> t[0].index_copy(a.integer(0), tensor(a.array(1)), t[1]));
    call("indexFill(int,Variable,double)", (t, a) -> t[0].index_fill(a.integer(0), tensor(a.array(1)), scalar(1)));
    call("indexPut(List,Variable,boolean)", (t, a) -> {
      TensorOptionalVector indices = new TensorOptionalVector();
      for (int k = 0; k < a.values().size(); k++) {
        indices.push_back(new TensorOptional(tensor(a.array(k))));
      }
      return torch.index_put(t[0], new TensorOptionalList(indices), t[1], a.values().size() > 1);
    });
    call("sliceScatter(int,long,long,long,Variable)", (t, a) -> t[0].slice_scatter(t[1], -1, new LongOptional(0), new LongOptional(3), 2));
    call("selectScatter(int,long,Variable)", (t, a) -> t[0].select_scatter(t[1].select(0, 1), 0, -1));
    call("maskedFill(Variable,double)", (t, a) -> t[0].masked_fill(tensor(a.array(0)), scalar(2)));
    call("maskedSelect(Variable)", (t, a) -> t[0].masked_select(tensor(a.array(0))));
    call("take(Variable)", (t, a) -> t[0].take(tensor(a.array(0))));
    call("nonzero()", (t, a) -> t[0].nonzero());
    call("oneHot(int)", (t, a) -> torch.one_hot(tensor(a.array(0)), 70));

    call("narrow(int,long,long)", (t, a) -> t[0].narrow(a.integer(0), (long) a.integer(1), a.integer(2)));
    call("select(int,long)", (t, a) -> t[0].select(a.integer(0), a.integer(1)));
    call("get(Index...)", (t, a) -> LibTorch.index(t[0], a.index(0)));
    call("get(Variable)", (t, a) -> LibTorch.index(t[0], org.autograd.Index.at(a.array(0))));
    call("indexSelect(int,Variable)", (t, a) -> t[0].index_select(a.integer(0), tensor(a.array(1))));
    call("indexAdd(int,Variable,Variable)", (t, a) -> t[0].index_add(a.integer(0), tensor(a.array(1)), t[1]));
    call("gather(int,Variable)", (t, a) -> t[0].gather(a.integer(0), tensor(a.array(1))));
    call("scatterAdd(int,Variable,Variable)", (t, a) -> t[0].scatter_add(a.integer(0), tensor(a.array(1)), t[1]));

    call("matmul(Variable)", (t, a) -> t[0].matmul(t[1]));
    call("linear(Variable)", (t, a) -> torch.linear(t[0], t[1]));
    call("linear(Variable,Variable)", (t, a) -> torch.linear(t[0], t[1], new TensorOptional(t[2])));
    call("dot(Variable)", (t, a) -> t[0].dot(t[1]));
    call("outer(Variable)", (t, a) -> t[0].outer(t[1]));

    call("bmm(Variable)", (t, a) -> t[0].bmm(t[1]));
    call("baddbmm(Variable,Variable,double,double)", (t, a) -> t[0].baddbmm(t[1], t[2], scalar(a.number(0)), scalar(a.number(1))));
    call("addmm(Variable,Variable,double,double)", (t, a) -> t[0].addmm(t[1], t[2], scalar(a.number(0)), scalar(a.number(1))));
    call("trace()", (t, a) -> t[0].trace());
    call("tensordot(Variable,int)", (t, a) -> torch.tensordot(t[0], t[1], lastAxes(t[0], a.integer(0)), firstAxes(a.integer(0))));
    call("tensordot(Variable,int[],int[])", (t, a) -> torch.tensordot(t[0], t[1], longs(a.axes(0)), longs(a.axes(1))));
    call("kron(Variable)", (t, a) -> t[0].kron(t[1]));
    call("einsum(String,Variable[])", (t, a) -> torch.einsum(a.text(0), new TensorVector(t)));
    call("cdist(Variable,double)", (t, a) -> torch.cdist(t[0], t[1], a.number(0), new LongOptional()));
    call("cosineSimilarity(Variable,int,double)", (t, a) -> torch.cosine_similarity(t[0], t[1], a.integer(0), 1e-8));

    call("inv()", (t, a) -> torch.linalg_inv(t[0]));
    call("solve(Variable)", (t, a) -> torch.linalg_solve(t[0], t[1]));
    call("solveTriangular(Variable,boolean)", (t, a) -> torch.linalg_solve_triangular(t[0], t[1], a.number(0) > 0));
    call("lstsq(Variable)", (t, a) -> torch.linalg_lstsq(t[0], t[1]).get0());
    call("pinv()", (t, a) -> torch.linalg_pinv(t[0]));
    call("pinv(double)", (t, a) -> torch.linalg_pinv(t[0], a.number(0)));
    call("det()", (t, a) -> torch.linalg_det(t[0]));
    calls("slogdet()", (t, a) -> {
      T_TensorTensor_T result = torch.linalg_slogdet(t[0]);
      return List.of(result.get0().mul(result.get1()));
    });
    call("matrixPower(int)", (t, a) -> torch.linalg_matrix_power(t[0], a.integer(0)));
    call("cholesky()", (t, a) -> torch.linalg_cholesky(symmetric(t[0])));
    calls("qr()", (t, a) -> {
      T_TensorTensor_T qr = torch.linalg_qr(t[0]);
      Tensor signs = qr.get1().detach().diagonal(0, -2, -1).sign();
      return List.of(qr.get0().mul(signs.unsqueeze(-2)), qr.get1().mul(signs.unsqueeze(-1)));
    });
    calls("svd()", (t, a) -> {
      T_TensorTensorTensor_T svd = torch.linalg_svd(t[0], false, new StringViewOptional());
      return List.of(svd.get1(), svd.get0().matmul(svd.get2()), withoutSigns(svd.get0()), withoutSigns(svd.get2().mT()));
    });
    call("svdvals()", (t, a) -> torch.linalg_svdvals(t[0]));
    calls("eigh()", (t, a) -> {
      T_TensorTensor_T eigh = torch.linalg_eigh(symmetric(t[0]));
      return List.of(eigh.get0(), withoutSigns(eigh.get1()));
    });
    call("eigvalsh()", (t, a) -> torch.linalg_eigvalsh(symmetric(t[0])));
    call("matrixNorm(double)", (t, a) -> torch.linalg_matrix_norm(t[0], scalar(a.number(0))));
    call("nuclearNorm()", (t, a) -> torch.linalg_matrix_norm(t[0], "nuc", longs(-2, -1), false, SAME));
    call("matrixRank()", (t, a) -> torch.linalg_matrix_rank(t[0], new TensorOptional(), new TensorOptional(), false));
    call("matrixRank(double)", (t, a) -> torch.linalg_matrix_rank(t[0], new DoubleOptional(0), new DoubleOptional(a.number(0)), false));

    call("conv1d(Variable,Variable)", (t, a) -> torch.conv1d(t[0], t[1], bias(t), longs(1), longs(0), longs(1), 1));
    call("conv1d(Variable,Variable,ConvolutionOptions)", (t, a) -> a.convolution(0).same()
        ? torch.conv1d(t[0], t[1], bias(t), longs(1), "same", each(a.convolution(0).dilation()), a.convolution(0).groups())
        : torch.conv1d(t[0], t[1], bias(t), each(a.convolution(0).stride()), each(a.convolution(0).padding()), each(a.convolution(0).dilation()), a.convolution(0).groups()));
    call("convTranspose1d(Variable,Variable,ConvolutionOptions)", (t, a) -> torch.conv_transpose1d(t[0], t[1], bias(t), each(a.convolution(0).stride()), each(a.convolution(0).padding()), each(a.convolution(0).outputPadding()), a.convolution(0).groups(), each(a.convolution(0).dilation())));
    call("conv2d(Variable,Variable)", (t, a) -> torch.conv2d(t[0], t[1], bias(t), longs(1), longs(0), longs(1), 1));
    call("conv2d(Variable,Variable,ConvolutionOptions)", (t, a) -> a.convolution(0).same()
        ? torch.conv2d(t[0], t[1], bias(t), longs(1), "same", each(a.convolution(0).dilation()), a.convolution(0).groups())
        : torch.conv2d(t[0], t[1], bias(t), each(a.convolution(0).stride()), each(a.convolution(0).padding()), each(a.convolution(0).dilation()), a.convolution(0).groups()));
    call("convTranspose2d(Variable,Variable,ConvolutionOptions)", (t, a) -> torch.conv_transpose2d(t[0], t[1], bias(t), each(a.convolution(0).stride()), each(a.convolution(0).padding()), each(a.convolution(0).outputPadding()), a.convolution(0).groups(), each(a.convolution(0).dilation())));
    call("conv3d(Variable,Variable)", (t, a) -> torch.conv3d(t[0], t[1], bias(t), longs(1), longs(0), longs(1), 1));
    call("conv3d(Variable,Variable,ConvolutionOptions)", (t, a) -> a.convolution(0).same()
        ? torch.conv3d(t[0], t[1], bias(t), longs(1), "same", each(a.convolution(0).dilation()), a.convolution(0).groups())
        : torch.conv3d(t[0], t[1], bias(t), each(a.convolution(0).stride()), each(a.convolution(0).padding()), each(a.convolution(0).dilation()), a.convolution(0).groups()));
    call("convTranspose3d(Variable,Variable,ConvolutionOptions)", (t, a) -> torch.conv_transpose3d(t[0], t[1], bias(t), each(a.convolution(0).stride()), each(a.convolution(0).padding()), each(a.convolution(0).outputPadding()), a.convolution(0).groups(), each(a.convolution(0).dilation())));
    call("maxPool1d(PoolingOptions)", (t, a) -> torch.max_pool1d_with_indices(t[0], each(a.pooling(0).kernel()), each(a.pooling(0).stride()), each(a.pooling(0).padding()), each(a.pooling(0).dilation()), a.pooling(0).ceilMode()).get0());
    calls("maxPool1dWithIndices(PoolingOptions)", (t, a) -> both(torch.max_pool1d_with_indices(t[0], each(a.pooling(0).kernel()), each(a.pooling(0).stride()), each(a.pooling(0).padding()), each(a.pooling(0).dilation()), a.pooling(0).ceilMode())));
    call("avgPool1d(PoolingOptions)", (t, a) -> torch.avg_pool1d(t[0], each(a.pooling(0).kernel()), each(a.pooling(0).stride()), each(a.pooling(0).padding()), a.pooling(0).ceilMode(), a.pooling(0).countIncludePad()));
    call("adaptiveMaxPool1d(int)", (t, a) -> torch.adaptive_max_pool1d(t[0], (long) a.integer(0)).get0());
    call("adaptiveAvgPool1d(int)", (t, a) -> torch.adaptive_avg_pool1d(t[0], (long) a.integer(0)));
    call("maxPool2d(PoolingOptions)", (t, a) -> torch.max_pool2d_with_indices(t[0], each(a.pooling(0).kernel()), each(a.pooling(0).stride()), each(a.pooling(0).padding()), each(a.pooling(0).dilation()), a.pooling(0).ceilMode()).get0());
    calls("maxPool2dWithIndices(PoolingOptions)", (t, a) -> both(torch.max_pool2d_with_indices(t[0], each(a.pooling(0).kernel()), each(a.pooling(0).stride()), each(a.pooling(0).padding()), each(a.pooling(0).dilation()), a.pooling(0).ceilMode())));
    call("avgPool2d(PoolingOptions)", (t, a) -> torch.avg_pool2d(t[0], each(a.pooling(0).kernel()), each(a.pooling(0).stride()), each(a.pooling(0).padding()), a.pooling(0).ceilMode(), a.pooling(0).countIncludePad(), new LongOptional()));
    call("adaptiveMaxPool2d(int...)", (t, a) -> torch.adaptive_max_pool2d(t[0], sizes(2, a.axes(0))).get0());
    call("adaptiveAvgPool2d(int...)", (t, a) -> torch.adaptive_avg_pool2d(t[0], sizes(2, a.axes(0))));
    call("maxPool3d(PoolingOptions)", (t, a) -> torch.max_pool3d_with_indices(t[0], each(a.pooling(0).kernel()), each(a.pooling(0).stride()), each(a.pooling(0).padding()), each(a.pooling(0).dilation()), a.pooling(0).ceilMode()).get0());
    calls("maxPool3dWithIndices(PoolingOptions)", (t, a) -> both(torch.max_pool3d_with_indices(t[0], each(a.pooling(0).kernel()), each(a.pooling(0).stride()), each(a.pooling(0).padding()), each(a.pooling(0).dilation()), a.pooling(0).ceilMode())));
    call("avgPool3d(PoolingOptions)", (t, a) -> torch.avg_pool3d(t[0], each(a.pooling(0).kernel()), each(a.pooling(0).stride()), each(a.pooling(0).padding()), a.pooling(0).ceilMode(), a.pooling(0).countIncludePad(), new LongOptional()));
    call("adaptiveMaxPool3d(int...)", (t, a) -> torch.adaptive_max_pool3d(t[0], sizes(3, a.axes(0))).get0());
    call("adaptiveAvgPool3d(int...)", (t, a) -> torch.adaptive_avg_pool3d(t[0], sizes(3, a.axes(0))));

    call("add_(Variable)", (t, a) -> t[0].clone().add_(t[1]));
    call("add_(double)", (t, a) -> t[0].clone().add_(scalar(a.number(0))));
    call("sub_(double)", (t, a) -> t[0].clone().sub_(scalar(a.number(0))));
    call("div_(double)", (t, a) -> t[0].clone().div_(scalar(a.number(0))));
    call("sub_(Variable)", (t, a) -> t[0].clone().sub_(t[1]));
    call("mul_(Variable)", (t, a) -> t[0].clone().mul_(t[1]));
    call("mul_(double)", (t, a) -> t[0].clone().mul_(scalar(a.number(0))));
    call("div_(Variable)", (t, a) -> t[0].clone().div_(t[1]));
    call("zero_()", (t, a) -> t[0].clone().zero_());
    call("fill_(double)", (t, a) -> t[0].clone().fill_(scalar(a.number(0))));
    call("copy_(Variable)", (t, a) -> t[0].clone().copy_(t[1]));
    ElementTorchCalls.add();
    StatisticsTorchCalls.add();
    PlacementTorchCalls.add();
    ResamplingTorchCalls.add();
    FourierTorchCalls.add();
  }
  // spotless:on

  private static Tensor symmetric(Tensor x) {
    return x.add(x.mT()).mul(scalar(0.5));
  }

  /** As {@code Matrices.withoutSigns}. */
  private static Tensor withoutSigns(Tensor vectors) {
    long count = vectors.size(-1);
    Tensor weights =
        torch
            .arange(new Scalar(1.0), new Scalar(1.0 + count), new Scalar(1.0))
            .to(vectors.scalar_type());
    return vectors.mul(weights).matmul(vectors.mT());
  }

  private static long[] firstAxes(int count) {
    return LongStream.range(0, count).toArray();
  }

  private static long[] lastAxes(Tensor x, int count) {
    return LongStream.range(x.dim() - count, x.dim()).toArray();
  }

  /** As {@code ElementOperations.whole}: integers, of any operand. */
  static Tensor whole(Tensor x) {
    return x.is_floating_point() ? x.mul(scalar(10)).to(ScalarType.Long) : x;
  }

  /** Integers that are not 0. */
  static Tensor odd(Tensor x) {
    Tensor integers = whole(x);
    integers =
        integers.scalar_type().intern() == ScalarType.Bool
            ? integers.to(ScalarType.Long)
            : integers;
    return integers.mul(scalar(2)).add(scalar(1));
  }

  private static TensorOptional bias(Tensor... operands) {
    return operands.length > 2 ? new TensorOptional(operands[2]) : new TensorOptional();
  }

  private static long[] each(List<Integer> values) {
    return values.stream().mapToLong(value -> value).toArray();
  }

  private static long[] sizes(int spatial, int... sizes) {
    long[] result = new long[spatial];
    Arrays.setAll(result, axis -> sizes[sizes.length == 1 ? 0 : axis]);
    return result;
  }

  static List<Tensor> list(TensorVector tensors) {
    return List.of(tensors.get());
  }

  private static ScalarOptional optional(double value) {
    return new ScalarOptional(scalar(value));
  }

  static List<Tensor> both(T_TensorTensor_T pair) {
    return List.of(pair.get0(), pair.get1());
  }
}
