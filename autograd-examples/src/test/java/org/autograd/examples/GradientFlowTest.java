package org.autograd.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.autograd.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GradientFlowTest {
  private static GradientFlow measure(int row, long seed) {
    return GradientFlow.measure(
        GradientFlow.textbook().get(row), 50, 128, 128, new Generator(seed));
  }

  /** The ratios that torch 1.13 gave for seed 0; other random numbers stay within a decade. */
  @ParameterizedTest
  @CsvSource({
    "0, sigmoid, plain, 3.3e-32",
    "1, tanh, plain, 0.091",
    "2, tanh, plain, 93",
    "3, relu, plain, 2.3e-8",
    "4, relu, plain, 0.77",
    "5, linear, plain, 7.0e3",
    "6, linear, plain, 1.1e-5",
    "7, sigmoid, plain + batch norm, 0.75",
    "8, relu, plain + batch norm, 3.4e3",
    "9, relu, plain + layer norm, 0.50",
    "10, relu, residual, 3.9e10",
    "11, tanh, residual, 35",
    "12, relu, residual + layer norm, 8.0"
  })
  void ratiosAreThoseOfTheTable(int row, String activation, String kind, double expected) {
    for (long seed : List.of(0L, 1L)) {
      GradientFlow flow = measure(row, seed);
      assertEquals(activation, flow.layer().activation());
      assertEquals(kind, flow.layer().kind());
      assertEquals(Math.log10(expected), Math.log10(flow.ratio()), 1, "seed " + seed);
    }
  }

  @Test
  void theTableIsComplete() {
    assertEquals(13, GradientFlow.textbook().size());
  }

  /** The variance of W^T g is gain^2 times that of g. */
  @Test
  void aLinearLayerMultipliesByItsGain() {
    double[] norms = measure(5, 0).norms();
    assertEquals(51, norms.length);
    assertEquals(1, norms[50]);
    for (int k = 0; k < 50; k++) {
      assertEquals(1.2, norms[k] / norms[k + 1], 0.15, "layer " + k);
    }
  }

  /** Yang et al., "A mean field theory of batch normalization", 2019: (pi / (pi - 1))^(1/2). */
  @Test
  void batchNormBeforeReluExplodesAsTheoryHasIt() {
    double perLayer = Math.pow(measure(8, 0).ratio(), 1.0 / 50);
    assertEquals(Math.sqrt(Math.PI / (Math.PI - 1)), perLayer, 0.03);
  }

  @Test
  void verdictsAreFactorsOfAThousand() {
    List<DeepLayer> rows = GradientFlow.textbook();
    assertEquals("vanishes", new GradientFlow(rows.getFirst(), new double[] {9e-4, 1}).verdict());
    assertEquals("arrives", new GradientFlow(rows.getFirst(), new double[] {2e-3, 1}).verdict());
    assertEquals("explodes", new GradientFlow(rows.getFirst(), new double[] {2e3, 1}).verdict());
  }
}
