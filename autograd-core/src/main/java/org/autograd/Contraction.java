package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A sum of products of arrays whose axes have labels: axes with the same label run together, and
 * those whose label the result does not have are summed over. Two arrays at a time are multiplied,
 * as matrices where an axis is summed over.
 */
final class Contraction {
  /** Up to this number of operands, all orders are compared. */
  private static final int COMPARED = 8;

  private final List<Term> terms;
  private final int[] output;

  /** By label. */
  private final long[] sizes;

  /**
   * An array.
   *
   * @param labels one for each axis
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Term(Variable x, int[] labels) {
    boolean has(int label) {
      return Ints.contains(labels, label);
    }

    long size(int label) {
      return x.size(Ints.indexOf(labels, label));
    }

    /** Returns the axes with the given labels. */
    private int[] axes(List<Integer> wanted) {
      return wanted.stream().mapToInt(label -> Ints.indexOf(labels, label)).toArray();
    }
  }

  private Contraction(List<Term> terms, int[] output) {
    // From here on labels are 0, 1, 2 ...
    List<Integer> known = new ArrayList<>();
    List<Term> numbered = new ArrayList<>();
    for (Term term : terms) {
      for (int label : term.labels) {
        if (!known.contains(label)) {
          known.add(label);
        }
      }
      numbered.add(new Term(term.x, numbers(known, term.labels)));
    }
    checkArgument(
        known.size() <= Long.SIZE,
        "einsum: there can be %s different axes at most, got %s",
        Long.SIZE,
        known.size());
    this.output = numbers(known, output);
    this.sizes = new long[known.size()];
    Arrays.fill(sizes, 1);
    for (Term term : numbered) {
      for (int axis = 0; axis < term.labels.length; axis++) {
        if (term.x.size(axis) != 1) {
          sizes[term.labels[axis]] = term.x.size(axis);
        }
      }
    }
    numbered.replaceAll(this::withDistinctLabels);
    this.terms = new ArrayList<>();
    for (int k = 0; k < numbered.size(); k++) {
      this.terms.add(withoutUnused(numbered, k));
    }
  }

  private static int[] numbers(List<Integer> known, int... labels) {
    return Arrays.stream(labels).map(known::indexOf).toArray();
  }

  /**
   * Returns the result. It may be a view of an operand.
   *
   * @param terms in which axes of one label are equally long, or 1 and broadcast
   * @param output labels that occur in the terms, each once
   */
  static Variable contract(List<Term> terms, int[] output) {
    Contraction contraction = new Contraction(terms, output);
    Term result = contraction.multiplyAll();
    return result.x.permute(result.axes(Ints.asList(contraction.output)));
  }

  /** Takes diagonals where a label repeats, and leaves axes out that broadcast. */
  private Term withDistinctLabels(Term term) {
    Variable x = term.x;
    int[] labels = term.labels;
    for (int label = 0; label < sizes.length; label++) {
      int axis = Ints.lastIndexOf(labels, label);
      for (int first = Ints.indexOf(labels, label); first < axis; ) {
        // Removes both axes and adds a last one.
        x = x.diagonal(0, first, axis);
        labels = Ints.concat(without(without(labels, axis), first), new int[] {label});
        axis = labels.length - 1;
        first = Ints.indexOf(labels, label);
      }
      if (axis >= 0 && x.size(axis) == 1 && sizes[label] != 1) {
        x = x.squeeze(axis);
        labels = without(labels, axis);
      }
    }
    return new Term(x, labels);
  }

  private static int[] without(int[] labels, int axis) {
    return Ints.concat(
        Arrays.copyOf(labels, axis), Arrays.copyOfRange(labels, axis + 1, labels.length));
  }

  /** Sums over the axes that nothing else has. */
  private Term withoutUnused(List<Term> all, int number) {
    Term term = all.get(number);
    long used = bits(output);
    for (int k = 0; k < all.size(); k++) {
      used |= k == number ? 0 : bits(all.get(k).labels);
    }
    List<Integer> kept = new ArrayList<>();
    List<Integer> summed = new ArrayList<>();
    for (int label : term.labels) {
      ((used >> label & 1) == 1 ? kept : summed).add(label);
    }
    return summed.isEmpty() ? term : new Term(term.x.sum(term.axes(summed)), Ints.toArray(kept));
  }

  private Term multiplyAll() {
    if (terms.size() > COMPARED) {
      return cheapestPairFirst();
    }
    int all = (1 << terms.size()) - 1;
    // By the set of the terms that are multiplied, as bits.
    long[] labels = new long[all + 1];
    double[] costs = new double[all + 1];
    int[] splits = new int[all + 1];
    for (int set = 1; set <= all; set++) {
      labels[set] = remaining(set, all);
      costs[set] = Integer.bitCount(set) == 1 ? 0 : Double.POSITIVE_INFINITY;
      for (int part = (set - 1) & set; part > set - part; part = (part - 1) & set) {
        int rest = set - part;
        double cost = costs[part] + costs[rest] + size(labels[part] | labels[rest]);
        // Not <: the last one found leaves the operands in the order in which they stand.
        if (cost <= costs[set]) {
          costs[set] = cost;
          splits[set] = part;
        }
      }
    }
    return multiply(all, splits);
  }

  private Term multiply(int set, int[] splits) {
    if (Integer.bitCount(set) == 1) {
      return terms.get(Integer.numberOfTrailingZeros(set));
    }
    Term first = multiply(set - splits[set], splits);
    Term second = multiply(splits[set], splits);
    return multiply(first, second, remaining(set, (1 << terms.size()) - 1));
  }

  /** Returns the labels that the product of some terms must still have. */
  private long remaining(int set, int all) {
    long inside = 0;
    long outside = bits(output);
    for (int k = 0; k < terms.size(); k++) {
      if ((set >> k & 1) == 1) {
        inside |= bits(terms.get(k).labels);
      } else if ((all >> k & 1) == 1) {
        outside |= bits(terms.get(k).labels);
      }
    }
    return inside & outside;
  }

  private Term cheapestPairFirst() {
    List<Term> rest = new ArrayList<>(terms);
    while (rest.size() > 1) {
      int first = 0;
      int second = 1;
      double least = Double.POSITIVE_INFINITY;
      for (int j = 1; j < rest.size(); j++) {
        for (int i = 0; i < j; i++) {
          double cost = size(bits(rest.get(i).labels) | bits(rest.get(j).labels));
          if (cost < least) {
            least = cost;
            first = i;
            second = j;
          }
        }
      }
      Term right = rest.remove(second);
      Term left = rest.remove(first);
      long needed = bits(output);
      for (Term other : rest) {
        needed |= bits(other.labels);
      }
      rest.add(multiply(left, right, needed));
    }
    return rest.getFirst();
  }

  private static long bits(int... labels) {
    long result = 0;
    for (int label : labels) {
      result |= 1L << label;
    }
    return result;
  }

  /** Returns the number of elements of an array with these labels. */
  private double size(long labels) {
    double result = 1;
    for (int label = 0; label < sizes.length; label++) {
      if ((labels >> label & 1) == 1) {
        result *= (double) sizes[label];
      }
    }
    return result;
  }

  /**
   * Multiplies two terms.
   *
   * @param needed the labels that the product keeps, if it has them
   */
  private Term multiply(Term left, Term right, long needed) {
    List<Integer> batch = new ArrayList<>();
    List<Integer> summed = new ArrayList<>();
    List<Integer> rows = new ArrayList<>();
    List<Integer> columns = new ArrayList<>();
    for (int label : left.labels) {
      boolean kept = (needed & bits(label)) != 0;
      (!right.has(label) ? rows : kept ? batch : summed).add(label);
    }
    for (int label : right.labels) {
      if (!left.has(label)) {
        columns.add(label);
      }
    }
    int[] labels = Ints.concat(Ints.toArray(batch), Ints.toArray(rows), Ints.toArray(columns));
    long[] shape = Arrays.stream(labels).mapToLong(label -> sizes[label]).toArray();
    Variable a = left.x.permute(left.axes(concat(batch, rows, summed)));
    if (summed.isEmpty()) {
      Variable b = right.x.permute(right.axes(concat(batch, columns, List.of())));
      return new Term(
          withOnes(a, a.rank(), columns.size()).mul(withOnes(b, batch.size(), rows.size())),
          labels);
    }
    Variable b = right.x.permute(right.axes(concat(batch, summed, columns)));
    Variable product =
        a.reshape(matrixShape(batch, rows, summed))
            .matmul(b.reshape(matrixShape(batch, summed, columns)));
    return new Term(product.reshape(shape), labels);
  }

  /** Returns an array with axes of size 1 inserted. */
  private static Variable withOnes(Variable x, int axis, int count) {
    Variable result = x;
    for (int k = 0; k < count; k++) {
      result = result.unsqueeze(axis);
    }
    return result;
  }

  private static List<Integer> concat(List<Integer> a, List<Integer> b, List<Integer> c) {
    return Stream.of(a, b, c).flatMap(List::stream).toList();
  }

  private long[] matrixShape(List<Integer> batch, List<Integer> rows, List<Integer> columns) {
    return batch.isEmpty()
        ? new long[] {count(rows), count(columns)}
        : new long[] {count(batch), count(rows), count(columns)};
  }

  private long count(List<Integer> labels) {
    return labels.stream().mapToLong(label -> sizes[label]).reduce(1, (a, b) -> a * b);
  }
}
