package org.autograd.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.zip.ZipException;
import org.autograd.Variable;
import org.autograd.type.Shape;

/** The bytes of a .npy file, or of one within a .npz file, and how many of them have been read. */
final class NpySource {
  private static final int CHUNK_SIZE = 1 << 16;
  private static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8;

  private final Path file;
  private final String prefix;
  private final InputStream in;
  private final long available;
  private final Budget budget;
  private long position;

  /** The memory that the arrays of a file may take. */
  static final class Budget {
    private final long limit = Runtime.getRuntime().maxMemory();
    private long used;
  }

  /**
   * Begins to read.
   *
   * @param prefix begins messages
   * @param available how many bytes there are at most
   */
  NpySource(Path file, String prefix, InputStream in, long available, Budget budget) {
    this.file = file;
    this.prefix = prefix;
    this.in = in;
    this.available = available;
    this.budget = budget;
  }

  long position() {
    return position;
  }

  FileFormatException error(long offset, String problem) {
    return new FileFormatException(file, offset, prefix + problem);
  }

  ByteBuffer read(int count, String what) throws IOException {
    byte[] bytes = new byte[count];
    int read = readFully(bytes, count);
    if (read < count) {
      throw error(position, "the file ends within " + what + "; is it truncated?");
    }
    return ByteBuffer.wrap(bytes);
  }

  private int readFully(byte[] bytes, int count) throws IOException {
    try {
      int read = in.readNBytes(bytes, 0, count);
      position += read;
      return read;
    } catch (EOFException | ZipException e) {
      throw error(position, "the compressed data are damaged: " + e.getMessage());
    }
  }

  /** Reads an array, which must be all that there is. */
  Variable readArray() throws IOException {
    NpyHeader header = NpyHeader.read(this);
    long start = position;
    ElementType type = header.type();
    Shape shape = header.shape();
    // By division, since the product may overflow.
    if (shape.elementCount() > (available - start) / type.byteSize) {
      throw error(
          start,
          "%s%s needs more than the %d bytes that follow; is the file truncated?"
              .formatted(type, shape, available - start));
    }
    if (shape.elementCount() > MAX_ELEMENTS) {
      throw error(start, type + "" + shape + " has more elements than one array holds");
    }
    int count = (int) shape.elementCount();
    try {
      reserve(start, type, shape);
      Object array = readElements(type, header, count);
      if (in.read() >= 0) {
        throw error(position, "there are more bytes than " + type + shape + " needs");
      }
      return arrange(array, header);
    } catch (EOFException | ZipException e) {
      throw error(position, "the compressed data are damaged: " + e.getMessage());
    } catch (OutOfMemoryError _) {
      throw tooLarge(start, type, shape);
    }
  }

  /** Refuses arrays that cannot fit beside those that were read before. */
  private void reserve(long start, ElementType type, Shape shape) throws FileFormatException {
    long bytes = shape.elementCount() * type.dtype.byteSize();
    // Twice: once as it is read and once as it is kept.
    if (bytes > (budget.limit - budget.used) / 2) {
      throw tooLarge(start, type, shape);
    }
    budget.used += bytes;
  }

  private FileFormatException tooLarge(long start, ElementType type, Shape shape) {
    return error(
        start,
        "%s%s does not fit into the memory of %d MB; enlarge it by java -Xmx"
            .formatted(type, shape, budget.limit >> 20));
  }

  private Object readElements(ElementType type, NpyHeader header, int count) throws IOException {
    Object array = type.newArray(count);
    byte[] chunk = new byte[CHUNK_SIZE];
    int read = 0;
    while (read < count) {
      int part = Math.min(count - read, CHUNK_SIZE / type.byteSize);
      long at = position;
      if (readFully(chunk, part * type.byteSize) < part * type.byteSize) {
        throw error(
            position,
            "the file ends within the elements of %s%s; is it truncated?"
                .formatted(type, header.shape()));
      }
      ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, part * type.byteSize).order(header.order());
      int valid = type.decode(bytes, array, read);
      if (valid < part) {
        throw error(at + (long) valid * type.byteSize, "a bool must be 0 or 1");
      }
      read += part;
    }
    return array;
  }

  private static Variable arrange(Object array, NpyHeader header) {
    long[] sizes = header.shape().toArray();
    if (!header.fortranOrder() || sizes.length < 2) {
      return Variable.fromArray(array, sizes);
    }
    int rank = sizes.length;
    int[] axes = IntStream.range(0, rank).map(axis -> rank - 1 - axis).toArray();
    long[] reversed = IntStream.of(axes).mapToLong(axis -> sizes[axis]).toArray();
    return Variable.fromArray(array, reversed).permute(axes).contiguous();
  }
}
