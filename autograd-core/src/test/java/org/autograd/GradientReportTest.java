package org.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.autograd.GradientReport.Row;
import org.autograd.GradientReport.Verdict;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

class GradientReportTest {
  private static Variable with(double[] values, double... gradient) {
    Variable result = Variable.of(values).requiresGrad(true);
    result.setGrad(Variable.of(gradient));
    return result;
  }

  private static Row only(Variable parameter) {
    return GradientReport.of(Map.of("p", parameter)).rows().getFirst();
  }

  @Test
  void normsZerosAndCounts() {
    Row row = only(with(new double[] {3, 4}, 0, -5));
    assertEquals("p", row.name());
    assertEquals(Shape.of(2), row.shape());
    assertEquals(5, row.norm(), 1e-12);
    assertEquals(5, row.gradientNorm(), 1e-12);
    assertEquals(0.5, row.gradientZeros());
    assertEquals(Verdict.GOOD, row.verdict());
  }

  @Test
  void verdicts() {
    double[] one = {1};
    assertEquals(Verdict.MISSING, only(Variable.of(one).requiresGrad(true)).verdict());
    assertEquals(Verdict.ZERO, only(with(one, 0)).verdict());
    assertEquals(Verdict.VANISHING, only(with(one, 0.9e-7)).verdict());
    assertEquals(Verdict.GOOD, only(with(one, 1.1e-7)).verdict());
    assertEquals(Verdict.GOOD, only(with(one, -999)).verdict());
    assertEquals(Verdict.EXPLODING, only(with(one, -1001)).verdict());
    assertEquals(Verdict.NOT_FINITE, only(with(one, Double.NaN)).verdict());
    assertEquals(Verdict.NOT_FINITE, only(with(new double[] {1 / 0.0}, 1)).verdict());
  }

  @Test
  void whatIsNotFiniteIsCountedAndLeftOutOfNorms() {
    Row row = only(with(new double[] {1, 1, 1, 1}, Double.NaN, 3, Double.NEGATIVE_INFINITY, 4));
    assertEquals(2, row.gradientNotFinite());
    assertEquals(0, row.notFinite());
    assertEquals(5, row.gradientNorm(), 1e-12);
  }

  @Test
  void normsDoNotOverflow() {
    assertEquals(5e200, only(with(new double[] {3e200, 4e200}, 1, 1)).norm(), 1e190);
    assertEquals(5e-200, only(with(new double[] {3e-200, 4e-200}, 1, 1)).norm(), 1e-210);
  }

  @Test
  void findsTheLayersOfADeepSigmoidNetwork() {
    // Each layer passes on less than a quarter of the gradient.
    Map<String, Variable> parameters = new LinkedHashMap<>();
    Generator rng = new Generator(1);
    Variable x = Variable.randn(rng, org.autograd.type.DType.FLOAT64, 8, 4);
    for (int k = 0; k < 20; k++) {
      Variable w = Variable.randn(rng, org.autograd.type.DType.FLOAT64, 4, 4).mul(0.5).detach();
      parameters.put("layer" + k, w.requiresGrad(true));
      x = x.matmul(w).sigmoid();
    }
    x.mean().backward();
    List<Row> rows = GradientReport.of(parameters).rows();
    assertEquals(Verdict.VANISHING, rows.getFirst().verdict());
    assertEquals(Verdict.GOOD, rows.getLast().verdict());
    assertEquals(20, rows.size());
  }

  @Test
  void asATable() {
    Map<String, Variable> parameters = new LinkedHashMap<>();
    parameters.put("hidden.weight", with(new double[] {3, 4}, 0, 2));
    parameters.put("unused", Variable.of(1.0).requiresGrad(true));
    String[] lines = GradientReport.of(parameters).toString().split("\n", -1);
    assertEquals("parameter                  norm  gradient  zeros  NaN/Inf", lines[0]);
    assertEquals("hidden.weight  float64[2]     5         2    50%        0", lines[1]);
    assertEquals("unused         float64[1]     1         -      -        0  missing", lines[2]);
    assertTrue(lines[3].isEmpty());
  }

  @Test
  void resultsThatDoNotRetainTheirGradientAreRefused() {
    Variable y = Variable.of(1.0).requiresGrad(true).mul(2);
    assertThrows(IllegalStateException.class, () -> GradientReport.of(Map.of("y", y)));
  }

  @Test
  void doesNotMarkGradientsAsSeen() {
    // An array that a user has seen is not used again; looking at its norm is not seeing it.
    Variable w = Variable.of(1.0, 2.0).requiresGrad(true);
    w.mul(2).sum().backward();
    var leaf = (Node.Leaf) w.requireNode();
    GradientReport.of(Map.of("w", w));
    assertEquals(false, leaf.isShown());
  }
}
