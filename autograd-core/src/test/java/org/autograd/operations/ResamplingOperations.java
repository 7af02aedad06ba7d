package org.autograd.operations;

import static org.autograd.operations.OperationRegistry.op;
import static org.autograd.operations.Samples.INSIDE_ONE;
import static org.autograd.operations.Samples.POSITIVE;
import static org.autograd.operations.Samples.REAL;
import static org.autograd.operations.Samples.sample;
import static org.autograd.operations.Samples.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.autograd.GridSampleOptions;
import org.autograd.InterpolateOptions;
import org.autograd.InterpolateOptions.Mode;
import org.autograd.PoolingOptions;
import org.autograd.Variable;

/** Images of other sizes and images as columns: a part of {@link OperationRegistry}. */
final class ResamplingOperations {
  private static final PoolingOptions PADDED = PoolingOptions.kernel(2, 3).stride(2, 1).padding(1);

  private ResamplingOperations() {}

  // spotless:off
  static List<Operation> operations() {
    return List.of(
        op("interpolate(InterpolateOptions)", images(), ResamplingOperations::sizes,
            (x, a) -> x[0].interpolate((InterpolateOptions) a.values().getFirst())),
        op("unfold(PoolingOptions)", planes(), ResamplingOperations::windows, (x, a) -> x[0].unfold(a.pooling(0))),
        op("fold(long,long,PoolingOptions)", columns(), Choices.fixed(PoolingOptions.kernel(2).stride(1), 4, 3),
            (x, a) -> x[0].fold(a.integer(1), a.integer(2), a.pooling(0))),
        op("fold(long,long,PoolingOptions)", List.of(sample("padded", REAL.sample(0, 1, 12, 6))), Choices.fixed(PADDED, 4, 2),
            (x, a) -> x[0].fold(a.integer(1), a.integer(2), a.pooling(0))),
        op("gridSample(Variable,GridSampleOptions)", grids(), x -> lookups(),
            (x, a) -> x[0].gridSample(x[1], (GridSampleOptions) a.values().getFirst())),
        op("affineGrid(int,int,boolean)", List.of(sample("maps", REAL.sample(0, 2, 2, 3)), sample("map", REAL.sample(1, 1, 2, 3))),
            x -> List.of(Arguments.of(3, 4, 0), Arguments.of(2, 3, 1), Arguments.of(1, 2, 1)),
            (x, a) -> x[0].affineGrid(a.integer(0), a.integer(1), a.number(2) > 0)),
        op("maxUnpool1d(Variable,long)", few(1), Choices.fixed(9), (x, a) -> x[0].maxUnpool1d(places(x[0], 1), a.integer(0))),
        op("maxUnpool2d(Variable,long,long)", few(2), Choices.fixed(5, 4), (x, a) -> x[0].maxUnpool2d(places(x[0], 2), a.integer(0), a.integer(1))),
        op("maxUnpool3d(Variable,long,long,long)", few(3), Choices.fixed(2, 5, 3), (x, a) -> x[0].maxUnpool3d(places(x[0], 3), a.integer(0), a.integer(1), a.integer(2))),
        op("lpPool1d(double,PoolingOptions)", signals(1), pools(1, 3), (x, a) -> x[0].lpPool1d(a.number(0), a.pooling(1))),
        op("lpPool2d(double,PoolingOptions)", signals(2), pools(2, 2.5), (x, a) -> x[0].lpPool2d(a.number(0), a.pooling(1))),
        op("lpPool3d(double,PoolingOptions)", signals(3), pools(2), (x, a) -> x[0].lpPool3d(a.number(0), a.pooling(1))));
  }
  // spotless:on

  private static List<Sample> images() {
    return List.of(
        sample("signal", REAL.sample(0, 2, 1, 5)),
        sample("image", REAL.sample(0, 1, 2, 3, 4)),
        view("transposed image", Variable::transpose, REAL.sample(0, 2, 1, 5, 3)),
        sample("few pixels", REAL.sample(0, 1, 1, 1, 2)),
        sample("volume", REAL.sample(0, 1, 1, 2, 3, 2)));
  }

