package org.autograd.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Shows that the real PyTorch answers. */
class PyTorchOracleTest {
  @Test
  void pyTorchAnswers() {
    Tensor x = torch.ones(new long[] {2, 3});
    assertEquals(6.0, x.sum().item_double());
  }
}
