package org.autograd.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import org.autograd.Variable;

/**
 * A safetensors file of any size, in memory that the system fills when it is touched.
 *
 * @param file where it is
 * @param header what it says of itself, checked
 * @param dataStart the offset of the tensors
 * @param bytes all of it
 */
record MappedFile(Path file, Header header, long dataStart, MemorySegment bytes) {
  /** The reference implementation's limit. */
  static final int MAX_HEADER_SIZE = 100_000_000;

  /** A whole number of elements of any type. */
  private static final long CHUNK_SIZE = 1L << 26;

  private static final ValueLayout.OfLong SIZE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * Maps a file and reads its header.
   *
   * @param arena says how long the memory stays mapped
   */
  static MappedFile open(Path file, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      if (size < Long.BYTES) {
        throw new FileFormatException(
            file, 0, "a safetensors file begins with 8 bytes, but there are " + size);
      }
      MemorySegment bytes = channel.map(MapMode.READ_ONLY, 0, size, arena);
      long headerSize = bytes.get(SIZE, 0);
      if (headerSize < 0 || headerSize > Math.min(MAX_HEADER_SIZE, size - Long.BYTES)) {
        throw new FileFormatException(
            file,
            0,
            String.format(
                "the header has %s bytes, but %d follow and at most %d are allowed; is this a"
                    + " safetensors file?",
                Long.toUnsignedString(headerSize), size - Long.BYTES, MAX_HEADER_SIZE));
      }
      byte[] json = bytes.asSlice(Long.BYTES, headerSize).toArray(ValueLayout.JAVA_BYTE);
      long dataStart = Long.BYTES + headerSize;
      Header header = Header.parse(file, json, Long.BYTES, size - dataStart);
      return new MappedFile(file, header, dataStart, bytes);
    }
  }

  /** Copies a tensor out. */
  Variable read(Header.Entry entry) throws IOException {
    ElementType type = entry.type();
    int count = Math.toIntExact(entry.shape().elementCount());
    Object array = allocate(entry, count);
    int read = 0;
    while (read < count) {
      int part = (int) Math.min(count - read, CHUNK_SIZE / type.byteSize);
      long start = dataStart + entry.begin() + (long) read * type.byteSize;
      int valid = decode(type, start, part, array, read);
      read += valid;
      if (valid < part) {
        throw new FileFormatException(
            file,
            start + (long) valid * type.byteSize,
            "tensor '" + entry.name() + "': a " + type + " must be 0 or 1");
      }
    }
    return Variable.fromArray(array, entry.shape().toArray());
  }

  private Object allocate(Header.Entry entry, int count) throws IOException {
    try {
      return entry.type().newArray(count);
    } catch (OutOfMemoryError e) {
      // One large array that does not fit leaves the rest of the program as it was.
      throw new IOException(
          String.format(
              "%s: no memory for tensor '%s' of %s%s; read fewer tensors at a time (LazyTensors), or"
                  + " give Java more with -Xmx",
              file, entry.name(), entry.type().dtype, entry.shape()),
          e);
    }
  }

  private int decode(ElementType type, long start, int count, Object array, int at)
      throws FileFormatException {
    ByteBuffer part =
        bytes
            .asSlice(start, (long) count * type.byteSize)
            .asByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN);
    try {
      return type.decode(part, array, at);
    } catch (InternalError e) {
      // What Java makes of memory whose file is gone.
      throw new FileFormatException(
          file, start, "the file has become shorter since it was opened; it must not be changed");
    }
  }
}
