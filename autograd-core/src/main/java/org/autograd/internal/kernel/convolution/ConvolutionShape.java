package org.autograd.internal.kernel.convolution;

/**
 * The sizes of a convolution: {@code [batch, groups * channels, input]} and filters {@code [groups
 * * filters, channels, kernel]} give {@code [batch, groups * filters, output]}. There are always
 * three spatial axes; convolutions along fewer have leading ones of size 1. Output {@code o} and
 * tap {@code k} of the kernel meet at input {@code o * stride - padding + k * dilation}, which
 * counts as 0 if there is none.
 *
 * @param channels input channels of each group
 * @param filters output channels of each group
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record ConvolutionShape(
    int batch,
    int groups,
    int channels,
    int filters,
    int[] input,
    int[] kernel,
    int[] output,
    int[] stride,
    int[] padding,
    int[] dilation) {
  /** The number of spatial axes. */
  public static final int AXES = 3;

  static int product(int[] sizes) {
    return Math.multiplyExact(Math.multiplyExact(sizes[0], sizes[1]), sizes[2]);
  }

  /** Returns the number of elements of one input channel. */
  int inputSize() {
    return product(input);
  }

  /** Returns the number of elements of one output channel. */
  int outputSize() {
    return product(output);
  }

  /** Returns the number of weights of one filter: what is summed up for each output. */
  int depth() {
    return Math.multiplyExact(channels, product(kernel));
  }

  /** Returns the number of multiply-adds for one image and group. */
  long work() {
    return (long) depth() * filters * outputSize();
  }
}
