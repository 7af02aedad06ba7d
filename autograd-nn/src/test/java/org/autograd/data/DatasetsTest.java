package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

class DatasetsTest {
  private static long[] classCounts(TensorDataset data, int classes) {
    long[] counts = new long[classes];
    for (long label : data.targets().toLongArray()) {
      counts[(int) label]++;
    }
    return counts;
  }

  @Test
  void tablesHoldWhatTheirDescriptionsSay() {
    LabeledTable iris = Datasets.iris();
    assertEquals(Shape.of(150, 4), iris.data().inputs().shape());
    assertEquals(List.of("setosa", "versicolor", "virginica"), iris.classes());
    assertEquals("petal width (cm)", iris.features().getLast());
    assertArrayEquals(new long[] {50, 50, 50}, classCounts(iris.data(), 3));
    // The means of the four features.
    assertArrayEquals(
        new double[] {5.843333, 3.057333, 3.758, 1.199333},
        iris.data().inputs().to(DType.FLOAT64).mean(0).toDoubleArray(),
        1e-6);

    LabeledTable wine = Datasets.wine();
    assertEquals(Shape.of(178, 13), wine.data().inputs().shape());
    assertArrayEquals(new long[] {59, 71, 48}, classCounts(wine.data(), 3));

    LabeledTable cancer = Datasets.breastCancer();
    assertEquals(Shape.of(569, 30), cancer.data().inputs().shape());
    assertEquals(List.of("benign", "malignant"), cancer.classes());
    assertArrayEquals(new long[] {357, 212}, classCounts(cancer.data(), 2));

    LabeledTable diabetes = Datasets.diabetes();
    assertEquals(Shape.of(442, 10), diabetes.data().inputs().shape());
    assertEquals(Shape.of(442, 1), diabetes.data().targets().shape());
    assertEquals(152.133, diabetes.data().targets().mean().item(), 1e-3);
    assertEquals(25, diabetes.data().targets().min().item());
    assertEquals(346, diabetes.data().targets().max().item());
  }

  @Test
  void seriesHoldWhatTheirDescriptionsSay() {
    Variable passengers = Datasets.airPassengers();
    assertEquals(Shape.of(144), passengers.shape());
    assertEquals(112, passengers.toFloatArray()[0]);
    assertEquals(622, passengers.max().item());
    assertEquals(280.2986, passengers.mean().item(), 1e-4);
    Variable sunspots = Datasets.sunspots();
    assertEquals(Shape.of(309), sunspots.shape());
    assertEquals(5, sunspots.toFloatArray()[0]);
    assertEquals(190.2f, sunspots.max().item(), 1e-4);
  }

  @Test
  void aStratifiedSplitKeepsTheProportions() {
    TensorDataset wine = Datasets.wine().data();
    Split<TensorDataset> parts = wine.stratifiedSplit(0.75, new Generator(1));
    assertEquals(134, parts.train().size()); // 133.5
    long[] train = classCounts(parts.train(), 3);
    long[] test = classCounts(parts.test(), 3);
    long[] all = {59, 71, 48};
    for (int k = 0; k < 3; k++) {
      assertEquals(all[k], train[k] + test[k]);
      assertEquals(0.75 * all[k], (double) train[k], 1);
    }
    // All examples, each once: the sum of a feature says so.
    assertEquals(
        wine.inputs().to(DType.FLOAT64).sum().item(),
        parts.train().inputs().to(DType.FLOAT64).sum().item()
            + parts.test().inputs().to(DType.FLOAT64).sum().item(),
        1e-6);
    long[] labels = parts.test().targets().toLongArray();
    assertArrayEquals(
        labels, wine.stratifiedSplit(0.75, new Generator(1)).test().targets().toLongArray());
    assertTrue(
        labels[0] != labels[labels.length - 1] || labels[0] != labels[1] || labels[1] != labels[2],
        "the classes are mixed");
    assertEquals(0, wine.stratifiedSplit(1, new Generator(1)).test().size());
    assertThrows(IllegalArgumentException.class, () -> wine.stratifiedSplit(1.1, new Generator(1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> Datasets.diabetes().data().stratifiedSplit(0.5, new Generator(1)));
  }

  @Test
  void standardizesByTheTrainingPart() {
    Split<TensorDataset> wine = Datasets.wine().data().split(100, new Generator(2));
    Standardizer standardizer = Standardizer.fit(wine.train().inputs());
    Variable train = standardizer.apply(wine.train()).inputs();
    assertEquals(DType.FLOAT32, train.dtype());
    assertArrayEquals(new float[13], train.mean(0).toFloatArray(), 1e-5f);
    float[] squares = train.square().mean(0).toFloatArray();
    for (float square : squares) {
      assertEquals(1, square, 1e-4f);
    }
    TensorDataset test = standardizer.apply(wine.test());
    assertTrue(test.inputs().mean(0).abs().max().item() > 0.01, "not its own mean");
    assertArrayEquals(
        wine.test().inputs().toFloatArray(),
        standardizer.invert(test.inputs()).toFloatArray(),
        1e-3f);
    assertArrayEquals(wine.test().targets().toLongArray(), test.targets().toLongArray());
  }

  @Test
  void aConstantFeatureIsOnlyMoved() {
    Variable inputs = Variable.of(new float[][] {{0.1f, 1}, {0.1f, 3}, {0.1f, 5}});
    Variable scaled = Standardizer.fit(inputs).apply(inputs);
    assertArrayEquals(new float[3], scaled.narrow(1, 0, 1).flatten().toFloatArray());
    assertEquals(Math.sqrt(1.5), scaled.max().item(), 1e-6);
  }

  @Test
  void rejectsWhatCannotBeStandardized() {
    Variable missing = Variable.of(new float[][] {{1, 2}, {3, Float.NaN}});
    var error = assertThrows(IllegalArgumentException.class, () -> Standardizer.fit(missing));
    assertTrue(error.getMessage().contains("feature 1"), error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Standardizer.fit(Variable.zeros(0, 3)));
    assertThrows(IllegalArgumentException.class, () -> Standardizer.fit(Variable.zeros(3)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Standardizer(Variable.zeros(2), Variable.zeros(2)));
  }
}
