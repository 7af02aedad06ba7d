package org.autograd.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.FMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Param;

class LibraryTest {
  private static double[] values(Object result) {
    return switch (result) {
      case float[] floats -> Variable.of(floats).toDoubleArray();
      case double[] doubles -> doubles;
      case FMatrixRMaj matrix -> Variable.of(matrix.data).toDoubleArray();
      case DMatrixRMaj matrix -> matrix.data;
      case Variable variable -> variable.toDoubleArray();
      default -> throw new AssertionError(result.getClass());
    };
  }

  @ParameterizedTest
  @CsvSource({"nn", "nt", "tn", "tt"})
  void allGiveTheSameProduct(String layout) {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      Product product = new Product(dtype, 3, 5, 4, layout, false);
      double[] expected = values(Library.named("naive").product(product, 1).run());
      assertEquals(12, expected.length);
      for (String name : new String[] {"autograd", "plain", "ejml"}) {
        double[] actual = values(Library.named(name).product(product, 1).run());
        assertArrayEquals(expected, actual, 1e-5, name);
      }
      Product fresh = new Product(dtype, 3, 5, 4, layout, true);
      double[] actual = values(Library.named("autograd").product(fresh, 1).run());
      assertArrayEquals(expected, actual, 1e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"2-16-16-2/32", "784-256-10/64"})
  void aNetworkIsReadAsItWasWritten(String text) {
    assertEquals(text, Network.parse(text).toString());
  }

  @Test
  void aNetworkNamesItsProducts() {
    assertEquals(
        "[1x2x3 nt, 3x1x2 tn, 1x3x4 nt, 4x1x3 tn, 1x4x3 nn]",
        Network.parse("2-3-4/1").products(DType.FLOAT32).stream()
            .map(p -> p.rows() + "x" + p.inner() + "x" + p.columns() + " " + p.layout())
            .toList()
            .toString());
  }

  @Test
  void stepsAndChainsRun() {
    Library ours = Library.named("autograd");
    Work step = ours.step(Network.parse("2-3-2/4"), 1);
    double first = ((Variable) step.run()).item();
    // The learning rate is tiny, so that all steps are alike.
    assertEquals(first, ((Variable) step.run()).item(), 1e-6);
    assertEquals(Math.log(10), ((Variable) ours.convolutionStep(8, 1).run()).item(), 0.5);
    assertEquals(6, ((Variable) ours.scalarChain(10, 1).run()).item());
  }

  @Test
  void learningStepsRun() throws NoSuchFieldException {
    for (LearningStep step : LearningStep.values()) {
      assertEquals(step, LearningStep.named(step.toString()));
    }
    // The benchmark's own list is a constant and cannot be made of the steps.
    assertArrayEquals(
        Arrays.stream(LearningStep.values()).map(LearningStep::toString).toArray(),
        LearningBenchmark.class.getField("step").getAnnotation(Param.class).value());
    Work step = Library.named("autograd").learningStep(LearningStep.SPIKING_SMALL, 1);
    double first = ((Variable) step.run()).item();
    assertEquals(Math.log(10), first, 3);
    assertEquals(first, ((Variable) step.run()).item(), 1e-3);
  }

  @Test
  void anUnknownLibraryIsExplained() {
    var e = assertThrows(IllegalArgumentException.class, () -> Library.named("no-such"));
    assertTrue(e.getMessage().contains("autograd"), e.getMessage());
    Library ejml = Library.named("ejml");
    var unsupported =
        assertThrows(UnsupportedOperationException.class, () -> ejml.scalarChain(10, 1));
    assertTrue(unsupported.getMessage().contains("ejml"), unsupported.getMessage());
  }
}
