package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.autograd.Variable;
import org.autograd.io.AtomicFile;
import org.autograd.io.FileFormatException;
import org.autograd.type.DType;

/**
 * Images as arrays: float32 [channels, height, width] in [0, 1].
 *
 * <p>Files are read by {@code javax.imageio} (PNG, JPEG, GIF, BMP and more). A modular application
 * must have {@code java.desktop} among its modules, which this one needs for nothing else.
 */
public final class Images {
  /** As many pixels as two copies of three channels fit into a gigabyte. */
  private static final long MAX_PIXELS = 1L << 26;

  private static final double RED = 0.299;
  private static final double GREEN = 0.587;
  private static final double BLUE = 0.114;

  private Images() {}

  /**
   * Reads an image; of a file with several ones, the first. Transparency is ignored.
   *
   * @return float32, of shape [channels, height, width], in [0, 1]
   * @throws FileFormatException if the file is damaged, of an unknown format, or has more than 2^26
   *     pixels
   * @throws IOException if the file cannot be read
   */
  public static Variable read(Path file, Channels channels) throws IOException {
    // Tells a file that is missing from one that is no image.
    byte[] content = Files.readAllBytes(file);
    return toVariable(decode(file, content), channels);
  }

  private static BufferedImage decode(Path file, byte[] content) throws IOException {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new FileFormatException(
            file, 0, "this is no image of a known format; PNG, JPEG, GIF and BMP are known");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in);
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        if (pixels > MAX_PIXELS) {
          throw new FileFormatException(
              file, 0, pixels + " pixels are more than the " + MAX_PIXELS + " allowed");
        }
        return reader.read(0);
      } catch (FileFormatException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        // Readers do not check everything that they use.
        FileFormatException error =
            new FileFormatException(
                file, in.getStreamPosition(), "the image is damaged: " + e.getMessage());
        error.initCause(e);
        throw error;
      } finally {
        reader.dispose();
      }
    }
  }

  private static Variable toVariable(BufferedImage image, Channels channels) {
    int height = image.getHeight();
    int width = image.getWidth();
    float[][] planes = isRaw(image) ? rasterPlanes(image) : convertedPlanes(image);
    int size = height * width;
    float[] result = new float[channels.count() * size];
    for (int c = 0; c < channels.count(); c++) {
      for (int k = 0; k < size; k++) {
        result[c * size + k] =
            channels == Channels.GREY && planes.length == 3
                ? (float) (RED * planes[0][k] + GREEN * planes[1][k] + BLUE * planes[2][k])
                : planes[c % planes.length][k];
      }
    }
    return Variable.fromArray(result, channels.count(), height, width);
  }

  /** Returns whether the samples are brightnesses or red, green and blue as they are. */
  private static boolean isRaw(BufferedImage image) {
    ColorModel model = image.getColorModel();
    int type = model.getColorSpace().getType();
    return !(model instanceof IndexColorModel)
        && (type == ColorSpace.TYPE_GRAY || type == ColorSpace.TYPE_RGB);
  }

  /** Reads the samples: getRGB would take a grey one for linear and change it. */
  private static float[][] rasterPlanes(BufferedImage image) {
    ColorModel model = image.getColorModel();
    Raster raster = image.getRaster();
    int size = image.getWidth() * image.getHeight();
    float[][] planes = new float[model.getNumColorComponents()][size];
    for (int band = 0; band < planes.length; band++) {
      float max = (1 << model.getComponentSize(band)) - 1;
      int[] samples =
          raster.getSamples(0, 0, image.getWidth(), image.getHeight(), band, new int[size]);
      for (int k = 0; k < size; k++) {
        planes[band][k] = samples[k] / max;
      }
    }
    return planes;
  }

  private static float[][] convertedPlanes(BufferedImage image) {
    int width = image.getWidth();
    int size = width * image.getHeight();
    int[] colors = image.getRGB(0, 0, width, image.getHeight(), new int[size], 0, width);
    float[][] planes = new float[3][size];
    for (int k = 0; k < size; k++) {
      planes[0][k] = ((colors[k] >> 16) & 0xFF) / 255f;
      planes[1][k] = ((colors[k] >> 8) & 0xFF) / 255f;
      planes[2][k] = (colors[k] & 0xFF) / 255f;
    }
    return planes;
  }

  /**
   * Writes an image as PNG of 8 bits a channel, atomically. Values outside of [0, 1] are clamped.
   *
   * @param image of shape [1, height, width] or [3, height, width]
   * @throws IllegalArgumentException if the shape is another one
   * @throws IOException if the file cannot be written
   */
  public static void writePng(Path file, Variable image) throws IOException {
    checkImage("writePng", image);
    int count = (int) image.size(0);
    checkArgument(
        count == 1 || count == 3,
        "writePng: an image has 1 or 3 channels, got shape %s",
        image.shape());
    int height = Math.toIntExact(image.size(1));
    int width = Math.toIntExact(image.size(2));
    float[] values = image.detach().to(DType.FLOAT32).toFloatArray();
    BufferedImage out =
        new BufferedImage(
            width, height, count == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
    int size = height * width;
    for (int c = 0; c < count; c++) {
      for (int k = 0; k < size; k++) {
        int sample = Math.round(255 * Math.clamp(values[c * size + k], 0f, 1f));
        out.getRaster().setSample(k % width, k / width, c, sample);
      }
    }
    AtomicFile.write(
        file,
        stream -> {
          try (var cache = new MemoryCacheImageOutputStream(stream)) {
            ImageIO.write(out, "png", cache);
          }
        });
  }

  static void checkImage(String operation, Variable image) {
    checkArgument(
        image.rank() == 3 && image.dtype().isFloating(),
        "%s: an image is float32 or float64 [channels, height, width], got %s%s",
        operation,
        image.dtype(),
        image.shape());
  }

  /** Returns the brightness of each pixel, of shape [1, height, width]. */
  static Variable brightness(Variable image) {
    if (image.size(0) == 1) {
      return image;
    }
    checkArgument(
        image.size(0) == 3, "an image in colours has 3 channels, got shape %s", image.shape());
    return image
        .narrow(0, 0, 1)
        .mul(RED)
        .add(image.narrow(0, 1, 1).mul(GREEN))
        .add(image.narrow(0, 2, 1).mul(BLUE));
  }
}
