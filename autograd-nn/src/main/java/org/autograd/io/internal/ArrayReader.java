package org.autograd.io.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * Reads the elements of an array, and holds them in memory once: a large array is made first and
 * filled piece by piece, for {@link Variable#fromArray} copies.
 *
 * @param source where the bytes come from
 * @param errors makes errors
 */
public record ArrayReader(Source source, FileError errors) {
  /** A whole number of elements of any type, which fits into a cache. */
  private static final int CHUNK_SIZE = 1 << 18;

  /** Bytes in the order of the file. */
  @FunctionalInterface
  public interface Source {
    /** Returns the next bytes, exactly so many, in the byte order of the elements. */
    ByteBuffer next(int count) throws IOException;
  }

  /**
   * Reads all elements.
   *
   * @param type what the file holds
   * @param dtype to what it is converted
   * @param shape of at most {@code Integer.MAX_VALUE - 8} elements
   * @param start where the first element is in the file, for messages
   * @throws IOException if a bool is neither 0 nor 1, or from the source
   */
  public Variable read(ElementType type, DType dtype, Shape shape, long start) throws IOException {
    int count = Math.toIntExact(shape.elementCount());
    int part = CHUNK_SIZE / type.byteSize;
    if (count <= part) {
      return Variable.fromArray(next(type, count, start), shape.toArray()).to(dtype);
    }
    Variable result = Variable.zeros(dtype, shape.toArray());
    // A view that were taken while operations are recorded would be followed from then on.
    try (var _ = Autograd.noGrad()) {
      Variable flat = result.reshape(count);
      for (int read = 0; read < count; read += part) {
        int length = Math.min(part, count - read);
        Object chunk = next(type, length, start + (long) read * type.byteSize);
        flat.narrow(0, read, length).copy_(Variable.fromArray(chunk, length));
      }
    }
    return result;
  }

  private Object next(ElementType type, int count, long start) throws IOException {
    Object array = type.newArray(count);
    int valid = type.decode(source.next(count * type.byteSize), array, 0);
    if (valid < count) {
      throw errors.at(start + (long) valid * type.byteSize, "a " + type + " must be 0 or 1");
    }
    return array;
  }
}
