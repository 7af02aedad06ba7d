package org.autograd.examples;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows how far a training is: by a bar on a terminal, elsewhere by up to twenty lines. */
final class Progress implements AutoCloseable {
  private static final int LINES = 20;

  private final PrintWriter out;
  private final int epochs;
  private final @Nullable ProgressBar bar;

  private Progress(PrintWriter out, int epochs, @Nullable ProgressBar bar) {
    this.out = out;
    this.epochs = epochs;
    this.bar = bar;
  }

  /**
   * Starts to show.
   *
   * @param out where lines go
   * @param steps how often {@link #step} will be called in an epoch
   */
  static Progress start(PrintWriter out, int epochs, int steps) {
    return new Progress(out, epochs, isTerminal() ? bar((long) epochs * steps) : null);
  }

  @SuppressWarnings("SystemConsoleNull") // it may be null all the same, with -Djdk.console
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static ProgressBar bar(long steps) {
    return new ProgressBarBuilder()
        .setTaskName("training")
        .setInitialMax(steps)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(100)
        .hideEta()
        .build();
  }

  /** Counts a step of the optimizer. */
  void step() {
    if (bar != null) {
      bar.step();
    }
  }

  /** Shows the loss of an epoch, counted from 1. */
  void report(int epoch, double loss) {
    show(epoch, String.format(Locale.ROOT, "loss %.6f", loss));
  }

  /** Shows the loss of an epoch, counted from 1, and the share of right answers in it. */
  void report(int epoch, double loss, double accuracy) {
    show(epoch, String.format(Locale.ROOT, "loss %.6f  accuracy %.4f", loss, accuracy));
  }

  private void show(int epoch, String results) {
    if (bar != null) {
      bar.setExtraMessage(results);
    } else if (epoch == epochs || epoch % Math.ceilDiv(epochs, LINES) == 0) {
      out.printf(Locale.ROOT, "epoch %d/%d  %s%n", epoch, epochs, results);
      out.flush();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
