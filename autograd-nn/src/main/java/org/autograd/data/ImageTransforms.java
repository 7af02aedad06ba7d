package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import org.autograd.Generator;
import org.autograd.InterpolateOptions;
import org.autograd.Variable;

/**
 * Changes of images, by torchvision's names: [channels, height, width], float32 or float64. What is
 * random is drawn from the example's own generator, so a loader gives the same images again.
 *
 * <pre>{@code
 * Transform augment =
 *     ImageTransforms.randomCrop(32, 32, 4)
 *         .then(ImageTransforms.randomHorizontalFlip(0.5))
 *         .then(ImageTransforms.normalize(new double[] {0.5}, new double[] {0.25}));
 * DataLoader loader = DataLoader.of(train.mapInputs(augment), 128).shuffle(seed).workers(2);
 * }</pre>
 *
 * <p>Colours and affine maps: {@link ColorTransforms}, {@link AffineTransform}.
 */
public final class ImageTransforms {
  /** How often a random shape is tried that may not fit. */
  private static final int ATTEMPTS = 10;

  private ImageTransforms() {}

  /**
   * Returns {@code (image - mean) / deviation}.
   *
   * @param mean one for each channel
   * @param deviation one for each channel, positive
   */
  public static Transform normalize(double[] mean, double[] deviation) {
    checkArgument(
        mean.length == deviation.length && mean.length > 0,
        "normalize: mean and deviation must have one number per channel, got %s and %s",
        mean.length,
        deviation.length);
    for (double value : deviation) {
      checkArgument(value > 0, "normalize: deviations must be positive");
    }
    Variable shift = Variable.of(mean.clone()).reshape(-1, 1, 1);
    Variable scale = Variable.of(deviation.clone()).reshape(-1, 1, 1);
    return (image, _) -> {
      Images.checkImage("normalize", image);
      checkArgument(
          image.size(0) == shift.size(0) || shift.size(0) == 1,
          "normalize: %s means do not fit an image of shape %s",
          shift.size(0),
          image.shape());
      return image.sub(shift.to(image.dtype())).div(scale.to(image.dtype()));
    };
  }

  /** Returns the middle part of an image, which must be at least as large. */
  public static Transform centerCrop(int height, int width) {
    checkSize("centerCrop", height, width);
    return (image, _) -> {
      checkFits("centerCrop", image, height, width);
      long top = Math.round((image.size(1) - height) / 2.0);
      long left = Math.round((image.size(2) - width) / 2.0);
      return image.narrow(1, top, height).narrow(2, left, width);
    };
  }

  /**
   * Returns a part of an image at a random place.
   *
   * @param padding how many pixels of 0 are put around the image before
   */
  public static Transform randomCrop(int height, int width, int padding) {
    checkSize("randomCrop", height, width);
    checkArgument(padding >= 0, "randomCrop: padding must not be negative, got %s", padding);
    return (image, rng) -> {
      Images.checkImage("randomCrop", image);
      Variable padded =
          padding == 0 ? image : image.padConstant(0, padding, padding, padding, padding);
      checkFits("randomCrop", padded, height, width);
      long top = rng.nextLong(padded.size(1) - height + 1);
      long left = rng.nextLong(padded.size(2) - width + 1);
      return padded.narrow(1, top, height).narrow(2, left, width);
    };
  }

  /**
   * Returns an image in another size, by bilinear interpolation. Where it gets smaller, pixels are
   * averaged first (mode AREA) rather than left out.
   */
  public static Transform resize(int height, int width) {
    checkSize("resize", height, width);
    return (image, _) -> {
      Images.checkImage("resize", image);
      if (image.size(1) == height && image.size(2) == width) {
        return image;
      }
      boolean smaller = height <= image.size(1) && width <= image.size(2);
      InterpolateOptions options =
          InterpolateOptions.size(height, width)
              .mode(smaller ? InterpolateOptions.Mode.AREA : InterpolateOptions.Mode.LINEAR);
      return image.unsqueeze(0).interpolate(options).squeeze(0);
    };
  }

