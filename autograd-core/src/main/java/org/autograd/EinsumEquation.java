package org.autograd;

import com.google.common.base.Ascii;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@link Variable#einsum} is asked for, with a label for each axis: its letter, or for an axis
 * of {@code ...} its number from the end, -1 for the last.
 */
final class EinsumEquation {
  private static final String ELLIPSIS = "...";

  private final String equation;
  private final Variable[] operands;
  private final List<Contraction.Term> terms = new ArrayList<>();
  private final int[] output;

  EinsumEquation(String equation, Variable... operands) {
    this.equation = equation;
    this.operands = operands;
    String text = equation.replace(" ", "");
    int arrow = text.indexOf("->");
    String[] inputs = (arrow < 0 ? text : text.substring(0, arrow)).split(",", -1);
    if (inputs.length != operands.length) {
      throw wrong("%s operands are described, %s given".formatted(inputs.length, operands.length));
    }
    int broadcast = 0;
    for (int k = 0; k < inputs.length; k++) {
      int[] labels = labels(k, inputs[k]);
      terms.add(new Contraction.Term(operands[k], labels));
      for (int label : labels) {
        broadcast = Math.max(broadcast, -label);
      }
    }
    checkSizes();
    this.output =
        arrow < 0 ? implicitOutput(broadcast) : output(text.substring(arrow + 2), broadcast);
  }

  /** Returns the operands with the labels of their axes. */
  List<Contraction.Term> terms() {
    return terms;
  }

  /** Returns the labels of the result. */
  int[] output() {
    return output;
  }

  private IllegalArgumentException wrong(String problem) {
    return new IllegalArgumentException(
        "einsum: '%s' of %s: %s".formatted(equation, Variable.describe(operands), problem));
  }

  /** Returns the labels of an operand's axes. */
  private int[] labels(int number, String subscripts) {
    int dots = subscripts.indexOf(ELLIPSIS);
    int letters = subscripts.length() - (dots < 0 ? 0 : ELLIPSIS.length());
    int hidden = operands[number].rank() - letters;
    if (hidden < 0 || (dots < 0 && hidden > 0)) {
      throw wrong(
          "'%s' names %s axes%s, but operand %s is %s"
              .formatted(
                  subscripts,
                  letters,
                  dots < 0 ? "" : " and more",
                  number,
                  operands[number].describe()));
    }
    return labels(subscripts, hidden);
  }

  private int[] labels(String subscripts, int hidden) {
    int dots = subscripts.indexOf(ELLIPSIS);
    List<Integer> labels = new ArrayList<>();
    String letters = subscripts;
    if (dots >= 0) {
      letters = subscripts.substring(0, dots) + subscripts.substring(dots + ELLIPSIS.length());
    }
    for (int at = 0; at <= letters.length(); at++) {
      for (int axis = hidden; at == dots && axis > 0; axis--) {
        labels.add(-axis);
      }
      if (at < letters.length()) {
        char letter = letters.charAt(at);
        if (!Ascii.isLowerCase(letter) && !Ascii.isUpperCase(letter)) {
          throw wrong(
              "'%s' is neither a letter nor '...', which can stand once for an operand"
                  .formatted(letter));
        }
        labels.add((int) letter);
      }
    }
    return Ints.toArray(labels);
  }

  /** Throws if an index has two sizes; 1 broadcasts, though not within an operand. */
  private void checkSizes() {
    Map<Integer, Integer> first = new HashMap<>();
    for (int k = 0; k < terms.size(); k++) {
      Contraction.Term term = terms.get(k);
      for (int axis = 0; axis < term.labels().length; axis++) {
        int label = term.labels()[axis];
        long size = term.x().size(axis);
        if (size != term.size(label)) {
          throw wrong(
              "index '%s' has sizes %s and %s in operand %s, %s"
                  .formatted(name(label), term.size(label), size, k, term.x().describe()));
        }
        if (size != 1) {
          int other = first.merge(label, k, (before, now) -> before);
          if (size != terms.get(other).size(label)) {
            throw wrong(
                "index '%s' has size %s in operand %s, %s, but %s in operand %s, %s"
                    .formatted(
                        name(label),
                        terms.get(other).size(label),
                        other,
                        terms.get(other).x().describe(),
                        size,
                        k,
                        term.x().describe()));
          }
        }
      }
    }
  }

  private static String name(int label) {
    return label < 0 ? ELLIPSIS : String.valueOf((char) label);
  }

  /** The axes of the ellipsis, then the letters that occur once, sorted. */
  private int[] implicitOutput(int broadcast) {
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int axis = 1; axis <= broadcast; axis++) {
      counts.put(-axis, 1);
    }
    for (Contraction.Term term : terms) {
      for (int label : term.labels()) {
        if (label > 0) {
          counts.merge(label, 1, Integer::sum);
        }
      }
    }
    return counts.entrySet().stream()
        .filter(entry -> entry.getValue() == 1)
        .mapToInt(entry -> entry.getKey())
        .toArray();
  }

  private int[] output(String subscripts, int broadcast) {
    int[] labels = labels(subscripts, broadcast);
    for (int k = 0; k < labels.length; k++) {
      int label = labels[k];
      if (Ints.indexOf(labels, label) != k) {
        throw wrong("index '%s' occurs twice in the output".formatted(name(label)));
      }
      if (terms.stream().noneMatch(term -> term.has(label))) {
        throw wrong("index '%s' in the output is in none of the operands".formatted(name(label)));
      }
    }
    return labels;
  }
}
