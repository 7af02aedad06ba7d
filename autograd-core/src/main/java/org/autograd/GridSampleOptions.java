package org.autograd;

/**
 * How {@link Variable#gridSample} looks up places in images; immutable.
 *
 * @param mode what lies between pixels
 * @param padding what lies outside an image
 * @param alignCorners whether -1 and 1 are the centres of the corner pixels, rather than the
 *     corners of these
 */
public record GridSampleOptions(Mode mode, Padding padding, boolean alignCorners) {
  /** What lies between pixels. */
  public enum Mode {
    /** The mean of the four pixels around, in proportion to their nearness. */
    BILINEAR,
    /** The nearest pixel; of equally near ones that at the even position. */
    NEAREST
  }

  /** What lies outside an image. */
  public enum Padding {
    /** Zeros. */
    ZEROS,
    /** The nearest pixel of the border. */
    BORDER
  }

  /** Returns bilinear pixels with zeros around, corners not aligned. */
  public static GridSampleOptions bilinear() {
    return new GridSampleOptions(Mode.BILINEAR, Padding.ZEROS, false);
  }

  /** Returns nearest pixels with zeros around, corners not aligned. */
  public static GridSampleOptions nearest() {
    return new GridSampleOptions(Mode.NEAREST, Padding.ZEROS, false);
  }

  /** Returns these options with other pixels outside. */
  public GridSampleOptions padding(Padding value) {
    return new GridSampleOptions(mode, value, alignCorners);
  }

  /** Returns these options with corners aligned or not. */
  public GridSampleOptions alignCorners(boolean value) {
    return new GridSampleOptions(mode, padding, value);
  }
}
