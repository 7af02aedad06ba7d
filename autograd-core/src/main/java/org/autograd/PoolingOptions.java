package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import java.util.List;

/**
 * Which windows of the input are pooled; immutable. A list has a value for each spatial axis, or
 * one for all of them.
 *
 * <pre>{@code
 * x.maxPool2d(PoolingOptions.kernel(3).stride(2).padding(1));
 * }</pre>
 *
 * @param kernel the size of a window
 * @param stride the distance between neighbouring windows
 * @param padding by how much windows may reach beyond the input, at both ends; at most half of
 *     their size
 * @param dilation the distance between neighbouring elements of a window; an average needs 1
 * @param ceilMode whether a last window that begins within the input (or the padding in front of
 *     it) but ends beyond the padding counts
 * @param countIncludePad whether an average counts padding as zeros, instead of leaving it out
 */
public record PoolingOptions(
    List<Integer> kernel,
    List<Integer> stride,
    List<Integer> padding,
    List<Integer> dilation,
    boolean ceilMode,
    boolean countIncludePad) {

  /** Checks the values. */
  public PoolingOptions {
    kernel = check("kernel", kernel, 1);
    stride = check("stride", stride, 1);
    padding = check("padding", padding, 0);
    dilation = check("dilation", dilation, 1);
  }

  private static List<Integer> check(String name, List<Integer> values, int least) {
    checkArgument(
        !values.isEmpty() && values.stream().allMatch(value -> value >= least),
        "pooling: %s must be one value or one for each axis, at least %s, got %s",
        name,
        least,
        values);
    return List.copyOf(values);
  }

  /** Returns windows of the given size side by side, without padding; an average would count it. */
  public static PoolingOptions kernel(int... sizes) {
    List<Integer> kernel = Ints.asList(sizes);
    return new PoolingOptions(kernel, kernel, List.of(0), List.of(1), false, true);
  }

  /** Returns these options with another stride. */
  public PoolingOptions stride(int... values) {
    return new PoolingOptions(
        kernel, Ints.asList(values), padding, dilation, ceilMode, countIncludePad);
  }

  /** Returns these options with another padding. */
  public PoolingOptions padding(int... values) {
    return new PoolingOptions(
        kernel, stride, Ints.asList(values), dilation, ceilMode, countIncludePad);
  }

  /** Returns these options with another dilation. */
  public PoolingOptions dilation(int... values) {
    return new PoolingOptions(
        kernel, stride, padding, Ints.asList(values), ceilMode, countIncludePad);
  }

  /** Returns these options with or without windows that end beyond the padding. */
  public PoolingOptions ceilMode(boolean value) {
    return new PoolingOptions(kernel, stride, padding, dilation, value, countIncludePad);
  }

  /** Returns these options with padding counted in averages or not. */
  public PoolingOptions countIncludePad(boolean value) {
    return new PoolingOptions(kernel, stride, padding, dilation, ceilMode, value);
  }
}
