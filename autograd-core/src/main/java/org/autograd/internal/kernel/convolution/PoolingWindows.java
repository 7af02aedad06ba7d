package org.autograd.internal.kernel.convolution;

/**
 * The windows of a pooling operation: along three spatial axes, of which leading ones may have size
 * 1, what each output covers.
 *
 * @param axes the three axes
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record PoolingWindows(Axis[] axes) {
  /**
   * The windows along one axis: output {@code o} covers {@code from[o], from[o] + step, ...} below
   * {@code to[o]}.
   *
   * @param size of the input
   * @param counts how many elements each window counts as for an average
   * @param kernel the number of elements of a window that is not clipped, 0 if there is no rule
   * @param stride the distance between such windows
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Axis(
      int size, int[] from, int[] to, int step, int[] counts, int kernel, int stride) {

    /** Returns the first window from which on windows are not clipped at the begin. */
    int firstWhole() {
      int o = 0;
      while (o < from.length && !isWhole(o)) {
        o++;
      }
      return o;
    }

    /** Returns the end of the windows from the first one which is not clipped that are not, too. */
    int endOfWhole() {
      int o = firstWhole();
      while (o < from.length && isWhole(o)) {
        o++;
      }
      return o;
    }

    private boolean isWhole(int o) {
      return to[o] - from[o] == (kernel - 1) * step + 1;
    }
  }

  /** Returns the number of input elements of one channel. */
  int inputSize() {
    return axes[0].size * axes[1].size * axes[2].size;
  }

  /** Returns the number of outputs of one channel. */
  int outputSize() {
    return axes[0].from.length * axes[1].from.length * axes[2].from.length;
  }

  /** Returns the windows of the given size at regular distances, clipped to the input. */
  public static Axis regular(
      int size,
      int output,
      int kernel,
      int stride,
      int padding,
      int dilation,
      boolean countPadding) {
    int[] from = new int[output];
    int[] to = new int[output];
    int[] counts = new int[output];
    for (int o = 0; o < output; o++) {
      int start = o * stride - padding;
      int end = start + (kernel - 1) * dilation + 1;
      from[o] = start < 0 ? start + Math.ceilDiv(-start, dilation) * dilation : start;
      to[o] = Math.min(end, size);
      counts[o] = countPadding ? Math.min(end, size + padding) - start : to[o] - from[o];
    }
    return new Axis(size, from, to, dilation, counts, kernel, stride);
  }

  /** Returns as many windows as wanted, of sizes as equal as possible. */
  public static Axis adaptive(int size, int output) {
    int[] from = new int[output];
    int[] to = new int[output];
    int[] counts = new int[output];
    for (int o = 0; o < output; o++) {
      from[o] = (int) ((long) o * size / output);
      to[o] = (int) Math.ceilDiv((o + 1L) * size, output);
      counts[o] = to[o] - from[o];
    }
    return new Axis(size, from, to, 1, counts, 0, 0);
  }
}
