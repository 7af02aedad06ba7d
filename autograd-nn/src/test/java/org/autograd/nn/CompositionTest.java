package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.autograd.Generator;
import org.autograd.InterpolateOptions;
import org.autograd.PoolingOptions;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

/** Modules that arrange others, or arrange their input. */
class CompositionTest {
  private static final Linear.Options FLOAT64 =
      Linear.options().dtype(DType.FLOAT64).generator(new Generator(3));

  private static Variable random(long seed, long... shape) {
    return Variable.randn(new Generator(seed), DType.FLOAT64, shape);
  }

  @Test
  void residualAddsItsInput() {
    Linear linear = new Linear(3, 3, FLOAT64);
    Residual residual = new Residual(linear);
    Variable x = random(1, 4, 3);
    assertArrayEquals(x.add(linear.apply(x)).toDoubleArray(), residual.apply(x).toDoubleArray());
    ModuleGradients.check(residual, residual, x);
    assertEquals(List.of("body.weight", "body.bias"), List.copyOf(residual.stateDict().keySet()));
    assertRefused("keep the shape", () -> new Residual(new Linear(3, 1)).apply(Variable.zeros(3)));
  }

  @Test
  void imagesAreArranged() {
    Variable image = random(4, 2, 4, 3, 5);
    UnaryModule[] modules = {
      new Upsample(InterpolateOptions.scale(2)),
      new PixelShuffle(2),
      Padding.zero(1, 2),
      Padding.constant(7, 0, 1, 2, 0),
      Padding.reflect(2, 1, 1, 2),
      Padding.replicate(2, 1, 1, 2),
      Padding.circular(2, 1, 1, 2),
      Pooling.lpPool2d(2, PoolingOptions.kernel(2)),
    };
    Variable[] expected = {
      image.repeatInterleave(2, 2).repeatInterleave(3, 2),
      image.reshape(2, 1, 2, 2, 3, 5).permute(0, 1, 4, 2, 5, 3).reshape(2, 1, 6, 10),
      image.padConstant(0, 1, 2),
      image.padConstant(7, 0, 1, 2, 0),
      image.padReflect(2, 1, 1, 2),
      image.padReplicate(2, 1, 1, 2),
      image.padCircular(2, 1, 1, 2),
      image.square().avgPool2d(PoolingOptions.kernel(2)).mul(4).sqrt(),
    };
    for (int k = 0; k < modules.length; k++) {
      Variable result = modules[k].apply(image);
      assertEquals(expected[k].shape(), result.shape(), modules[k].toString());
      assertArrayEquals(
          expected[k].toDoubleArray(), result.toDoubleArray(), 1e-12, modules[k].toString());
    }
    assertArrayEquals(
        image.toDoubleArray(),
        PixelShuffle.inverse(2).apply(modules[1].apply(image)).toDoubleArray());
    assertEquals("PixelUnshuffle(factor=2)", PixelShuffle.inverse(2).toString());
    assertEquals("Upsample(scale=[2.0], mode=NEAREST)", modules[0].toString());
    assertEquals("ReflectionPad(widths=[2, 1, 1, 2])", modules[4].toString());
  }

  @Test
  void listsAndDictionariesRegisterTheirModules() {
    Linear a = new Linear(1, 2);
    Linear b = new Linear(2, 3);
    ModuleList<Linear> list = new ModuleList<>(a, b);
    assertSame(b, list.get(1));
    assertEquals(2, list.size());
    assertEquals(List.of(a, b), List.copyOf(list.children().values()));
    assertEquals(
        List.of("0.weight", "0.bias", "1.weight", "1.bias"),
        List.copyOf(list.stateDict().keySet()));
    int seen = 0;
    for (Linear linear : list) {
      assertSame(list.get(seen++), linear);
    }
    assertEquals(2, seen);
    Map<String, Linear> named = new LinkedHashMap<>();
    named.put("z", a);
    named.put("a", b);
    ModuleDict<Linear> dict = new ModuleDict<>(named);
    named.clear();
    assertSame(a, dict.get("z"));
    assertEquals(
        List.of("z.weight", "z.bias", "a.weight", "a.bias"),
        List.copyOf(dict.stateDict().keySet()));
    assertRefused("only [z, a]", () -> dict.get("b"));
    assertRefused("dot", () -> new ModuleDict<>(Map.of("a.b", a)));
  }

  @Test
  void flattenAndUnflattenAreInverse() {
    Variable x = random(1, 2, 3, 4, 5);
    Variable flat = new Flatten(1, 2).apply(x);
    assertEquals(Shape.of(2, 12, 5), flat.shape());
    assertEquals(Shape.of(2, 60), new Flatten().apply(x).shape());
    assertEquals(Shape.of(120), new Flatten(0, -1).apply(x).shape());
    for (Unflatten unflatten : new Unflatten[] {new Unflatten(1, 3, 4), new Unflatten(-2, -1, 4)}) {
      Variable back = unflatten.apply(flat);
      assertEquals(x.shape(), back.shape());
      assertArrayEquals(x.toDoubleArray(), back.toDoubleArray());
    }
    assertRefused("[3, 5]", () -> new Unflatten(1, 3, 5).apply(flat));
    assertRefused("[5, -1]", () -> new Unflatten(1, 5, -1).apply(flat));
    assertRefused("at least one", () -> new Unflatten(1));
  }

  @Test
  void bilinearEqualsTheSums() {
    Bilinear layer = new Bilinear(2, 3, 4, FLOAT64);
    Variable x = random(1, 5, 2);
    Variable y = random(2, 5, 3);
    double[] w = Objects.requireNonNull(layer.stateDict().get("weight")).toDoubleArray();
    double[] b = Objects.requireNonNull(layer.stateDict().get("bias")).toDoubleArray();
    double[] result = layer.apply(x, y).toDoubleArray();
    for (int n = 0; n < 5; n++) {
      for (int k = 0; k < 4; k++) {
        double sum = b[k];
        for (int i = 0; i < 2; i++) {
          for (int j = 0; j < 3; j++) {
            sum +=
                x.toDoubleArray()[n * 2 + i]
                    * w[(k * 2 + i) * 3 + j]
                    * y.toDoubleArray()[n * 3 + j];
          }
        }
        assertEquals(sum, result[n * 4 + k], 1e-12);
      }
    }
    ModuleGradients.check(layer, in -> layer.apply(in, y), x);
    ModuleGradients.check(layer, in -> layer.apply(x, in), y);
    assertEquals(Shape.of(4), layer.apply(random(1, 2), random(1, 3)).shape());
    assertEquals(Shape.of(2, 5, 4), layer.apply(random(1, 2, 5, 2), random(1, 2, 5, 3)).shape());
    assertRefused("and then 2 and 3", () -> layer.apply(x, x));
    assertRefused("positive", () -> new Bilinear(0, 1, 1));
  }

  private static void assertRefused(String part, Runnable call) {
    String message =
        Objects.requireNonNull(
            assertThrows(IllegalArgumentException.class, call::run).getMessage());
    assertTrue(message.contains(part), message);
  }
}
