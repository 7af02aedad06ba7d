package org.autograd.oracle;

import static org.autograd.oracle.LibTorch.longs;
import static org.autograd.oracle.LibTorch.scalar;
import static org.autograd.oracle.TorchCalls.call;

import java.util.Arrays;
import java.util.List;
import org.autograd.GridSampleOptions;
import org.autograd.InterpolateOptions;
import org.autograd.PoolingOptions;
import org.autograd.operations.Arguments;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.DoubleVector;
import org.bytedeco.pytorch.InterpolateFuncOptions;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.kNearestExact;

/** What resampling operations are called in PyTorch: a part of {@link TorchCalls}. */
final class ResamplingTorchCalls {
  private ResamplingTorchCalls() {}

  // spotless:off
  static void add() {
    call("gridSample(Variable,GridSampleOptions)", (t, a) -> gridSample(t[0], t[1], (GridSampleOptions) a.values().getFirst()));
    call("affineGrid(int,int,boolean)", (t, a) -> torch.affine_grid_generator(t[0], new long[] {t[0].size(0), 1, a.integer(0), a.integer(1)}, a.number(2) > 0));
    call("maxUnpool1d(Variable,long)", (t, a) -> torch.max_unpool2d(t[0].unsqueeze(-2), places(t[0].unsqueeze(-2), 2), 1, a.integer(0)).squeeze(-2));
    call("maxUnpool2d(Variable,long,long)", (t, a) -> torch.max_unpool2d(t[0], places(t[0], 2), a.integer(0), a.integer(1)));
    call("maxUnpool3d(Variable,long,long,long)", (t, a) -> torch.max_unpool3d(t[0], places(t[0], 3), new long[] {a.integer(0), a.integer(1), a.integer(2)}, new long[] {2, 2, 2}, 0, 0, 0));
    call("interpolate(InterpolateOptions)", (t, a) -> interpolate(t[0], (InterpolateOptions) a.values().getFirst()));
    call("unfold(PoolingOptions)", (t, a) -> torch.im2col(t[0], two(a.pooling(0).kernel()), two(a.pooling(0).dilation()), two(a.pooling(0).padding()), two(a.pooling(0).stride())));
    call("fold(long,long,PoolingOptions)", (t, a) -> torch.col2im(t[0], longs(a.integer(1), a.integer(2)), two(a.pooling(0).kernel()), two(a.pooling(0).dilation()), two(a.pooling(0).padding()), two(a.pooling(0).stride())));
    call("lpPool1d(double,PoolingOptions)", (t, a) -> lpPool(t[0], a, 1));
    call("lpPool2d(double,PoolingOptions)", (t, a) -> lpPool(t[0], a, 2));
    call("lpPool3d(double,PoolingOptions)", (t, a) -> lpPool(t[0], a, 3));
  }
  // spotless:on

  private static long[] two(List<Integer> values) {
    return longs(values.getFirst(), values.getLast());
  }

  /** As {@code torch.nn.functional.lp_pool} is written. */
  private static Tensor lpPool(Tensor x, Arguments a, int spatial) {
    PoolingOptions options = a.pooling(1);
    long[] kernel = new long[spatial];
    long[] stride = new long[spatial];
    Arrays.fill(kernel, options.kernel().getFirst());
    Arrays.fill(stride, options.stride().getFirst());
    long[] padding = new long[spatial];
    Tensor powers = x.pow(new Scalar(a.number(0)));
    boolean ceil = options.ceilMode();
    LongOptional none = new LongOptional();
    Tensor means =
        switch (spatial) {
          case 1 -> torch.avg_pool1d(powers, kernel, stride, padding, ceil, true);
          case 2 -> torch.avg_pool2d(powers, kernel, stride, padding, ceil, true, none);
          default -> torch.avg_pool3d(powers, kernel, stride, padding, ceil, true, none);
        };
    double elements = Math.pow(options.kernel().getFirst(), spatial);
    Tensor sums = means.sign().mul(means.abs().relu()).mul(new Scalar(elements));
    return sums.pow(new Scalar(1 / a.number(0)));
  }

  /** As {@code torch.nn.functional.interpolate} calls them. */
  private static Tensor interpolate(Tensor x, InterpolateOptions options) {
    int spatial = (int) x.dim() - 2;
    long[] size = new long[spatial];
    DoubleOptional[] scale = new DoubleOptional[spatial];
    for (int k = 0; k < spatial; k++) {
      if (options.factors().isEmpty()) {
        size[k] = options.sizes().get(options.sizes().size() == 1 ? 0 : k);
        scale[k] = new DoubleOptional();
      } else {
        double factor = options.factors().get(options.factors().size() == 1 ? 0 : k);
        size[k] = (long) Math.floor(x.size(k + 2) * factor);
        scale[k] = new DoubleOptional(factor);
      }
    }
    boolean align = options.alignCorners();
    return switch (options.mode()) {
      case NEAREST ->
          switch (spatial) {
            case 1 -> torch.upsample_nearest1d(x, size, scale[0]);
            case 2 -> torch.upsample_nearest2d(x, size, scale[0], scale[1]);
            default -> torch.upsample_nearest3d(x, size, scale[0], scale[1], scale[2]);
          };
      case NEAREST_EXACT -> nearestExact(x, options);
      case LINEAR ->
          switch (spatial) {
            case 1 -> torch.upsample_linear1d(x, size, align, scale[0]);
            case 2 -> torch.upsample_bilinear2d(x, size, align, scale[0], scale[1]);
            default -> torch.upsample_trilinear3d(x, size, align, scale[0], scale[1], scale[2]);
          };
      case CUBIC -> torch.upsample_bicubic2d(x, size, align, scale[0], scale[1]);
      case AREA ->
          switch (spatial) {
            case 1 -> torch.adaptive_avg_pool1d(x, size);
            case 2 -> torch.adaptive_avg_pool2d(x, size);
            default -> torch.adaptive_avg_pool3d(x, size);
          };
    };
  }

  /** There is no other way to this one from Java. */
  private static Tensor nearestExact(Tensor x, InterpolateOptions options) {
    InterpolateFuncOptions same = new InterpolateFuncOptions();
    same.mode().put(new kNearestExact());
    long[] sizes = new long[(int) x.dim() - 2];
    double[] factors = new double[sizes.length];
    for (int k = 0; k < sizes.length; k++) {
      if (options.factors().isEmpty()) {
        sizes[k] = options.sizes().get(options.sizes().size() == 1 ? 0 : k);
      } else {
        factors[k] = options.factors().get(options.factors().size() == 1 ? 0 : k);
      }
    }
    if (options.factors().isEmpty()) {
      same.size().put(new LongVector(sizes));
    } else {
      same.scale_factor().put(new DoubleVector(factors));
    }
    return torch.interpolate(x, same);
  }

  private static Tensor gridSample(Tensor images, Tensor grid, GridSampleOptions options) {
    long mode = options.mode().ordinal();
    return torch.grid_sampler(
        images, grid, mode, options.padding().ordinal(), options.alignCorners());
  }

  private static Tensor places(Tensor x, int spatial) {
    long[] shape = x.shape();
    long[] channel = Arrays.copyOfRange(shape, shape.length - spatial, shape.length);
    long count = Arrays.stream(channel).reduce(1, (a, b) -> a * b);
    Tensor odd = torch.arange(new Scalar(count)).to(ScalarType.Long).mul(scalar(2)).add(scalar(1));
    return odd.flip(0).reshape(channel).expand(shape).contiguous();
  }
}