  private static List<Arguments> sizes(Variable... x) {
    int spatial = x[0].rank() - 2;
    List<InterpolateOptions> sizes = new ArrayList<>();
    sizes.add(InterpolateOptions.size(7));
    sizes.add(InterpolateOptions.size(2));
    sizes.add(InterpolateOptions.size(1));
    sizes.add(InterpolateOptions.scale(2));
    sizes.add(InterpolateOptions.scale(1.7));
    if (spatial == 2) {
      sizes.add(InterpolateOptions.size(3, 6));
      sizes.add(InterpolateOptions.scale(1.3, 2.1));
    }
    List<Arguments> result = new ArrayList<>();
    for (InterpolateOptions size : sizes) {
      for (Mode mode : Mode.values()) {
        if (mode != Mode.CUBIC || spatial == 2) {
          result.add(Arguments.of(size.mode(mode)));
        }
        if (mode == Mode.LINEAR || (mode == Mode.CUBIC && spatial == 2)) {
          result.add(Arguments.of(size.mode(mode).alignCorners(true)));
        }
      }
    }
    return result;
  }

  private static List<Sample> planes() {
    return List.of(
        sample("examples", REAL.sample(0, 2, 2, 4, 3)),
        sample("one", REAL.sample(0, 2, 3, 4)),
        view("transposed", Variable::transpose, REAL.sample(0, 1, 2, 4, 3)));
  }

  private static List<Arguments> windows(Variable... x) {
    return List.of(
        Arguments.of(PoolingOptions.kernel(2).stride(1)),
        Arguments.of(PADDED),
        Arguments.of(PoolingOptions.kernel(2).dilation(2).padding(2, 1).stride(3)));
  }

  private static List<Sample> columns() {
    return List.of(
        sample("examples", REAL.sample(0, 2, 8, 6)),
        sample("one", REAL.sample(0, 4, 6)),
        view("transposed", Variable::transpose, REAL.sample(0, 1, 6, 4)));
  }

  private static List<Sample> grids() {
    return List.of(
        sample("small", REAL.sample(0, 1, 1, 2, 3), INSIDE_ONE.sample(1, 1, 2, 2, 2)),
        sample("images", REAL.sample(0, 2, 2, 3, 4), REAL.sample(1, 2, 2, 3, 2)));
  }

  private static List<Arguments> lookups() {
    List<Arguments> result = new ArrayList<>();
    for (GridSampleOptions options :
        List.of(GridSampleOptions.bilinear(), GridSampleOptions.nearest())) {
      for (GridSampleOptions.Padding padding : GridSampleOptions.Padding.values()) {
        result.add(Arguments.of(options.padding(padding)));
        result.add(Arguments.of(options.padding(padding).alignCorners(true)));
      }
    }
    return result;
  }

  private static List<Sample> few(int spatial) {
    long[][] sizes = {{3}, {2, 2}, {1, 3, 2}};
    long[] one = sizes[spatial - 1];
    long[] shape = new long[one.length + 2];
    shape[0] = 2;
    shape[1] = 3;
    System.arraycopy(one, 0, shape, 2, one.length);
    return List.of(
        sample("examples", REAL.sample(0, shape)),
        sample("one example", REAL.sample(0, Arrays.copyOfRange(shape, 1, shape.length))));
  }

  /** Different places for the elements of each channel. */
  private static Variable places(Variable x, int spatial) {
    long[] shape = x.shape().toArray();
    long[] channel = Arrays.copyOfRange(shape, shape.length - spatial, shape.length);
    long count = Arrays.stream(channel).reduce(1, (a, b) -> a * b);
    return Variable.arange(count).mul(2).add(1).flip(0).reshape(channel).expand(shape);
  }

  private static List<Sample> signals(int spatial) {
    long[] sizes = {2, 1, 5, 4, 3};
    return List.of(sample("examples", POSITIVE.sample(0, Arrays.copyOf(sizes, spatial + 2))));
  }

  private static Function<Variable[], List<Arguments>> pools(double... orders) {
    List<Arguments> result = new ArrayList<>();
    for (double order : orders) {
      result.add(Arguments.of(order, PoolingOptions.kernel(2)));
      result.add(Arguments.of(order, PoolingOptions.kernel(2).stride(1)));
      result.add(Arguments.of(order, PoolingOptions.kernel(2).ceilMode(true)));
    }
    return x -> result;
  }
}
