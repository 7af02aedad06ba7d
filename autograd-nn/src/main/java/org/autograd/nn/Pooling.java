package org.autograd.nn;

import com.google.common.primitives.Ints;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.autograd.PoolingOptions;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/** The largest elements, the means or the norms of windows, as a module. */
public final class Pooling extends UnaryModule {
  private final String label;
  private final String settings;
  private final UnaryOperator<Variable> function;
  private final @Nullable PoolingOptions options;
  private final List<Integer> sizes;

  private Pooling(String label, PoolingOptions options, UnaryOperator<Variable> function) {
    this(label, "", options, function);
  }

  private Pooling(
      String label, String order, PoolingOptions options, UnaryOperator<Variable> function) {
    this.label = label;
    this.settings = order + describe(options);
    this.function = function;
    this.options = options;
    this.sizes = List.of();
  }

  private Pooling(String label, String settings, UnaryOperator<Variable> function, int... sizes) {
    this.label = label;
    this.settings = settings;
    this.function = function;
    this.options = null;
    this.sizes = List.copyOf(Ints.asList(sizes));
  }

  /** Returns the largest elements of windows along 1 axis; PyTorch's {@code nn.MaxPool1d}. */
  public static Pooling maxPool1d(PoolingOptions options) {
    return new Pooling("MaxPool1d", options, x -> x.maxPool1d(options));
  }

  /** Returns the means of windows along 1 axis; PyTorch's {@code nn.AvgPool1d}. */
  public static Pooling avgPool1d(PoolingOptions options) {
    return new Pooling("AvgPool1d", options, x -> x.avgPool1d(options));
  }

  /** Returns the largest elements of windows along 2 axes; PyTorch's {@code nn.MaxPool2d}. */
  public static Pooling maxPool2d(PoolingOptions options) {
    return new Pooling("MaxPool2d", options, x -> x.maxPool2d(options));
  }

  /** Returns the means of windows along 2 axes; PyTorch's {@code nn.AvgPool2d}. */
  public static Pooling avgPool2d(PoolingOptions options) {
    return new Pooling("AvgPool2d", options, x -> x.avgPool2d(options));
  }

  /** Returns the largest elements of windows along 3 axes; PyTorch's {@code nn.MaxPool3d}. */
  public static Pooling maxPool3d(PoolingOptions options) {
    return new Pooling("MaxPool3d", options, x -> x.maxPool3d(options));
  }

  /** Returns the means of windows along 3 axes; PyTorch's {@code nn.AvgPool3d}. */
  public static Pooling avgPool3d(PoolingOptions options) {
    return new Pooling("AvgPool3d", options, x -> x.avgPool3d(options));
  }

  /**
   * Returns the largest elements of as many windows as wanted along 1 axis; PyTorch's {@code
   * nn.AdaptiveMaxPool1d}.
   */
  public static Pooling adaptiveMaxPool1d(int size) {
    return new Pooling("AdaptiveMaxPool1d", "size=" + size, x -> x.adaptiveMaxPool1d(size), size);
  }

  /**
   * Returns the means of as many windows as wanted along 1 axis; PyTorch's {@code
   * nn.AdaptiveAvgPool1d}.
   */
  public static Pooling adaptiveAvgPool1d(int size) {
    return new Pooling("AdaptiveAvgPool1d", "size=" + size, x -> x.adaptiveAvgPool1d(size), size);
  }

  /**
   * Returns the largest elements of as many windows as wanted along 2 axes; PyTorch's {@code
   * nn.AdaptiveMaxPool2d}.
   */
  public static Pooling adaptiveMaxPool2d(int... sizes) {
    int[] fixed = sizes.clone();
    return new Pooling(
        "AdaptiveMaxPool2d",
        "sizes=" + Arrays.toString(sizes),
        x -> x.adaptiveMaxPool2d(fixed),
        fixed);
  }

  /**
   * Returns the means of as many windows as wanted along 2 axes; PyTorch's {@code
   * nn.AdaptiveAvgPool2d}.
   */
  public static Pooling adaptiveAvgPool2d(int... sizes) {
    int[] fixed = sizes.clone();
    return new Pooling(
        "AdaptiveAvgPool2d",
        "sizes=" + Arrays.toString(sizes),
        x -> x.adaptiveAvgPool2d(fixed),
        fixed);
  }

  /**
   * Returns the largest elements of as many windows as wanted along 3 axes; PyTorch's {@code
   * nn.AdaptiveMaxPool3d}.
   */
  public static Pooling adaptiveMaxPool3d(int... sizes) {
    int[] fixed = sizes.clone();
    return new Pooling(
        "AdaptiveMaxPool3d",
        "sizes=" + Arrays.toString(sizes),
        x -> x.adaptiveMaxPool3d(fixed),
        fixed);
  }

  /**
   * Returns the means of as many windows as wanted along 3 axes; PyTorch's {@code
   * nn.AdaptiveAvgPool3d}.
   */
  public static Pooling adaptiveAvgPool3d(int... sizes) {
    int[] fixed = sizes.clone();
    return new Pooling(
        "AdaptiveAvgPool3d",
        "sizes=" + Arrays.toString(sizes),
        x -> x.adaptiveAvgPool3d(fixed),
        fixed);
  }

  /** Returns the p-norms of windows along 1 axis; PyTorch's {@code nn.LPPool1d}. */
  public static Pooling lpPool1d(double order, PoolingOptions options) {
    return new Pooling(
        "LPPool1d", "order=" + order + ", ", options, x -> x.lpPool1d(order, options));
  }

  /** Returns the p-norms of windows along 2 axes; PyTorch's {@code nn.LPPool2d}. */
  public static Pooling lpPool2d(double order, PoolingOptions options) {
    return new Pooling(
        "LPPool2d", "order=" + order + ", ", options, x -> x.lpPool2d(order, options));
  }

  /** Returns the p-norms of windows along 3 axes; PyTorch's {@code nn.LPPool3d}. */
  public static Pooling lpPool3d(double order, PoolingOptions options) {
    return new Pooling(
        "LPPool3d", "order=" + order + ", ", options, x -> x.lpPool3d(order, options));
  }

  private static String describe(PoolingOptions options) {
    PoolingOptions usual = PoolingOptions.kernel(1);
    StringBuilder text = new StringBuilder("kernel=").append(options.kernel());
    text.append(", stride=").append(options.stride());
    if (!options.padding().equals(usual.padding())) {
      text.append(", padding=").append(options.padding());
    }
    if (!options.dilation().equals(usual.dilation())) {
      text.append(", dilation=").append(options.dilation());
    }
    if (options.ceilMode()) {
      text.append(", ceilMode=true");
    }
    if (!options.countIncludePad()) {
      text.append(", countIncludePad=false");
    }
    return text.toString();
  }

  /** Returns the name of the method that made this, for example {@code adaptiveAvgPool2d}. */
  public String kind() {
    return label.startsWith("LP")
        ? "lp" + label.substring(2)
        : Character.toLowerCase(label.charAt(0)) + label.substring(1);
  }

  /** Returns the windows; null if there are as many as {@link #sizes} says. */
  public @Nullable PoolingOptions options() {
    return options;
  }

  /** Returns the sizes of the result, one or one for each axis; empty if windows are given. */
  public List<Integer> sizes() {
    return sizes;
  }

  @Override
  protected Variable forward(Variable input) {
    return function.apply(input);
  }

  @Override
  protected String label() {
    return label;
  }

  @Override
  protected String settings() {
    return settings;
  }
}
