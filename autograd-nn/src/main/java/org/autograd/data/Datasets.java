package org.autograd.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.autograd.Variable;
import org.autograd.type.DType;

/**
 * Real data sets that are small enough to come with the library. Each is in the order of its
 * source, so divide it at random:
 *
 * <pre>{@code
 * LabeledTable iris = Datasets.iris();
 * Split<TensorDataset> parts = iris.data().stratifiedSplit(0.8, new Generator(seed));
 * }</pre>
 *
 * <p>Where they come from and under which licence stands in the files *.LICENSE.txt beside this
 * class. Handwritten digits: {@link Digits}.
 */
public final class Datasets {
  private static final String CLASS = "class";

  private Datasets() {}

  /**
   * Returns 150 iris flowers: 4 measures in cm, 3 species of 50 each (R. A. Fisher, 1936; UCI, CC
   * BY 4.0).
   */
  public static LabeledTable iris() {
    return classification("iris.csv");
  }

  /**
   * Returns 178 wines of 3 growers (59, 71 and 48): 13 chemical measures (M. Forina et al., 1988;
   * UCI, CC BY 4.0).
   */
  public static LabeledTable wine() {
    return classification("wine.csv");
  }

  /**
   * Returns 569 tumours, 357 benign (class 0) and 212 malignant (class 1): 30 measures of cell
   * nuclei (W. Wolberg et al., Wisconsin Diagnostic, 1993; UCI, CC BY 4.0). scikit-learn numbers
   * the classes the other way round.
   */
  public static LabeledTable breastCancer() {
    return classification("breast-cancer.csv");
  }

  /**
   * Returns 442 diabetes patients: age, sex, body mass index, blood pressure and 6 measures of
   * blood serum, as they were measured; the target is the progression after a year, 25 to 346 (B.
   * Efron et al., "Least angle regression", 2004).
   */
  public static LabeledTable diabetes() {
    CsvTable table = read("diabetes.csv");
    List<String> features = table.columns().subList(0, table.columns().size() - 1);
    return new LabeledTable(
        TensorDataset.of(
            floats(table, features.toArray(String[]::new)), floats(table, "progression")),
        features,
        List.of());
  }

  /** Returns the number of sunspots in each year from 1700 to 2008: float32 [309] (NOAA). */
  public static Variable sunspots() {
    return floats(read("sunspots.csv"), "sunspots").squeeze(1);
  }

  /**
   * Returns the thousands of passengers of international airlines in each month from January 1949
   * to December 1960: float32 [144] (G. Box, G. Jenkins, "Time Series Analysis", 1976, series G).
   */
  public static Variable airPassengers() {
    return floats(read("air-passengers.csv"), "passengers").squeeze(1);
  }

  private static LabeledTable classification(String resource) {
    CsvTable table = read(resource);
    List<String> features = table.columns().stream().filter(c -> !c.equals(CLASS)).toList();
    try {
      CsvTable.Categories classes = table.categories(CLASS);
      return new LabeledTable(
          TensorDataset.of(floats(table, features.toArray(String[]::new)), classes.labels()),
          features,
          classes.names());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Variable floats(CsvTable table, String... columns) {
    try {
      return table.values(DType.FLOAT32, columns);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CsvTable read(String resource) {
    try (InputStream in = Datasets.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(
            "resource " + resource + " is missing beside " + Datasets.class.getName());
      }
      return CsvTable.read(Path.of(resource), in, CsvTable.options());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
