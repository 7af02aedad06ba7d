package org.autograd.io;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
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
import org.autograd.io.internal.ElementType;
import org.autograd.io.internal.MemoryBudget;

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
   * @throws IllegalArgumentException if a name or the free text has half of a surrogate pair, which
   *     no UTF-8 can have
   * @throws IOException if the file cannot be written
   */
  public void write(Path file) throws IOException {
    write(file, tensors, metadata);
  }

  /**
   * Writes the tensors to several files and an index of them, as Hugging Face does; {@link
   * LazyTensors#open} reads them. The files lie beside the index and are called {@code
   * model-00001-of-00003.safetensors} if it is {@code model.safetensors.index.json}. The index is
   * replaced last and atomically, and then the files of an old one are deleted: after an error
   * before that, the old model is still there.
   *
   * @param maxBytes how many bytes of tensors a file gets at most; a tensor that is larger has a
   *     file of its own
   * @throws IllegalArgumentException if the name of the index does not end in {@code
   *     .safetensors.index.json} or {@code maxBytes} is not positive
   * @throws IOException if a file cannot be written
   */
  public void writeSharded(Path index, long maxBytes) throws IOException {
    ShardWriter.write(this, index, maxBytes);
  }

  static void write(
      Path file, SequencedMap<String, Variable> tensors, SequencedMap<String, String> metadata)
      throws IOException {
    tensors.keySet().forEach(SafeTensors::checkText);
    metadata.forEach((key, value) -> {
      checkText(key);
      checkText(value);
    });
    // Larger elements first, so that all are aligned for readers that map the file.
    List<Map.Entry<String, Variable>> bySize = new ArrayList<>(tensors.entrySet());
    bySize.sort(Comparator.comparingInt(entry -> -entry.getValue().dtype().byteSize()));
    Map<String, Header.Entry> entries = new HashMap<>();
    long offset = 0;
    for (Map.Entry<String, Variable> item : bySize) {
      Variable tensor = item.getValue();
      long end = offset + byteCount(tensor);
      entries.put(
          item.getKey(),
          new Header.Entry(
              item.getKey(), ElementType.of(tensor.dtype()), tensor.shape(), offset, end));
      offset = end;
    }
    byte[] header =
        new Header(tensors.keySet().stream().map(entries::get).toList(), metadata).toJson();
    checkArgument(
        header.length <= MappedFile.MAX_HEADER_SIZE,
        "safetensors: names and metadata take %s bytes, more than the format's %s",
        header.length,
        MappedFile.MAX_HEADER_SIZE);
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

  /** Half a character can be written in JSON, but others cannot read it. */
  private static void checkText(String text) {
    checkArgument(
        StandardCharsets.UTF_8.newEncoder().canEncode(text),
        "safetensors: '%s' is no Unicode text; rename the tensor or metadata",
        text);
  }

  /** Returns the size of a tensor in a file. */
  static long byteCount(Variable tensor) {
    return tensor.elementCount() * ElementType.of(tensor.dtype()).byteSize;
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
   * Reads a whole file. {@link LazyTensors} reads parts of one, and models in several files.
   *
   * @throws FileFormatException if the file is damaged, has elements of a type that no dtype here
   *     can hold, or needs more memory than Java has
   * @throws IOException if the file cannot be read
   */
  public static SafeTensors read(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MappedFile mapped = MappedFile.open(file, arena);
      MemoryBudget budget = MappedFile.budget();
      // A file with holes may promise more than any memory; then nothing is read.
      for (Header.Entry entry : mapped.header().entries()) {
        mapped.reserve(entry, budget);
      }
      SequencedMap<String, Variable> tensors = new LinkedHashMap<>();
      for (Header.Entry entry : mapped.header().entries()) {
        tensors.put(entry.name(), mapped.read(entry, budget));
      }
      return new SafeTensors(tensors, mapped.header().metadata());
    }
  }
}
