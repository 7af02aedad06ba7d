package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.autograd.Generator;
import org.autograd.GradCheck;
import org.autograd.PoolingOptions;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvolutionTest {
  private static final Convolution.Options FLOAT64 =
      Convolution.options().dtype(DType.FLOAT64).generator(new Generator(3));

  private static void assertRefused(String message, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, e.getMessage());
  }

  /** A layer, its number of spatial axes, and the shapes of PyTorch's parameters and result. */
  private record Layer(Convolution module, int spatial, Shape weight, Shape result) {
    @Override
    public String toString() {
      return module.toString();
    }
  }

  static Stream<Layer> layers() {
    Convolution.Options wide = FLOAT64.groups(2).padding(1).dilation(2);
    Convolution.Options twice = FLOAT64.groups(2).stride(2).outputPadding(1);
    return Stream.of(
        new Layer(new Conv1d(4, 6, 3, wide), 1, Shape.of(6, 2, 3), Shape.of(2, 6, 3)),
        new Layer(
            new Conv2d(4, 6, new int[] {3, 2}, wide),
            2,
            Shape.of(6, 2, 3, 2),
            Shape.of(2, 6, 3, 5)),
        new Layer(new Conv3d(4, 2, 2, wide), 3, Shape.of(2, 2, 2, 2, 2), Shape.of(2, 2, 5, 5, 5)),
        new Layer(new ConvTranspose1d(4, 6, 3, twice), 1, Shape.of(4, 3, 3), Shape.of(2, 6, 12)),
        new Layer(
            new ConvTranspose2d(4, 2, new int[] {1, 2}, twice),
            2,
            Shape.of(4, 1, 1, 2),
            Shape.of(2, 2, 10, 11)),
        new Layer(
            new ConvTranspose3d(4, 2, 1, twice),
            3,
            Shape.of(4, 1, 1, 1, 1),
            Shape.of(2, 2, 10, 10, 10)));
  }

  private static Variable input(int spatial) {
    long[] shape = new long[spatial + 2];
    java.util.Arrays.fill(shape, 5);
    shape[0] = 2;
    shape[1] = 4;
    return Variable.randn(new Generator(4), DType.FLOAT64, shape);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void shapesAreThoseOfPyTorch(Layer layer) {
    assertEquals(List.of("weight", "bias"), List.copyOf(layer.module.stateDict().keySet()));
    assertEquals(layer.weight, layer.module.weight().shape());
    assertEquals(layer.result, layer.module.apply(input(layer.spatial)).shape());
    Variable example = input(layer.spatial).select(0, 1);
    assertArrayEquals(
        layer.module.apply(input(layer.spatial)).select(0, 1).toDoubleArray(),
        layer.module.apply(example).toDoubleArray(),
        1e-15);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void gradientsOfParametersAgreeWithDifferences(Layer layer) {
    Variable x = input(layer.spatial).select(0, 1);
    layer.module.apply(x).square().sum().backward();
    for (Map.Entry<String, Variable> entry : layer.module.namedParameters().entrySet()) {
      Variable parameter = entry.getValue();
      Variable found = parameter.grad();
      Variable start = parameter.detach().copy();
      double step = 1e-5;
      double[] values = start.toDoubleArray();
      for (int i = 0; i < values.length; i += 3) {
        double[] losses = new double[2];
        for (int side = 0; side < 2; side++) {
          double[] moved = values.clone();
          moved[i] += side == 0 ? step : -step;
          layer.module.loadStateDict(
              state(
                  layer.module,
                  entry.getKey(),
                  Variable.fromArray(moved, start.shape().toArray())));
          losses[side] = layer.module.apply(x).square().sum().item();
        }
        layer.module.loadStateDict(state(layer.module, entry.getKey(), start));
        double expected = (losses[0] - losses[1]) / (2 * step);
        assertTrue(found != null);
        assertEquals(expected, found.toDoubleArray()[i], 1e-6 * (1 + Math.abs(expected)));
      }
    }
  }

  private static Map<String, Variable> state(Convolution module, String name, Variable value) {
    Map<String, Variable> state = new java.util.LinkedHashMap<>(module.stateDict());
    state.put(name, value);
    return state;
  }

  @Test
  void startsAsInPyTorch() {
    Conv2d layer = new Conv2d(16, 200, 5, Convolution.options().generator(new Generator(1)));
    double bound = 1 / Math.sqrt(16 * 25);
    for (Variable parameter : layer.parameters()) {
      assertTrue(parameter.detach().abs().max().item() <= bound);
      // Uniform in [-bound, bound] has the deviation bound / sqrt(3).
      assertEquals(bound / Math.sqrt(3), parameter.detach().std().item(), bound / 20);
    }
    // PyTorch takes the second axis for the fan of transposed ones too.
    ConvTranspose1d transposed =
        new ConvTranspose1d(4, 100, 1, Convolution.options().generator(new Generator(1)));
    assertEquals(0.1, transposed.weight().detach().abs().max().item(), 0.002);
  }

  @Test
  void samePaddingKeepsTheSize() {
    Conv2d layer = new Conv2d(1, 1, 4, Convolution.options().samePadding());
    assertEquals(Shape.of(1, 7, 6), layer.apply(Variable.zeros(1, 7, 6)).shape());
  }

  @Test
  void settingsAreShown() {
    assertEquals(
        "Conv2d(inChannels=1, outChannels=16, kernel=[5, 5], stride=[1], bias=true)",
        new Conv2d(1, 16, 5).toString());
    assertEquals(
        "Conv1d(inChannels=4, outChannels=2, kernel=[3], stride=[2], padding=[1], dilation=[3],"
            + " groups=2, bias=false)",
        new Conv1d(
                4,
                2,
                3,
                Convolution.options().stride(2).padding(1).dilation(3).groups(2).bias(false))
            .toString());
    assertEquals(
        "MaxPool2d(kernel=[2], stride=[2])",
        Pooling.maxPool2d(PoolingOptions.kernel(2)).toString());
    assertEquals(
        "AvgPool1d(kernel=[3], stride=[1], padding=[1], ceilMode=true, countIncludePad=false)",
        Pooling.avgPool1d(
                PoolingOptions.kernel(3).stride(1).padding(1).ceilMode(true).countIncludePad(false))
            .toString());
    assertEquals("AdaptiveAvgPool2d(sizes=[1])", Pooling.adaptiveAvgPool2d(1).toString());
  }

  @Test
  void thereMayBeNoBias() {
    Conv1d layer = new Conv1d(1, 2, 1, Convolution.options().bias(false));
    assertNull(layer.bias());
    assertEquals(List.of("weight"), List.copyOf(layer.stateDict().keySet()));
  }

  @Test
  void poolingComputesWhatItIsCalled() {
    PoolingOptions two = PoolingOptions.kernel(2);
    double[] values = {1, 4, 3, 2, 5, 6, 8, 7};
    Map<Pooling, double[]> expected = new java.util.LinkedHashMap<>();
    expected.put(Pooling.maxPool1d(two), new double[] {4, 3, 6, 8});
    expected.put(Pooling.avgPool1d(two), new double[] {2.5, 2.5, 5.5, 7.5});
    expected.put(Pooling.adaptiveMaxPool1d(1), new double[] {8});
    expected.put(Pooling.adaptiveAvgPool1d(1), new double[] {4.5});
    expected.forEach((module, result) ->
        assertArrayEquals(
            result,
            module.apply(Variable.of(values).reshape(1, 1, 8)).toDoubleArray(),
            module.toString()));
    expected.clear();
    expected.put(Pooling.maxPool2d(two), new double[] {6, 8});
    expected.put(Pooling.avgPool2d(two), new double[] {4, 5});
    expected.put(Pooling.adaptiveMaxPool2d(2, 1), new double[] {4, 8});
    expected.put(Pooling.adaptiveAvgPool2d(1, 2), new double[] {4, 5});
    expected.forEach((module, result) ->
        assertArrayEquals(
            result,
            module.apply(Variable.of(values).reshape(1, 1, 2, 4)).toDoubleArray(),
            module.toString()));
    expected.clear();
    expected.put(Pooling.maxPool3d(two), new double[] {8});
    expected.put(Pooling.avgPool3d(two), new double[] {4.5});
    expected.put(Pooling.adaptiveMaxPool3d(2, 1, 1), new double[] {4, 8});
    expected.put(Pooling.adaptiveAvgPool3d(1), new double[] {4.5});
    expected.forEach((module, result) ->
        assertArrayEquals(
            result,
            module.apply(Variable.of(values).reshape(1, 1, 2, 2, 2)).toDoubleArray(),
            module.toString()));
  }

  @Test
  void gradientsOfASmallNetworkAgreeWithDifferences() {
    Sequential net =
        new Sequential(
            new Conv2d(1, 2, 3, FLOAT64),
            Activation.tanh(),
            Pooling.maxPool2d(PoolingOptions.kernel(2)),
            new Flatten(),
            new Linear(8, 2, Linear.options().dtype(DType.FLOAT64).generator(new Generator(5))));
    GradCheck.check(
        x -> net.apply(x[0]), Variable.randn(new Generator(6), DType.FLOAT64, 2, 1, 6, 6));
  }

  @Test
  void wrongInputsAndSizesAreRefused() {
    Conv2d layer = new Conv2d(3, 8, 5);
    assertRefused(
        "in module Conv2d: conv2d: input float32[2, 1, 28, 28] has 1 channels, but weight"
            + " float32[8, 3, 5, 5] and groups 1 need 3",
        () -> layer.apply(Variable.zeros(2, 1, 28, 28)));
    assertRefused(
        "in module Conv2d: the input float64[1, 3, 9, 9] must have the dtype of the weight"
            + " float32[8, 3, 5, 5]; convert it with to(DType.FLOAT32)",
        () -> layer.apply(Variable.zeros(DType.FLOAT64, 1, 3, 9, 9)));
    assertRefused(
        "Conv1d: inChannels and outChannels must be positive multiples of groups=2, got 4 and 3",
        () -> new Conv1d(4, 3, 1, Convolution.options().groups(2)));
    assertRefused(
        "Conv3d: the kernel needs one size or 3, all positive, got [3, 3]",
        () -> new Conv3d(1, 1, new int[] {3, 3}, Convolution.options()));
    assertRefused(
        "Convolution: dtype must be float32 or float64, got int64",
        () -> Convolution.options().dtype(DType.INT64));
  }
}
