package org.autograd.forwardforward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class NegativesTest {
  private static final int CLASSES = 5;

  private static Variable targets(int count) {
    return Variable.randint(new Generator(3), 0, CLASSES, count);
  }

  private static double share(Variable mask) {
    return mask.to(DType.FLOAT64).mean().item();
  }

  @Test
  void randomLabelsAreNeverTheTrueOneAndAllOthersEquallyOften() {
    Variable targets = targets(40_000);
    Variable wrong = Negatives.random(targets, CLASSES, new Generator(1));
    assertEquals(0, share(wrong.eq(targets)));
    assertEquals(0, share(wrong.lt(0).logicalOr(wrong.ge(CLASSES))));
    Variable distance = wrong.sub(targets).remainder(CLASSES);
    for (int k = 1; k < CLASSES; k++) {
      assertEquals(0.25, share(distance.eq(k)), 0.01);
    }
  }

  @Test
  void hardLabelsAreNeverTheTrueOneAndFollowTheHead() {
    int count = 40_000;
    Variable targets = Variable.zeros(DType.INT64, count);
    // The head is sure of the true class; among the others it gives 0.1, 0.2, 0.3 and 0.4.
    Variable logits =
        Variable.of(8.0, Math.log(0.1), Math.log(0.2), Math.log(0.3), Math.log(0.4))
            .expand(count, CLASSES);
    Variable wrong = Negatives.hard(targets, logits, new Generator(1));
    assertEquals(0, share(wrong.eq(0)));
    for (int k = 1; k < CLASSES; k++) {
      assertEquals(0.1 * k, share(wrong.eq(k)), 0.01);
    }
    // Float32 noise can be infinite on either side and must not choose the true class.
    Variable narrow = Negatives.hard(targets, logits.to(DType.FLOAT32), new Generator(2));
    assertEquals(0, share(narrow.eq(0)));
  }

  @Test
  void hybridImagesAreMadeOfTwoDifferentOnes() {
    int count = 50;
    Variable images =
        Variable.arange(DType.FLOAT64, 1, count + 1, 1).unsqueeze(1).expand(count, 28 * 28);
    Variable mixed = Negatives.hybridImages(28, 28).mix(images, new Generator(4));
    for (int i = 0; i < count; i++) {
      double[] row = mixed.select(0, i).toDoubleArray();
      double other = Double.NaN;
      int own = 0;
      for (double value : row) {
        if (value == i + 1) {
          own++;
        } else {
          assertTrue(Double.isNaN(other) || other == value, "three images in one");
          other = value;
        }
      }
      assertTrue(own > 0 && own < row.length, "image " + i + " is not mixed");
    }
  }

  @Test
  void masksHaveLargeAreas() {
    Variable masks = Negatives.hybridImages(28, 28).masks(new Generator(5), DType.FLOAT64, 200);
    assertEquals(0.5, masks.mean().item(), 0.03);
    assertEquals(0, share(masks.mul(masks.neg().add(1)).ne(0)));
    // Neighbours of independent bits agree in one of two cases.
    Variable agree = masks.narrow(2, 1, 27).eq(masks.narrow(2, 0, 27));
    assertTrue(share(agree) > 0.85, "share " + share(agree));
  }

  @Test
  void imagesThatCannotBeMixedAreRefused() {
    Negatives negatives = Negatives.hybridImages(2, 3);
    Generator rng = new Generator(1);
    assertThrows(IllegalArgumentException.class, () -> Negatives.hybridImages(1, 28));
    Exception single =
        assertThrows(
            IllegalArgumentException.class, () -> negatives.mix(Variable.zeros(1, 6), rng));
    assertTrue(single.getMessage().contains("dropLast"), single.getMessage());
    Exception size =
        assertThrows(
            IllegalArgumentException.class, () -> negatives.mix(Variable.zeros(4, 5), rng));
    assertTrue(size.getMessage().contains("2 x 3"), size.getMessage());
  }

  @Test
  void pixelsShowTheLabelInPlaceOfTheFirstElements() {
    LabelOverlay overlay = LabelOverlay.pixels(3);
    Variable x = Variable.full(DType.FLOAT64, 7, 2, 5);
    Variable labels = Variable.of(2L, 0L);
    assertArrayEquals(
        new double[] {0, 0, 1, 7, 7, 1, 0, 0, 7, 7}, overlay.apply(x, labels).toDoubleArray());
    assertArrayEquals(
        new double[] {0, 1, 0, 7, 7, 0, 1, 0, 7, 7}, overlay.apply(x, 1).toDoubleArray());
    double third = 1.0 / 3;
    assertArrayEquals(
        new double[] {third, third, third, 7, 7},
        overlay.neutral(x).select(0, 0).toDoubleArray(),
        1e-15);
    assertEquals(0, overlay.addedLength());
    assertEquals(
        Variable.zeros(2, 1, 2, 3).shape(),
        overlay.apply(Variable.zeros(2, 1, 2, 3), labels).shape());
    assertThrows(IllegalArgumentException.class, () -> overlay.apply(Variable.zeros(2, 2), labels));
  }

  @Test
  void concatenatedLabelsAndPatternsFollowTheInput() {
    Variable x = Variable.full(7, 2, 2);
    Variable labels = Variable.of(1L, 0L);
    LabelOverlay plain = LabelOverlay.concatenated(2);
    assertArrayEquals(new float[] {7, 7, 0, 1, 7, 7, 1, 0}, plain.apply(x, labels).toFloatArray());
    LabelOverlay patterns =
        LabelOverlay.concatenated(Variable.of(new double[][] {{1, 2, 3}, {5, 6, 7}}));
    assertEquals(3, patterns.addedLength());
    assertEquals(2, patterns.classes());
    assertArrayEquals(
        new float[] {7, 7, 5, 6, 7, 7, 7, 1, 2, 3}, patterns.apply(x, labels).toFloatArray());
    assertArrayEquals(new float[] {7, 7, 3, 4, 5}, patterns.neutral(x).select(0, 0).toFloatArray());
    assertThrows(
        IllegalArgumentException.class, () -> plain.apply(Variable.zeros(2, 1, 2), labels));
    assertThrows(IllegalArgumentException.class, () -> plain.apply(x, Variable.of(1L, 0L, 1L)));
    assertThrows(IllegalArgumentException.class, () -> LabelOverlay.concatenated(1));
  }
}
