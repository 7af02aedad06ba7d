package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.autograd.io.FileFormatException;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistTest {
  @TempDir private Path directory;

  @Test
  void readsImagesAndLabels() throws IOException {
    writeImages("train", 3, 28, 28);
    writeLabels("train", 7, 0, 9);
    writeImages("t10k", 2, 28, 28);
    writeLabels("t10k", 1, 2);
    Split<TensorDataset> split = Mnist.read(directory);
    assertEquals(Shape.of(3, 784), split.train().inputs().shape());
    assertEquals(1, split.train().inputs().max().item());
    assertArrayEquals(new long[] {7, 0, 9}, split.train().targets().toLongArray());
    assertArrayEquals(new long[] {1, 2}, split.test().targets().toLongArray());
  }

  @Test
  void namesTheMissingFile() {
    var error = assertThrows(FileNotFoundException.class, () -> Mnist.read(directory));
    assertTrue(error.getMessage().contains("train-images-idx3-ubyte.gz"), error.getMessage());
    assertTrue(error.getMessage().contains(directory.toString()), error.getMessage());
  }

  @Test
  void rejectsWhatDoesNotFitTogether() throws IOException {
    writeImages("train", 3, 28, 28);
    writeLabels("train", 7, 0);
    assertRejected("one for each label");
    writeLabels("train", 7, 0, 10);
    assertRejected("less than 10");
    writeLabels("train", 7, 0, 1);
    writeImages("train", 3, 28, 27);
    assertRejected("[3, 28, 27]");
  }

  private void assertRejected(String part) {
    var error = assertThrows(FileFormatException.class, () -> Mnist.read(directory));
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  private void writeImages(String part, int... shape) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(16 + shape[0] * shape[1] * shape[2]);
    bytes.putInt(0x803).putInt(shape[0]).putInt(shape[1]).putInt(shape[2]).put((byte) 255);
    Files.write(directory.resolve(part + "-images-idx3-ubyte"), bytes.array());
  }

  private void writeLabels(String part, int... labels) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8 + labels.length);
    bytes.putInt(0x801).putInt(labels.length);
    for (int label : labels) {
      bytes.put((byte) label);
    }
    Files.write(directory.resolve(part + "-labels-idx1-ubyte"), bytes.array());
  }
}
