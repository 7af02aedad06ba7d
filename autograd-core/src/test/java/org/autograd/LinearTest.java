package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.autograd.type.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Affine maps of sizes at which the bias is repeated in several ways. */
class LinearTest {

  @ParameterizedTest
  @CsvSource({"1, 3, 1", "700, 2, 10", "513, 1, 7", "3, 5, 5000", "2, 1, 2049", "1000, 1, 1"})
  void isProductPlusBias(int rows, int in, int out) {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      Variable x = whole(dtype, rows, in);
      Variable weight = whole(dtype, out, in);
      Variable bias = whole(dtype, out);
      // Whole numbers are added exactly, in whatever order.
      assertArrayEquals(
          x.matmul(weight.transpose()).add(bias).toDoubleArray(),
          x.linear(weight, bias).toDoubleArray());
      assertArrayEquals(
          x.matmul(weight.transpose()).toDoubleArray(), x.linear(weight).toDoubleArray());
    }
  }

  private static Variable whole(DType dtype, long... shape) {
    return Variable.randint(new Generator(shape[0]), -9, 10, shape).to(dtype);
  }
}
