package org.autograd.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.autograd.Variable;
import org.autograd.io.FileFormatException;
import org.autograd.type.DType;

/** Reads MNIST, and the data sets that come in the same files: Fashion-MNIST, KMNIST. */
public final class Mnist {
  /** The number of pixels of an image. */
  public static final int PIXELS = 28 * 28;

  /** The number of classes. */
  public static final int CLASSES = 10;

  private Mnist() {}

  /**
   * Reads {@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte}, {@code
   * t10k-images-idx3-ubyte} and {@code t10k-labels-idx1-ubyte}, each with or without the ending
   * {@code .gz}, from a directory: inputs float32 [size, 784] in [0, 1], row by row; targets int64
   * [size], in [0, 10).
   *
   * @throws FileNotFoundException if one of the files is missing
   * @throws FileFormatException if one is damaged, or does not hold what its name says
   * @throws IOException if one cannot be read
   */
  public static Split<TensorDataset> read(Path directory) throws IOException {
    return new Split<>(read(directory, "train"), read(directory, "t10k"));
  }

  private static TensorDataset read(Path directory, String part) throws IOException {
    Path imageFile = find(directory, part + "-images-idx3-ubyte");
    Path labelFile = find(directory, part + "-labels-idx1-ubyte");
    Variable labels = Idx.read(labelFile, DType.INT64);
    if (labels.rank() != 1) {
      throw new FileFormatException(labelFile, 3, "labels must be a vector, not " + labels.shape());
    }
    if (labels.elementCount() > 0 && labels.max().item() >= CLASSES) {
      throw new FileFormatException(
          labelFile, 8, "labels must be less than 10, but the largest is " + labels.max().item());
    }
    Variable images = Idx.read(imageFile, DType.FLOAT32);
    if (images.rank() != 3
        || images.size(0) != labels.size(0)
        || images.size(1) * images.size(2) != PIXELS) {
      throw new FileFormatException(
          imageFile,
          3,
          "images must be of shape "
              + "[%d, 28, 28], one for each label in %s, not %s"
                  .formatted(labels.size(0), labelFile.getFileName(), images.shape()));
    }
    return TensorDataset.of(images.reshape(-1, PIXELS).div(255), labels);
  }

  private static Path find(Path directory, String name) throws FileNotFoundException {
    for (String ending : new String[] {"", ".gz"}) {
      Path file = directory.resolve(name + ending);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw new FileNotFoundException("neither " + name + " nor " + name + ".gz is in " + directory);
  }
}
