package org.autograd.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.data.DataLoader;
import org.autograd.data.TensorDataset;
import org.autograd.nn.Dropout;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.nn.Module;
import org.autograd.nn.Sequential;
import org.autograd.optim.Adam;
import org.autograd.optim.Gradients;
import org.autograd.optim.PlateauScheduler;
import org.autograd.optim.Schedule;
import org.autograd.optim.Scheduler;
import org.autograd.optim.Sgd;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private static final Generator RNG = new Generator(1);
  private static final Variable INPUTS = Variable.randn(RNG, DType.FLOAT32, 50, 3);
  private static final Variable LABELS = INPUTS.sum(1).gt(0).to(DType.INT64);

  @TempDir private Path directory;

  private static DataLoader loader() {
    return DataLoader.of(TensorDataset.of(INPUTS, LABELS), 16).shuffle(3);
  }

  private static Mlp model() {
    return new Mlp(Mlp.options().linear(Linear.options().generator(new Generator(2))), 3, 8, 2);
  }

  private static Backpropagation rule(Mlp model) {
    return rule(model, Backpropagation.options());
  }

  private static Backpropagation rule(Mlp model, Backpropagation.Options options) {
    return new Backpropagation(
        model,
        Losses::crossEntropy,
        new Adam(model.parameters(), Adam.options().learningRate(.05)),
        options);
  }

  private static void assertSameWeights(Module expected, Module actual) {
    expected
        .stateDict()
        .forEach((name, weight) ->
            assertArrayEquals(
                weight.toFloatArray(), actual.stateDict().get(name).toFloatArray(), name));
  }

  @Test
  void doesWhatALoopWrittenByHandDoes() {
    Mlp byHand = model();
    Adam optimizer = new Adam(byHand.parameters(), Adam.options().learningRate(.05));
    Scheduler scheduler = new Scheduler(optimizer, Schedule.exponential(.9));
    DataLoader batches = loader();
    List<Double> losses = new ArrayList<>();
    for (int epoch = 0; epoch < 3; epoch++) {
      double sum = 0;
      for (Batch batch : batches) {
        optimizer.zeroGrad();
        Variable loss = Losses.crossEntropy(byHand.apply(batch.inputs()), batch.targets());
        loss.backward();
        Gradients.clipNorm(byHand.parameters(), .5);
        optimizer.step();
        sum += loss.item() * batch.size();
      }
      scheduler.step();
      losses.add(sum / 50);
    }

    Mlp model = model();
    Backpropagation rule = rule(model, Backpropagation.options().clipNorm(.5));
    History history =
        new Trainer(rule, loader())
            .listen(
                Scheduling.everyEpoch(new Scheduler(rule.optimizer(), Schedule.exponential(.9))))
            .fit(3);
    assertSameWeights(byHand, model);
    assertEquals(losses, history.epochs().stream().map(epoch -> epoch.value("loss")).toList());
  }

  @Test
  void batchesThatAreAccumulatedAreLikeALargeOne() {
    Variable inputs = INPUTS.narrow(0, 0, 32);
    Variable labels = LABELS.narrow(0, 0, 32);
    Mlp large = model();
    rule(large).learn(Batch.of(inputs, labels));
    Mlp small = model();
    int[] hooked = {0};
    Backpropagation rule =
        rule(small, Backpropagation.options().accumulate(4).afterBackward(module -> hooked[0]++));
    for (int k = 0; k < 4; k++) {
      assertEquals(0, hooked[0]);
      rule.learn(Batch.of(inputs.narrow(0, 8 * k, 8), labels.narrow(0, 8 * k, 8)));
    }
    assertEquals(1, hooked[0]);
    large
        .stateDict()
        .forEach((name, weight) ->
            assertArrayEquals(
                weight.toFloatArray(), small.stateDict().get(name).toFloatArray(), 1e-5f));
  }

  @Test
  void anEpochEndsWithAStepForTheBatchesThatAreLeft() {
    // 4 batches of 16, 16, 16 and 2: a step for three and one for the last, or one for all.
    for (int accumulate : new int[] {3, 100}) {
      Mlp byHand = model();
      Adam optimizer = new Adam(byHand.parameters(), Adam.options().learningRate(.05));
      for (int epoch = 0; epoch < 2; epoch++) {
        List<Batch> batches = new ArrayList<>();
        loader().epoch(epoch).forEach(batches::add);
        int done = 0;
        while (done < batches.size()) {
          int end = Math.min(done + accumulate, batches.size());
          optimizer.zeroGrad();
          for (Batch batch : batches.subList(done, end)) {
            Losses.crossEntropy(byHand.apply(batch.inputs()), batch.targets())
                .div(end - done)
                .backward();
          }
          optimizer.step();
          done = end;
        }
      }
      Mlp model = model();
      float[] start = model.parameters().getFirst().toFloatArray();
      new Trainer(rule(model, Backpropagation.options().accumulate(accumulate)), loader()).fit(2);
      assertFalse(Arrays.equals(start, model.parameters().getFirst().toFloatArray()));
      byHand
          .stateDict()
          .forEach((name, weight) ->
              assertArrayEquals(
                  weight.toFloatArray(), model.stateDict().get(name).toFloatArray(), 1e-4f, name));
    }
  }

  @Test
  void theNormIsInEveryOutcomeOfATrainingThatClips() throws IOException {
    Path steps = directory.resolve("steps.csv");
    Backpropagation.Options rare = Backpropagation.options().clipNorm(1).accumulate(3);
    new Trainer(rule(model(), rare), loader()).listen(CsvLog.ofSteps(steps, 1)).fit(1);
    List<String> rows = Files.readAllLines(steps);
    assertEquals("epoch,step,loss,learning_rate,gradient_norm", rows.getFirst());
    assertEquals(5, rows.size());
    assertTrue(rows.get(1).endsWith(",NaN") && rows.get(2).endsWith(",NaN"), rows.toString());
    assertTrue(rows.get(3).matches(".*,\\d+\\.\\d+(E-?\\d+)?"), rows.get(3));
  }

  /** Has a value only of the last batch, which is smaller. */
  private static final class Late implements LearningRule {
    private final Mlp model = model();

    @Override
    public Module module() {
      return model;
    }

    @Override
    public Outcome learn(Batch batch) {
      Outcome outcome = Outcome.of(1, null);
      return batch.size() == 16 ? outcome : outcome.with("late", 1);
    }

    @Override
    public Variable predict(Variable inputs) {
      return model.apply(inputs);
    }
  }

  @Test
  void aValueWithoutAColumnIsRefused() {
    CsvLog fixed = CsvLog.ofSteps(directory.resolve("fixed.csv"), 1);
    IllegalStateException error =
        assertThrows(
            IllegalStateException.class,
            () ->
                new Trainer(new Late(), loader())
                    .listen(new JsonLog(directory.resolve("again.jsonl")), fixed)
                    .fit(1));
    assertTrue(error.getMessage().contains("'late' has no column"), error.getMessage());
  }

  @Test
  void predictsInEvaluationModeWithoutAGraph() {
    Dropout still = new Dropout(.5);
    Sequential model = new Sequential(new Dropout(.9), new Linear(3, 2), still);
    still.eval();
    LearningRule rule =
        new Backpropagation(
            model, Losses::crossEntropy, new Sgd(model.parameters(), Sgd.options()));
    Variable first = rule.predict(INPUTS);
    assertArrayEquals(first.toFloatArray(), rule.predict(INPUTS).toFloatArray());
    assertFalse(first.requiresGrad());
    assertTrue(model.isTraining());
    assertFalse(still.isTraining(), "each part is put back as it was");
  }

  @Test
  void validatesAfterEachEpoch() {
    Mlp model = model();
    Backpropagation rule = rule(model);
    List<Double> seen = new ArrayList<>();
    History history =
        new Trainer(rule, loader())
            .validation(DataLoader.of(TensorDataset.of(INPUTS, LABELS), 7))
            .metric("accuracy", Metrics::accuracy)
            .listen(
                new TrainingListener() {
                  @Override
                  public void onEpochEnd(Trainer trainer, Epoch epoch) {
                    seen.add(Losses.crossEntropy(model.apply(INPUTS), LABELS).item());
                  }
                })
            .fit(2);
    assertEquals(
        List.of("loss", "accuracy", "validation_loss", "validation_accuracy"),
        List.copyOf(history.names()));
    double[] losses = history.series("validation_loss");
    assertEquals(seen.get(0), losses[0], 1e-6);
    assertEquals(seen.get(1), losses[1], 1e-6);
    double correct = 0;
    float[] logits = rule.predict(INPUTS).toFloatArray();
    long[] labels = LABELS.toLongArray();
    for (int i = 0; i < 50; i++) {
      correct += logits[2 * i + 1] > logits[2 * i] == (labels[i] == 1) ? 1 : 0;
    }
    assertEquals(correct / 50, history.last().value("validation_accuracy"), 1e-12);
  }

  /** Notes what it is told. */
  private static final class Recorder implements TrainingListener {
    private final List<String> events = new ArrayList<>();

    @Override
    public void onStart(Trainer trainer) {
      events.add("start");
    }

    @Override
    public void onStep(Trainer trainer, Step step) {
      events.add("step " + step.number() + " " + step.epoch() + " " + step.position());
    }

    @Override
    public void onEpochEnd(Trainer trainer, Epoch epoch) {
      events.add("epoch " + epoch.number());
    }

    @Override
    public void onEnd(Trainer trainer) {
      events.add("end");
    }

    @Override
    public void close() {
      events.add("close");
    }
  }

  @Test
  void listenersAreToldInOrder() {
    Recorder recorder = new Recorder();
    DataLoader two = DataLoader.of(TensorDataset.of(INPUTS, LABELS), 25);
    new Trainer(rule(model()), two).listen(recorder).fit(2);
    assertEquals(
        List.of(
            "start",
            "step 1 1 1",
            "step 2 1 2",
            "epoch 1",
            "step 3 2 1",
            "step 4 2 2",
            "epoch 2",
            "end",
            "close"),
        recorder.events);
  }

  @Test
  void aListenerMayStopWithinAnEpochAndTrainingGoesOnThere() {
    Recorder recorder = new Recorder();
    Mlp model = model();
    Trainer trainer =
        new Trainer(rule(model), loader())
            .listen(recorder)
            .listen(
                new TrainingListener() {
                  @Override
                  public void onStep(Trainer training, Step step) {
                    if (step.number() == 6) {
                      training.stop("enough");
                    }
                  }
                });
    assertEquals(1, trainer.fit(3).epochs().size());
    assertEquals("enough", trainer.stopReason());
    assertEquals("close", recorder.events.getLast());
    trainer.fit(3);
    assertNull(trainer.stopReason());
    assertEquals(12, trainer.step());
    Mlp straight = model();
    new Trainer(rule(straight), loader()).fit(3);
    assertSameWeights(straight, model);
  }

  @Test
  void aLossThatIsNotFiniteStopsBeforeItDoesHarm() {
    Mlp model = model();
    float[] before = model.parameters().getFirst().toFloatArray();
    Variable poisoned = INPUTS.copy();
    poisoned.select(0, 0).fill_(Double.NaN);
    Recorder recorder = new Recorder();
    Trainer trainer =
        new Trainer(rule(model), DataLoader.of(TensorDataset.of(poisoned, LABELS), 50))
            .listen(recorder);
    DivergenceException error = assertThrows(DivergenceException.class, () -> trainer.fit(2));
    assertTrue(error.getMessage().contains("NaN in epoch 1, step 1;"), error.getMessage());
    assertTrue(error.getMessage().contains("smaller learning rate"), error.getMessage());
    assertArrayEquals(before, model.parameters().getFirst().toFloatArray());
    assertEquals(List.of("start", "close"), recorder.events);
  }

  @Test
  void everyListenerIsClosedAndTheFirstErrorIsThrown() {
    Recorder recorder = new Recorder();
    TrainingListener broken =
        new TrainingListener() {
          @Override
          public void onStep(Trainer trainer, Step step) {
            throw new IllegalStateException("step");
          }

          @Override
          public void close() {
            throw new IllegalArgumentException("close");
          }
        };
    Trainer trainer = new Trainer(rule(model()), loader()).listen(broken, recorder);
    IllegalStateException error = assertThrows(IllegalStateException.class, () -> trainer.fit(1));
    assertEquals("step", error.getMessage());
    assertEquals("close", error.getSuppressed()[0].getMessage());
    assertEquals(List.of("start", "close"), recorder.events);
  }

  @Test
  void earlyStoppingPutsTheBestWeightsBack() {
    Mlp model = model();
    List<float[]> weights = new ArrayList<>();
    double[] script = {3, 1, 2, 1.5, .5};
    EarlyStopping stopping = EarlyStopping.minimizing(model, "scripted", 2);
    int[] epoch = {0};
    Metric scripted = Metrics.mean((_, _) -> Variable.scalar(script[epoch[0]]));
    Trainer trainer =
        new Trainer(rule(model), loader())
            .metric("scripted", () -> scripted)
            .listen(
                new TrainingListener() {
                  @Override
                  public void onEpochEnd(Trainer training, Epoch done) {
                    weights.add(model.parameters().getFirst().toFloatArray());
                    epoch[0]++;
                  }
                },
                stopping);
    trainer.fit(5);
    assertEquals(4, trainer.epoch());
    assertEquals(2, stopping.bestEpoch());
    assertEquals(1, stopping.best(), 1e-6);
    assertArrayEquals(weights.get(1), model.parameters().getFirst().toFloatArray());
    assertTrue(String.valueOf(trainer.stopReason()).contains("for 2 epochs"));
  }

  @Test
  void plateausLowerTheRate() {
    Backpropagation rule = rule(model());
    PlateauScheduler scheduler =
        new PlateauScheduler(
            rule.optimizer(), PlateauScheduler.options().patience(0).threshold(1e9, false));
    new Trainer(rule, loader()).listen(Scheduling.everyEpoch(scheduler, "loss")).fit(3);
    assertEquals(.0005, rule.optimizer().groups().getFirst().options().learningRate(), 1e-12);
  }

  @Test
  void logsHaveARecordForEachEvent() throws IOException {
    Path epochs = directory.resolve("logs/epochs.csv");
    Path steps = directory.resolve("logs/steps.csv");
    Path json = directory.resolve("logs/log.jsonl");
    History history =
        new Trainer(rule(model()), loader())
            .metric("accuracy", Metrics::accuracy)
            .listen(new CsvLog(epochs), CsvLog.ofSteps(steps, 2), JsonLog.ofSteps(json, 3))
            .fit(2);
    List<String> rows = Files.readAllLines(epochs);
    assertEquals("epoch,step,loss,accuracy", rows.getFirst());
    assertEquals(
        "2,8," + history.last().value("loss") + "," + history.last().value("accuracy"),
        rows.getLast());
    rows = Files.readAllLines(steps);
    assertEquals("epoch,step,loss,learning_rate", rows.getFirst());
    assertEquals(5, rows.size());
    assertTrue(rows.get(4).matches("2,8,\\d.*,0\\.05"), rows.get(4));
    rows = Files.readAllLines(json);
    assertEquals(4, rows.size());
    assertTrue(rows.get(0).startsWith("{\"event\":\"step\",\"step\":3,\"epoch\":1,\"loss\":"));
    assertEquals(
        "{\"event\":\"epoch\",\"step\":8,\"epoch\":2,\"loss\":"
            + history.last().value("loss")
            + ",\"accuracy\":"
            + history.last().value("accuracy")
            + "}",
        rows.getLast());
  }
}
