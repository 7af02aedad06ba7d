package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;

/** Changes of the colours of images in [0, 1], by torchvision's names. */
public final class ColorTransforms {
  private ColorTransforms() {}

  /**
   * Returns an image with random brightness, contrast, saturation and hue, changed in a random
   * order. Each of the first three is multiplied by a factor from [max(0, 1 - amount), 1 + amount].
   * An image of one channel has no saturation and no hue.
   *
   * @param brightness not negative
   * @param contrast not negative
   * @param saturation not negative
   * @param hue in [0, 0.5]: the part of the colour circle by which colours turn at most
   */
  public static Transform colorJitter(
      double brightness, double contrast, double saturation, double hue) {
    checkArgument(
        brightness >= 0 && contrast >= 0 && saturation >= 0 && hue >= 0 && hue <= 0.5,
        "colorJitter: amounts must not be negative, and hue at most 0.5, got %s, %s, %s, %s",
        brightness,
        contrast,
        saturation,
        hue);
    return (image, rng) -> {
      Images.checkImage("colorJitter", image);
      // All are drawn, so that one amount does not change what the others do.
      int[] order = Indices.permutation(rng, 4);
      double[] factors = {
        factor(brightness, rng),
        factor(contrast, rng),
        factor(saturation, rng),
        hue * (2 * rng.nextDouble() - 1)
      };
      Variable result = image;
      for (int step : order) {
        result =
            switch (step) {
              case 0 -> adjustBrightness(result, factors[0]);
              case 1 -> adjustContrast(result, factors[1]);
              case 2 -> adjustSaturation(result, factors[2]);
              default -> adjustHue(result, factors[3]);
            };
      }
      return result;
    };
  }

  private static double factor(double amount, Generator rng) {
    double low = Math.max(0, 1 - amount);
    return low + (1 + amount - low) * rng.nextDouble();
  }

  /** Returns an image times a factor, in [0, 1]. */
  static Variable adjustBrightness(Variable image, double factor) {
    return blend(image, Variable.zerosLike(image), factor);
  }

  /** Returns an image whose distance from its mean brightness is multiplied. */
  static Variable adjustContrast(Variable image, double factor) {
    return blend(image, Images.brightness(image).mean(), factor);
  }

  /** Returns an image whose distance from its own brightness is multiplied. */
  static Variable adjustSaturation(Variable image, double factor) {
    return image.size(0) == 1 ? image : blend(image, Images.brightness(image), factor);
  }

  private static Variable blend(Variable image, Variable other, double factor) {
    return factor == 1 ? image : other.lerp(image, factor).clamp(0, 1);
  }

  /** Returns an image whose colours are turned by a part of the colour circle. */
  static Variable adjustHue(Variable image, double turn) {
    if (image.size(0) == 1 || turn == 0) {
      return image;
    }
    checkArgument(
        image.size(0) == 3,
        "colorJitter: an image has 1 or 3 channels, got shape %s",
        image.shape());
    double[] values = image.to(DType.FLOAT64).toDoubleArray();
    int size = values.length / 3;
    for (int k = 0; k < size; k++) {
      double red = values[k];
      double green = values[size + k];
      double blue = values[2 * size + k];
      double max = Math.max(red, Math.max(green, blue));
      double range = max - Math.min(red, Math.min(green, blue));
      if (range == 0) {
        continue;
      }
      // The hue in sixths of the circle.
      double hue =
          max == red
              ? (green - blue) / range
              : max == green ? 2 + (blue - red) / range : 4 + (red - green) / range;
      hue += 6 * turn;
      for (int c = 0; c < 3; c++) {
        // The distance from full colour, A. Smith's hexcone: 5, 3 and 1 for red, green and blue.
        double at = floorMod(5 - 2 * c + hue, 6);
        values[c * size + k] = max - range * Math.clamp(Math.min(at, 4 - at), 0, 1);
      }
    }
    return Variable.fromArray(values, image.shape().toArray()).to(image.dtype());
  }

  private static double floorMod(double value, double modulus) {
    return value - modulus * Math.floor(value / modulus);
  }
}
