package org.autograd.optim;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/** Reads a state dict by name and collects everything that is wrong with it. */
final class StateReader {
  private final Map<String, Variable> stateDict;
  private final Set<String> read = new HashSet<>();
  private final List<String> problems = new ArrayList<>();

  StateReader(Map<String, Variable> stateDict) {
    this.stateDict = stateDict;
  }

  boolean has(String prefix) {
    return stateDict.keySet().stream().anyMatch(name -> name.startsWith(prefix));
  }

  private @Nullable Variable value(String name) {
    read.add(name);
    Variable value = stateDict.get(name);
    if (value == null) {
      problems.add("missing " + name);
    }
    return value;
  }

  private @Nullable Variable single(String name) {
    Variable value = value(name);
    if (value != null && value.elementCount() != 1) {
      problems.add("mismatched " + name + ", a single number, is " + Optimizer.describe(value));
      return null;
    }
    return value;
  }

  /** Returns a single number, or NaN with a problem noted. */
  double number(String name) {
    Variable value = single(name);
    return value == null ? Double.NaN : value.item();
  }

  /** Returns a number of steps or the like, or 0 with a problem noted. */
  long count(String name) {
    Variable value = single(name);
    double count = value == null ? 0 : value.item();
    // 2^53 steps: beyond, a count could not grow.
    if (!(count >= 0 && count <= 0x1p53 && count == Math.rint(count))) {
      problems.add("mismatched " + name + ", a whole number from 0, is " + count);
      return 0;
    }
    return (long) count;
  }

  /** Returns a learning rate, or 0 with a problem noted. */
  double rate(String name) {
    Variable value = single(name);
    double rate = value == null ? 0 : value.item();
    if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
      problems.add("mismatched " + name + ", a number from 0, is " + rate);
      return 0;
    }
    return rate;
  }

  /** Returns as many numbers as expected, or none with a problem noted. */
  double[] numbers(String name, int count) {
    Variable value = value(name);
    if (value != null && (value.rank() != 1 || value.elementCount() != count)) {
      problems.add(
          "mismatched " + name + ", a vector of " + count + ", is " + Optimizer.describe(value));
      return new double[0];
    }
    return value == null ? new double[0] : value.toDoubleArray();
  }

  /** Returns an array of the parameter's shape and dtype, or null with a problem noted. */
  @Nullable Variable like(Variable parameter, String name) {
    Variable value = value(name);
    if (value != null
        && (!value.shape().equals(parameter.shape()) || value.dtype() != parameter.dtype())) {
      problems.add(
          "mismatched "
              + name
              + " is "
              + Optimizer.describe(value)
              + " for a parameter "
              + Optimizer.describe(parameter));
      return null;
    }
    return value;
  }

  void throwProblems(String optimizer) {
    for (String name : stateDict.keySet()) {
      if (!read.contains(name)) {
        problems.add("unexpected " + name);
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "loadStateDict of " + optimizer + ": " + String.join("; ", problems));
    }
  }
}
