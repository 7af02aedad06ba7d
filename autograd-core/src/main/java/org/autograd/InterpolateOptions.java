package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Doubles;
import com.google.common.primitives.Longs;
import java.util.List;

/**
 * How {@link Variable#interpolate} changes the sizes of images; immutable. A list has a value for
 * each spatial axis, or one for all of them.
 *
 * <pre>{@code
 * x.interpolate(InterpolateOptions.scale(2).mode(Mode.LINEAR));
 * }</pre>
 *
 * @param sizes the sizes of the result, empty if factors are given
 * @param factors the sizes of the result over those of the input, empty if sizes are given
 * @param mode what a pixel of the result is made of
 * @param alignCorners whether the centres of the corner pixels coincide, rather than the corners of
 *     these; for {@link Mode#LINEAR} and {@link Mode#CUBIC}
 */
public record InterpolateOptions(
    List<Long> sizes, List<Double> factors, Mode mode, boolean alignCorners) {

  /** What a pixel of the result is made of. */
  public enum Mode {
    /** The pixel at the position rounded down, as PyTorch's {@code nearest}. */
    NEAREST,
    /** The pixel whose centre is nearest, as Pillow and PyTorch's {@code nearest-exact}. */
    NEAREST_EXACT,
    /**
     * The two pixels beside it along each axis: PyTorch's {@code linear}, {@code bilinear} and
     * {@code trilinear}.
     */
    LINEAR,
    /** Four pixels along each of two axes (a cubic convolution with -0.75), {@code bicubic}. */
    CUBIC,
    /** The mean of all that it covers, as adaptive average pooling. */
    AREA
  }

  /** Checks the values. */
  public InterpolateOptions {
    sizes = List.copyOf(sizes);
    factors = List.copyOf(factors);
    checkArgument(
        sizes.isEmpty() != factors.isEmpty()
            && sizes.stream().allMatch(size -> size > 0)
            && factors.stream().allMatch(factor -> factor > 0),
        "interpolate: positive sizes or positive factors are needed, got %s and %s",
        sizes,
        factors);
    checkArgument(
        !alignCorners || mode == Mode.LINEAR || mode == Mode.CUBIC,
        "interpolate: corners are aligned in the modes LINEAR and CUBIC only, not in %s",
        mode);
  }

  /** Returns nearest neighbours in an image of the given sizes. */
  public static InterpolateOptions size(long... sizes) {
    return new InterpolateOptions(Longs.asList(sizes), List.of(), Mode.NEAREST, false);
  }

  /** Returns nearest neighbours in an image larger by the given factors. */
  public static InterpolateOptions scale(double... factors) {
    return new InterpolateOptions(List.of(), Doubles.asList(factors), Mode.NEAREST, false);
  }

  /** Returns these options with another mode. */
  public InterpolateOptions mode(Mode value) {
    return new InterpolateOptions(sizes, factors, value, alignCorners);
  }

  /** Returns these options with corners aligned or not. */
  public InterpolateOptions alignCorners(boolean value) {
    return new InterpolateOptions(sizes, factors, mode, value);
  }
}
