package org.autograd.io;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.UUID;
import org.autograd.Variable;

/** Writes a model to several safetensors files and an index. */
final class ShardWriter {
  private static final String INDEX = ".safetensors.index.json";

  private ShardWriter() {}

  static void write(SafeTensors content, Path index, long maxBytes) throws IOException {
    String name = index.toAbsolutePath().getFileName().toString();
    checkArgument(
        name.endsWith(INDEX) && name.length() > INDEX.length(),
        "writeSharded: the index must be called something%s, not %s",
        INDEX,
        name);
    checkArgument(maxBytes > 0, "writeSharded: maxBytes must be positive, got %s", maxBytes);
    List<SequencedMap<String, Variable>> shards = distribute(content.tensors(), maxBytes);
    SequencedMap<String, String> shardOf = new LinkedHashMap<>();
    ShardIndex written = new ShardIndex(index, shardOf, content.metadata());
    List<String> names =
        freeNames(written, name.substring(0, name.length() - INDEX.length()), shards.size());
    List<Path> obsolete = shardsOfOldIndex(index);
    boolean done = false;
    try {
      long total = 0;
      for (int k = 0; k < shards.size(); k++) {
        SafeTensors.write(written.path(names.get(k)), shards.get(k), content.metadata());
        for (Map.Entry<String, Variable> item : shards.get(k).entrySet()) {
          shardOf.put(item.getKey(), names.get(k));
          total += SafeTensors.byteCount(item.getValue());
        }
      }
      written.write(total);
      done = true;
    } finally {
      if (!done) {
        for (String shard : names) {
          Files.deleteIfExists(written.path(shard));
        }
      }
    }
    for (Path old : obsolete) {
      Files.deleteIfExists(old);
    }
  }

  private static List<SequencedMap<String, Variable>> distribute(
      SequencedMap<String, Variable> tensors, long maxBytes) {
    List<SequencedMap<String, Variable>> shards = new ArrayList<>();
    long size = 0;
    for (Map.Entry<String, Variable> item : tensors.entrySet()) {
      long bytes = SafeTensors.byteCount(item.getValue());
      if (shards.isEmpty() || size + bytes > maxBytes) {
        shards.add(new LinkedHashMap<>());
        size = 0;
      }
      shards.getLast().put(item.getKey(), item.getValue());
      size += bytes;
    }
    return shards;
  }

  /** Returns names under which there is no file: those of the old model stay until the end. */
  private static List<String> freeNames(ShardIndex index, String stem, int count) {
    List<String> names = names(stem, count);
    while (names.stream().anyMatch(name -> Files.exists(index.path(name)))) {
      names = names(stem + "-" + UUID.randomUUID().toString().substring(0, 8), count);
    }
    return names;
  }

  private static List<String> names(String stem, int count) {
    List<String> names = new ArrayList<>();
    for (int k = 1; k <= count; k++) {
      names.add(String.format("%s-%05d-of-%05d.safetensors", stem, k, count));
    }
    return names;
  }

  /** Returns the files that belong to the index that is there; none if it cannot be read. */
  private static List<Path> shardsOfOldIndex(Path file) throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      ShardIndex old = ShardIndex.read(file);
      // A file of another name is not known to be a part of a model, whatever the index says.
      return old.shards().stream().filter(ShardIndex::isNumbered).map(old::path).toList();
    } catch (FileFormatException e) {
      // Whose files they are is not known then.
      return List.of();
    }
  }
}
