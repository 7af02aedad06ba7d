package org.autograd.data;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.autograd.Variable;
import org.autograd.io.FileFormatException;
import org.autograd.io.internal.ArrayReader;
import org.autograd.io.internal.ElementType;
import org.autograd.io.internal.MemoryBudget;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * Reads IDX files, the format of MNIST (Y. LeCun, C. Cortes, C. Burges, "The MNIST database of
 * handwritten digits"): two bytes 0, a byte for the element type, a byte for the rank, the sizes as
 * 32-bit integers, the elements in row-major order; all big-endian. Files compressed by gzip are
 * recognised by their content.
 */
public final class Idx {
  private static final int BUFFER_SIZE = 1 << 16;
  private static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8;

  /** As much as deflate can compress. */
  private static final long MAX_RATIO = 1032;

  private static final String DAMAGED = "the gzip data are damaged: ";

  private Idx() {}

  /**
   * Reads an array with the dtype that holds its elements: int32 for integers of 8, 16 and 32 bits,
   * float32 and float64.
   *
   * @throws FileFormatException if the file is damaged, no IDX file, or needs more memory than Java
   *     has
   * @throws IOException if the file cannot be read
   */
  public static Variable read(Path file) throws IOException {
    return read(file, type -> type.dtype, new MemoryBudget(MemoryBudget.MORE_HEAP));
  }

  /**
   * Reads an array and converts its elements as they are read.
   *
   * @throws FileFormatException if the file is damaged, no IDX file, or needs more memory than Java
   *     has
   * @throws IOException if the file cannot be read
   */
  public static Variable read(Path file, DType dtype) throws IOException {
    return read(file, _ -> dtype, new MemoryBudget(MemoryBudget.MORE_HEAP));
  }

  static Variable read(Path file, Function<ElementType, DType> choice, MemoryBudget budget)
      throws IOException {
    try (Source source = Source.open(file)) {
      ElementType type = readType(source);
      Shape shape = readShape(source, type);
      DType dtype = choice.apply(type);
      long start = source.position;
      String what = type + "" + shape;
      source.checkAvailable(shape.elementCount() * type.byteSize, "the elements");
      budget.reserve(source::error, start, shape.elementCount() * dtype.byteSize(), what);
      ArrayReader reader =
          new ArrayReader(count -> source.read(count, "the elements"), source::error);
      Variable array =
          budget.guard(source::error, start, what, () -> reader.read(type, dtype, shape, start));
      source.expectEnd();
      return array;
    }
  }

  private static ElementType readType(Source source) throws IOException {
    ByteBuffer magic = source.read(3, "the first bytes");
    if (magic.get(0) != 0 || magic.get(1) != 0) {
      throw source.error(
          0,
          String.format(
              "an IDX file begins with two bytes 0, but here are %02x %02x",
              magic.get(0), magic.get(1)));
    }
    return switch (magic.get(2)) {
      case 0x08 -> ElementType.U8;
      case 0x09 -> ElementType.I8;
      case 0x0B -> ElementType.I16;
      case 0x0C -> ElementType.I32;
      case 0x0D -> ElementType.F32;
      case 0x0E -> ElementType.F64;
      default ->
          throw source.error(
              2,
              String.format(
                  "0x%02x is no element type of IDX; 0x08, 0x09 and 0x0b to 0x0e are",
                  magic.get(2)));
    };
  }

  private static Shape readShape(Source source, ElementType type) throws IOException {
    int rank = source.read(1, "the rank").get() & 0xFF;
    if (rank == 0) {
      throw source.error(3, "the rank is 0, but an IDX file has at least one axis");
    }
    ByteBuffer words = source.read(4 * rank, "the sizes");
    long[] sizes = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      sizes[axis] = Integer.toUnsignedLong(words.getInt());
    }
    try {
      Shape shape = Shape.of(sizes);
      if (shape.elementCount() <= MAX_ELEMENTS) {
        return shape;
      }
    } catch (IllegalArgumentException e) {
      // More elements than a long can count.
    }
    throw source.error(
        4, type + Arrays.toString(sizes) + " has more elements than one array holds");
  }

  /** The content of a file, decompressed if need be, and how much of it has been read. */
  private static final class Source implements Closeable {
    private final Path file;
    private final InputStream in;

    /** How many bytes there are; at most, if they are compressed. */
    private final long available;

    private final boolean compressed;
    private long position;

    private Source(Path file, InputStream in, long size, boolean compressed) {
      this.file = file;
      this.in = in;
      this.available = compressed ? size * MAX_RATIO : size;
      this.compressed = compressed;
    }

    static Source open(Path file) throws IOException {
      InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_SIZE);
      try {
        raw.mark(2);
        boolean compressed = raw.read() == 0x1F && raw.read() == 0x8B;
        raw.reset();
        return new Source(
            file,
            compressed ? new GZIPInputStream(raw, BUFFER_SIZE) : raw,
            Files.size(file),
            compressed);
      } catch (EOFException | ZipException e) {
        raw.close();
        throw new FileFormatException(file, 0, DAMAGED + e.getMessage());
      } catch (IOException e) {
        raw.close();
        throw e;
      }
    }

    FileFormatException error(long offset, String problem) {
      return new FileFormatException(file, offset, problem);
    }

    /** Refuses what cannot be there, whatever the header promises, before it is allocated. */
    void checkAvailable(long count, String what) throws FileFormatException {
      if (count > available - position) {
        throw truncated(available, count, compressed ? "at most " : "", what);
      }
    }

    private FileFormatException truncated(long end, long count, String most, String what) {
      return error(
          end,
          String.format(
              "the file ends within %s: %d bytes were expected, %s%d are there; is it truncated?",
              what, count, most, end - position));
    }

    ByteBuffer read(int count, String what) throws IOException {
      byte[] bytes;
      try {
        bytes = in.readNBytes(count);
      } catch (EOFException | ZipException e) {
        throw error(position, DAMAGED + e.getMessage());
      }
      if (bytes.length < count) {
        throw truncated(position + bytes.length, count, "", what);
      }
      position += count;
      return ByteBuffer.wrap(bytes);
    }

    void expectEnd() throws IOException {
      int next;
      try {
        next = in.read(); // at the end this also compares the checksum of gzip
      } catch (EOFException | ZipException e) {
        throw error(position, DAMAGED + e.getMessage());
      }
      if (next >= 0) {
        throw error(position, "there are more bytes than the sizes in the header need");
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
