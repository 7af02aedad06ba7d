package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ImageTransformsTest {
  private static final Variable RAMP =
      Variable.arange(DType.FLOAT32, 0, 24, 1).div(24).reshape(1, 4, 6);
  private static final Variable COLORS = Variable.rand(new Generator(5), DType.FLOAT32, 3, 6, 5);

  private static Variable apply(Transform transform, Variable image, long seed) {
    return transform.apply(image, new Generator(seed));
  }

  private static void assertSame(Variable expected, Variable actual, double tolerance) {
    assertEquals(expected.shape(), actual.shape());
    assertArrayEquals(expected.toFloatArray(), actual.toFloatArray(), (float) tolerance);
  }

  @Test
  void normalizes() {
    Variable result =
        apply(
            ImageTransforms.normalize(new double[] {0.5, 0, 1}, new double[] {0.5, 1, 2}),
            COLORS,
            0);
    assertEquals(DType.FLOAT32, result.dtype());
    assertSame(COLORS.select(0, 0).sub(0.5).div(0.5), result.select(0, 0), 1e-6);
    assertSame(COLORS.select(0, 1), result.select(0, 1), 0);
    assertSame(COLORS.select(0, 2).sub(1).div(2), result.select(0, 2), 1e-6);
  }

  @Test
  void cropsInTheMiddle() {
    Variable middle = apply(ImageTransforms.centerCrop(2, 2), RAMP, 0);
    assertSame(RAMP.narrow(1, 1, 2).narrow(2, 2, 2), middle, 0);
  }

  @Test
  void cropsAtEveryPlace() {
    Transform crop = ImageTransforms.randomCrop(4, 6, 1);
    Set<Float> corners = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      Variable part = apply(crop, RAMP.add(1), seed);
      assertEquals(RAMP.shape(), part.shape());
      corners.add(part.toFloatArray()[0]);
    }
    // Nine places; of those with a corner outside of the image the first pixel is 0.
    assertEquals(5, corners.size());
    assertSame(RAMP, apply(ImageTransforms.randomCrop(4, 6, 0), RAMP, 0), 0);
  }

  @Test
  void flipsAsOftenAsAsked() {
    Variable flipped = RAMP.flip(2);
    int count = 0;
    for (int seed = 0; seed < 400; seed++) {
      Variable result = apply(ImageTransforms.randomHorizontalFlip(0.25), RAMP, seed);
      boolean changed = Arrays.equals(flipped.toFloatArray(), result.toFloatArray());
      assertSame(changed ? flipped : RAMP, result, 0);
      count += changed ? 1 : 0;
    }
    assertEquals(100, count, 4 * Math.sqrt(400 * 0.25 * 0.75));
    assertSame(RAMP.flip(1), apply(ImageTransforms.randomVerticalFlip(1), RAMP, 0), 0);
    assertSame(RAMP, apply(ImageTransforms.randomVerticalFlip(0), RAMP, 0), 0);
  }

  @Test
  void resizes() {
    assertSame(
        Variable.full(0.5, 3, 7, 9),
        apply(ImageTransforms.resize(7, 9), Variable.full(0.5, 3, 4, 6), 0),
        1e-6);
    Variable half = apply(ImageTransforms.resize(2, 3), RAMP, 0);
    // Means of 2 x 2 pixels.
    assertEquals((0 + 1 + 6 + 7) / 4.0 / 24, half.toFloatArray()[0], 1e-6);
    for (int seed = 0; seed < 20; seed++) {
      Variable part = apply(ImageTransforms.randomResizedCrop(3, 3), COLORS, seed);
      assertEquals(Shape.of(3, 3, 3), part.shape());
      assertTrue(part.min().item() >= 0 && part.max().item() <= 1);
    }
  }

  @Test
  void erasesARectangle() {
    Variable ones = Variable.ones(3, 20, 20);
    Variable erased = apply(ImageTransforms.randomErasing(1), ones, 3);
    double share = 1 - erased.mean().item();
    assertTrue(share > 0.01 && share < 0.36, "share " + share);
    assertSame(erased.select(0, 0), erased.select(0, 2), 0);
    assertEquals(1, ones.min().item(), "the input is unchanged");
    assertSame(ones, apply(ImageTransforms.randomErasing(0), ones, 3), 0);
  }

  @Test
  void turnsByRightAngles() {
    Variable square = Variable.rand(new Generator(1), DType.FLOAT32, 2, 5, 5);
    assertSame(square, AffineTransform.map(square, 0, 0, 0, 1, 0), 0);
    assertSame(square.rot90(-1, 1, 2), AffineTransform.map(square, 90, 0, 0, 1, 0), 1e-6);
    assertSame(square.rot90(2, 1, 2), AffineTransform.map(square, 180, 0, 0, 1, 0), 1e-6);
  }

  @Test
  void movesScalesAndShears() {
    Variable moved = AffineTransform.map(RAMP, 0, 1, -2, 1, 0);
    assertSame(RAMP.narrow(1, 0, 3).narrow(2, 2, 4), moved.narrow(1, 1, 3).narrow(2, 0, 4), 0);
    assertEquals(0, moved.narrow(1, 0, 1).abs().max().item());
    assertEquals(0, moved.narrow(2, 4, 2).abs().max().item());
    // A line through the middle, 3 long, becomes 6 long.
    Variable line = Variable.zeros(1, 9, 9);
    line.narrow(1, 4, 1).narrow(2, 3, 3).fill_(1);
    Variable longer = AffineTransform.map(line, 0, 0, 0, 2, 0);
    assertEquals(6, longer.narrow(1, 4, 1).sum().item(), 1e-6);
    // At 45 degrees, each row moves by its distance from the middle.
    Variable post = Variable.zeros(1, 5, 5);
    post.narrow(2, 2, 1).fill_(1);
    Variable leaning = AffineTransform.map(post, 0, 0, 0, 1, 45);
    float[] diagonal = leaning.select(0, 0).diagonal(0, 0, 1).toFloatArray();
    float[] other = leaning.select(0, 0).flip(1).diagonal(0, 0, 1).toFloatArray();
    assertEquals(6, sum(diagonal) + sum(other), 1e-5, () -> leaning.toString());
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  @Test
  void changesColors() {
    assertSame(COLORS.mul(0.5), ColorTransforms.adjustBrightness(COLORS, 0.5), 1e-6);
    assertSame(COLORS.mul(2).clamp(0, 1), ColorTransforms.adjustBrightness(COLORS, 2), 1e-6);
    Variable grey = apply(ImageTransforms.grayscale(), COLORS, 0);
    assertEquals(Shape.of(1, 6, 5), grey.shape());
    assertEquals(
        grey.mean().item(),
        ColorTransforms.adjustContrast(COLORS, 0).select(0, 1).max().item(),
        1e-6);
    assertSame(grey.select(0, 0), ColorTransforms.adjustSaturation(COLORS, 0).select(0, 2), 1e-6);
    // A third of the circle: red becomes green becomes blue.
    Variable turned = ColorTransforms.adjustHue(COLORS, 1 / 3.0);
    assertSame(COLORS.select(0, 0), turned.select(0, 1), 1e-6);
    assertSame(COLORS.select(0, 1), turned.select(0, 2), 1e-6);
    assertSame(COLORS.select(0, 2), turned.select(0, 0), 1e-6);
    // Yellow by a twelfth: half way to green.
    Variable yellow = Variable.of(1f, 1f, 0.2f).reshape(3, 1, 1);
    assertArrayEquals(
        new float[] {0.6f, 1, 0.2f},
        ColorTransforms.adjustHue(yellow, 1 / 12.0).toFloatArray(),
        1e-6f);
  }

  @Test
  void colorJitterStaysInRangeAndChangesNothingByDefault() {
    assertSame(COLORS, apply(ColorTransforms.colorJitter(0, 0, 0, 0), COLORS, 1), 0);
    Transform jitter = ColorTransforms.colorJitter(0.5, 0.5, 0.5, 0.1);
    for (Variable image : List.of(COLORS, RAMP)) {
      Variable result = apply(jitter, image, 1);
      assertEquals(image.shape(), result.shape());
      assertEquals(DType.FLOAT32, result.dtype());
      assertTrue(result.min().item() >= 0 && result.max().item() <= 1);
      assertFalse(Arrays.equals(image.toFloatArray(), result.toFloatArray()));
    }
  }

  @Test
  void theGeneratorDeterminesTheResult() {
    Transform all =
        ImageTransforms.randomCrop(6, 5, 2)
            .then(ImageTransforms.randomHorizontalFlip(0.5))
            .then(AffineTransform.rotation(30).translate(0.2).scale(0.8, 1.2).shear(5))
            .then(ColorTransforms.colorJitter(0.2, 0.2, 0.2, 0.1))
            .then(ImageTransforms.randomErasing(0.5));
    assertSame(apply(all, COLORS, 7), apply(all, COLORS, 7), 0);
    assertFalse(
        Arrays.equals(apply(all, COLORS, 7).toFloatArray(), apply(all, COLORS, 8).toFloatArray()));
  }

  @Test
  void rejectsWhatDoesNotFit() {
    assertRejected("randomCrop: 7 x 5", () -> apply(ImageTransforms.randomCrop(7, 5, 0), RAMP, 0));
    assertRejected("centerCrop", () -> apply(ImageTransforms.centerCrop(1, 7), RAMP, 0));
    assertRejected("[channels", () -> apply(ImageTransforms.grayscale(), RAMP.select(0, 0), 0));
    assertRejected("[channels", () -> apply(AffineTransform.rotation(1), Variable.arange(3), 0));
    assertRejected("probability", () -> ImageTransforms.randomErasing(1.5));
    assertRejected("hue", () -> ColorTransforms.colorJitter(0, 0, 0, 0.6));
    assertRejected("scales", () -> AffineTransform.rotation(1).scale(2, 1));
    assertRejected("at least 1", () -> ImageTransforms.resize(0, 1));
    assertRejected(
        "deviations", () -> ImageTransforms.normalize(new double[] {0}, new double[] {0}));
    Transform three = ImageTransforms.normalize(new double[3], new double[] {1, 1, 1});
    assertRejected("3 means", () -> apply(three, RAMP, 0));
  }

  private static void assertRejected(String part, Executable executable) {
    var error = assertThrows(IllegalArgumentException.class, executable);
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }
}
