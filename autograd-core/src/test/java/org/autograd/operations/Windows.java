package org.autograd.operations;

import static org.autograd.operations.Samples.REAL;
import static org.autograd.operations.Samples.rough;
import static org.autograd.operations.Samples.sample;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.autograd.ConvolutionOptions;
import org.autograd.PoolingOptions;
import org.autograd.Variable;

/** What convolutions and pooling are tried with. */
final class Windows {
  private Windows() {}

  /** Inputs, filters and, if wanted, biases for convolutions along the given number of axes. */
  static List<Sample> convolutions(int spatial, boolean transposed, boolean withBias) {
    List<Sample> samples = new ArrayList<>();
    // Examples, channels, filters, groups, input size, kernel size.
    int[][] sizes = {
      {1, 1, 2, 1, 3, 2},
      {2, 2, 3, 1, spatial == 3 ? 3 : 4, 2},
      {-1, 2, 1, 1, 3, 2},
      {1, 4, 2, 2, 3, 2},
      {2, 2, 4, 2, 2, 1},
      {0, 2, 3, 1, 3, 2},
      {1, 1, 1, 1, spatial == 3 ? 4 : 7, 3},
    };
    for (int[] size : sizes) {
      samples.add(sample("contiguous", operands(spatial, transposed, withBias, size)));
    }
    Variable[] operands = operands(spatial, !transposed, withBias, 2, 2, 3, 1, 3, 2);
    UnaryOperator<Variable[]> arrange =
        x -> {
          Variable[] result = x.clone();
          result[0] = x[0].transpose(0, 1);
          result[1] = x[1].transpose(0, 1);
          if (withBias) {
            result[2] = x[2].expand(3);
          }
          return result;
        };
    if (withBias) {
      operands[2] = REAL.sample(2, 1);
    }
    samples.add(new Sample("strided", List.of(operands), arrange, true));
    // As large as needed for vectors, with edges of every kind, and too large for differences.
    int[][] large = {
      {3, 9, 19, 1, spatial == 3 ? 6 : 11, 3}, {2, 8, 40, 2, spatial == 3 ? 5 : 13, 2}
    };
    for (int[] size : large) {
      Variable[] many = operands(spatial, transposed, withBias, size);
      // Lest sums of many be compared too strictly.
      many[0] = many[0].div(16);
      many[1] = many[1].div(16);
      samples.add(rough("large", many));
    }
    return samples;
  }

  private static Variable[] operands(
      int spatial, boolean transposed, boolean withBias, int... size) {
    int examples = size[0];
    int channels = size[1];
    int filters = size[2];
    int groups = size[3];
    long[] input = new long[spatial + 2];
    long[] weight = new long[spatial + 2];
    for (int axis = 2; axis < spatial + 2; axis++) {
      input[axis] = axis == 3 ? size[4] + 1L : size[4];
      weight[axis] = Math.max(1, size[5] - (axis == 4 ? 1 : 0));
    }
    input[0] = examples;
    input[1] = channels;
    weight[0] = transposed ? channels : filters;
    weight[1] = (transposed ? filters : channels) / groups;
    Variable x = REAL.sample(0, examples < 0 ? Arrays.copyOfRange(input, 1, input.length) : input);
    Variable w = REAL.sample(1, weight);
    return withBias ? new Variable[] {x, w, REAL.sample(2, filters)} : new Variable[] {x, w};
  }

  /** Options that fit the operands of a convolution. */
  static Function<Variable[], List<Arguments>> filters(int spatial) {
    return x -> {
      int groups = (int) (x[0].size(-spatial - 1) / x[1].size(1));
      ConvolutionOptions usual = ConvolutionOptions.defaults().groups(groups);
      List<Arguments> result = new ArrayList<>();
      result.add(Arguments.of(usual));
      result.add(Arguments.of(usual.stride(2).padding(1)));
      result.add(Arguments.of(usual.stride(3).padding(2).dilation(2)));
      result.add(Arguments.of(usual.samePadding()));
      result.add(Arguments.of(usual.samePadding().dilation(2)));
      if (spatial > 1) {
        int[] stride = spatial == 2 ? new int[] {1, 2} : new int[] {2, 1, 3};
        int[] padding = spatial == 2 ? new int[] {1, 0} : new int[] {0, 1, 2};
        int[] dilation = spatial == 2 ? new int[] {2, 1} : new int[] {1, 2, 1};
        result.add(Arguments.of(usual.stride(stride).padding(padding).dilation(dilation)));
      }
      return result.stream().filter(a -> fits(spatial, a.convolution(0), x)).toList();
    };
  }

  /** No options, where one group is meant. */
  static List<Arguments> plainFilters(Variable... x) {
    int channels = x[0].rank() == x[1].rank() ? 1 : 0;
    return x[0].size(channels) == x[1].size(1) ? List.of(Arguments.of()) : List.of();
  }

  private static boolean fits(int spatial, ConvolutionOptions options, Variable... x) {
    for (int axis = 1; axis <= spatial; axis++) {
      int at = options.dilation().size() == 1 ? 0 : spatial - axis;
      int padding = options.padding().get(options.padding().size() == 1 ? 0 : spatial - axis);
      long reach = (x[1].size(-axis) - 1) * options.dilation().get(at);
      if (!options.same() && x[0].size(-axis) + 2 * padding <= reach) {
        return false;
      }
    }
    return true;
  }

