package org.autograd.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.DataLoader;
import org.autograd.data.Sampler;
import org.autograd.data.TensorDataset;
import org.autograd.io.FileFormatException;
import org.autograd.io.SafeTensors;
import org.autograd.nn.Dropout;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.nn.Sequential;
import org.autograd.optim.Adam;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingStateTest {
  private static final Variable INPUTS = Variable.randn(new Generator(1), DType.FLOAT32, 40, 3);
  private static final DataLoader LOADER =
      DataLoader.of(TensorDataset.of(INPUTS, INPUTS.sum(1).gt(0).to(DType.INT64)), 8).shuffle(1);

  @TempDir private Path directory;

  private static Trainer trainer(Mlp model) {
    return trainer(model, LOADER);
  }

  private static Trainer trainer(Mlp model, DataLoader loader) {
    return new Trainer(
        new Backpropagation(
            model, Losses::crossEntropy, new Adam(model.parameters(), Adam.options())),
        loader);
  }

  private static Mlp model(int hidden) {
    return new Mlp(
        Mlp.options().linear(Linear.options().generator(new Generator(2))), 3, hidden, 2);
  }

  private static SequencedMap<String, Variable> copy(Map<String, Variable> state) {
    SequencedMap<String, Variable> copies = new LinkedHashMap<>();
    state.forEach((name, value) -> copies.put(name, value.copy()));
    return copies;
  }

  private static void assertSame(Map<String, Variable> expected, Map<String, Variable> actual) {
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(actual.keySet()));
    expected.forEach((name, value) ->
        assertArrayEquals(value.toDoubleArray(), actual.get(name).toDoubleArray(), name));
  }

  @Test
  void nothingIsChangedUnlessEverythingFits() {
    Trainer source = trainer(model(4));
    source.fit(2);
    SequencedMap<String, Variable> good = copy(source.state().save());

    Trainer target = trainer(model(4));
    target.fit(1);
    SequencedMap<String, Variable> before = copy(target.state().save());
    for (String name : good.keySet()) {
      SequencedMap<String, Variable> missing = copy(good);
      missing.remove(name);
      // What values a history has is said by the history alone.
      if (!name.startsWith("history.values.")) {
        IllegalArgumentException error =
            assertThrows(IllegalArgumentException.class, () -> target.state().load(missing), name);
        assertTrue(error.getMessage().contains("missing"), error.getMessage());
        assertSame(before, target.state().save());
      }

      SequencedMap<String, Variable> misshapen = copy(good);
      misshapen.put(name, Variable.zeros(DType.FLOAT32, 1, 2, 3));
      assertThrows(IllegalArgumentException.class, () -> target.state().load(misshapen), name);
      assertSame(before, target.state().save());
    }
    SequencedMap<String, Variable> surplus = copy(good);
    surplus.put("csv_log.length", Variable.of(5L));
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> target.state().load(surplus));
    assertTrue(error.getMessage().contains("nothing here takes csv_log.length"), error.toString());
    assertSame(before, target.state().save());

    target.state().load(good);
    assertSame(good, target.state().save());
  }

  /** A training in which everything that a checkpoint can store is there, in an epoch. */
  private Trainer withEverything(String name) {
    Mlp model = model(4);
    Trainer trainer =
        new Trainer(
            new Backpropagation(
                model,
                Losses::crossEntropy,
                new Adam(model.parameters(), Adam.options()),
                Backpropagation.options().accumulate(3)),
            LOADER);
    TrainingListener stop =
        new TrainingListener() {
          @Override
          public void onStep(Trainer training, Step step) {
            if (step.number() == 12) {
              training.stop("in an epoch");
            }
          }
        };
    return trainer
        .metric("accuracy", Metrics::accuracy)
        .metric("auc", Metrics::rocAuc)
        .metric("f1", () -> Metrics.f1(2, Averaging.MACRO))
        .listen(
            EarlyStopping.minimizing(model, "loss", 5),
            JsonLog.ofSteps(directory.resolve(name), 1),
            stop);
  }

  @Test
  void wrongValuesChangeNothing() {
    Trainer source = withEverything("source.jsonl");
    source.fit(3);
    SequencedMap<String, Variable> good = copy(source.state().save());
    Map<String, List<Variable>> bad =
        Map.ofEntries(
            Map.entry("trainer.epoch", counts(-1, 1L << 31)),
            Map.entry("trainer.batch", counts(-1, 6, 1L << 31)),
            Map.entry("trainer.step", counts(-1)),
            Map.entry("data.seed", counts(2)),
            Map.entry(
                "history.epochs", List.of(Variable.of(1L, 2_000_000_000L), Variable.of(-1L, 2L))),
            Map.entry("history.values.loss", List.of(Variable.of(1.0, 2.0, 3.0))),
            Map.entry("epoch.examples", counts(-1, 1)),
            Map.entry("epoch.predicted", counts(-1, 41)),
            Map.entry("metric_accuracy.count", List.of(Variable.of(new double[] {-1}))),
            Map.entry("metric_auc.positive_scores", List.of(Variable.of(.5, Double.NaN))),
            Map.entry("metric_f1.counts", List.of(Variable.of(1L, -1L, 3L, 4L))),
            Map.entry("early_stopping.best_epoch", counts(-1, 1L << 31)),
            Map.entry("early_stopping.waited", counts(-1, 1L << 31)),
            Map.entry("accumulation.pending", counts(-1, 3, 1L << 31)),
            Map.entry("json_log.length", counts(-1)));

    Trainer target = withEverything("target.jsonl");
    target.fit(1);
    SequencedMap<String, Variable> before = copy(target.state().save());
    bad.forEach((name, wrong) -> {
      assertTrue(good.containsKey(name), name + " of " + good.keySet());
      for (Variable value : wrong) {
        SequencedMap<String, Variable> state = copy(good);
        state.put(name, value);
        IllegalArgumentException error =
            assertThrows(
                IllegalArgumentException.class, () -> target.state().load(state), name + value);
        String part = name.substring(0, name.indexOf('.'));
        assertTrue(error.getMessage().contains(part + ": "), error.getMessage());
        assertSame(before, target.state().save());
      }
    });
    target.state().load(good);
    assertSame(good, target.state().save());
  }

  private static List<Variable> counts(long... values) {
    return LongStream.of(values).mapToObj(value -> Variable.of(value)).toList();
  }

  @Test
  void aPartThatFailsInTheMiddleIsUndone() {
    long[] held = {1, 2};
    TrainingState state = new TrainingState();
    Generator generator = new Generator(3);
    state.add("noise", generator);
    state.add(
        "careless",
        () -> {
          SequencedMap<String, Variable> values = new LinkedHashMap<>();
          values.put("numbers", Variable.of(held.clone()));
          return values;
        },
        saved -> {
          long[] numbers = saved.get("numbers").toLongArray();
          held[0] = numbers[0];
          held[1] = Math.toIntExact(numbers[1]);
        });
    SequencedMap<String, Variable> before = copy(state.save());
    SequencedMap<String, Variable> other = copy(before);
    other.put("noise.state", Variable.of(5L, 6L));
    other.put("careless.numbers", Variable.of(7L, 1L << 40));
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> state.load(other));
    assertTrue(error.getMessage().contains("careless: java.lang.Arith"), error.getMessage());
    assertSame(before, state.save());
  }

  @Test
  void theDataMustComeInTheSameOrder() {
    Mlp model = model(4);
    SequencedMap<String, Variable> state = copy(trainer(model, LOADER).state().save());
    Map<String, DataLoader> others =
        Map.of(
            "data: mismatched seed, was 1, now is 7",
            LOADER.seed(7),
            "mismatched batch_size, was 8, now is 10",
            DataLoader.of(LOADER.dataset(), 10).shuffle(1),
            "mismatched examples, was 40, now is 39",
            DataLoader.of(TensorDataset.of(INPUTS).slice(0, 39), 8).shuffle(1),
            "data: mismatched first_order_hash, the sampler gives another order",
            LOADER.sampler(Sampler.sequential()));
    others.forEach((message, loader) -> {
      Trainer target = trainer(model, loader);
      IllegalArgumentException error =
          assertThrows(IllegalArgumentException.class, () -> target.state().load(state), message);
      assertTrue(error.getMessage().contains(message), error.getMessage());
    });
    assertEquals(
        1, others.keySet().stream().filter(message -> message.contains("first_order")).count());
    // Workers change nothing.
    trainer(model, LOADER.workers(2)).state().load(state);
  }

  @Test
  void anEpochWithoutAValueHasNoneAfterwards() {
    History history = new History();
    double[][] values = {{3, Double.NaN}, {2, .5}, {1, .75}};
    for (double[] pair : values) {
      SequencedMap<String, Double> epoch = new LinkedHashMap<>();
      epoch.put("loss", pair[0]);
      if (history.epochs().size() != 1) {
        epoch.put("auc", pair[1]);
      }
      history.add(new Epoch(history.epochs().size() + 1, epoch));
    }
    History loaded = new History();
    loaded.load(history.save());
    assertEquals(history.epochs(), loaded.epochs());
    assertEquals("loss 2.000000", loaded.epochs().get(1).describe());
    assertEquals("loss 3.000000  auc NaN", loaded.epochs().get(0).describe());
    for (long number : new long[] {0, 4}) {
      SequencedMap<String, Variable> wrong = history.save();
      wrong.put("without.auc", Variable.of(number));
      assertThrows(IllegalArgumentException.class, () -> loaded.load(wrong));
      assertEquals(history.epochs(), loaded.epochs());
    }
  }

  @Test
  void aLogThatHasLostItsEndGoesOn() throws IOException {
    Path csv = directory.resolve("log.csv");
    Path checkpoints = directory.resolve("checkpoints");
    Trainer first = trainer(model(4)).listen(CsvLog.ofSteps(csv, 1));
    first.checkpoints(Checkpoints.in(checkpoints)).fit(1);
    List<String> rows = Files.readAllLines(csv);
    assertEquals(6, rows.size());
    // The last row but one is whole, of the last one there is a part.
    Files.writeString(csv, String.join("\n", rows.subList(0, 5)) + "\n1,5,0.");
    Trainer second = trainer(model(4)).listen(CsvLog.ofSteps(csv, 1));
    second.checkpoints(Checkpoints.in(checkpoints));
    assertTrue(second.resume());
    second.fit(2);
    List<String> after = Files.readAllLines(csv);
    assertEquals(rows.subList(0, 5), after.subList(0, 5));
    assertEquals(10, after.size());
    assertTrue(after.get(5).startsWith("2,6,"), after.get(5));

    Files.delete(csv);
    Trainer third = trainer(model(4)).listen(CsvLog.ofSteps(csv, 1));
    third.checkpoints(Checkpoints.in(checkpoints));
    assertTrue(third.resume());
    third.fit(3);
    after = Files.readAllLines(csv);
    assertEquals(rows.getFirst(), after.getFirst());
    assertEquals(6, after.size());
  }

  @Test
  void unfinishedCheckpointsAreDeleted() throws IOException {
    String unfinished = ".checkpoint-000000003.safetensors." + UUID.randomUUID();
    Files.write(directory.resolve(unfinished), new byte[100]);
    List<String> others = List.of(".checkpoint-notes", ".other.safetensors." + UUID.randomUUID());
    for (String other : others) {
      Files.createFile(directory.resolve(other));
    }
    trainer(model(4)).checkpoints(Checkpoints.in(directory)).fit(1);
    List<String> expected = new ArrayList<>(others);
    expected.add("checkpoint-000000005.safetensors");
    assertEquals(expected, checkpoints());
  }

  @Test
  void partsOfTheSameNameAreNumbered() {
    TrainingState state = new TrainingState();
    state.add("noise", new Generator(1));
    state.add("noise", new Generator(2));
    assertEquals(List.of("noise.state", "noise_2.state"), List.copyOf(state.save().keySet()));
    assertThrows(IllegalArgumentException.class, () -> state.add("a.b", new Generator(1)));
  }

  @Test
  void generatorsOfModulesGoOn() {
    Sequential model = new Sequential(new Dropout(.5, new Generator(5)), new Linear(3, 2));
    TrainingState state = new TrainingState();
    state.add("model", model);
    assertEquals(
        List.of("model.1.weight", "model.1.bias", "model_generators.0.generator"),
        List.copyOf(state.save().keySet()));
    model.apply(INPUTS);
    SequencedMap<String, Variable> saved = copy(state.save());
    float[] next = model.apply(INPUTS).toFloatArray();
    model.apply(INPUTS);
    state.load(saved);
    assertArrayEquals(next, model.apply(INPUTS).toFloatArray());
  }

  @Test
  void aFileOfWeightsIsNoCheckpoint() throws IOException {
    Path file = directory.resolve("weights.safetensors");
    SafeTensors.of(model(4).stateDict()).write(file);
    FileFormatException error =
        assertThrows(FileFormatException.class, () -> trainer(model(4)).resume(file));
    assertTrue(error.getMessage().contains(file.toString()), error.getMessage());
  }

  @Test
  void theModelCanBeHadWithoutTheRest() throws IOException {
    Trainer trainer = trainer(model(4));
    trainer.fit(1);
    Path file = directory.resolve("c.safetensors");
    TrainingCheckpoint.write(file, trainer.state());
    Mlp fresh = model(4);
    fresh.loadStateDict(TrainingCheckpoint.part(file, "model"));
    assertArrayEquals(
        trainer.rule().predict(INPUTS).toFloatArray(), fresh.apply(INPUTS).toFloatArray());
    assertThrows(IllegalArgumentException.class, () -> TrainingCheckpoint.part(file, "scheduler"));
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> trainer(model(5)).resume(file));
    assertTrue(error.getMessage().startsWith(file.toString()), error.getMessage());
    assertTrue(error.getMessage().contains("0.weight"), error.getMessage());
  }

  private List<String> checkpoints() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theLastCheckpointsAreKept() throws IOException {
    Trainer trainer = trainer(model(4));
    assertThrows(IllegalStateException.class, trainer::resume);
    trainer.checkpoints(Checkpoints.in(directory).everySteps(3).everyEpochs(10).keep(2));
    assertEquals(false, trainer.resume());
    trainer.fit(2);
    assertEquals(
        List.of("checkpoint-000000009.safetensors", "checkpoint-000000010.safetensors"),
        checkpoints());

    Trainer other = trainer(model(4));
    other.checkpoints(Checkpoints.in(directory));
    IllegalStateException error = assertThrows(IllegalStateException.class, () -> other.fit(1));
    assertTrue(error.getMessage().contains("earlier run"), error.getMessage());
    assertEquals(true, other.resume());
    assertEquals(2, other.fit(2).epochs().size());
    assertSame(trainer.state().save(), other.state().save());
  }

  @Test
  void accumulatedGradientsAreStored() {
    List<SequencedMap<String, Variable>> ends = new ArrayList<>();
    for (int interrupted = 0; interrupted < 2; interrupted++) {
      Trainer trainer = accumulating();
      TrainingListener stop =
          new TrainingListener() {
            @Override
            public void onStep(Trainer training, Step step) {
              if (step.number() == 7) {
                training.stop("in the middle of three batches");
              }
            }
          };
      if (interrupted == 1) {
        trainer.listen(stop).fit(3);
        SequencedMap<String, Variable> state = copy(trainer.state().save());
        assertTrue(state.containsKey("accumulation.gradient.0.weight"), state.keySet().toString());
        trainer = accumulating();
        trainer.state().load(state);
      }
      trainer.fit(3);
      ends.add(trainer.state().save());
    }
    assertSame(ends.get(0), ends.get(1));
  }

  private static Trainer accumulating() {
    Mlp model = model(4);
    return new Trainer(
        new Backpropagation(
            model,
            Losses::crossEntropy,
            new Adam(model.parameters(), Adam.options()),
            Backpropagation.options().accumulate(3).clipNorm(1)),
        LOADER);
  }
}
