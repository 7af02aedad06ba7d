package org.autograd.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.autograd.Variable;

/**
 * How a state dict differs from that of a module.
 *
 * @param missing names that the module has and the state dict has not
 * @param unexpected names that the state dict has and the module has not
 * @param mismatched names that both have, with another shape or dtype
 * @param message all of it in words, empty if nothing differs
 */
public record StateDifference(
    List<String> missing, List<String> unexpected, List<String> mismatched, String message) {

  /** Copies the lists. */
  public StateDifference {
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
    mismatched = List.copyOf(mismatched);
  }

  static StateDifference between(Map<String, Variable> own, Map<String, Variable> state) {
    List<String> missing = new ArrayList<>();
    List<String> mismatched = new ArrayList<>();
    List<String> details = new ArrayList<>();
    own.forEach((name, target) -> {
      Variable source = state.get(name);
      if (source == null) {
        missing.add(name);
      } else if (!source.shape().equals(target.shape()) || source.dtype() != target.dtype()) {
        mismatched.add(name);
        details.add(
            name
                + " is "
                + Module.describe(target)
                + " in the module and "
                + Module.describe(source)
                + " in the state dict");
      }
    });
    List<String> unexpected =
        state.keySet().stream().filter(name -> !own.containsKey(name)).toList();
    List<String> parts = new ArrayList<>();
    if (!missing.isEmpty()) {
      parts.add("missing " + String.join(", ", missing));
    }
    if (!unexpected.isEmpty()) {
      parts.add("unexpected " + String.join(", ", unexpected));
    }
    if (!details.isEmpty()) {
      parts.add("mismatched " + String.join(", ", details));
    }
    return new StateDifference(missing, unexpected, mismatched, String.join("; ", parts));
  }

  /** Returns whether nothing differs. */
  public boolean isEmpty() {
    return missing.isEmpty() && unexpected.isEmpty() && mismatched.isEmpty();
  }

  @Override
  public String toString() {
    return message;
  }
}
