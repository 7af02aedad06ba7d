package org.autograd.oracle;

import static org.autograd.oracle.LibTorch.scalar;
import static org.autograd.oracle.TorchCalls.both;
import static org.autograd.oracle.TorchCalls.call;
import static org.autograd.oracle.TorchCalls.calls;

import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What statistics are called in PyTorch: a part of {@link TorchCalls}. */
final class StatisticsTorchCalls {
  private StatisticsTorchCalls() {}

  // spotless:off
  static void add() {
    call("median()", (t, a) -> t[0].median());
    call("nanMedian()", (t, a) -> t[0].nanmedian());
    calls("nanMedian(int)", (t, a) -> both(t[0].nanmedian((long) a.integer(0))));
    calls("kthValue(int,long)", (t, a) -> both(t[0].kthvalue(1, a.integer(0), false)));
    calls("mode(int)", (t, a) -> both(t[0].mode(a.integer(0), false)));
    calls("aminmax(int...)", (t, a) -> List.of(t[0].amin(LibTorch.axes(t[0], a.axes(0)), false), t[0].amax(LibTorch.axes(t[0], a.axes(0)), false)));
    call("quantile(double[],int,QuantileMethod)", (t, a) -> t[0].quantile(fractions(t[0]), new LongOptional(a.integer(0)), false, method(a.values().get(1))));
    call("nanQuantile(double[],int,QuantileMethod)", (t, a) -> t[0].nanquantile(fractions(t[0]), new LongOptional(a.integer(0)), false, method(a.values().get(1))));
    call("histc(int,double,double)", (t, a) -> t[0].detach().histc(5, new Scalar(a.number(0)), new Scalar(a.number(1))).to(ScalarType.Long));
    call("bincount(int)", (t, a) -> counted(t[0]).bincount(new TensorOptional(), a.integer(0)));
    // PyTorch has no gradient of it; this is its definition.
    call("bincount(Variable,int)", (t, a) -> t[0].new_zeros(Math.max(5, a.integer(0))).index_add(0, AbstractTensor.create(2L, 0, 2, 4, 4, 4), t[0]));
    calls("uniqueAlong(int)", (t, a) -> three(torch.unique_dim(t[0].gt(scalar(0)).to(ScalarType.Long), a.integer(0), true, true, true)));
    call("bucketize(Variable,boolean)", (t, a) -> torch.bucketize(
        t[0], torch.arange(new Scalar(-1.0), new Scalar(3.0), new Scalar(0.5)).to(t[0].scalar_type()), false, a.number(0) > 0));
    calls("uniqueWithCounts()", (t, a) -> three(torch.unique_dim(counted(t[0]), 0, true, true, true)));
    calls("uniqueConsecutive()", (t, a) -> three(torch.unique_consecutive(counted(t[0]), true, true, new LongOptional())));
    call("cov(int)", (t, a) -> t[0].cov(a.integer(0), new TensorOptional(), new TensorOptional()));
    call("corrcoef()", (t, a) -> t[0].corrcoef());
    call("diff(int,int)", (t, a) -> t[0].diff(a.integer(0), a.integer(1), new TensorOptional(), new TensorOptional()));
    call("trapezoid(double,int)", (t, a) -> torch.trapezoid(t[0], new Scalar(0.3), a.integer(0)));
    call("trapezoid(Variable,int)", (t, a) -> torch.trapezoid(t[0], t[1], a.integer(0)));
    call("cumulativeTrapezoid(double,int)", (t, a) -> torch.cumulative_trapezoid(t[0], new Scalar(0.3), a.integer(0)));
    call("cumulativeTrapezoid(Variable,int)", (t, a) -> torch.cumulative_trapezoid(t[0], t[1], a.integer(0)));
  }
  // spotless:on

  private static Tensor fractions(Tensor like) {
    return AbstractTensor.create(new double[] {0.3, 0, 0.55, 1}, 4).to(like.scalar_type());
  }

  private static String method(Object name) {
    return ((String) name).toLowerCase(Locale.ROOT);
  }

  private static Tensor counted(Tensor x) {
    ScalarOptional low = new ScalarOptional(scalar(-1));
    ScalarOptional high = new ScalarOptional(scalar(3));
    DoubleOptional none = new DoubleOptional();
    Tensor bounded = x.detach().clamp(low, high).nan_to_num(none, none, none);
    return bounded.mul(scalar(2)).add(scalar(2)).to(ScalarType.Long).flatten();
  }

  private static List<Tensor> three(T_TensorTensorTensor_T parts) {
    return List.of(parts.get0(), parts.get1(), parts.get2());
  }
}
