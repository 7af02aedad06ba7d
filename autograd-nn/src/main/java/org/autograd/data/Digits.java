package org.autograd.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.autograd.Generator;
import org.autograd.Variable;

/**
 * Handwritten digits of 8x8 pixels, small enough to come with the library: the test part of E.
 * Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
 * Repository, 1998, licensed under CC BY 4.0.
 */
public final class Digits {
  /** The number of pixels of an image. */
  public static final int PIXELS = 64;

  /** The number of classes. */
  public static final int CLASSES = 10;

  private static final int TRAIN_SIZE = 1437;
  private static final float MAX_VALUE = 16;
  private static final String RESOURCE = "digits.csv.gz";

  private Digits() {}

  /**
   * Returns all 1,797 examples in the order of the original: inputs float32 [1797, 64] in [0, 1],
   * row by row; targets int64 [1797], the digits.
   */
  public static TensorDataset load() {
    List<String> lines = readLines();
    float[] images = new float[lines.size() * PIXELS];
    long[] labels = new long[lines.size()];
    for (int i = 0; i < labels.length; i++) {
      String[] fields = lines.get(i).split(",", -1);
      for (int k = 0; k < PIXELS; k++) {
        images[i * PIXELS + k] = Integer.parseInt(fields[k]) / MAX_VALUE;
      }
      labels[i] = Long.parseLong(fields[PIXELS]);
    }
    return TensorDataset.of(Variable.fromArray(images, labels.length, PIXELS), Variable.of(labels));
  }

  /** Returns 1,437 examples to learn from and 360 to judge by, divided at random by the seed. */
  public static Split<TensorDataset> split(long seed) {
    return load().split(TRAIN_SIZE, new Generator(seed));
  }

  private static List<String> readLines() {
    try (InputStream resource = Digits.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException(
            "resource " + RESOURCE + " is missing beside " + Digits.class.getName());
      }
      return new BufferedReader(
              new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.US_ASCII))
          .lines()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
