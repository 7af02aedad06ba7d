package org.autograd.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.autograd.Variable;

/** What came of each epoch of a training. */
public final class History {
  private static final String COUNT = "epochs";
  private static final String PREFIX = "values.";

  private final List<Epoch> epochs = new ArrayList<>();

  History() {}

  void add(Epoch epoch) {
    epochs.add(epoch);
  }

  /** Returns the epochs, the first one first. */
  public List<Epoch> epochs() {
    return Collections.unmodifiableList(epochs);
  }

  /**
   * Returns the last epoch.
   *
   * @throws IllegalStateException if none is done
   */
  public Epoch last() {
    if (epochs.isEmpty()) {
      throw new IllegalStateException("History: no epoch is done");
    }
    return epochs.getLast();
  }

  /** Returns the names of the values that epochs have. */
  public SequencedSet<String> names() {
    SequencedSet<String> names = new LinkedHashSet<>();
    epochs.forEach(epoch -> names.addAll(epoch.values().keySet()));
    return names;
  }

  /** Returns a value of all epochs, NaN where there is none. */
  public double[] series(String name) {
    return epochs.stream()
        .mapToDouble(epoch -> epoch.values().getOrDefault(name, Double.NaN))
        .toArray();
  }

  SequencedMap<String, Variable> save() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(COUNT, Variable.of((long) epochs.size()));
    names().forEach(name -> result.put(PREFIX + name, Variable.of(series(name))));
    return result;
  }

  void load(Map<String, Variable> saved) {
    StateValues values = new StateValues(saved);
    int count = Math.toIntExact(values.longs(COUNT, 1)[0]);
    List<SequencedMap<String, Double>> loaded = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      loaded.add(new LinkedHashMap<>());
    }
    for (String name : values.names()) {
      if (name.startsWith(PREFIX)) {
        double[] series = values.doubles(name, count);
        for (int k = 0; k < count; k++) {
          loaded.get(k).put(name.substring(PREFIX.length()), series[k]);
        }
      }
    }
    values.finish();
    epochs.clear();
    loaded.forEach(epoch -> epochs.add(new Epoch(epochs.size() + 1, epoch)));
  }
}
