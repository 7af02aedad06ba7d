package org.autograd.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.autograd.Autograd;
import org.autograd.io.SafeTensors;
import org.autograd.monitor.GradientPlots;
import org.autograd.monitor.Progress;
import org.autograd.monitor.TensorBoard;
import org.autograd.monitor.TrainingPlots;
import org.autograd.training.Checkpoints;
import org.autograd.training.CsvLog;
import org.autograd.training.History;
import org.autograd.training.Trainer;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What the trainings of the command line have in common: they show progress, write a log, pictures
 * and checkpoints, save the model, and end with a line that has the result.
 */
final class TrainingRun {
  private final TrainingOptions options;
  private final Path directory;
  private final String title;
  private final PrintWriter out;

  /**
   * Creates a run, and sets the seed of the default generator.
   *
   * @param title of the pictures
   */
  TrainingRun(CommandSpec spec, TrainingOptions options, String title) {
    this(options, options.output, title, spec.commandLine().getOut());
  }

  private TrainingRun(TrainingOptions options, Path directory, String title, PrintWriter out) {
    this.options = options;
    this.directory = directory;
    this.title = title;
    this.out = out;
    Autograd.manualSeed(options.seed);
  }

  /** Returns a run of its own for one of several models, in a directory of that name. */
  TrainingRun part(String name) {
    return new TrainingRun(options, directory.resolve(name), title + ", " + name, out);
  }

  /** Returns a file of the output directory. */
  Path file(String name) {
    return directory.resolve(name);
  }

  /** Trains, and writes everything that is known without the command. */
  History train(Trainer trainer) throws IOException {
    trainer.listen(
        new Progress(out), new CsvLog(file("log.csv")), new TrainingPlots(directory, title));
    if (options.gradients) {
      trainer.listen(new GradientPlots(directory, title));
    }
    if (options.tensorBoard) {
      trainer.listen(new TensorBoard(directory, 10));
    }
    resume(trainer);
    History history = trainer.fit(options.epochs);
    SafeTensors.of(trainer.rule().module().stateDictWithoutRepeats())
        .write(file("model.safetensors"));
    out.println("saved model.safetensors, log.csv and pictures in " + directory);
    return history;
  }

  private void resume(Trainer trainer) throws IOException {
    if (options.checkpoint != null || options.resume) {
      Checkpoints checkpoints = Checkpoints.in(file("checkpoints"));
      trainer.checkpoints(
          options.checkpoint == null ? checkpoints : checkpoints.everySteps(options.checkpoint));
    }
    if (options.resume) {
      out.println(
          trainer.resume()
              ? "resumed at step " + trainer.step()
              : "there is no checkpoint to resume from: a new training begins");
    }
  }

  /** Prints the line that ends a command. */
  void result(String name, double value, int digits) {
    out.printf(Locale.ROOT, "%s: %." + digits + "f%n", name, value);
  }
}
