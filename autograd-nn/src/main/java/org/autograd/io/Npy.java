package org.autograd.io;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.autograd.Variable;
import org.autograd.io.internal.ElementType;
import org.autograd.io.internal.MemoryBudget;

/**
 * Reads and writes NumPy's files of one array, as {@code numpy.load} and {@code numpy.save} do (<a
 * href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">format</a>).
 *
 * <pre>{@code
 * Variable x = Npy.read(Path.of("x.npy"));
 * Npy.write(Path.of("y.npy"), model.apply(x));
 * }</pre>
 *
 * <p>Versions 1.0 to 3.0, both byte orders and both orders of the axes are read. What has no dtype
 * here is widened: float16 to float32, integers of 8 and 16 bits to int32, uint32 to int64. Objects
 * (pickles), records, texts, uint64 and complex numbers are refused.
 */
public final class Npy {
  private Npy() {}

  /**
   * Reads an array.
   *
   * @throws FileFormatException if the file is damaged, has elements that no dtype here can hold,
   *     or does not fit into memory
   * @throws IOException if the file cannot be read
   */
  public static Variable read(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return new NpySource(file, "", in, Files.size(file), new MemoryBudget(MemoryBudget.MORE_HEAP))
          .readArray();
    }
  }

  /**
   * Creates or replaces a file, atomically: after an error the old file is still there. It is of
   * version 1.0, little-endian, in C order.
   *
   * @throws IOException if the file cannot be written
   */
  public static void write(Path file, Variable array) throws IOException {
    AtomicFile.write(file, out -> write(out, array));
  }

  static void write(OutputStream out, Variable array) throws IOException {
    ElementType type = ElementType.of(array.dtype());
    out.write(new NpyHeader(type, ByteOrder.LITTLE_ENDIAN, false, array.shape()).toBytes());
    SafeTensors.writeElements(array, out);
  }
}
