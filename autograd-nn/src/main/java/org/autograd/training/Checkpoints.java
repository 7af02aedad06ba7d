package org.autograd.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the state of a training from time to time, so that it can go on after a crash with what
 * came after the last checkpoint lost, and nothing else. There is always one of the last step.
 *
 * <pre>{@code
 * trainer.checkpoints(Checkpoints.in(directory).everySteps(1000).keep(2));
 * trainer.resume();                               // from the latest, if there is one
 * trainer.fit(20);
 * }</pre>
 *
 * <p>A file is called {@code checkpoint-000001000.safetensors} after the number of steps. One
 * training at a time writes into a directory: what another one left unfinished there is deleted.
 */
public final class Checkpoints {
  private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{9,18})\\.safetensors");

  /** What AtomicFile leaves of a checkpoint in the writing of which the program was killed. */
  private static final Pattern UNFINISHED =
      Pattern.compile("\\.checkpoint-\\d{9,18}\\.safetensors\\.[0-9a-f-]{36}");

  private final Path directory;
  private final long everySteps;
  private final int everyEpochs;
  private final int keep;

  private Checkpoints(Path directory, long everySteps, int everyEpochs, int keep) {
    this.directory = directory;
    this.everySteps = everySteps;
    this.everyEpochs = everyEpochs;
    this.keep = keep;
  }

  /** Returns checkpoints after each epoch, of which the last three are kept. */
  public static Checkpoints in(Path directory) {
    return new Checkpoints(directory, Long.MAX_VALUE, 1, 3);
  }

  /** Returns these checkpoints, but written after so many steps too. */
  public Checkpoints everySteps(long value) {
    return new Checkpoints(directory, positive("everySteps", value), everyEpochs, keep);
  }

  /** Returns these checkpoints, but written after every so many epochs. */
  public Checkpoints everyEpochs(int value) {
    return new Checkpoints(directory, everySteps, (int) positive("everyEpochs", value), keep);
  }

  /** Returns these checkpoints, but with so many kept. */
  public Checkpoints keep(int value) {
    return new Checkpoints(directory, everySteps, everyEpochs, (int) positive("keep", value));
  }

  private static long positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "Checkpoints: " + name + " must be at least 1, got " + value);
    }
    return value;
  }

  /**
   * Returns the checkpoint after most steps, or null if there is none.
   *
   * @throws IOException if the directory cannot be read
   */
  public @Nullable Path latest() throws IOException {
    List<Path> all = files();
    return all.isEmpty() ? null : all.getLast();
  }

  /**
   * Refuses to mix the checkpoints of two runs, of which the wrong ones would be taken for old.
   *
   * @param step where the training begins
   */
  void checkStart(long step) {
    try {
      Path latest = latest();
      if (latest != null && step(latest).getAsLong() > step) {
        throw new IllegalStateException(
            "Checkpoints: "
                + latest
                + " is of an earlier run, and this one begins at step "
                + step
                + "; resume that run, or delete its checkpoints, or take another directory");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void afterStep(Trainer trainer) {
    if (trainer.step() % everySteps == 0 || trainer.stopReason() != null) {
      write(trainer);
    }
  }

  void afterEpoch(Trainer trainer) {
    if (trainer.epoch() % everyEpochs == 0
        || trainer.epoch() == trainer.epochs()
        || trainer.stopReason() != null) {
      write(trainer);
    }
  }

  private void write(Trainer trainer) {
    Path file = directory.resolve(String.format("checkpoint-%09d.safetensors", trainer.step()));
    try {
      deleteUnfinished();
      TrainingCheckpoint.write(file, trainer.state());
      List<Path> all = files();
      for (Path old : all.subList(0, Math.max(0, all.size() - keep))) {
        Files.deleteIfExists(old);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void deleteUnfinished() throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    List<Path> found;
    try (Stream<Path> all = Files.list(directory)) {
      found =
          all.filter(file -> UNFINISHED.matcher(file.getFileName().toString()).matches()).toList();
    }
    for (Path file : found) {
      Files.deleteIfExists(file);
    }
  }

  /** Returns the checkpoints, that of the fewest steps first. */
  private List<Path> files() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      List<Path> found = new ArrayList<>(all.filter(file -> step(file).isPresent()).toList());
      found.sort(Comparator.comparingLong(file -> step(file).getAsLong()));
      return found;
    }
  }

  private static OptionalLong step(Path file) {
    Matcher matcher = NAME.matcher(file.getFileName().toString());
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }
}
