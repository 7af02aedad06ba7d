package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;

/**
 * Turns, moves, scales and shears images of [channels, height, width] at random, about their middle
 * and by bilinear interpolation. What comes from outside is 0.
 *
 * <pre>{@code
 * Transform wiggle = AffineTransform.rotation(10).translate(0.1).scale(0.9, 1.1);
 * }</pre>
 *
 * <p>torchvision's names for it are RandomRotation and RandomAffine, which take the nearest pixel
 * unless told otherwise.
 *
 * @param degrees the angle is from [-degrees, degrees]
 * @param translate the largest move, as a part of the height and of the width
 * @param minScale the smallest factor
 * @param maxScale the largest factor
 * @param shear the angle by which vertical lines lean is from [-shear, shear], in degrees
 */
public record AffineTransform(
    double degrees, double translate, double minScale, double maxScale, double shear)
    implements Transform {
  /**
   * Makes a transform.
   *
   * @throws IllegalArgumentException if degrees or translate are negative, shear is not in [0, 90),
   *     or the scales are not positive and in order
   */
  public AffineTransform {
    checkArgument(
        degrees >= 0 && translate >= 0 && shear >= 0 && shear < 90,
        "AffineTransform: degrees and translate must not be negative and shear in [0, 90), got %s,"
            + " %s and %s",
        degrees,
        translate,
        shear);
    checkArgument(
        minScale > 0 && minScale <= maxScale && maxScale < Double.POSITIVE_INFINITY,
        "AffineTransform: scales must be positive and in order, got %s and %s",
        minScale,
        maxScale);
  }

  /** Returns a transform that turns images by up to some degrees, either way. */
  public static AffineTransform rotation(double degrees) {
    return new AffineTransform(degrees, 0, 1, 1, 0);
  }

  /** Returns a transform that also moves images by up to a part of their size. */
  public AffineTransform translate(double part) {
    return new AffineTransform(degrees, part, minScale, maxScale, shear);
  }

  /** Returns a transform that also scales images. */
  public AffineTransform scale(double min, double max) {
    return new AffineTransform(degrees, translate, min, max, shear);
  }

  /** Returns a transform that also makes vertical lines lean by up to some degrees. */
  public AffineTransform shear(double degrees) {
    return new AffineTransform(this.degrees, translate, minScale, maxScale, degrees);
  }

  @Override
  public Variable apply(Variable image, Generator rng) {
    Images.checkImage("AffineTransform", image);
    double angle = degrees * (2 * rng.nextDouble() - 1);
    double down = translate * image.size(1) * (2 * rng.nextDouble() - 1);
    double right = translate * image.size(2) * (2 * rng.nextDouble() - 1);
    double scale = minScale + (maxScale - minScale) * rng.nextDouble();
    double lean = shear * (2 * rng.nextDouble() - 1);
    return map(image, angle, down, right, scale, lean);
  }

  /**
   * Returns an image that is sheared, scaled, turned clockwise and moved.
   *
   * @param angle in degrees
   * @param down in pixels
   * @param right in pixels
   * @param lean in degrees
   */
  static Variable map(
      Variable image, double angle, double down, double right, double scale, double lean) {
    int channels = Math.toIntExact(image.size(0));
    int height = Math.toIntExact(image.size(1));
    int width = Math.toIntExact(image.size(2));
    double[] source = image.to(DType.FLOAT64).toDoubleArray();
    double[] result = new double[source.length];
    // StrictMath: the same on every machine.
    double cos = StrictMath.cos(StrictMath.toRadians(angle)) / scale;
    double sin = StrictMath.sin(StrictMath.toRadians(angle)) / scale;
    double tan = StrictMath.tan(StrictMath.toRadians(lean));
    double middleX = (width - 1) / 2.0;
    double middleY = (height - 1) / 2.0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        // Where the pixel comes from: moved back, turned back, scaled back, sheared back.
        double dx = x - middleX - right;
        double dy = y - middleY - down;
        double fromY = -sin * dx + cos * dy;
        double fromX = cos * dx + sin * dy + tan * fromY;
        for (int c = 0; c < channels; c++) {
          result[(c * height + y) * width + x] =
              sample(source, c * height * width, height, width, fromY + middleY, fromX + middleX);
        }
      }
    }
    return Variable.fromArray(result, channels, height, width).to(image.dtype());
  }

  private static double sample(
      double[] source, int start, int height, int width, double y, double x) {
    int top = (int) Math.floor(y);
    int left = (int) Math.floor(x);
    double below = y - top;
    double beside = x - left;
    double sum = 0;
    for (int i = 0; i < 2; i++) {
      for (int k = 0; k < 2; k++) {
        int row = top + i;
        int column = left + k;
        if (row >= 0 && row < height && column >= 0 && column < width) {
          sum +=
              source[start + row * width + column]
                  * (i == 0 ? 1 - below : below)
                  * (k == 0 ? 1 - beside : beside);
        }
      }
    }
    return sum;
  }
}
