package org.autograd.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.zip.ZipException;
import org.autograd.Variable;
import org.autograd.io.internal.ArrayReader;
import org.autograd.io.internal.ElementType;
import org.autograd.io.internal.MemoryBudget;
import org.autograd.type.Shape;

/** The bytes of a .npy file, or of one within a .npz file, and how many of them have been read. */
final class NpySource {
  private static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8;

  private final Path file;
  private final String prefix;
  private final InputStream in;
  private final long available;
  private final MemoryBudget budget;
  private long position;

  /**
   * Begins to read.
   *
   * @param prefix begins messages
   * @param available how many bytes there are at most
   */
  NpySource(Path file, String prefix, InputStream in, long available, MemoryBudget budget) {
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
    String what = type + "" + shape;
    long bytes = shape.elementCount() * type.dtype.byteSize();
    // One in Fortran's order is put into ours by a copy.
    budget.reserve(this::error, start, isReordered(header) ? 2 * bytes : bytes, what);
    return budget.guard(this::error, start, what, () -> readArray(header, start));
  }

  private Variable readArray(NpyHeader header, long start) throws IOException {
    ElementType type = header.type();
    Shape shape = header.shape();
    String elements = "the elements of " + type + shape;
    ArrayReader reader =
        new ArrayReader(count -> read(count, elements).order(header.order()), this::error);
    Shape stored = isReordered(header) ? reversed(shape) : shape;
    Variable array = reader.read(type, type.dtype, stored, start);
    int next;
    try {
      next = in.read();
    } catch (EOFException | ZipException e) {
      throw error(position, "the compressed data are damaged: " + e.getMessage());
    }
    if (next >= 0) {
      throw error(position, "there are more bytes than " + type + shape + " needs");
    }
    if (!isReordered(header)) {
      return array;
    }
    int rank = shape.rank();
    return array
        .permute(IntStream.range(0, rank).map(axis -> rank - 1 - axis).toArray())
        .contiguous();
  }

  private static boolean isReordered(NpyHeader header) {
    return header.fortranOrder() && header.shape().rank() > 1;
  }

  private static Shape reversed(Shape shape) {
    int rank = shape.rank();
    return Shape.of(IntStream.range(0, rank).mapToLong(k -> shape.size(rank - 1 - k)).toArray());
  }
}
