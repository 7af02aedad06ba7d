package org.autograd.io;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.Variable;

/**
 * The content of a <a href="https://huggingface.co/docs/safetensors">safetensors</a> file: tensors
 * by name, such as the state of a model, and free text. PyTorch, JAX and others read and write the
 * same files.
 *
 * <pre>{@code
 * SafeTensors.of(model.stateDict()).write(Path.of("model.safetensors"));
 * model.loadStateDict(SafeTensors.read(Path.of("model.safetensors")).tensors());
 * }</pre>
 *
 * <p>The five dtypes are written as they are. What has no dtype here is widened when it is read:
 * F16 and BF16 to float32, 8- and 16-bit integers to int32, U32 to int64.
 *
 * @param tensors the tensors, in the order of the file's header
 * @param metadata free text by key
 */
public record SafeTensors(
    SequencedMap<String, Variable> tensors, SequencedMap<String, String> metadata) {
  /** The reference implementation's limit. */
  private static final int MAX_HEADER_SIZE = 100_000_000;

  /** A whole number of elements of any type. */
  private static final int CHUNK_SIZE = 1 << 16;

  /**
   * Creates the content of a file.
   *
   * @throws IllegalArgumentException if a tensor has the reserved name {@code __metadata__}
   */
  public SafeTensors {
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    checkArgument(
        !tensors.containsKey(Header.METADATA),
        "safetensors: the name %s is reserved; rename that tensor",
        Header.METADATA);
  }

  /** Returns tensors without free text. */
  public static SafeTensors of(SequencedMap<String, Variable> tensors) {
    return new SafeTensors(tensors, new LinkedHashMap<>());
  }

  /**
   * Creates or replaces a file, atomically: after an error the old file is still there.
   *
   * @throws IOException if the file cannot be written
   */
  public void write(Path file) throws IOException {
    // Larger elements first, so that all are aligned for readers that map the file.
    List<Map.Entry<String, Variable>> bySize = new ArrayList<>(tensors.entrySet());
    bySize.sort(Comparator.comparingInt(entry -> -entry.getValue().dtype().byteSize()));
    Map<String, Header.Entry> entries = new HashMap<>();
    long offset = 0;
    for (Map.Entry<String, Variable> item : bySize) {
      Variable tensor = item.getValue();
      ElementType type = ElementType.of(tensor.dtype());
      long end = offset + tensor.elementCount() * type.byteSize;
      entries.put(
          item.getKey(), new Header.Entry(item.getKey(), type, tensor.shape(), offset, end));
      offset = end;
    }
    byte[] header =
        new Header(tensors.keySet().stream().map(entries::get).toList(), metadata).toJson();
    checkArgument(
        header.length <= MAX_HEADER_SIZE,
        "safetensors: names and metadata take %s bytes, more than the format's %s",
        header.length,
        MAX_HEADER_SIZE);
    AtomicFile.write(
        file,
        out -> {
          new DataOutputStream(out).writeLong(Long.reverseBytes(header.length));
          out.write(header);
          for (Map.Entry<String, Variable> item : bySize) {
            writeElements(item.getValue(), out);
          }
        });
  }

  static void writeElements(Variable tensor, OutputStream out) throws IOException {
    Object array =
        switch (tensor.dtype()) {
          case BOOL -> tensor.toBooleanArray();
          case INT32 -> tensor.toIntArray();
          case INT64 -> tensor.toLongArray();
          case FLOAT32 -> tensor.toFloatArray();
          case FLOAT64 -> tensor.toDoubleArray();
        };
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    int byteSize = tensor.dtype().byteSize();
    int count = Math.toIntExact(tensor.elementCount());
    int written = 0;
    while (written < count) {
      int part = Math.min(count - written, CHUNK_SIZE / byteSize);
      ElementType.encode(array, written, part, chunk);
      out.write(chunk.array(), 0, part * byteSize);
      written += part;
    }
  }

  /**
   * Reads a whole file.
   *
   * @throws FileFormatException if the file is damaged, or has elements of a type that no dtype
   *     here can hold
   * @throws IOException if the file cannot be read
   */
  public static SafeTensors read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      if (size < Long.BYTES) {
        throw new FileFormatException(
            file, 0, "a safetensors file begins with 8 bytes, but there are " + size);
      }
      long headerSize = readChunk(channel, file, Long.BYTES).getLong();
      if (headerSize < 0 || headerSize > Math.min(MAX_HEADER_SIZE, size - Long.BYTES)) {
        throw new FileFormatException(
            file,
            0,
            String.format(
                "the header has %s bytes, but %d follow and at most %d are allowed; is this a"
                    + " safetensors file?",
                Long.toUnsignedString(headerSize), size - Long.BYTES, MAX_HEADER_SIZE));
      }
      byte[] json = readChunk(channel, file, (int) headerSize).array();
      long dataStart = Long.BYTES + headerSize;
      Header header = Header.parse(file, json, Long.BYTES, size - dataStart);
      SequencedMap<String, Variable> tensors = new LinkedHashMap<>();
      for (Header.Entry entry : header.entries()) {
        tensors.put(entry.name(), readTensor(channel, file, dataStart, entry));
      }
      return new SafeTensors(tensors, header.metadata());
    }
  }

  private static Variable readTensor(
      FileChannel channel, Path file, long dataStart, Header.Entry entry) throws IOException {
    ElementType type = entry.type();
    int count = Math.toIntExact(entry.shape().elementCount());
    Object array = type.newArray(count);
    channel.position(dataStart + entry.begin());
    int read = 0;
    while (read < count) {
      int part = Math.min(count - read, CHUNK_SIZE / type.byteSize);
      ByteBuffer chunk = readChunk(channel, file, part * type.byteSize);
      int valid = type.decode(chunk, array, read);
      read += valid;
      if (valid < part) {
        throw new FileFormatException(
            file,
            dataStart + entry.begin() + (long) read * type.byteSize,
            "tensor '" + entry.name() + "': a " + type + " must be 0 or 1");
      }
    }
    return Variable.fromArray(array, entry.shape().toArray());
  }

  /** Reads the next bytes; the header has promised that they are there. */
  private static ByteBuffer readChunk(FileChannel channel, Path file, int size) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    while (chunk.hasRemaining()) {
      if (channel.read(chunk) < 0) {
        throw new FileFormatException(
            file, channel.position(), "the file ends early; was it cut while it was read?");
      }
    }
    return chunk.flip();
  }
}
