package org.autograd.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.io.internal.ElementType;
import org.autograd.io.internal.FileError;
import org.autograd.io.internal.MemoryBudget;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The JSON object at the start of a safetensors file.
 *
 * @param entries the tensors, in the object's order
 * @param metadata free text by key
 */
record Header(List<Entry> entries, SequencedMap<String, String> metadata) {
  /** The key of the metadata, which no tensor can have as its name. */
  static final String METADATA = "__metadata__";

  /** Far more axes than anybody uses; else a hostile header could fill the memory with numbers. */
  private static final int MAX_SIZES = 64;

  /**
   * How many bytes of objects a byte of JSON becomes at most, roughly: a member {@code "a":"",} of
   * the metadata is two entries of maps, a text and its place in Jackson's table of names.
   */
  private static final int MEMORY_PER_BYTE = 32;

  static final JsonFactory JSON =
      JsonFactory.builder()
          // Else every name would stay in memory that is none of the heap's.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(10).build())
          .build();

  /**
   * A tensor.
   *
   * @param name its name
   * @param type the type of its elements
   * @param shape its sizes
   * @param begin where its first byte lies, counted from the end of the header
   * @param end where its last byte lies, plus one
   */
  record Entry(String name, ElementType type, Shape shape, long begin, long end) {}

  /**
   * Parses JSON, unless it is so long that what it becomes could fill the memory.
   *
   * @param start its offset in the file
   * @param size its number of bytes
   */
  static <T> T withinMemory(Path file, long start, long size, MemoryBudget.Reading<T> parsing)
      throws IOException {
    MemoryBudget budget = new MemoryBudget(MemoryBudget.MORE_HEAP);
    FileError errors = (offset, problem) -> new FileFormatException(file, offset, problem);
    String what = "a header of " + size + " bytes";
    budget.reserve(errors, start, MEMORY_PER_BYTE * size, what);
    return budget.guard(errors, start, what, parsing);
  }

