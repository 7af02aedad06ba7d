package org.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class ArrayFormatterTest {

  private static void assertText(String expected, Variable actual) {
    assertEquals(expected, actual.toString());
  }

  @Test
  void scalarsAndVectors() {
    assertText("2.5000  float32[]", Variable.scalar(2.5f));
    assertText("[1., 2.]  float32[2]", Variable.of(1f, 2f));
    assertText("[ 0.5000, -0.3333]  float64[2]", Variable.of(0.5, -1 / 3.0));
    assertText("[    0.5000, -1234.5000]  float64[2]", Variable.of(0.5, -1234.5));
  }

  @Test
  void matricesAlignTheirColumns() {
    assertText(
        """
        [[ 1.0000, -2.5000],
         [10.2500,  0.0000]]  float64[2, 2]\
        """,
        Variable.of(new double[][] {{1, -2.5}, {10.25, 0}}));
    assertText(
        """
        [[[ 0],
          [ 1]],
         [[ 2],
          [10]]]  int32[2, 2, 1]\
        """,
        Variable.fromArray(new int[] {0, 1, 2, 10}, 2, 2, 1));
  }

  @Test
  void viewsShowWhatTheySee() {
    Variable x = Variable.fromArray(new int[] {1, 2, 3, 4, 5, 6}, 2, 3);
    assertText("[[1, 4],\n [2, 5],\n [3, 6]]  int32[3, 2]", x.transpose());
    assertText("[7, 7, 7]  int32[3]", Variable.of(7).expand(3));
  }

  @Test
  void integersAndTruthValues() {
    assertText("[ -1, 300]  int64[2]", Variable.of(-1L, 300L));
    assertText(
        "[9223372036854775807,    9007199254740993]  int64[2]",
        Variable.of(Long.MAX_VALUE, (1L << 53) + 1));
    assertText("[ true, false]  bool[2]", Variable.of(true, false));
  }

  @Test
  void specialValues() {
    assertText(
        "[ nan,  inf, -inf,   1.]  float32[4]",
        Variable.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1));
    assertText("[nan]  float64[1]", Variable.of(Double.NaN));
    assertText("[-0.]  float64[1]", Variable.of(-0.0));
    assertText("[   nan, 0.5000]  float64[2]", Variable.of(Double.NaN, 0.5));
  }

  @Test
  void scientificWhereDecimalsWouldHideDigits() {
    assertText("[1.0000e-05]  float64[1]", Variable.of(1e-5));
    assertText("[1.0000e+00, 2.5000e+09]  float64[2]", Variable.of(1, 2.5e9));
    assertText("[1.2000e-02, 1.2346e+06]  float64[2]", Variable.of(0.012, 1234567.8));
    assertText("[ 1.0000e+30, -1.0000e+30]  float64[2]", Variable.of(1e30, -1e30));
    assertText("[99999999.]  float64[1]", Variable.of(99999999.0));
  }

  @Test
  void emptyArraysTellTheirShape() {
    assertText("[]  float32[0]", Variable.zeros(0));
    assertText("[]  int64[2, 0, 3]", Variable.zeros(DType.INT64, 2, 0, 3));
  }

  @Test
  void longAxesAreCutInTheMiddle() {
    assertText("[   0,    1,    2, ...,  998,  999, 1000]  int64[1001]", Variable.arange(1001));
    assertText(
        """
        [[   0,    1,    2,    3],
         [   4,    5,    6,    7],
         [   8,    9,   10,   11],
         ...,
         [1188, 1189, 1190, 1191],
         [1192, 1193, 1194, 1195],
         [1196, 1197, 1198, 1199]]  int64[300, 4]\
        """,
        Variable.arange(1200).reshape(300, 4));
    // The same array seen from the side: what is shown is cut along the other axis.
    assertText(
        """
        [[   0,    4,    8, ..., 1188, 1192, 1196],
         [   1,    5,    9, ..., 1189, 1193, 1197],
         [   2,    6,   10, ..., 1190, 1194, 1198],
         [   3,    7,   11, ..., 1191, 1195, 1199]]  int64[4, 300]\
        """,
        Variable.arange(1200).reshape(300, 4).transpose());
    assertEquals(1000, Variable.arange(1000).toString().split(",").length);
  }

  @Test
  void largeArraysAreNotCopiedToBeShown() {
    // 2 * 10^9 elements that are all the same one.
    Variable x = Variable.scalar(1f).expand(40_000, 50_000);
    String text = x.toString();
    assertTrue(text.startsWith("[[1., 1., 1., ..., 1., 1., 1.],"), text);
    assertTrue(text.endsWith("float32[40000, 50000]"), text);
  }

  @Test
  void theGraphIsNamed() {
    Variable x = Variable.of(1f).requiresGrad(true);
    assertText("[1.]  float32[1] requires grad", x);
    assertText("[2.]  float32[1] from mul", x.mul(2));
    assertText("1.  float32[] from sum", x.sum());
    assertText("[1.]  float32[1]", x.mul(1).detach());
  }

  @Test
  void operationsCallThemselvesWhatTheUserCalledThem() {
    Variable m = Variable.of(new double[][] {{1, 2}, {3, 4}}).requiresGrad(true);
    Variable v = Variable.of(1.0, 2.0);
    assertEquals("sum", m.sum(0).operation());
    assertEquals("max", m.max().operation());
    assertEquals("min", m.min(0).values().operation());
    assertEquals("amax", m.amax(0).operation());
    assertEquals("norm", m.norm().operation());
    assertEquals("matmul", m.matmul(v).operation());
    assertEquals("matmul", v.matmul(m).operation());
    assertEquals("dot", m.select(0, 0).dot(v).operation());
    assertEquals("select", m.select(0, 0).operation());
    assertEquals("squeeze", m.unsqueeze(0).squeeze().operation());
    assertEquals("stack", Variable.stack(0, m, m).operation());
    assertEquals("softmaxCrossEntropy", m.softmaxCrossEntropy(Variable.of(0, 1)).operation());
  }
}
