package org.autograd.spiking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class StdpTest {
  private static final Stdp RULE =
      new Stdp(Stdp.options().times(1, 4, 2).rates(0.1, 0.3).bounds(-10, 10));

  /** Returns the change of one synapse after an input at one step and a spike at another. */
  private static double change(int input, int spike) {
    Variable weight = Variable.zeros(DType.FLOAT64, 1, 1);
    Variable none = Variable.zeros(DType.FLOAT64, 1, 1);
    Variable one = Variable.ones(DType.FLOAT64, 1, 1);
    Stdp.State state = RULE.initial(none, none);
    for (int t = 0; t <= Math.max(input, spike); t++) {
      Stdp.Update update =
          RULE.update(weight, t == input ? one : none, t == spike ? one : none, state);
      weight = update.weight();
      state = update.state();
    }
    return weight.item();
  }

  @Test
  void theOrderOfSpikesDecides() {
    // A trace starts at dt / tau and is left with 1 - dt / tau of itself in each step.
    assertEquals(0.1 * 0.25 * Math.pow(0.75, 3), change(0, 3), 1e-12);
    assertEquals(-0.3 * 0.5 * Math.pow(0.5, 2), change(2, 0), 1e-12);
    assertEquals(0.1 * 0.25 - 0.3 * 0.5, change(1, 1), 1e-12);
  }

  @Test
  void aBatchAddsUpAndBoundsHold() {
    Generator rng = new Generator(4);
    Variable pre = Variable.rand(rng, DType.FLOAT64, 3, 4).lt(0.5).to(DType.FLOAT64);
    Variable post = Variable.rand(rng, DType.FLOAT64, 3, 2).lt(0.5).to(DType.FLOAT64);
    Variable weight = Variable.zeros(DType.FLOAT64, 2, 4);
    double[] sum = new double[8];
    for (int n = 0; n < 3; n++) {
      Variable onePre = pre.narrow(0, n, 1);
      Variable onePost = post.narrow(0, n, 1);
      double[] own =
          RULE.update(weight, onePre, onePost, RULE.initial(onePre, onePost))
              .weight()
              .toDoubleArray();
      for (int k = 0; k < 8; k++) {
        sum[k] += own[k];
      }
    }
    Variable together = RULE.update(weight, pre, post, RULE.initial(pre, post)).weight();
    assertArrayEquals(sum, together.toDoubleArray(), 1e-12);
    assertEquals(0, weight.abs().sum().item(), "the old weight stays as it is");
    Stdp bounded = new Stdp(Stdp.options().times(1, 1, 1).rates(5, 0).bounds(0, 1));
    Variable ones = Variable.ones(DType.FLOAT64, 1, 1);
    assertEquals(
        1,
        bounded
            .update(Variable.zeros(DType.FLOAT64, 1, 1), ones, ones, bounded.initial(ones, ones))
            .weight()
            .item());
  }

  @Test
  void whatCannotBeIsRefused() {
    Variable pre = Variable.zeros(3, 4);
    Variable post = Variable.zeros(3, 2);
    Stdp.State state = RULE.initial(pre, post);
    assertThrows(
        IllegalArgumentException.class, () -> RULE.update(Variable.zeros(4, 2), pre, post, state));
    assertThrows(IllegalArgumentException.class, () -> Stdp.options().times(1, 0.5, 2));
    assertThrows(IllegalArgumentException.class, () -> Stdp.options().bounds(1, 1));
  }
}
