package org.autograd.io;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.autograd.Variable;
import org.autograd.io.internal.MemoryBudget;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * The tensors of a safetensors file, or of a model in several such files, each copied into an array
 * only when it is asked for. Files may be larger than the memory. Nothing needs to be closed: the
 * mapping ends when this object is no longer used.
 *
 * <pre>{@code
 * LazyTensors file = LazyTensors.open(Path.of("model.safetensors.index.json"));
 * Shape shape = file.shape("encoder.weight");                  // of the header, reads no tensor
 * encoder.loadStateDict(file.readBelow("encoder."));           // a part of the model
 * }</pre>
 *
 * <p>The files must not be changed in place while they are read. To replace one by another is no
 * problem, and what {@link AtomicFile} does.
 */
public final class LazyTensors {
  private final Path file;
  private final SequencedMap<String, Place> places;
  private final SequencedMap<String, String> metadata;

  /** Where a tensor is. */
  private record Place(MappedFile file, Header.Entry entry) {}

  private LazyTensors(
      Path file, SequencedMap<String, Place> places, SequencedMap<String, String> metadata) {
    this.file = file;
    this.places = places;
    this.metadata = metadata;
  }

  /**
   * Opens a file and checks all that its header says.
   *
   * @param file a safetensors file; or, if its name ends in {@code .json}, the index of a model in
   *     several files as Hugging Face writes it and {@link SafeTensors#writeSharded}, in whose
   *     directory they lie
   * @throws FileFormatException if a file is damaged, if one that the index names is not there, or
   *     if index and files do not have the same tensors
   * @throws IOException if a file cannot be read
   */
  public static LazyTensors open(Path file) throws IOException {
    SequencedMap<String, Place> places = new LinkedHashMap<>();
    if (!file.toString().endsWith(".json")) {
      MappedFile mapped = MappedFile.open(file, Arena.ofAuto());
      add(mapped, places);
      return new LazyTensors(file, places, mapped.header().metadata());
    }
    ShardIndex index = ShardIndex.read(file);
    for (String shard : index.shards()) {
      MappedFile mapped = MappedFile.open(index.path(shard), Arena.ofAuto());
      index.check(shard, mapped.header());
      add(mapped, places);
    }
    SequencedMap<String, Place> ordered = new LinkedHashMap<>();
    for (String name : index.shardOf().keySet()) {
      ordered.put(name, places.get(name));
    }
    return new LazyTensors(file, ordered, index.metadata());
  }

  private static void add(MappedFile file, SequencedMap<String, Place> places) {
    for (Header.Entry entry : file.header().entries()) {
      places.put(entry.name(), new Place(file, entry));
    }
  }

  /** Returns the names of all tensors, in the order of the header or the index. */
  public SequencedSet<String> names() {
    return Collections.unmodifiableSequencedSet(places.sequencedKeySet());
  }

  /** Returns the free text of the header or the index, by key. */
  public SequencedMap<String, String> metadata() {
    return Collections.unmodifiableSequencedMap(metadata);
  }

  /**
   * Returns the shape of a tensor.
   *
   * @throws IllegalArgumentException if there is no such tensor
   */
  public Shape shape(String name) {
    return place(name).entry.shape();
  }

  /**
   * Returns the dtype with which a tensor is read.
   *
   * @throws IllegalArgumentException if there is no such tensor
   */
  public DType dtype(String name) {
    return place(name).entry.type().dtype;
  }

  /**
   * Copies a tensor out of the file, each time anew.
   *
   * @throws IllegalArgumentException if there is no such tensor
   * @throws FileFormatException if there is no memory for it, or the file was changed since it was
   *     opened
   * @throws IOException if the file cannot be read
   */
  public Variable read(String name) throws IOException {
    return read(List.of(name)).sequencedValues().getFirst();
  }

  /**
   * Copies some tensors.
   *
   * @throws IllegalArgumentException if one of them is not there; then none is read
   * @throws IOException as for {@link #read(String)}; if there is no memory for all, none is read
   */
  public SequencedMap<String, Variable> read(Collection<String> names) throws IOException {
    SequencedMap<String, Place> chosen = new LinkedHashMap<>();
    for (String name : names) {
      chosen.put(name, place(name));
    }
    return read(chosen);
  }

  private static SequencedMap<String, Variable> read(SequencedMap<String, Place> chosen)
      throws IOException {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    MemoryBudget budget = MappedFile.budget();
    for (Place place : chosen.values()) {
      place.file.reserve(place.entry, budget);
    }
    for (Map.Entry<String, Place> item : chosen.entrySet()) {
      Place place = item.getValue();
      result.put(item.getKey(), place.file.read(place.entry, budget));
    }
    return result;
  }

  /**
   * Copies all tensors.
   *
   * @throws IOException as for {@link #read(String)}
   */
  public SequencedMap<String, Variable> readAll() throws IOException {
    return read(places.keySet());
  }

  /**
   * Copies the tensors whose names begin with a prefix, and returns them under the rest of their
   * names: {@code readBelow("encoder.")} is what the part {@code encoder} of a model loads.
   *
   * @throws IllegalArgumentException if there is none
   * @throws IOException as for {@link #read(String)}
   */
  public SequencedMap<String, Variable> readBelow(String prefix) throws IOException {
    SequencedMap<String, Place> chosen = new LinkedHashMap<>();
    places.forEach((name, place) -> {
      if (name.startsWith(prefix)) {
        chosen.put(name.substring(prefix.length()), place);
      }
    });
    checkArgument(
        !chosen.isEmpty(), "%s: no tensor begins with '%s', only %s", file, prefix, some());
    return read(chosen);
  }

  private Place place(String name) {
    Place place = places.get(name);
    checkArgument(place != null, "%s: no tensor '%s', only %s", file, name, some());
    return place;
  }

  private String some() {
    return ShardIndex.some(places.keySet());
  }
}
