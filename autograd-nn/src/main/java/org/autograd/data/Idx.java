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
  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;
  private static final String DAMAGED = "the gzip data are damaged: ";

  private Idx() {}

  /**
   * Reads an array with the dtype that holds its elements: int32 for integers of 8, 16 and 32 bits,
   * float32 and float64.
   *
   * @throws FileFormatException if the file is damaged or no IDX file
   * @throws IOException if the file cannot be read
   */
  public static Variable read(Path file) throws IOException {
    return read(file, ElementType::dtype);
  }

  /**
   * Reads an array and converts its elements as they are read.
   *
   * @throws FileFormatException if the file is damaged or no IDX file
   * @throws IOException if the file cannot be read
   */
  public static Variable read(Path file, DType dtype) throws IOException {
    return read(file, type -> dtype);
  }

  private static Variable read(Path file, Function<ElementType, DType> choice) throws IOException {
    return read(file, choice, Runtime.getRuntime().maxMemory());
  }

  /** Reads an array with that many bytes of memory. */
  static Variable read(Path file, Function<ElementType, DType> choice, long memory)
      throws IOException {
    try (Source source = Source.open(file)) {
      ElementType type = readType(source);
      Shape shape = readShape(source, type);
      DType dtype = choice.apply(type);
      long size = shape.elementCount() * type.byteSize;
      // The bytes are there twice while they are gathered. A small compressed file may hold more
      // zeros than any memory, so no more are gathered than there is room for.
      int each = Math.max(2 * type.byteSize, type.byteSize + dtype.byteSize());
      long room = memory / each * type.byteSize;
      ByteBuffer bytes = source.read(Math.min(size, room), "the elements");
      if (size > room) {
        throw source.error(
            4,
            String.format(
                "to read %s%s needs %d bytes of memory, but Java has at most %d; give it more with"
                    + " -Xmx",
                type, shape, shape.elementCount() * each, memory));
      }
      source.expectEnd();
      return Variable.fromArray(
          convert(bytes, type, dtype, (int) shape.elementCount()), shape.toArray());
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
    for (ElementType type : ElementType.values()) {
      if (type.code == magic.get(2)) {
        return type;
      }
    }
    throw source.error(
        2,
        String.format(
            "0x%02x is no element type of IDX; 0x08, 0x09 and 0x0b to 0x0e are", magic.get(2)));
  }

  private static Shape readShape(Source source, ElementType type) throws IOException {
    int rank = source.read(1, "the rank").get() & 0xFF;
    if (rank == 0) {
      throw source.error(3, "the rank is 0, but an IDX file has at least one axis");
    }
    ByteBuffer words = source.read(4L * rank, "the sizes");
    long[] sizes = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      sizes[axis] = Integer.toUnsignedLong(words.getInt());
    }
    try {
      Shape shape = Shape.of(sizes);
      if (shape.elementCount() <= MAX_BYTES / type.byteSize) {
        return shape;
      }
    } catch (IllegalArgumentException e) {
      // More elements than a long can count.
    }
    throw source.error(
        4,
        type + Arrays.toString(sizes) + " is too large to be read: at most 2 GB of elements can");
  }

  private static Object convert(ByteBuffer bytes, ElementType type, DType dtype, int count) {
    // A double holds every value of every type exactly.
    return switch (dtype) {
      case FLOAT32 -> {
        float[] result = new float[count];
        for (int i = 0; i < count; i++) {
          result[i] = (float) type.get(bytes, i);
        }
        yield result;
      }
      case FLOAT64 -> {
        double[] result = new double[count];
        Arrays.setAll(result, i -> type.get(bytes, i));
        yield result;
      }
      case INT32 -> {
        int[] result = new int[count];
        Arrays.setAll(result, i -> (int) type.get(bytes, i));
        yield result;
      }
      case INT64 -> {
        long[] result = new long[count];
        Arrays.setAll(result, i -> (long) type.get(bytes, i));
        yield result;
      }
      case BOOL -> {
        boolean[] result = new boolean[count];
        for (int i = 0; i < count; i++) {
          result[i] = type.get(bytes, i) != 0;
        }
        yield result;
      }
    };
  }

  /** What a file can hold. */
  enum ElementType {
    UINT8(0x08, 1, DType.INT32),
    INT8(0x09, 1, DType.INT32),
    INT16(0x0B, 2, DType.INT32),
    INT32(0x0C, 4, DType.INT32),
    FLOAT32(0x0D, 4, DType.FLOAT32),
    FLOAT64(0x0E, 8, DType.FLOAT64);

    final int code;
    final int byteSize;
    private final DType dtype;

    ElementType(int code, int byteSize, DType dtype) {
      this.code = code;
      this.byteSize = byteSize;
      this.dtype = dtype;
    }

    DType dtype() {
      return dtype;
    }

    double get(ByteBuffer bytes, int index) {
      return switch (this) {
        case UINT8 -> Byte.toUnsignedInt(bytes.get(index));
        case INT8 -> bytes.get(index);
        case INT16 -> bytes.getShort(2 * index);
        case INT32 -> bytes.getInt(4 * index);
        case FLOAT32 -> bytes.getFloat(4 * index);
        case FLOAT64 -> bytes.getDouble(8 * index);
      };
    }
  }

  /** The content of a file, decompressed if need be, and how much of it has been read. */
  private static final class Source implements Closeable {
    private final Path file;
    private final InputStream in;
    private long position;

    private Source(Path file, InputStream in) {
      this.file = file;
      this.in = in;
    }

    static Source open(Path file) throws IOException {
      InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_SIZE);
      try {
        raw.mark(2);
        boolean compressed = raw.read() == 0x1F && raw.read() == 0x8B;
        raw.reset();
        return new Source(file, compressed ? new GZIPInputStream(raw, BUFFER_SIZE) : raw);
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

    /** Reads that many bytes. What is not there is not allocated, whatever the header promises. */
    ByteBuffer read(long count, String what) throws IOException {
      byte[] bytes;
      try {
        bytes = in.readNBytes(Math.toIntExact(count));
      } catch (EOFException | ZipException e) {
        throw error(position, DAMAGED + e.getMessage());
      }
      if (bytes.length < count) {
        throw error(
            position + bytes.length,
            String.format(
                "the file ends within %s: %d bytes were expected, %d are there; is it truncated?",
                what, count, bytes.length));
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
