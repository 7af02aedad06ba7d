package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What {@link Variable#einsum} is asked for, with a label for each axis: its letter, or for an axis
 * of {@code ...} its number from the end, -1 for the last.
 *
 * @param terms the operands and their labels
 * @param output the labels of the result
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record EinsumEquation(List<Contraction.Term> terms, int[] output) {
  private static final String ELLIPSIS = "...";

  static EinsumEquation parse(String equation, Variable... operands) {
    String text = equation.replace(" ", "");
    int arrow = text.indexOf("->");
    String[] inputs = (arrow < 0 ? text : text.substring(0, arrow)).split(",", -1);
    checkArgument(operands.length > 0, "einsum: '%s' needs operands, got none", equation);
    checkArgument(
        inputs.length == operands.length,
        "einsum: '%s' describes %s operands, got %s: %s",
        equation,
        inputs.length,
        operands.length,
        Variable.describe(operands));
    List<Contraction.Term> terms = new ArrayList<>();
    int broadcast = 0;
    for (int k = 0; k < inputs.length; k++) {
      int[] labels = labels(equation, inputs[k], operands[k]);
      terms.add(new Contraction.Term(operands[k], labels));
      for (int label : labels) {
        broadcast = Math.max(broadcast, -label);
      }
    }
    checkSizes(equation, terms);
    int[] output =
        arrow < 0
            ? implicitOutput(terms, broadcast)
            : output(equation, text.substring(arrow + 2), terms, broadcast);
    return new EinsumEquation(terms, output);
  }

  /** Returns the labels of an operand's axes. */
  private static int[] labels(String equation, String subscripts, Variable operand) {
    int dots = subscripts.indexOf(ELLIPSIS);
    int letters = subscripts.length() - (dots < 0 ? 0 : ELLIPSIS.length());
    int hidden = operand.rank() - letters;
    checkArgument(
        dots < 0 ? hidden == 0 : hidden >= 0,
        "einsum: '%s' of '%s' names %s axes%s, but the operand is %s",
        subscripts,
        equation,
        letters,
        dots < 0 ? "" : " and more",
        operand.describe());
    List<Integer> labels = new ArrayList<>();
    addLabels(equation, subscripts, hidden, labels);
    return labels.stream().mapToInt(label -> label).toArray();
  }

  private static void addLabels(
      String equation, String subscripts, int hidden, List<Integer> labels) {
    int dots = subscripts.indexOf(ELLIPSIS);
    for (int at = 0; at < subscripts.length(); at++) {
      char letter = subscripts.charAt(at);
      if (at == dots) {
        for (int axis = hidden; axis > 0; axis--) {
          labels.add(-axis);
        }
        at += ELLIPSIS.length() - 1;
      } else {
        checkArgument(
            (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z'),
            "einsum: '%s' in '%s' is neither a letter nor '...', of which an operand has one at most",
            letter,
            equation);
        labels.add((int) letter);
      }
    }
  }

  /** Throws if an index has two sizes; 1 broadcasts, though not within an operand. */
  private static void checkSizes(String equation, List<Contraction.Term> terms) {
    TreeMap<Integer, Integer> first = new TreeMap<>();
    for (int k = 0; k < terms.size(); k++) {
      Contraction.Term term = terms.get(k);
      TreeMap<Integer, Long> own = new TreeMap<>();
      for (int axis = 0; axis < term.labels().length; axis++) {
        int label = term.labels()[axis];
        long size = term.x().size(axis);
        Long same = own.putIfAbsent(label, size);
        checkArgument(
            same == null || same == size,
            "einsum: index '%s' has sizes %s and %s in operand %s, %s, of '%s'",
            name(label),
            same,
            size,
            k,
            term.x().describe(),
            equation);
        if (size != 1) {
          int other = first.merge(label, k, (before, now) -> before);
          long before = terms.get(other).size(label);
          checkArgument(
              before == size,
              "einsum: index '%s' has size %s in operand %s, %s, but %s in operand %s, %s, of '%s'",
              name(label),
              before,
              other,
              terms.get(other).x().describe(),
              size,
              k,
              term.x().describe(),
              equation);
        }
      }
    }
  }

  private static String name(int label) {
    return label < 0 ? ELLIPSIS : String.valueOf((char) label);
  }

  /** The axes of the ellipsis, then the letters that occur once, sorted. */
  private static int[] implicitOutput(List<Contraction.Term> terms, int broadcast) {
    TreeMap<Integer, Integer> counts = new TreeMap<>();
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

  private static int[] output(
      String equation, String subscripts, List<Contraction.Term> terms, int broadcast) {
    List<Integer> labels = new ArrayList<>();
    addLabels(equation, subscripts, broadcast, labels);
    for (int k = 0; k < labels.size(); k++) {
      int label = labels.get(k);
      checkArgument(
          labels.indexOf(label) == k,
          "einsum: index '%s' occurs twice in the output of '%s'",
          name(label),
          equation);
      checkArgument(
          terms.stream().anyMatch(term -> term.has(label)),
          "einsum: index '%s' in the output of '%s' is in none of the operands %s",
          name(label),
          equation,
          Variable.describe(terms.stream().map(Contraction.Term::x).toArray(Variable[]::new)));
    }
    return labels.stream().mapToInt(label -> label).toArray();
  }
}
