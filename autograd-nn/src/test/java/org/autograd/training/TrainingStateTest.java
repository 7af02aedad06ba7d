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
import java.util.stream.Stream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.DataLoader;
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
    return new Trainer(
        new Backpropagation(
            model, Losses::crossEntropy, new Adam(model.parameters(), Adam.options())),
        LOADER);
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

  @Test
  void anEpochMustHaveTheSameBatches() {
    Trainer source = trainer(model(4));
    SequencedMap<String, Variable> state = copy(source.state().save());
    Mlp model = model(4);
    Trainer target =
        new Trainer(
            new Backpropagation(
                model, Losses::crossEntropy, new Adam(model.parameters(), Adam.options())),
            DataLoader.of(TensorDataset.of(INPUTS), 10));
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> target.state().load(state));
    assertTrue(error.getMessage().contains("5 batches, now it has 4"), error.getMessage());
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
