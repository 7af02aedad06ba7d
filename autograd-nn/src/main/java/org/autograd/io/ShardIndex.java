package org.autograd.io;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says which of several safetensors files each tensor of a model is in: Hugging Face's {@code
 * model.safetensors.index.json}.
 *
 * @param file the index
 * @param shardOf the names of files in the same directory, by tensor
 * @param metadata free text by key
 */
record ShardIndex(
    Path file, SequencedMap<String, String> shardOf, SequencedMap<String, String> metadata) {
  private static final String WEIGHT_MAP = "weight_map";
  private static final String METADATA = "metadata";

  /** The number of bytes of all tensors, which readers of Hugging Face expect. */
  static final String TOTAL_SIZE = "total_size";

  /** How files of a set are called. */
  private static final Pattern NUMBERED = Pattern.compile("(.*)-\\d+-of-(\\d+)\\.safetensors");

  /** Names that messages list. */
  private static final int SHOWN = 8;

  /** Reads an index and checks that all files that it names are there. */
  static ShardIndex read(Path file) throws IOException {
    long size = Files.size(file);
    if (size > MappedFile.MAX_HEADER_SIZE) {
      throw new FileFormatException(
          file, 0, "an index has at most " + MappedFile.MAX_HEADER_SIZE + " bytes, not " + size);
    }
    ShardIndex index = Header.withinMemory(file, 0, size, () -> parse(file));
    index.checkFiles();
    return index;
  }

  private static ShardIndex parse(Path file) throws IOException {
    byte[] json = Files.readAllBytes(file);
    // As in Header: only UTF-8.
    if (json.length < 2 || json[0] == 0 || json[1] == 0) {
      throw new FileFormatException(file, 0, "an index is a JSON object in UTF-8");
    }
    ShardIndex index = new ShardIndex(file, new LinkedHashMap<>(), new LinkedHashMap<>());
    boolean complete;
    try (JsonParser parser = Header.JSON.createParser(json)) {
      complete = index.parse(parser);
    } catch (JsonProcessingException e) {
      throw new FileFormatException(
          file, Header.offset(e.getLocation()), "not valid JSON: " + e.getOriginalMessage());
    }
    if (!complete) {
      throw new FileFormatException(
          file, 0, "an index needs " + WEIGHT_MAP + ", which says where each tensor is");
    }
    return index;
  }

  /** Returns whether the files of the tensors were there. */
  private boolean parse(JsonParser parser) throws IOException {
    boolean found = false;
    expect(parser, parser.nextToken() == JsonToken.START_OBJECT, "an index is a JSON object");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken token = parser.nextToken();
      if (key.equals(WEIGHT_MAP)) {
        expect(parser, token == JsonToken.START_OBJECT, WEIGHT_MAP + " must be an object");
        parseShards(parser);
        found = true;
      } else if (key.equals(METADATA) && token == JsonToken.START_OBJECT) {
        parseMetadata(parser);
      } else {
        parser.skipChildren();
      }
    }
    expect(parser, parser.nextToken() == null, "there is more after the JSON object");
    return found;
  }

  private void parseShards(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      expect(
          parser,
          parser.nextToken() == JsonToken.VALUE_STRING,
          "the file of tensor '" + name + "' must be a string");
      String shard = parser.getText();
      // Nothing outside the directory: an index may come from anywhere.
      expect(
          parser,
          isPlainName(shard),
          "tensor '" + name + "': '" + shard + "' is not the name of a file beside the index");
      shardOf.put(name, shard);
    }
  }

  private static boolean isPlainName(String name) {
    return !name.isBlank()
        && !name.equals(".")
        && !name.equals("..")
        && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ')
        && isPath(name);
  }

  /** Half a surrogate pair can be written in JSON, but no file system knows it. */
  private static boolean isPath(String name) {
    try {
      return Path.of(name).getNameCount() == 1;
    } catch (InvalidPathException _) {
      return false;
    }
  }

  private void parseMetadata(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      if (parser.nextToken().isScalarValue() && !key.equals(TOTAL_SIZE)) {
        metadata.put(key, parser.getText());
      } else {
        parser.skipChildren();
      }
    }
  }

  private void expect(JsonParser parser, boolean condition, String problem)
      throws FileFormatException {
    if (!condition) {
      throw new FileFormatException(file, Header.offset(parser.currentTokenLocation()), problem);
    }
  }

  /** Returns the names of the files. */
  SequencedSet<String> shards() {
    return new LinkedHashSet<>(shardOf.values());
  }

  /** Returns where a file is. */
  Path path(String shard) {
    return file.toAbsolutePath().resolveSibling(shard);
  }

  private void checkFiles() throws IOException {
    List<String> missing =
        shards().stream().filter(shard -> !Files.isRegularFile(path(shard))).toList();
    if (!missing.isEmpty()) {
      throw new FileFormatException(
          file, 0, "the index names files that are not there: " + some(missing));
    }
    Set<String> unlisted = new TreeSet<>();
    for (String set : sets(shards())) {
      unlisted.addAll(filesOfSet(set));
    }
    unlisted.removeAll(shards());
    if (!unlisted.isEmpty()) {
      throw new FileFormatException(
          file,
          0,
          "files of the same set are there that the index does not name: " + some(unlisted));
    }
  }

  /** Returns the names of a set's files that are there. */
  private List<String> filesOfSet(String set) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> set.equals(set(name)))
          .toList();
    }
  }

  private static Set<String> sets(Collection<String> shards) {
    return shards.stream()
        .map(ShardIndex::set)
        .filter(set -> !set.isEmpty())
        .collect(Collectors.toSet());
  }

  /** Returns what the names of a set have in common, "" if it is not such a name. */
  private static String set(String shard) {
    Matcher matcher = NUMBERED.matcher(shard);
    return matcher.matches() ? matcher.group(1) + " of " + matcher.group(2) : "";
  }

  /** Returns whether a file is called as one of a set. */
  static boolean isNumbered(String shard) {
    return !set(shard).isEmpty();
  }

  /** Checks that a file has the tensors that the index says, and no others. */
  void check(String shard, Header header) throws FileFormatException {
    Set<String> wanted =
        shardOf.entrySet().stream()
            .filter(entry -> entry.getValue().equals(shard))
            .map(entry -> entry.getKey())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    Set<String> present =
        header.entries().stream()
            .map(Header.Entry::name)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    Set<String> missing = new LinkedHashSet<>(wanted);
    missing.removeAll(present);
    present.removeAll(wanted);
    if (!missing.isEmpty() || !present.isEmpty()) {
      throw new FileFormatException(
          path(shard),
          0,
          "the index "
              + file.getFileName()
              + " does not fit this file;"
              + (missing.isEmpty() ? "" : " missing here: " + some(missing))
              + (missing.isEmpty() || present.isEmpty() ? "" : ";")
              + (present.isEmpty() ? "" : " not in the index: " + some(present)));
    }
  }

  /** Returns the first names, and how many more there are. */
  static String some(Collection<String> names) {
    String text = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
    return names.size() <= SHOWN ? text : text + " and " + (names.size() - SHOWN) + " more";
  }

  /** Creates or replaces the index, atomically. */
  void write(long totalSize) throws IOException {
    AtomicFile.write(
        file,
        out -> {
          try (JsonGenerator json = Header.JSON.createGenerator(out).useDefaultPrettyPrinter()) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartObject();
            json.writeObjectFieldStart(METADATA);
            json.writeNumberField(TOTAL_SIZE, totalSize);
            for (var item : metadata.entrySet()) {
              json.writeStringField(item.getKey(), item.getValue());
            }
            json.writeEndObject();
            json.writeObjectFieldStart(WEIGHT_MAP);
            for (var item : shardOf.entrySet()) {
              json.writeStringField(item.getKey(), item.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
          }
        });
  }
}