  /**
   * Parses a header and checks that the tensors fill the data without gaps or overlaps.
   *
   * @param json the bytes of the object
   * @param start the offset of the object in the file, for messages
   * @param dataSize the number of bytes that follow the header
   */
  static Header parse(Path file, byte[] json, long start, long dataSize) throws IOException {
    // Jackson would also take UTF-16, which nobody else would read.
    if (json.length < 2 || json[0] != '{' || json[1] == 0) {
      throw new FileFormatException(
          file, start, "the header is not a JSON object in UTF-8; is this a safetensors file?");
    }
    List<Entry> entries = new ArrayList<>();
    SequencedMap<String, String> metadata = new LinkedHashMap<>();
    try (JsonParser parser = JSON.createParser(json)) {
      Reader reader = new Reader(file, start, parser);
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (name.equals(METADATA)) {
          reader.readMetadata(metadata);
        } else {
          entries.add(reader.readEntry(name));
        }
      }
      if (parser.nextToken() != null) {
        throw reader.error("there is more after the JSON object");
      }
    } catch (JsonProcessingException e) {
      throw new FileFormatException(
          file,
          start + offset(e.getLocation()),
          "the header is not valid JSON: " + e.getOriginalMessage());
    }
    checkOffsets(file, start + json.length, dataSize, entries);
    return new Header(entries, metadata);
  }

  /** Returns how many bytes of JSON stand before a place. */
  static long offset(@Nullable JsonLocation location) {
    return location == null ? 0 : Math.max(0, location.getByteOffset());
  }

  private static void checkOffsets(Path file, long dataStart, long dataSize, List<Entry> entries)
      throws FileFormatException {
    List<Entry> byOffset = new ArrayList<>(entries);
    byOffset.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long expected = 0;
    for (Entry entry : byOffset) {
      if (entry.begin != expected) {
        throw new FileFormatException(
            file,
            dataStart + Math.min(entry.begin, expected),
            String.format(
                "tensor '%s' begins at %d of the data, which %s; %d was expected",
                entry.name,
                entry.begin,
                entry.begin < expected ? "overlaps another one" : "leaves a gap",
                expected));
      }
      expected = entry.end;
    }
    if (expected != dataSize) {
      throw new FileFormatException(
          file,
          dataStart + Math.min(expected, dataSize),
          String.format(
              "the tensors have %d bytes by the header, but %d bytes follow it; the file is %s",
              expected, dataSize, expected > dataSize ? "truncated" : "too long"));
    }
  }

  /** Returns the bytes of the object, padded with spaces to a multiple of 8. */
  byte[] toJson() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(METADATA);
        for (Map.Entry<String, String> item : metadata.entrySet()) {
          json.writeStringField(item.getKey(), item.getValue());
        }
        json.writeEndObject();
      }
      for (Entry entry : entries) {
        long[] shape = entry.shape.toArray();
        json.writeObjectFieldStart(entry.name);
        json.writeStringField("dtype", entry.type.name());
        json.writeFieldName("shape");
        json.writeArray(shape, 0, shape.length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {entry.begin, entry.end}, 0, 2);
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    while (out.size() % 8 != 0) {
      out.write(' ');
    }
    return out.toByteArray();
  }

  /** Reads the parts of the object. */
  private record Reader(Path file, long start, JsonParser parser) {
    FileFormatException error(String problem) {
      return new FileFormatException(file, start + offset(parser.currentTokenLocation()), problem);
    }

    private void expect(boolean condition, String problem) throws FileFormatException {
      if (!condition) {
        throw error(problem);
      }
    }

    void readMetadata(SequencedMap<String, String> metadata) throws IOException {
      expect(parser.nextToken() == JsonToken.START_OBJECT, METADATA + " must be an object");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        expect(
            parser.nextToken() == JsonToken.VALUE_STRING,
            METADATA + " must hold strings, but '" + key + "' is none");
        metadata.put(key, parser.getText());
      }
    }

    Entry readEntry(String name) throws IOException {
      String tensor = "tensor '" + name + "'";
      expect(parser.nextToken() == JsonToken.START_OBJECT, tensor + " must be an object");
      @Nullable ElementType type = null;
      long @Nullable [] shape = null;
      long @Nullable [] offsets = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        switch (key) {
          case "dtype" -> type = readType(tensor);
          case "shape" -> shape = readSizes(tensor + ": shape");
          case "data_offsets" -> offsets = readSizes(tensor + ": data_offsets");
          default -> parser.skipChildren();
        }
      }
      if (type == null || shape == null || offsets == null) {
        throw error(tensor + " needs dtype, shape and data_offsets");
      }
      expect(
          offsets.length == 2 && offsets[0] <= offsets[1],
          tensor + ": data_offsets must be a begin and an end not before it");
      return new Entry(name, type, shape(tensor, type, shape, offsets), offsets[0], offsets[1]);
    }

    private ElementType readType(String tensor) throws IOException {
      expect(parser.currentToken() == JsonToken.VALUE_STRING, tensor + ": dtype must be a string");
      ElementType type = ElementType.named(parser.getText());
      if (type == null) {
        throw error(
            tensor
                + ": elements of dtype '"
                + parser.getText()
                + "' cannot be read, only "
                + ElementType.names());
      }
      return type;
    }

    private long[] readSizes(String what) throws IOException {
      expect(parser.currentToken() == JsonToken.START_ARRAY, what + " must be an array");
      List<Long> sizes = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        expect(
            parser.currentToken() == JsonToken.VALUE_NUMBER_INT && parser.getLongValue() >= 0,
            what + " must hold whole numbers that are not negative");
        sizes.add(parser.getLongValue());
        expect(sizes.size() <= MAX_SIZES, what + " has more than " + MAX_SIZES + " numbers");
      }
      return sizes.stream().mapToLong(Long::longValue).toArray();
    }

    private Shape shape(String tensor, ElementType type, long[] sizes, long[] offsets)
        throws FileFormatException {
      Shape shape;
      try {
        shape = Shape.of(sizes);
      } catch (IllegalArgumentException e) {
        throw error(tensor + ": " + e.getMessage());
      }
      long bytes = offsets[1] - offsets[0];
      // By division, since the product may overflow.
      expect(
          bytes % type.byteSize == 0 && bytes / type.byteSize == shape.elementCount(),
          tensor + ": data_offsets span " + bytes + " bytes, which are not " + type + shape);
      expect(
          shape.elementCount() <= Integer.MAX_VALUE - 8,
          tensor + ": " + type + shape + " has more elements than one array holds");
      return shape;
    }
  }
}
