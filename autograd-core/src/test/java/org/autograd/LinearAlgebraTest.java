package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

/**
 * What the registry's samples do not reach: large, singular, degenerate and partly used results.
 */
class LinearAlgebraTest {
  private static Variable random(long... shape) {
    return Variable.randn(new Generator(3), DType.FLOAT64, shape);
  }

  private static void assertNear(Variable expected, Variable actual, double tolerance) {
    assertEquals(expected.shape(), actual.shape());
    double difference = expected.elementCount() == 0 ? 0 : expected.sub(actual).abs().max().item();
    assertTrue(difference <= tolerance, () -> "differs by " + difference);
  }

  private static Variable grad(Variable x, Function<Variable, Variable> f) {
    Variable leaf = x.detach().copy().requiresGrad(true);
    f.apply(leaf).backward();
    return Objects.requireNonNull(leaf.grad());
  }

  @Test
  void factorsOfLargeMatricesMultiplyToTheMatrix() {
    Variable x = random(150, 100);
    Svd svd = x.svd();
    assertNear(x, svd.u().mul(svd.s()).matmul(svd.vh()), 1e-11);
    assertNear(Variable.eye(DType.FLOAT64, 100), svd.u().transpose().matmul(svd.u()), 1e-12);
    double[] s = svd.s().toDoubleArray();
    assertArrayEquals(
        Arrays.stream(s).map(v -> -v).sorted().map(v -> -v).toArray(), s, "not descending");
    Qr tall = x.qr();
    assertNear(x, tall.q().matmul(tall.r()), 1e-11);
    Qr wide = x.transpose().qr();
    assertNear(x.transpose(), wide.q().matmul(wide.r()), 1e-11);
    assertNear(wide.r(), wide.r().triu(0), 1e-12);
    Variable gram = x.transpose().matmul(x);
    Variable l = gram.cholesky();
    assertNear(gram, l.matmul(l.transpose()), 1e-10);
    Eigh eigh = gram.eigh();
    assertNear(gram, eigh.vectors().mul(eigh.values()).matmul(eigh.vectors().transpose()), 1e-9);
    assertNear(Variable.eye(DType.FLOAT64, 100), gram.inv().matmul(gram), 1e-9);
    assertNear(random(100, 3), gram.solve(gram.matmul(random(100, 3))), 1e-9);
    assertEquals(eigh.values().log().sum().item(), gram.slogdet().logAbsDet().item(), 1e-9);
  }

  @Test
  void resultsDoNotDependOnTheNumberOfThreads() {
    Variable x = random(40, 30, 30);
    Supplier<List<Variable>> all =
        () -> {
          Svd svd = x.svd();
          Eigh eigh = x.matmul(x.transpose()).eigh();
          return List.of(
              x.inv(), x.det(), svd.u(), svd.s(), svd.vh(), eigh.vectors(), x.qr().q(), x.pinv());
        };
    int before = Autograd.threads();
    try {
      Autograd.setThreads(1);
      List<Variable> one = all.get();
      Autograd.setThreads(3);
      List<Variable> three = all.get();
      for (int k = 0; k < one.size(); k++) {
        assertArrayEquals(one.get(k).toDoubleArray(), three.get(k).toDoubleArray());
      }
    } finally {
      Autograd.setThreads(before);
    }
  }

