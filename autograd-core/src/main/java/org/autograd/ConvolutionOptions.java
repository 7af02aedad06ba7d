package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import java.util.List;

/**
 * How the filters of a convolution move over the input; immutable. A list has a value for each
 * spatial axis, or one for all of them.
 *
 * <pre>{@code
 * x.conv2d(weight, bias, ConvolutionOptions.defaults().stride(2).padding(1));
 * }</pre>
 *
 * @param stride the distance between neighbouring outputs
 * @param padding how many zeros are put in front of the input and behind it
 * @param dilation the distance between neighbouring elements of a filter
 * @param groups into how many groups channels are divided, each with filters of its own
 * @param outputPadding for a transposed convolution: by how much its result is longer at the end
 * @param same whether the padding is chosen such that the output is as large as the input, instead
 *     of by {@code padding}
 */
public record ConvolutionOptions(
    List<Integer> stride,
    List<Integer> padding,
    List<Integer> dilation,
    int groups,
    List<Integer> outputPadding,
    boolean same) {
  private static final ConvolutionOptions DEFAULT =
      new ConvolutionOptions(List.of(1), List.of(0), List.of(1), 1, List.of(0), false);

  /** Checks the values. */
  public ConvolutionOptions {
    stride = check("stride", stride, 1);
    padding = check("padding", padding, 0);
    dilation = check("dilation", dilation, 1);
    outputPadding = check("outputPadding", outputPadding, 0);
    checkArgument(groups >= 1, "convolution: groups must be at least 1, got %s", groups);
  }

  private static List<Integer> check(String name, List<Integer> values, int least) {
    checkArgument(
        !values.isEmpty() && values.stream().allMatch(value -> value >= least),
        "convolution: %s must be one value or one for each axis, at least %s, got %s",
        name,
        least,
        values);
    return List.copyOf(values);
  }

  /** Returns stride 1, no padding, dilation 1 and one group. */
  public static ConvolutionOptions defaults() {
    return DEFAULT;
  }

  /** Returns these options with another stride. */
  public ConvolutionOptions stride(int... values) {
    return new ConvolutionOptions(
        Ints.asList(values), padding, dilation, groups, outputPadding, same);
  }

  /** Returns these options with another padding. */
  public ConvolutionOptions padding(int... values) {
    return new ConvolutionOptions(
        stride, Ints.asList(values), dilation, groups, outputPadding, false);
  }

  /**
   * Returns these options with the padding that keeps the size, PyTorch's {@code padding='same'};
   * an odd one is larger by one at the end. The stride must be 1.
   */
  public ConvolutionOptions samePadding() {
    return new ConvolutionOptions(stride, List.of(0), dilation, groups, outputPadding, true);
  }

  /** Returns these options with another dilation. */
  public ConvolutionOptions dilation(int... values) {
    return new ConvolutionOptions(
        stride, padding, Ints.asList(values), groups, outputPadding, same);
  }

  /** Returns these options with another number of groups. */
  public ConvolutionOptions groups(int value) {
    return new ConvolutionOptions(stride, padding, dilation, value, outputPadding, same);
  }

  /** Returns these options with another additional size of a transposed convolution's result. */
  public ConvolutionOptions outputPadding(int... values) {
    return new ConvolutionOptions(stride, padding, dilation, groups, Ints.asList(values), same);
  }
}
