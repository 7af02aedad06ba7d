package org.autograd.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.autograd.data.Digits;
import org.autograd.data.Split;
import org.autograd.data.TensorDataset;

/** Images of ten classes, as rows of numbers. */
enum ImageData {
  DIGITS,
  FASHION_MNIST;

  /**
   * Returns the examples.
   *
   * @param directory where the files of Fashion-MNIST are
   * @param seed divides the digits, of which there is no official division
   */
  Split<TensorDataset> load(Path directory, long seed) throws IOException {
    return this == DIGITS ? Digits.split(seed) : FashionMnistCommand.read(directory);
  }

  /** Returns the height of an image, and its width. */
  int side() {
    return this == DIGITS ? 8 : 28;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
