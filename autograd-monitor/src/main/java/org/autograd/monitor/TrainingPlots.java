package org.autograd.monitor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.autograd.training.Epoch;
import org.autograd.training.History;
import org.autograd.training.Trainer;
import org.autograd.training.TrainingListener;

/**
 * Draws at the end of a training how the values of its epochs went, each with that of the
 * validation in a picture of its own: {@code loss.png}, {@code accuracy.png} and so on.
 */
public final class TrainingPlots implements TrainingListener {
  private static final String VALIDATION = "validation_";

  private final Path directory;
  private final String title;

  /** Creates a listener that writes into a directory. */
  public TrainingPlots(Path directory, String title) {
    this.directory = directory;
    this.title = title;
  }

  @Override
  public void onEnd(Trainer trainer) {
    History history = trainer.history();
    for (String name : names(history)) {
      try {
        chart(title, history, name).write(directory.resolve(name + ".png"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Returns the names of the values that have a picture. */
  static List<String> names(History history) {
    return history.names().stream()
        .map(name -> name.startsWith(VALIDATION) ? name.substring(VALIDATION.length()) : name)
        .distinct()
        .filter(name -> series(history, name).anyMatch(key -> isDrawable(history, key)))
        .toList();
  }

  private static Stream<String> series(History history, String name) {
    return Stream.of(name, VALIDATION + name).filter(history.names()::contains);
  }

  private static boolean isDrawable(History history, String key) {
    for (double value : history.series(key)) {
      if (Double.isFinite(value)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the picture of a value: a line over the epochs, and one for the validation, on a
   * logarithmic axis if the name ends in {@code loss}.
   *
   * @param name of a value of an {@link Epoch}
   */
  public static LineChart chart(String title, History history, String name) {
    LineChart chart = new LineChart(title + ": " + name.replace('_', ' '), "epoch", name);
    series(history, name)
        .filter(key -> isDrawable(history, key))
        .forEach(
            key -> chart.line(key.equals(name) ? "training" : "validation", history.series(key)));
    // Half an epoch of margin also keeps XChart from taking single epochs for ticks.
    chart.xRange(0.5, history.epochs().size() + 0.5);
    return name.endsWith("loss") ? chart.logarithmic() : chart;
  }
}
