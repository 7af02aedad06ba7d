package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a user reads after a mistake: the operation, every operand with shape and dtype, what
 * clashes and, where there is a likely one, the remedy. Nothing has been changed by then.
 */
class ErrorMessageTest {
  private static final Variable MATRIX =
      Variable.of(new double[][] {{1, 2, 3}, {4, 5, 6}}).requiresGrad(true);
  private static final Variable OTHER = Variable.ones(DType.FLOAT64, 4, 3);
  private static final Variable VECTOR = Variable.of(1.0, 2.0);
  private static final Variable SINGLE = Variable.ones(2, 2);
  private static final Variable INTEGERS = Variable.of(1L, 2L);
  private static final Variable MASK = Variable.of(true, false);
  private static final Variable SCALAR = Variable.scalar(1.0);
  private static final Variable EMPTY = Variable.zeros(0, 3);
  private static final Variable NAN_LABELS = Variable.of(Float.NaN, 1);

  /** A mistake and the parts that its message must have. */
  private record Mistake(String name, Runnable body, List<String> parts) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Mistake mistake(Runnable body, String... parts) {
    return new Mistake(String.join(" ", parts), body, List.of(parts));
  }

  static Stream<Mistake> mistakes() {
    return Stream.of(
        // Shapes that do not broadcast.
        mistake(
            () -> MATRIX.add(OTHER), "add", "float64[2, 3]", "float64[4, 3]", "axis -2", "2 and 4"),
        mistake(
            () -> MATRIX.mul(VECTOR),
            "mul",
            "float64[2, 3]",
            "float64[2]",
            "axis -1",
            "unsqueeze(-1)"),
        mistake(() -> MATRIX.div(OTHER.transpose()), "div", "[3, 4]"),
        mistake(() -> MATRIX.sub(MATRIX.transpose()), "sub", "transpose()"),
        mistake(
            () -> Variable.where(MASK, MATRIX, VECTOR),
            "where",
            "bool[2]",
            "float64[2, 3]",
            "float64[2]"),
        mistake(() -> MATRIX.lt(OTHER), "lt", "float64[4, 3]"),
        // Products.
        mistake(
            () -> MATRIX.matmul(OTHER),
            "matmul",
            "left float64[2, 3]",
            "right float64[4, 3]",
            "3 and 4",
            "right.transpose()"),
        mistake(() -> MATRIX.matmul(VECTOR), "matmul", "left.transpose()"),
        mistake(() -> MATRIX.matmul(SCALAR), "matmul", "float64[]", "mul"),
        mistake(() -> INTEGERS.matmul(INTEGERS), "matmul", "int64[2]", "to(DType.FLOAT32)"),
        mistake(
            () -> MATRIX.expand(3, 2, 3).matmul(OTHER.transpose().expand(2, 3, 4)),
            "matmul",
            "batch",
            "float64[3, 2, 3]",
            "float64[2, 3, 4]"),
        mistake(() -> MATRIX.dot(VECTOR), "dot", "float64[2, 3], float64[2]", "matmul"),
        mistake(() -> VECTOR.dot(Variable.of(1.0, 2.0, 3.0)), "float64[2]", "float64[3]"),
        mistake(() -> MATRIX.outer(VECTOR), "outer", "float64[2, 3]"),
        mistake(
            () -> Variable.einsum("ij,jk->ik", MATRIX, OTHER),
            "einsum",
            "index 'j' has size 3 in operand 0, float64[2, 3]",
            "but 4 in operand 1, float64[4, 3]",
            "'ij,jk->ik'"),
        mistake(() -> Variable.einsum("ijk", MATRIX), "'ijk'", "3 axes", "float64[2, 3]"),
        mistake(() -> Variable.einsum("ij->ijk", MATRIX), "'k' in the output", "float64[2, 3]"),
        mistake(() -> Variable.einsum("ii", MATRIX), "'i' has sizes 2 and 3 in operand 0"),
        mistake(() -> MATRIX.tensordot(OTHER, 1), "axis 1 of float64[2, 3]", "3 and 4"),
        // Equations and decompositions.
        mistake(() -> MATRIX.inv(), "inv", "square", "float64[2, 3]"),
        mistake(() -> SINGLE.inv(), "inv", "float32[2, 2] is singular", "pinv()"),
        mistake(
            () -> Variable.stack(0, Variable.eye(2), SINGLE).expand(3, 2, 2, 2).inv(),
            "inv",
            "matrix [0, 1] of float32[3, 2, 2, 2] is singular"),
        mistake(
            () -> SINGLE.solve(Variable.stack(0, SINGLE, SINGLE)), "solve", "singular", "lstsq()"),
        mistake(
            () -> SINGLE.neg().cholesky(), "cholesky", "float32[2, 2] is not positive-definite"),
        mistake(() -> SINGLE.solve(OTHER.to(DType.FLOAT32)), "solve", "2 rows", "float32[4, 3]"),
        mistake(() -> SINGLE.mul(Double.NaN).eigh(), "eigh", "float32[2, 2] has a NaN"),
        mistake(() -> MATRIX.mul(Double.NaN).svd(), "svd", "float64[2, 3] has a NaN"),
        mistake(() -> INTEGERS.outer(INTEGERS).det(), "det", "int64[2, 2]", "to(DType.FLOAT32)"),
        mistake(() -> MATRIX.matrixNorm(3), "matrixNorm", "got 3.0", "float64[2, 3]"),
        // Fourier transforms and others of one kind of operand.
        mistake(() -> MATRIX.fft(), "fft", "last axis of size 2", "float64[2, 3]", "rfft()"),
        mistake(() -> VECTOR.ifft(), "ifft", "float64[2]"),
        mistake(() -> SINGLE.fft(0, -1, FourierNorm.ORTHO), "fft", "length 0", "float32[2, 2]"),
        mistake(() -> SINGLE.fft(2, 1, FourierNorm.ORTHO), "fft", "axis 1", "[2]"),
        mistake(() -> SINGLE.fft2(), "fft2", "two axes", "float32[2, 2]"),
        mistake(() -> INTEGERS.rfft(), "rfft", "int64[2]", "to(DType.FLOAT32)"),
        mistake(() -> VECTOR.nextAfter(Variable.of(1f, 2)), "nextAfter", "float64[2], float32[2]"),
        mistake(() -> MATRIX.searchSorted(VECTOR, false), "searchSorted", "float64[2, 3]", "[2]"),
        mistake(() -> EMPTY.uniqueAlong(1), "uniqueAlong", "float32[0, 3]"),
        mistake(
            () -> MATRIX.maxUnpool1d(INTEGERS, 4), "maxUnpool1d", "float64[2, 3], int64[2]", "[4]"),
        mistake(
            () -> MATRIX.movedim(new int[] {0}, new int[] {0, 1}),
            "movedim",
            "axes [0]",
            "places [0, 1]",
            "float64[2, 3]"),
        mistake(() -> INTEGERS.bincount(SCALAR, 0), "bincount", "weight", "int64[2], float64[]"),
        // Axes.
        mistake(() -> MATRIX.sum(2), "sum", "axis 2", "[2, 3]", "-2 to 1"),
        mistake(() -> MATRIX.mean(-3), "axis -3", "[2, 3]"),
        mistake(() -> MATRIX.sum(0, -2), "sum", "named twice", "float64[2, 3]"),
        mistake(() -> MATRIX.softmax(5), "softmax", "axis 5"),
        mistake(() -> MATRIX.transpose(0, 4), "transpose", "axis 4"),
        mistake(() -> VECTOR.transpose(), "transpose", "float64[2]", "unsqueeze"),
        mistake(() -> MATRIX.permute(0), "permute", "float64[2, 3]"),
        mistake(() -> MATRIX.permute(0, 0), "permute", "twice"),
        mistake(() -> MATRIX.unsqueeze(4), "unsqueeze", "float64[2, 3]", "-3 to 2"),
        mistake(() -> MATRIX.squeeze(2), "squeeze", "axis 2"),
        mistake(() -> SCALAR.sum(0), "sum", "scalar of shape []"),
        mistake(() -> MATRIX.size(7), "axis 7"),
        mistake(() -> MATRIX.flatten(1, 0), "flatten", "axis 1"),
        mistake(() -> MATRIX.max(3), "max", "axis 3"),
        mistake(() -> MATRIX.argmin(3), "argmin", "axis 3"),
        // New shapes.
        mistake(() -> MATRIX.reshape(4, 2), "reshape", "float64[2, 3]", "6 elements", "[4, 2]"),
        mistake(() -> MATRIX.reshape(-1, -1), "reshape", "only one"),
        mistake(() -> MATRIX.reshape(-1, 4), "reshape", "[-1, 4]"),
        mistake(() -> MATRIX.reshape(-2, 3), "reshape", "negative"),
        mistake(() -> EMPTY.reshape(-1, 0), "reshape", "[-1, 0]"),
        mistake(() -> MATRIX.expand(2, 4), "expand", "float64[2, 3]", "[2, 4]"),
        mistake(() -> MATRIX.expand(3), "expand", "[3]"),
        mistake(() -> Variable.cat(0, MATRIX, VECTOR), "cat", "float64[2, 3], float64[2]"),
        mistake(() -> Variable.cat(1, MATRIX, OTHER), "cat", "axis 1", "float64[4, 3]"),
        mistake(() -> Variable.cat(0), "cat", "at least one"),
        mistake(() -> Variable.cat(0, List.of()), "cat", "at least one"),
        mistake(() -> Variable.stack(0, MATRIX, OTHER), "stack", "float64[4, 3]", "cat()"),
        mistake(() -> Variable.stack(3, MATRIX, MATRIX), "stack", "-3 to 2"),
        mistake(() -> VECTOR.sumToShape(MATRIX.shape()), "sumToShape", "[2, 3]"),
        // Dtypes.
        mistake(() -> INTEGERS.softmax(0), "softmax", "int64[2]", "to(DType.FLOAT32)"),
        mistake(() -> MASK.var(), "var", "bool[2]"),
        mistake(() -> INTEGERS.norm(), "norm", "int64[2]"),
        mistake(() -> INTEGERS.logSumExp(), "logSumExp", "int64[2]"),
        mistake(() -> VECTOR.bitwiseAnd(INTEGERS), "bitwiseAnd", "float64[2]", "int64[2]", "INT64"),
        mistake(() -> INTEGERS.floorDivide(0), "floorDivide", "by zero", "int64[2]"),
        mistake(() -> MATRIX.unflatten(1, 2, 2), "unflatten", "[2, 2]", "float64[2, 3]"),
        mistake(
            () -> MATRIX.get(Index.at(Variable.of(0, 2))), "get", "position 2", "float64[2, 3]"),
        mistake(() -> Variable.where(VECTOR, VECTOR, VECTOR), "where", "bool", "float64[2]"),
        mistake(() -> SINGLE.scatterAdd(0, INTEGERS.unsqueeze(0), MATRIX), "scatterAdd"),
        // Positions.
        mistake(() -> MATRIX.select(0, 2), "select", "position 2", "float64[2, 3]"),
        mistake(() -> MATRIX.get(Index.at(-3)), "get", "position -3"),
        mistake(() -> MATRIX.narrow(1, 2, 2), "narrow", "2 to 4", "float64[2, 3]"),
        mistake(() -> MATRIX.narrow(1, 1, -1), "narrow"),
        mistake(
            () -> MATRIX.get(Index.at(0), Index.at(0), Index.at(0)), "get", "3 parts", "2 axes"),
        mistake(() -> MATRIX.get(Index.ellipsis(), Index.ellipsis()), "get", "2 ellipses"),
        mistake(() -> MATRIX.get(Index.range(0, 2).step(0)), "step", "0"),
        mistake(() -> MATRIX.get(MASK), "get", "mask", "float64[2, 3], bool[2]"),
        mistake(
            () -> SINGLE.get(Index.at(INTEGERS.sub(1)), Index.at(Variable.of(0, 1, 1))),
            "get",
            "[2]",
            "[3]"),
        mistake(() -> SINGLE.get(Index.at(INTEGERS.sub(4))), "get", "position -1", "float32[2, 2]"),
        mistake(() -> SCALAR.get(INTEGERS), "get", "float64[] has no rows"),
        mistake(
            () -> VECTOR.indexSelect(0, INTEGERS),
            "indexSelect",
            "position 2",
            "element 1",
            "int64[2]",
            "[0, 2)"),
        mistake(() -> VECTOR.indexSelect(0, VECTOR), "indexSelect", "int64", "float64[2]"),
        mistake(() -> VECTOR.indexSelect(0, INTEGERS.neg()), "position -1"),
        mistake(() -> MATRIX.indexSelect(0, SINGLE), "indexSelect", "vector", "float32[2, 2]"),
        mistake(() -> MATRIX.gather(0, INTEGERS), "gather", "float64[2, 3], int64[2]"),
        mistake(() -> VECTOR.indexAdd(0, INTEGERS, SCALAR), "indexAdd", "float64[]"),
        mistake(() -> MASK.indexAdd(0, INTEGERS.sub(1), MASK), "indexAdd", "bool"),
        mistake(() -> MASK.scatterAdd(0, INTEGERS.sub(1), MASK), "scatterAdd", "bool"),
        // Nothing to choose from.
        mistake(() -> EMPTY.max(), "max", "no element", "float32[0, 3]"),
        mistake(() -> EMPTY.amin(0), "amin", "no element"),
        mistake(() -> EMPTY.argmax(), "argmax", "no element"),
        mistake(() -> EMPTY.max(0), "max", "no element", "float32[0, 3]"),
        mistake(() -> EMPTY.argmin(0), "argmin", "no element"),
        // Labels.
        mistake(
            () -> SINGLE.softmaxCrossEntropy(INTEGERS),
            "softmaxCrossEntropy",
            "class 2",
            "element 1",
            "[0, 2)"),
        mistake(() -> SINGLE.softmaxCrossEntropy(INTEGERS.sub(3)), "class -2"),
        mistake(
            () -> SINGLE.softmaxCrossEntropy(NAN_LABELS),
            "softmaxCrossEntropy",
            "int64",
            "float32[2]"),
        mistake(
            () -> SINGLE.softmaxCrossEntropy(INTEGERS.unsqueeze(0)),
            "shape [2]",
            "float32[2, 2]",
            "int64[1, 2]"),
        mistake(() -> INTEGERS.softmaxCrossEntropy(INTEGERS), "softmaxCrossEntropy", "int64[2]"),
        mistake(() -> Variable.zeros(0).vectorNorm(-1.0), "vectorNorm", "float32[0]"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void saysWhatAndWhere(Mistake mistake) {
    List<Variable> all =
        List.of(MATRIX, OTHER, VECTOR, SINGLE, INTEGERS, MASK, SCALAR, EMPTY, NAN_LABELS);
    List<String> before = all.stream().map(Variable::toString).toList();
    List<Integer> versions = all.stream().map(v -> v.data().storage().version()).toList();
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, mistake.body()::run);
    for (String part : mistake.parts()) {
      assertTrue(e.getMessage().contains(part), e.getMessage() + " does not say " + part);
    }
    assertEquals(before, all.stream().map(Variable::toString).toList());
    assertEquals(versions, all.stream().map(v -> v.data().storage().version()).toList());
    assertTrue(Autograd.isGradEnabled());
  }

  @Test
  void whatHasAnAnswerIsNoError() {
    assertTrue(Double.isNaN(EMPTY.mean().item()));
    assertEquals(0, EMPTY.sum().item());
    assertEquals(Double.NEGATIVE_INFINITY, EMPTY.logSumExp().item());
    assertEquals(0, EMPTY.norm().item());
    assertTrue(Double.isNaN(EMPTY.var().item()));
    assertArrayEquals(new double[] {0, 0, 0}, EMPTY.sum(0).toDoubleArray());
    assertEquals(0, EMPTY.amax(1).elementCount());
    assertEquals(0, EMPTY.max(1).indices().elementCount());
    assertEquals(0, EMPTY.softmax(0).elementCount());
    assertEquals(0, EMPTY.softmaxCrossEntropy(Variable.zeros(DType.INT64, 0)).elementCount());
    assertEquals("[0, 4]", EMPTY.matmul(Variable.ones(3, 4)).shape().toString());
    assertArrayEquals(
        new double[6], Variable.ones(2, 0).matmul(Variable.ones(0, 3)).toDoubleArray());
    assertEquals(0, EMPTY.add(1).exp().elementCount());
    assertEquals("[0, 3]", Variable.cat(0, EMPTY, EMPTY).shape().toString());
    assertEquals("[2, 0, 3]", Variable.stack(0, EMPTY, EMPTY).shape().toString());
    Variable x = Variable.zeros(DType.FLOAT64, 0, 3).requiresGrad(true);
    x.exp().sum().backward();
    Variable grad = x.grad();
    assertNotNull(grad);
    assertEquals(x.shape(), grad.shape());
  }
}
