package org.autograd.monitor;

import java.io.Console;
import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.autograd.training.Epoch;
import org.autograd.training.Step;
import org.autograd.training.Trainer;
import org.autograd.training.TrainingListener;
import org.jspecify.annotations.Nullable;

/** Shows how far a training is: by a bar on a terminal, elsewhere by up to twenty lines. */
public final class Progress implements TrainingListener {
  private static final int LINES = 20;

  private final PrintWriter out;
  private @Nullable ProgressBar bar;

  /**
   * Creates a listener.
   *
   * @param out where lines go if there is no terminal
   */
  public Progress(PrintWriter out) {
    this.out = out;
  }

  @SuppressWarnings("SystemConsoleNull") // it may be null all the same, with -Djdk.console
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  @Override
  public void onStart(Trainer trainer) {
    if (isTerminal()) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("training")
              .setInitialMax((long) trainer.epochs() * trainer.stepsPerEpoch())
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(100)
              .hideEta()
              .build()
              .stepTo(trainer.step());
    }
  }

  @Override
  public void onStep(Trainer trainer, Step step) {
    if (bar != null) {
      bar.stepTo(step.number());
    }
  }

  @Override
  public void onEpochEnd(Trainer trainer, Epoch epoch) {
    if (bar != null) {
      bar.setExtraMessage(epoch.describe());
    } else if (epoch.number() == trainer.epochs()
        || epoch.number() % Math.ceilDiv(trainer.epochs(), LINES) == 0
        || trainer.stopReason() != null) {
      print("epoch " + epoch.number() + "/" + trainer.epochs() + "  " + epoch.describe());
    }
  }

  private void print(String line) {
    out.println(line);
    out.flush();
  }

  @Override
  public void onEnd(Trainer trainer) {
    if (trainer.stopReason() != null) {
      close();
      print("stopped: " + trainer.stopReason());
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
