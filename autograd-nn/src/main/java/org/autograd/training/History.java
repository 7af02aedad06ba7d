package org.autograd.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import org.autograd.Variable;

/** What came of each epoch of a training. */
public final class History {
  private static final String NUMBERS = "epochs";
  private static final String PREFIX = "values.";

  /** The numbers of the epochs without a value, if there are any. */
  private static final String WITHOUT = "without.";

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
    // The numbers themselves, not how many there are: so a file cannot claim more than it has.
    result.put(NUMBERS, Variable.of(epochs.stream().mapToLong(epoch -> epoch.number()).toArray()));
    for (String name : names()) {
      result.put(PREFIX + name, Variable.of(series(name)));
      long[] without =
          epochs.stream()
              .filter(epoch -> !epoch.values().containsKey(name))
              .mapToLong(Epoch::number)
              .toArray();
      if (without.length > 0) {
        result.put(WITHOUT + name, Variable.of(without));
      }
    }
    return result;
  }

  void load(Map<String, Variable> saved) {
    StateValues values = new StateValues(saved);
    long[] numbers = values.longs(NUMBERS);
    for (int k = 0; k < numbers.length; k++) {
      if (numbers[k] != k + 1) {
        values.refuse(NUMBERS, "1, 2, 3, ..., has " + numbers[k] + " at position " + k);
        break;
      }
    }
    SequencedMap<String, double[]> series = new LinkedHashMap<>();
    Map<String, Set<Long>> without = new HashMap<>();
    for (String name : values.names()) {
      if (name.startsWith(PREFIX)) {
        String value = name.substring(PREFIX.length());
        series.put(value, values.doubles(name, numbers.length));
        without.put(value, without(values, WITHOUT + value, numbers.length));
      }
    }
    values.finish();
    epochs.clear();
    for (int k = 0; k < numbers.length; k++) {
      int number = k + 1;
      SequencedMap<String, Double> epoch = new LinkedHashMap<>();
      series.forEach((name, all) -> {
        if (!Objects.requireNonNull(without.get(name)).contains((long) number)) {
          epoch.put(name, all[number - 1]);
        }
      });
      epochs.add(new Epoch(number, epoch));
    }
  }

  /** Returns the numbers of the epochs without a value. */
  private static Set<Long> without(StateValues values, String name, int epochs) {
    Set<Long> numbers = new HashSet<>();
    if (values.has(name)) {
      for (long number : values.longs(name)) {
        if (number < 1 || number > epochs) {
          values.refuse(name, "numbers of the " + epochs + " epochs, has " + number);
        }
        numbers.add(number);
      }
    }
    return numbers;
  }
}
