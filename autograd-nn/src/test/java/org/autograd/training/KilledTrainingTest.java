package org.autograd.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.DataLoader;
import org.autograd.data.Dataset;
import org.autograd.data.TensorDataset;
import org.autograd.nn.Activation;
import org.autograd.nn.BatchNorm1d;
import org.autograd.nn.Dropout;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Sequential;
import org.autograd.optim.Adam;
import org.autograd.optim.OneCycle;
import org.autograd.optim.Scheduler;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training that is killed again and again ends with the same bits as one that is not. */
class KilledTrainingTest {
  private static final int EPOCHS = 16;
  private static final int STEPS = 8 * EPOCHS;
  private static final int KILLS = 3;

  /** The step in which a run that is to be killed waits for it, so that none ends before. */
  private static final int LAST_STEP = STEPS - 8;

  /** How many lines the log has after that step: one for each step, and for each epoch before. */
  private static final int LAST_LINES = LAST_STEP + EPOCHS - 2;

  /** A training with everything that has a state; run in a JVM of its own. */
  static final class Run {
    private Run() {}

    /** Trains in a directory, from the latest checkpoint there, as far as a step if so. */
    public static void main(String[] arguments) throws IOException {
      Path directory = Path.of(arguments[0]);
      long lastStep = Long.parseLong(arguments[1]);
      Autograd.manualSeed(7);
      Generator rng = new Generator(1);
      Variable inputs = Variable.randn(rng, DType.FLOAT32, 125, 6);
      Variable labels = inputs.square().sum(1).gt(5).to(DType.INT64);
      TensorDataset data = TensorDataset.of(inputs, labels);
      Dataset noisy =
          data.slice(0, 100)
              .mapInputs((x, noise) -> x.add(Variable.randn(noise, x.dtype(), 6).mul(.1)));
      DataLoader loader = DataLoader.of(noisy, 13).shuffle(2).workers(2);
      Linear.Options linear = Linear.options().generator(rng);
      Sequential model =
          new Sequential(
              new Linear(6, 16, linear),
              new BatchNorm1d(16),
              Activation.relu(),
              new Dropout(.2, rng.split()),
              new Linear(16, 16, linear),
              Activation.gelu(),
              new Dropout(.2),
              new Linear(16, 2, linear));
      Adam optimizer = new Adam(model.parameters(), Adam.options());
      Trainer trainer =
          new Trainer(
                  new Backpropagation(
                      model,
                      Losses::crossEntropy,
                      optimizer,
                      Backpropagation.options().clipNorm(1).accumulate(3)),
                  loader)
              .validation(DataLoader.of(data.slice(100, 125), 25))
              .metric("accuracy", Metrics::accuracy)
              .metric("auc", Metrics::rocAuc)
              .listen(
                  Scheduling.everyStep(new Scheduler(optimizer, OneCycle.of(.02, STEPS))),
                  EarlyStopping.minimizing(model, "validation_loss", EPOCHS),
                  new CsvLog(directory.resolve("epochs.csv")),
                  JsonLog.ofSteps(directory.resolve("log.jsonl"), 1),
                  new TrainingListener() {
                    @Override
                    public void onStep(Trainer training, Step step) {
                      if (step.number() == lastStep) {
                        // Not for ever, should the test itself be killed.
                        LockSupport.parkNanos(60_000_000_000L);
                        training.stop("nobody has killed this run");
                      }
                    }
                  })
              .checkpoints(Checkpoints.in(directory.resolve("checkpoints")).everySteps(3));
      trainer.resume();
      System.out.println(RESUMED + trainer.step());
      trainer.fit(EPOCHS);
      TrainingCheckpoint.write(directory.resolve("end.safetensors"), trainer.state());
    }
  }

  private static final String RESUMED = "begins after step ";

  @TempDir private Path directory;

  /**
   * Starts a run.
   *
   * @param lastStep in which it waits to be killed; 0 for none
   */
  private static Process start(Path directory, Path output, int lastStep) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    // What starts fastest: the vector kernels would first have to be compiled.
    command.addAll(
        List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dautograd.simd=off"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Run.class.getName()));
    command.addAll(List.of(directory.toString(), Integer.toString(lastStep)));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  private static long lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file).lines().count() : 0;
  }

  @Test
  void aResumedRunEqualsAnUninterruptedOne() throws Exception {
    Path whole = Files.createDirectories(directory.resolve("whole"));
    Path output = directory.resolve("output");
    assertEquals(0, start(whole, output, 0).waitFor(), () -> read(output));
    assertTrue(read(output).contains(RESUMED + "0\n"), () -> read(output));

    Path killed = Files.createDirectories(directory.resolve("killed"));
    Path log = killed.resolve("log.jsonl");
    long seed = System.nanoTime();
    String hint = "seed " + seed;
    Random random = new Random(seed);
    for (int k = 0; k < KILLS; k++) {
      Process process = start(killed, output, LAST_STEP);
      // Before, the log may have lines that are cut off.
      while (process.isAlive() && !read(output).contains(RESUMED)) {
        LockSupport.parkNanos(500_000);
      }
      // A step takes no time to speak of, so waiting for some lines of the log and a moment more
      // ends anywhere: in a step, a record, a checkpoint. The first checkpoint is there by then.
      int part = LAST_LINES / KILLS;
      int goal = k * part + 4 + random.nextInt(part - 4);
      while (process.isAlive() && lines(log) < goal) {
        LockSupport.parkNanos(500_000);
      }
      LockSupport.parkNanos(random.nextLong(3_000_000));
      assertTrue(process.isAlive(), () -> hint + ", ended before it was killed: " + read(output));
      assertNotEquals(0, process.destroyForcibly().waitFor(), hint);
      assertEquals(k > 0, resumedAt(output) > 0, () -> hint + ", " + read(output));
    }
    Process last = start(killed, output, 0);
    assertEquals(0, last.waitFor(), () -> read(output));
    assertTrue(resumedAt(output) > 0, () -> hint + ", " + read(output));
    for (String name : List.of("log.jsonl", "epochs.csv")) {
      assertEquals(
          Files.readString(whole.resolve(name)), Files.readString(killed.resolve(name)), hint);
    }
    assertArrayEquals(
        Files.readAllBytes(whole.resolve("end.safetensors")),
        Files.readAllBytes(killed.resolve("end.safetensors")),
        hint);
    assertTrue(lines(log) == STEPS + EPOCHS, hint);
  }

  /** Returns after which step a run began. */
  private static int resumedAt(Path output) {
    return read(output)
        .lines()
        .filter(line -> line.startsWith(RESUMED))
        .mapToInt(line -> Integer.parseInt(line.substring(RESUMED.length())))
        .findFirst()
        .orElseThrow();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