  /** A matrix is no better or worse for the others in its batch. */
  @Test
  void aBatchIsItsMatrices() {
    Variable x = random(2, 3, 4, 4);
    Variable b = random(2, 3, 4, 2);
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 3; j++) {
        Variable a = x.select(0, i).select(0, j);
        Variable right = b.select(0, i).select(0, j);
        assertNear(a.inv(), x.inv().select(0, i).select(0, j), 0);
        assertNear(a.det(), x.det().select(0, i).select(0, j), 0);
        assertNear(a.solve(right), x.solve(b).select(0, i).select(0, j), 0);
        assertNear(a.svdvals(), x.svdvals().select(0, i).select(0, j), 0);
      }
    }
  }

  @Test
  void leastSquaresAndPseudoInverseOfADeficientMatrix() {
    // Rank 1: the smallest of all solutions has equal halves.
    Variable x = Variable.of(new double[][] {{1, 1}, {2, 2}, {3, 3}});
    Variable b = Variable.of(1.0, 2.0, 4.0);
    double half = 17.0 / 28;
    assertNear(Variable.of(half, half), x.lstsq(b), 1e-14);
    assertEquals(1, x.matrixRank().item());
    assertEquals(0, Variable.zeros(3, 2).matrixRank().item());
    assertEquals(0, Variable.zeros(3, 0).matrixRank().item());
    // One matrix for several right sides, which PyTorch refuses.
    Variable several = random(2, 4, 2);
    Variable tall = random(4, 3);
    assertNear(tall.lstsq(several.select(0, 1)), tall.lstsq(several).select(0, 1), 1e-14);
    Variable p = x.pinv();
    assertNear(p, p.matmul(x).matmul(p), 1e-14);
    assertNear(x, x.matmul(p).matmul(x), 1e-14);
    // Along changes that keep the rank, here a scaling, the gradient is the slope.
    GradCheck.check(scale -> x.mul(scale[0]).pinv(), Variable.scalar(1.3).requiresGrad(true));
    GradCheck.check(scale -> x.mul(scale[0]).lstsq(b), Variable.scalar(1.3).requiresGrad(true));
  }

  @Test
  void gradientOfEachResultAlone() {
    Variable x = random(4, 3);
    Variable w = random(3, 3);
    Function<Variable, Variable> u =
        v -> v.svd().u().mul(v.svd().u().detach()).sum(0).matmul(w).sum();
    assertNear(Variable.zeros(DType.FLOAT64, 4, 3), grad(x, u), 1e-12);
    Variable both =
        grad(
            x,
            v -> {
              Svd svd = v.svd();
              return svd.u().mul(svd.s()).matmul(svd.vh()).mul(x).sum();
            });
    assertNear(x, both, 1e-12);
    Variable r = grad(x, v -> v.qr().r().square().sum());
    assertNear(x.mul(2), r, 1e-12);
  }

  /** As in PyTorch: eigenvalues have a gradient where eigenvectors have none. */
  @Test
  void equalEigenvaluesAndSingularValues() {
    Variable eye = Variable.eye(DType.FLOAT64, 3);
    assertNear(eye, grad(eye, x -> x.eigh().values().sum()), 1e-14);
    assertNear(eye, grad(eye, x -> x.svd().s().sum()), 1e-14);
    assertTrue(hasNoNumber(grad(eye, x -> x.eigh().vectors().mul(random(3, 3)).sum())));
    assertTrue(hasNoNumber(grad(eye, x -> x.svd().u().mul(random(3, 3)).sum())));
  }

  private static boolean hasNoNumber(Variable x) {
    return DoubleStream.of(x.toDoubleArray()).anyMatch(v -> !Double.isFinite(v));
  }

  @Test
  void determinants() {
    assertEquals(1, Variable.zeros(0, 0).det().item());
    assertArrayEquals(new float[] {1, 1}, Variable.zeros(2, 0, 0).det().toFloatArray());
    assertEquals(1, Variable.zeros(0, 0).slogdet().sign().item());
    assertEquals(0, Variable.zeros(0, 0).slogdet().logAbsDet().item());
    // Every permutation of three has its sign.
    double[] signs = {1, -1, -1, 1, 1, -1};
    int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int k = 0; k < orders.length; k++) {
      Variable permutation =
          Variable.eye(DType.FLOAT64, 3).indexSelect(0, Variable.of(orders[k]).to(DType.INT64));
      assertEquals(signs[k], permutation.det().item());
      assertEquals(signs[k], permutation.slogdet().sign().item());
    }
    SlogDet singular = Variable.ones(2, 2).slogdet();
    assertEquals(0, singular.sign().item());
    assertEquals(Double.NEGATIVE_INFINITY, singular.logAbsDet().item());
    // Too large for a double, but not its logarithm.
    assertEquals(
        300 * Math.log(1e3),
        Variable.eye(DType.FLOAT64, 300).mul(1e3).slogdet().logAbsDet().item(),
        1e-9);
  }

  /** PyTorch adds a tiny number to a 0 pivot; the exact answer are the cofactors. */
  @Test
  void gradientOfTheDeterminantOfASingularMatrix() {
    Variable rankTwo = Variable.of(new double[][] {{1, 2, 3}, {2, 4, 6}, {1, 0, 1}});
    Variable cofactors = Variable.of(new double[][] {{4, 4, -4}, {-2, -2, 2}, {0, 0, 0}});
    assertNear(cofactors, grad(rankTwo, Variable::det), 1e-13);
    assertNear(
        Variable.zeros(DType.FLOAT64, 3, 3),
        grad(Variable.ones(3, 3).to(DType.FLOAT64), Variable::det),
        1e-13);
    assertNear(
        Variable.ones(DType.FLOAT64, 1, 1),
        grad(Variable.zeros(DType.FLOAT64, 1, 1), Variable::det),
        0);
  }

  @Test
  void powers() {
    Variable x = random(3, 3);
    assertNear(Variable.eye(DType.FLOAT64, 3), x.matrixPower(0), 0);
    assertNear(Variable.eye(DType.FLOAT64, 3).expand(2, 3, 3), random(2, 3, 3).matrixPower(0), 0);
    Variable copy = x.matrixPower(1);
    copy.add_(1);
    assertFalse(copy.eq(x).any().item() != 0, "shares elements with its operand");
    assertNear(
        x.matmul(x).matmul(x).matmul(x).matmul(x).matmul(x).matmul(x), x.matrixPower(7), 1e-10);
  }

  @Test
  void unreadInputsMayBeAnything() {
    Variable nan = Variable.full(Double.NaN, 2, 2);
    Variable eye = Variable.eye(2);
    assertNear(eye.mul(2), nan.addmm(eye, eye, 0, 2), 0);
    // The other triangle is not looked at.
    Variable lower = Variable.of(new double[][] {{2, Double.NaN}, {1, 2}});
    assertArrayEquals(new double[] {1, 3}, lower.eigvalsh().toDoubleArray(), 1e-15);
    assertTrue(lower.cholesky().isFinite().all().item() != 0);
    assertArrayEquals(
        new double[] {1, 0.5},
        lower.solveTriangular(Variable.of(2.0, 2.0).unsqueeze(1), false).toDoubleArray(),
        0);
  }

  @Test
  void distancesOfEqualRowsHaveNoSlope() {
    Variable x = Variable.of(new double[][] {{1, 2}, {3, 4}});
    for (double order : new double[] {0, 0.5, 1, 1.5, 2, 3, Double.POSITIVE_INFINITY}) {
      Variable gradient = grad(x, v -> v.cdist(x, order).mul(Variable.eye(DType.FLOAT64, 2)).sum());
      assertNear(Variable.zerosLike(x), gradient, 0);
    }
    // Far from the origin, where |x|^2 + |y|^2 - 2xy has no correct digit.
    Variable far = Variable.of(new double[][] {{1e9, 1e9}});
    assertEquals(5, far.cdist(far.add(Variable.of(3.0, 4.0)), 2).item());
  }

  @Test
  void einsumFindsTheCheapestOrder() {
    Variable a = random(50_000, 2);
    Variable v = random(50_000);
    // From left to right there would be a product of 50,000^2 elements, more than an array holds.
    assertNear(a.matmul(a.transpose().matmul(v)), Variable.einsum("ik,jk,j->i", a, a, v), 1e-9);
    // Too many operands to compare all orders.
    Variable[] ring = new Variable[24];
    StringBuilder equation = new StringBuilder();
    Variable product = Variable.eye(DType.FLOAT64, 2);
    for (int k = 0; k < ring.length; k++) {
      ring[k] = Variable.rand(new Generator(k), DType.FLOAT64, 2, 2);
      product = product.matmul(ring[k]);
      equation
          .append(k == 0 ? "" : ",")
          .append((char) ('a' + k))
          .append((char) ('a' + (k + 1) % 24));
    }
    double trace = product.trace().item();
    assertEquals(trace, Variable.einsum(equation.toString(), ring).item(), 1e-12 * trace);
  }

  /**
   * Each result has saved what it needs itself, so the graph is not used up by the other's pass.
   */
  @Test
  void aResultCanBeDifferentiatedAfterAnother() {
    Variable x = random(3, 3).requiresGrad(true);
    Svd svd = x.svd();
    svd.s().sum().backward();
    Variable first = x.grad();
    assertNotNull(first);
    Variable before = first.copy();
    svd.u().mul(svd.vh()).sum().backward();
    assertFalse(before.eq(Objects.requireNonNull(x.grad())).all().item() != 0);
  }

  /** Matrices that iterations find hard: deficient, badly scaled, with clusters of values. */
  private static List<Variable> hardMatrices() {
    double[][] hilbert = new double[12][12];
    double[][] graded = new double[12][12];
    double[][] clustered = new double[12][12];
    for (int i = 0; i < 12; i++) {
      for (int j = 0; j < 12; j++) {
        hilbert[i][j] = 1.0 / (i + j + 1);
        graded[i][j] = Math.pow(10, -i - j);
        clustered[i][j] = (i == j ? 1 : 0) + 1e-14 * Math.cos(i * j);
      }
    }
    Variable x = random(20, 12);
    Variable shifted = Variable.eye(DType.FLOAT64, 9).narrow(0, 1, 8).narrow(1, 0, 8);
    return List.of(
        Variable.of(hilbert),
        Variable.of(graded),
        Variable.of(clustered),
        Variable.zeros(DType.FLOAT64, 7, 4),
        Variable.ones(DType.FLOAT64, 5, 9),
        x.matmul(random(12, 20)),
        x.mul(1e-150),
        x.mul(1e150),
        x.mul(Variable.arange(DType.FLOAT64, 0, 12, 1).gt(5).to(DType.FLOAT64)),
        Variable.eye(DType.FLOAT64, 30).flip(0),
        random(200, 3),
        random(3, 200),
        Variable.eye(DType.FLOAT64, 8).add(shifted));
  }

  @Test
  void hardMatricesAreDecomposed() {
    for (Variable x : hardMatrices()) {
      double scale = Math.max(x.abs().max().item(), Double.MIN_NORMAL);
      Svd svd = x.svd();
      assertNear(x.div(scale), svd.u().mul(svd.s().div(scale)).matmul(svd.vh()), 1e-13);
      Variable orthonormal = Variable.eye(DType.FLOAT64, svd.s().size(0));
      assertNear(orthonormal, svd.u().transpose().matmul(svd.u()), 1e-13);
      assertNear(orthonormal, svd.vh().matmul(svd.vh().transpose()), 1e-13);
      Qr qr = x.qr();
      assertNear(x.div(scale), qr.q().matmul(qr.r().div(scale)), 1e-13);
      Variable square = x.div(scale).matmul(x.div(scale).transpose());
      Eigh eigh = square.eigh();
      double largest = Math.max(1, square.abs().max().item());
      assertNear(
          square.div(largest),
          eigh.vectors().mul(eigh.values()).matmul(eigh.vectors().transpose()).div(largest),
          1e-12);
      assertNear(
          Variable.eye(DType.FLOAT64, square.size(0)),
          eigh.vectors().transpose().matmul(eigh.vectors()),
          1e-12);
    }
  }

  /** Of several results, each has the right gradient by itself. */
  @Test
  void gradientsOfEachResultAgreeWithDifferences() {
    Variable x = random(3, 3).add(Variable.of(3.0, 5.0, 7.0).diag(0)).requiresGrad(true);
    Variable tall = random(4, 2).requiresGrad(true);
    List<Function<Variable, Variable>> functions =
        List.of(
            v -> v.svd().s(),
            v -> projection(v.svd().u()),
            v -> projection(v.svd().vh().transpose()),
            v -> v.qr().q().square(),
            v -> v.qr().r().square());
    for (Function<Variable, Variable> function : functions) {
      GradCheck.checkSecondOrder(v -> function.apply(v[0]), x);
      GradCheck.checkSecondOrder(v -> function.apply(v[0]), tall);
      GradCheck.checkSecondOrder(v -> function.apply(v[0].transpose()), tall);
    }
    GradCheck.checkSecondOrder(v -> v[0].add(v[0].transpose()).eigh().values(), x);
    GradCheck.checkSecondOrder(v -> projection(v[0].add(v[0].transpose()).eigh().vectors()), x);
  }

  /** The same whatever the signs of the columns. */
  private static Variable projection(Variable vectors) {
    Variable weights = Variable.arange(DType.FLOAT64, 1, 1 + (double) vectors.size(-1), 1);
    return vectors.mul(weights).matmul(vectors.transpose());
  }

  @Test
  void resultsCanBeComputedAgainInACheckpoint() {
    Function<Variable, Variable> function =
        v -> {
          Svd svd = v.tanh().svd();
          return svd.u().mul(svd.s().log()).matmul(svd.vh());
        };
    Variable x = random(3, 3);
    Variable weights = random(3, 3);
    Variable plain = grad(x, v -> function.apply(v).mul(weights).sum());
    Variable again =
        grad(x, v -> Checkpoint.checkpoint(in -> function.apply(in), v).mul(weights).sum());
    assertNear(plain, again, 0);
  }
}
