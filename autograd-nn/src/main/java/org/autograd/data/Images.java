package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.SampleModel;
import java.awt.image.SinglePixelPackedSampleModel;
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
import org.autograd.io.internal.FileError;
import org.autograd.io.internal.MemoryBudget;
import org.autograd.type.DType;

/**
 * Images as arrays: float32 [channels, height, width] in [0, 1].
 *
 * <p>Files are read by {@code javax.imageio} (PNG, JPEG, GIF, BMP and more). A modular application
 * must have {@code java.desktop} among its modules, which this one needs for nothing else.
 */
public final class Images {
  private static final int MAX_LENGTH = Integer.MAX_VALUE - 8;

  private static final double RED = 0.299;
  private static final double GREEN = 0.587;
  private static final double BLUE = 0.114;

  private Images() {}

  /**
   * Reads an image; of a file with several ones, the first. Transparency is ignored.
   *
   * @return float32, of shape [channels, height, width], in [0, 1]
   * @throws FileFormatException if the file is damaged, of an unknown format, has samples that are
   *     no whole numbers of at most 16 bits, or needs more memory than Java has
   * @throws IOException if the file cannot be read
   */
  public static Variable read(Path file, Channels channels) throws IOException {
    return read(file, channels, new MemoryBudget(MemoryBudget.MORE_HEAP));
  }

  static Variable read(Path file, Channels channels, MemoryBudget budget) throws IOException {
    FileError errors = (offset, problem) -> new FileFormatException(file, offset, problem);
    // Tells a file that is missing from one that is no image.
    long size = Files.size(file);
    if (size > MAX_LENGTH) {
      throw errors.at(0, size + " bytes are more than the 2 GB that an image may have");
    }
    budget.reserve(errors, 0, size, "the file");
    return budget.guard(
        errors,
        0,
        "the image",
        () -> toVariable(decode(file, Files.readAllBytes(file), channels, budget), channels));
  }

  private static BufferedImage decode(
      Path file, byte[] content, Channels channels, MemoryBudget budget) throws IOException {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new FileFormatException(
            file, 0, "this is no image of a known format; PNG, JPEG, GIF and BMP are known");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in);
        reserve(file, reader, channels, budget);
        BufferedImage image = reader.read(0);
        checkSamples(file, image.getSampleModel());
        return image;
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

  /** Counts the memory for the decoded image and for two copies of the result. */
  private static void reserve(Path file, ImageReader reader, Channels channels, MemoryBudget budget)
      throws IOException {
    FileError errors = (offset, problem) -> new FileFormatException(file, offset, problem);
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    long pixels = (long) width * height;
    String what = "an image of %d x %d = %d pixels".formatted(width, height, pixels);
    if (pixels > MAX_LENGTH / channels.count()) {
      throw errors.at(0, what + " is more than one array holds");
    }
    SampleModel decoded = reader.getImageTypes(0).next().getSampleModel();
    long bits =
        (long) decoded.getNumDataElements() * DataBuffer.getDataTypeSize(decoded.getDataType());
    budget.reserve(
        errors, 0, pixels * (bits / Byte.SIZE + 2L * Float.BYTES * channels.count()), what);
  }

  /** Refuses samples without a largest value, or one that an int does not hold. */
  private static void checkSamples(Path file, SampleModel samples) throws FileFormatException {
    boolean known =
        switch (samples.getDataType()) {
          case DataBuffer.TYPE_BYTE, DataBuffer.TYPE_USHORT -> true;
          // A pixel, not a sample, is an int.
          case DataBuffer.TYPE_INT -> samples instanceof SinglePixelPackedSampleModel;
          default -> false;
        };
    if (!known) {
      throw new FileFormatException(
          file,
          0,
          "samples of 32 or 64 bits, signed ones or floating-point numbers cannot be read, only"
              + " whole numbers of 8 or 16 bits; convert the image");
    }
  }

  private static Variable toVariable(BufferedImage image, Channels channels) {
    int height = image.getHeight();
    int width = image.getWidth();
    boolean raw = isRaw(image);
    float[][] row = new float[raw ? image.getColorModel().getNumColorComponents() : 3][width];
    int[] samples = new int[width];
    int size = height * width;
    float[] result = new float[channels.count() * size];
    for (int y = 0; y < height; y++) {
      if (raw) {
        readSamples(image, y, samples, row);
      } else {
        readColors(image, y, samples, row);
      }
      for (int c = 0; c < channels.count(); c++) {
        int start = c * size + y * width;
        for (int x = 0; x < width; x++) {
          result[start + x] =
              channels == Channels.GREY && row.length == 3
                  ? (float) (RED * row[0][x] + GREEN * row[1][x] + BLUE * row[2][x])
                  : row[c % row.length][x];
        }
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

  /** Reads the samples of a row: getRGB would take a grey one for linear and change it. */
  private static void readSamples(BufferedImage image, int y, int[] samples, float[][] row) {
    for (int band = 0; band < row.length; band++) {
      float max = (1 << image.getColorModel().getComponentSize(band)) - 1;
      image.getRaster().getSamples(0, y, samples.length, 1, band, samples);
      for (int x = 0; x < samples.length; x++) {
        row[band][x] = samples[x] / max;
      }
    }
  }

  private static void readColors(BufferedImage image, int y, int[] colors, float[][] row) {
    image.getRGB(0, y, colors.length, 1, colors, 0, colors.length);
    for (int x = 0; x < colors.length; x++) {
      row[0][x] = ((colors[x] >> 16) & 0xFF) / 255f;
      row[1][x] = ((colors[x] >> 8) & 0xFF) / 255f;
      row[2][x] = (colors[x] & 0xFF) / 255f;
    }
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
