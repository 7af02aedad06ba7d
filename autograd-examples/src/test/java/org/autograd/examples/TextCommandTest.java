package org.autograd.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.examples.CharacterTransformer.Size;
import org.autograd.io.FileFormatException;
import org.autograd.training.TrainingState;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextCommandTest {
  private static final String VERSE = "the whale, the whale, the white whale! ";

  @TempDir private Path directory;

  private String[] verses(String... more) throws IOException {
    Path file = directory.resolve("verses.txt");
    Files.writeString(file, VERSE.repeat(60));
    List<String> arguments =
        new ArrayList<>(
            List.of("text", "--data", file.toString(), "--context=16", "--features=16"));
    arguments.addAll(List.of("--layers=1", "--heads=2", "--batch-size=8", "--sample=39"));
    arguments.addAll(Arrays.asList(more));
    return arguments.toArray(String[]::new);
  }

  @Test
  void aTextThatRepeatsItselfIsLearnedByHeart() throws IOException {
    Path output = directory.resolve("run");
    Invocation run =
        Invocation.train(output, verses("--epochs=12", "--temperature=0.01", "--prompt=the whale"));
    assertTrue(run.out().contains("2106 characters to learn from, 234 to test, 10 different"));
    assertTrue(run.result() < 0.5, run.out());
    assertTrue(run.out().matches("(?s).*the whale[,!] the wh(al|it)e.*"), run.out());
    assertEquals(" !,aehiltw", Files.readString(output.resolve("vocabulary.txt")));
    assertTrue(Files.exists(output.resolve("model.safetensors")));
  }

  @Test
  void anErrorOfTheTextNamesTheFile() throws IOException {
    Path file = directory.resolve("latin.txt");
    Files.write(file, VERSE.concat("gr\u00fcn").repeat(60).getBytes(StandardCharsets.ISO_8859_1));
    Invocation run =
        Invocation.of(
            "train",
            "text",
            "--data",
            file.toString(),
            "--output",
            directory.resolve("latin").toString());
    assertNotEquals(0, run.status());
    assertTrue(run.err().contains(file + ": at byte 41: this is not UTF-8"), run.err());

    Files.writeString(file, "gr\u00fcn");
    assertEquals("gr\u00fcn", TextFile.read(file, 5));
    var error = assertThrows(FileFormatException.class, () -> TextFile.read(file, 4));
    assertTrue(error.getMessage().startsWith(file + ": at byte 4: "), error.getMessage());
  }

  @Test
  void aResumedTrainingWritesTheSameText() throws IOException {
    Invocation whole = Invocation.train(directory.resolve("whole"), verses("--epochs=2"));
    Path output = directory.resolve("parts");
    // As if it had been interrupted: the schedule is that of both epochs from the start.
    Invocation.train(output, verses("--epochs=2", "--checkpoint=5"));
    Path checkpoints = output.resolve("checkpoints");
    try (var files = Files.list(checkpoints)) {
      List<Path> all = files.sorted().toList();
      Files.delete(all.getLast());
    }
    Invocation resumed = Invocation.train(output, verses("--epochs=2", "--resume"));
    assertTrue(resumed.out().contains("resumed at step "), resumed.out());
    assertEquals(whole.result(), resumed.result());
  }

  @Test
  void aTrainingEndsWhenItsTimeIsOver() throws IOException {
    Invocation run =
        Invocation.train(directory.resolve("run"), verses("--epochs=100000", "--minutes=0.01"));
    assertTrue(run.out().contains("stopped: the time is over"), run.out());
  }

  @Test
  void impossibleTextsAndPromptsAreRefused() throws IOException {
    Path file = directory.resolve("short.txt");
    Files.writeString(file, "too short");
    Invocation tooShort = Invocation.of("train", "text", "--data", file.toString());
    assertEquals(2, tooShort.status());
    assertTrue(tooShort.err().contains("The text has 9 characters"), tooShort.err());

    String[] arguments = verses("--prompt=Ahab");
    String[] command = new String[arguments.length + 1];
    command[0] = "train";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Invocation unknown = Invocation.of(command);
    assertEquals(1, unknown.status());
    assertTrue(unknown.err().contains("'A'"), unknown.err());
  }

  @Test
  void noPositionSeesWhatComesAfterIt() {
    CharacterTransformer model =
        new CharacterTransformer(5, new Size(8, 16, 2, 4), new Generator(1));
    Variable text = Variable.of(0L, 1L, 2L, 3L, 4L, 0L, 1L, 2L).unsqueeze(0);
    Variable other = Variable.of(0L, 1L, 2L, 3L, 4L, 1L, 3L, 0L).unsqueeze(0);
    Variable seen = model.apply(text).narrow(1, 0, 5);
    assertArrayEquals(
        seen.toFloatArray(), model.apply(other).narrow(1, 0, 5).toFloatArray(), 1e-6f);
  }

  @Test
  void bitsAreMeasuredOnSecondHalvesOfWindows() {
    CharacterTransformer model =
        new CharacterTransformer(5, new Size(4, 16, 1, 2), new Generator(1));
    Variable text = Variable.randint(new Generator(2), 0, 5, 11).to(DType.INT64);
    // The windows begin at 0, 2, 4 and 6; their targets at 3 and 4, 5 and 6, 7 and 8, 9 and 10.
    double sum = 0;
    for (int target = 3; target <= 10; target++) {
      int start = target % 2 == 1 ? target - 3 : target - 4;
      Variable logits = model.apply(text.narrow(0, start, 4).unsqueeze(0));
      double[] scores = logits.select(1, target - start - 1).logSoftmax(-1).toDoubleArray();
      sum -= scores[(int) text.toLongArray()[target]] / Math.log(2);
    }
    assertEquals(sum / 8, model.bitsPerToken(text), 1e-5);
  }

  @Test
  void temperatureDecidesHowBoldlyItIsWritten() {
    CharacterTransformer model =
        new CharacterTransformer(5, new Size(4, 16, 1, 2), new Generator(1));
    Variable start = Variable.of(new long[] {0});
    Variable cold = model.sample(start, 30, 1e-6, new Generator(1));
    assertEquals(31, cold.size(0));
    assertArrayEquals(
        cold.toLongArray(), model.sample(start, 30, 1e-6, new Generator(2)).toLongArray());
    long[] hot = model.sample(start, 30, 1e6, new Generator(1)).toLongArray();
    assertEquals(5, Arrays.stream(hot).distinct().count());
  }

  @Test
  void anImpossibleTimeIsRefused() {
    TrainingState state = new TrainingState();
    new Annealing(List.of(), null, () -> 0).addTo(state);
    for (double time : new double[] {-1, Double.NaN}) {
      SequencedMap<String, Variable> saved = state.save();
      saved.put("annealing.elapsed", Variable.of(new double[] {time}));
      assertThrows(IllegalArgumentException.class, () -> state.load(saved));
    }
  }

  @Test
  void ratesRiseAndFall() {
    assertEquals(0, Annealing.factor(0));
    assertEquals(0.5, Annealing.factor(0.025), 1e-12);
    assertEquals(1, Annealing.factor(0.05), 1e-12);
    assertEquals(0.5, Annealing.factor(0.525), 1e-12);
    assertEquals(0, Annealing.factor(1), 1e-12);
    assertEquals(0, Annealing.factor(1.5), 1e-12);
  }
}
