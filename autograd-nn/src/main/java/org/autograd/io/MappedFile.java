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
import org.autograd.io.internal.ArrayReader;
import org.autograd.io.internal.ElementType;
import org.autograd.io.internal.MemoryBudget;

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
      long dataStart = Long.BYTES + headerSize;
      Header header =
          Header.withinMemory(
              file,
              Long.BYTES,
              headerSize,
              () -> {
                byte[] json = bytes.asSlice(Long.BYTES, headerSize).toArray(ValueLayout.JAVA_BYTE);
                return Header.parse(file, json, Long.BYTES, size - dataStart);
              });
      return new MappedFile(file, header, dataStart, bytes);
    }
  }

  /** Returns a budget for tensors, also of several files. */
  static MemoryBudget budget() {
    return new MemoryBudget(
        "read fewer tensors at a time (LazyTensors), or " + MemoryBudget.MORE_HEAP);
  }

  /** Counts the memory for a tensor. */
  void reserve(Header.Entry entry, MemoryBudget budget) throws IOException {
    long bytes = entry.shape().elementCount() * entry.type().dtype.byteSize();
    budget.reserve(this::error, dataStart + entry.begin(), bytes, describe(entry));
  }

  /** Copies a tensor out, for which memory was reserved. */
  Variable read(Header.Entry entry, MemoryBudget budget) throws IOException {
    ElementType type = entry.type();
    long start = dataStart + entry.begin();
    ArrayReader reader =
        new ArrayReader(
            new Source(bytes, start),
            (offset, problem) -> error(offset, "tensor '" + entry.name() + "': " + problem));
    try {
      return budget.guard(
          this::error,
          start,
          describe(entry),
          () -> reader.read(type, type.dtype, entry.shape(), start));
    } catch (InternalError e) {
      // What Java makes of memory whose file is gone.
      throw error(start, "the file has become shorter since it was opened; it must not be changed");
    }
  }

  private static String describe(Header.Entry entry) {
    return "tensor '" + entry.name() + "' of " + entry.type().dtype + entry.shape();
  }

  private FileFormatException error(long offset, String problem) {
    return new FileFormatException(file, offset, problem);
  }

  /** Bytes of a file, which the system reads when they are looked at. */
  private static final class Source implements ArrayReader.Source {
    private final MemorySegment bytes;
    private long position;

    Source(MemorySegment bytes, long position) {
      this.bytes = bytes;
      this.position = position;
    }

    @Override
    public ByteBuffer next(int count) {
      ByteBuffer part = bytes.asSlice(position, count).asByteBuffer();
      position += count;
      return part.order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