  /** Options that fit the operands of a transposed convolution. */
  static Function<Variable[], List<Arguments>> transposedFilters(int spatial) {
    return x -> {
      long filters = x.length > 2 ? x[2].size(0) : x[1].size(1);
      int groups = (int) (filters / x[1].size(1));
      ConvolutionOptions usual = ConvolutionOptions.defaults().groups(groups);
      List<Arguments> result = new ArrayList<>();
      result.add(Arguments.of(usual));
      result.add(Arguments.of(usual.stride(2).outputPadding(1)));
      result.add(Arguments.of(usual.stride(3).padding(1).dilation(2).outputPadding(2)));
      if (spatial == 2) {
        result.add(Arguments.of(usual.stride(1, 2).padding(0, 1).dilation(2, 1)));
      }
      return result;
    };
  }

  /** Inputs for pooling along the given number of axes. */
  static List<Sample> pooled(int spatial) {
    List<Sample> samples = new ArrayList<>();
    int[][] sizes = {{1, 2, 5}, {-1, 2, spatial == 3 ? 3 : 6}, {2, 1, 4}, {0, 2, 4}};
    for (int[] size : sizes) {
      samples.add(sample("contiguous", REAL.sample(0, pooledShape(spatial, size))));
    }
    long[] shape = pooledShape(spatial, 2, 3, 4);
    samples.add(Samples.view("transposed", x -> x.transpose(0, -1), REAL.sample(0, shape)));
    samples.add(Samples.view("sliced", x -> x.narrow(2, 1, 3), REAL.sample(0, shape)));
    samples.add(rough("ties", Variable.zerosLike(REAL.sample(0, shape))));
    samples.add(rough("large", REAL.sample(0, pooledShape(spatial, 3, 5, spatial == 3 ? 9 : 37))));
    double[] values = REAL.sample(0, shape).toDoubleArray();
    double[] special = {
      Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, -0.0, 0, Double.NaN
    };
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 7 < 6 ? special[(i + i / 7) % special.length] : values[i];
    }
    samples.add(rough("infinities and NaN", Variable.fromArray(values, shape)));
    double[] infinite = values.clone();
    Arrays.fill(infinite, Double.NEGATIVE_INFINITY);
    samples.add(rough("nothing but -infinity", Variable.fromArray(infinite, shape)));
    return samples;
  }

  private static long[] pooledShape(int spatial, int... size) {
    long[] shape = new long[spatial + 2];
    shape[0] = size[0];
    shape[1] = size[1];
    for (int axis = 2; axis < shape.length; axis++) {
      shape[axis] = axis == 3 ? size[2] - 1 : axis == 4 ? 3 : size[2];
    }
    return size[0] < 0 ? Arrays.copyOfRange(shape, 1, shape.length) : shape;
  }

  /** Windows that fit an input, with dilation or without. */
  static Function<Variable[], List<Arguments>> windows(int spatial, boolean dilation) {
    return x -> {
      List<PoolingOptions> result = new ArrayList<>();
      result.add(PoolingOptions.kernel(1));
      result.add(PoolingOptions.kernel(2));
      result.add(PoolingOptions.kernel(2).stride(1).padding(1));
      result.add(PoolingOptions.kernel(2).stride(3).ceilMode(true));
      result.add(PoolingOptions.kernel(3).stride(2).padding(1).ceilMode(true));
      if (dilation) {
        result.add(PoolingOptions.kernel(2).stride(1).dilation(2).padding(1));
      } else {
        result.add(PoolingOptions.kernel(3).stride(2).padding(1).countIncludePad(false));
        result.add(
            PoolingOptions.kernel(3).stride(2).padding(1).countIncludePad(false).ceilMode(true));
      }
      if (spatial == 2) {
        result.add(PoolingOptions.kernel(3, 2).stride(2, 1).padding(1, 0));
      } else if (spatial == 3) {
        result.add(PoolingOptions.kernel(3, 2, 1).stride(2, 1, 1).padding(1, 0, 0));
      }
      return result.stream()
          .filter(options -> fits(spatial, options, x[0]))
          .map(options -> Arguments.of(options))
          .toList();
    };
  }

  private static boolean fits(int spatial, PoolingOptions options, Variable x) {
    for (int axis = 1; axis <= spatial; axis++) {
      int kernel = options.kernel().get(options.kernel().size() == 1 ? 0 : spatial - axis);
      int padding = options.padding().get(options.padding().size() == 1 ? 0 : spatial - axis);
      int window = (kernel - 1) * options.dilation().getFirst() + 1;
      // PyTorch's average along three axes refuses windows larger than the input, with padding too.
      if (x.size(-axis) + (spatial == 3 ? 0 : 2 * padding) < window) {
        return false;
      }
    }
    return true;
  }

  /** Numbers of windows along the axes. */
  static Function<Variable[], List<Arguments>> counts(int spatial) {
    return x -> {
      List<Arguments> result = new ArrayList<>();
      result.add(Arguments.of(new int[] {1}));
      result.add(Arguments.of(new int[] {3}));
      result.add(Arguments.of(new int[] {7}));
      if (spatial > 1) {
        result.add(Arguments.of(spatial == 2 ? new int[] {3, 2} : new int[] {2, 3, 1}));
      }
      return result;
    };
  }
}