  /**
   * Returns a random part of an image, of 8 to 100 percent of its area and an aspect ratio of 3/4
   * to 4/3, in another size; a part from the middle if no such part is found in ten attempts.
   */
  public static Transform randomResizedCrop(int height, int width) {
    Transform resize = resize(height, width);
    return (image, rng) -> {
      Images.checkImage("randomResizedCrop", image);
      long[] part = randomPart(image, 0.08, 1, 3.0 / 4, 4.0 / 3, rng);
      if (part.length == 0) {
        long side = Math.min(image.size(1), image.size(2));
        part = new long[] {(image.size(1) - side) / 2, (image.size(2) - side) / 2, side, side};
      }
      return resize.apply(image.narrow(1, part[0], part[2]).narrow(2, part[1], part[3]), rng);
    };
  }

  /** Returns top, left, height and width of a random part, or nothing if none was found. */
  private static long[] randomPart(
      Variable image,
      double minArea,
      double maxArea,
      double minRatio,
      double maxRatio,
      Generator rng) {
    double area = (double) image.size(1) * image.size(2);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      double target = area * rng.nextDouble(minArea, Math.nextUp(maxArea));
      double ratio =
          StrictMath.exp(rng.nextDouble(StrictMath.log(minRatio), StrictMath.log(maxRatio)));
      long width = Math.round(Math.sqrt(target * ratio));
      long height = Math.round(Math.sqrt(target / ratio));
      if (width > 0 && height > 0 && width <= image.size(2) && height <= image.size(1)) {
        return new long[] {
          rng.nextLong(image.size(1) - height + 1),
          rng.nextLong(image.size(2) - width + 1),
          height,
          width
        };
      }
    }
    return new long[0];
  }

  /** Returns an image that is mirrored left to right with some probability. */
  public static Transform randomHorizontalFlip(double probability) {
    return randomFlip("randomHorizontalFlip", probability, 2);
  }

  /** Returns an image that is mirrored top to bottom with some probability. */
  public static Transform randomVerticalFlip(double probability) {
    return randomFlip("randomVerticalFlip", probability, 1);
  }

  private static Transform randomFlip(String name, double probability, int axis) {
    checkProbability(name, probability);
    return (image, rng) -> {
      Images.checkImage(name, image);
      return rng.nextDouble() < probability ? image.flip(axis) : image;
    };
  }

  /**
   * Returns an image in which, with some probability, a random rectangle is 0: 2 to 33 percent of
   * its area, with an aspect ratio of 0.3 to 3.3 (Z. Zhong et al., "Random erasing data
   * augmentation", 2017).
   */
  public static Transform randomErasing(double probability) {
    checkProbability("randomErasing", probability);
    return (image, rng) -> {
      Images.checkImage("randomErasing", image);
      if (rng.nextDouble() >= probability) {
        return image;
      }
      long[] part = randomPart(image, 0.02, 0.33, 0.3, 3.3, rng);
      if (part.length == 0) {
        return image;
      }
      Variable result = image.copy();
      result.narrow(1, part[0], part[2]).narrow(2, part[1], part[3]).fill_(0);
      return result;
    };
  }

  /** Returns the brightness of a coloured image, of shape [1, height, width]. */
  public static Transform grayscale() {
    return (image, _) -> {
      Images.checkImage("grayscale", image);
      return Images.brightness(image);
    };
  }

  static void checkProbability(String operation, double probability) {
    checkArgument(
        probability >= 0 && probability <= 1,
        "%s: a probability is in [0, 1], got %s",
        operation,
        probability);
  }

  private static void checkSize(String operation, int height, int width) {
    checkArgument(
        height > 0 && width > 0,
        "%s: height and width must be at least 1, got %s and %s",
        operation,
        height,
        width);
  }

  private static void checkFits(String operation, Variable image, int height, int width) {
    Images.checkImage(operation, image);
    checkArgument(
        image.size(1) >= height && image.size(2) >= width,
        "%s: %s x %s pixels cannot be taken from an image of shape %s; resize or pad it first",
        operation,
        height,
        width,
        image.shape());
  }
}
