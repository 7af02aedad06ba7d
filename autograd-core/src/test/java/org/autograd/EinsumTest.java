package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

/** Random equations, against a loop over all indices. */
class EinsumTest {
  private static final String LETTERS = "abcdeXYZ";
  private static final long[] SIZES = {2, 3, 1, 2, 3, 2, 1, 4};

  private static long size(char letter) {
    return SIZES[LETTERS.indexOf(letter)];
  }

  /** Sums the products for every assignment of positions to the letters. */
  private static double[] plain(
      List<String> inputs, String output, Set<Character> letters, List<Variable> operands) {
    long[] outputShape = output.chars().mapToLong(c -> size((char) c)).toArray();
    double[] result = new double[(int) Variable.zeros(outputShape).elementCount()];
    double[][] elements = operands.stream().map(Variable::toDoubleArray).toArray(double[][]::new);
    long count = 1;
    for (char c : letters) {
      count *= size(c);
    }
    for (long number = 0; number < count; number++) {
      int[] positions = new int[LETTERS.length()];
      long rest = number;
      for (char c : letters) {
        positions[LETTERS.indexOf(c)] = (int) (rest % size(c));
        rest /= size(c);
      }
      double product = 1;
      for (int k = 0; k < elements.length; k++) {
        long[] shape = operands.get(k).shape().toArray();
        product *= elements[k][place(inputs.get(k), shape, positions)];
      }
      result[place(output, outputShape, positions)] += product;
    }
    return result;
  }

  /** Where an element stands in row-major order; it is the only one of an axis that broadcasts. */
  private static int place(String subscripts, long[] shape, int[] positions) {
    int place = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      int position = positions[LETTERS.indexOf(subscripts.charAt(axis))];
      place = place * (int) shape[axis] + (shape[axis] == 1 ? 0 : position);
    }
    return place;
  }

  @Test
  void agreesWithALoopOverAllIndices() {
    Generator rng = new Generator(5);
    for (int round = 0; round < 400; round++) {
      int count = 1 + rng.nextInt(round % 20 == 0 ? 12 : 4);
      List<String> inputs = new ArrayList<>();
      List<Variable> operands = new ArrayList<>();
      Set<Character> letters = new TreeSet<>();
      for (int k = 0; k < count; k++) {
        StringBuilder input = new StringBuilder();
        for (int rank = rng.nextInt(4); rank > 0; rank--) {
          input.append(LETTERS.charAt(rng.nextInt(LETTERS.length())));
        }
        long[] shape = new long[input.length()];
        for (int axis = 0; axis < shape.length; axis++) {
          char c = input.charAt(axis);
          boolean repeats = input.chars().filter(other -> other == c).count() > 1;
          // An operand before has the letter in its size.
          boolean broadcasts = !repeats && letters.contains(c) && rng.nextInt(4) == 0;
          shape[axis] = broadcasts ? 1 : size(c);
        }
        input.chars().forEach(c -> letters.add((char) c));
        inputs.add(input.toString());
        operands.add(Variable.randn(rng, DType.FLOAT64, shape));
      }
      List<Character> kept = new ArrayList<>();
      for (char c : letters) {
        if (rng.nextInt(2) == 0) {
          kept.add(rng.nextInt(kept.size() + 1), c);
        }
      }
      String output = kept.stream().map(String::valueOf).collect(Collectors.joining());
      String equation = String.join(",", inputs) + "->" + output;
      Variable result = Variable.einsum(equation, operands.toArray(Variable[]::new));
      assertArrayEquals(
          plain(inputs, output, letters, operands), result.toDoubleArray(), 1e-11, equation);
      assertEquals(output.length(), result.rank(), equation);
    }
  }
}
