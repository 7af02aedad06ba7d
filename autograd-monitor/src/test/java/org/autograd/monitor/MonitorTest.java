package org.autograd.monitor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import javax.imageio.ImageIO;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.data.DataLoader;
import org.autograd.data.TensorDataset;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.optim.Adam;
import org.autograd.training.Backpropagation;
import org.autograd.training.Checkpoints;
import org.autograd.training.LearningRule;
import org.autograd.training.Metrics;
import org.autograd.training.Outcome;
import org.autograd.training.Step;
import org.autograd.training.Trainer;
import org.autograd.training.TrainingListener;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MonitorTest {
  private static final Variable INPUTS = Variable.randn(new Generator(1), DType.FLOAT32, 40, 3);
  private static final Variable LABELS = INPUTS.sum(1).gt(0).to(DType.INT64);

  @TempDir private Path directory;

  private static Trainer trainer() {
    Mlp model =
        new Mlp(Mlp.options().linear(Linear.options().generator(new Generator(1))), 3, 4, 2);
    LearningRule rule =
        new Backpropagation(
            model, Losses::crossEntropy, new Adam(model.parameters(), Adam.options()));
    TensorDataset data = TensorDataset.of(INPUTS, LABELS);
    return new Trainer(rule, DataLoader.of(data, 10))
        .validation(DataLoader.of(data, 40))
        .metric("accuracy", Metrics::accuracy);
  }

  @Test
  void progressIsLinesWhereThereIsNoTerminal() {
    StringWriter text = new StringWriter();
    trainer().listen(new Progress(new PrintWriter(text))).fit(30);
    List<String> lines = text.toString().lines().toList();
    assertEquals(15, lines.size(), text.toString());
    assertTrue(
        lines
            .getFirst()
            .matches(
                "epoch 2/30  loss \\d\\.\\d{6}  accuracy \\d\\.\\d{4}  validation_loss \\d\\.\\d{6}"
                    + "  validation_accuracy \\d\\.\\d{4}"),
        lines.getFirst());
    assertTrue(lines.getLast().startsWith("epoch 30/30 "), lines.getLast());
  }

  @Test
  void progressSaysWhyItStopped() {
    StringWriter text = new StringWriter();
    TrainingListener stopper =
        new TrainingListener() {
          @Override
          public void onStep(Trainer trainer, Step step) {
            trainer.stop("enough is enough");
          }
        };
    trainer().listen(stopper, new Progress(new PrintWriter(text))).fit(3);
    assertEquals("stopped: enough is enough", text.toString().strip());
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Returns how many pixels have a colour of the first series. */
  private static long bluePixels(BufferedImage image) {
    long count = 0;
    for (int x = 0; x < image.getWidth(); x++) {
      for (int y = 0; y < image.getHeight(); y++) {
        count += (image.getRGB(x, y) & 0xffffff) == 0x1f77b4 ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void aRasterHasAMarkForEachEvent() throws IOException {
    Path file = directory.resolve("raster.png");
    new RasterChart("Test", "step", "neuron", 20, 30).write(file);
    assertEquals(0, bluePixels(ImageIO.read(file.toFile())));
    new RasterChart("Test", "step", "neuron", 20, 30)
        .marks("one", new double[] {3}, new double[] {4})
        .write(file);
    long one = bluePixels(ImageIO.read(file.toFile()));
    assertTrue(one > 0);
    new RasterChart("Test", "step", "neuron", 20, 30)
        .marks("three", new double[] {3, 10, 19}, new double[] {4, 4, 29})
        .marks("none", new double[0], new double[0])
        .write(file);
    long three = bluePixels(ImageIO.read(file.toFile()));
    assertTrue(three > 2 * one && three < 4 * one, three + " pixels of marks of " + one);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new RasterChart("Test", "step", "neuron", 20, 30)
                .marks("unequal", new double[1], new double[2]));
    assertThrows(
        IllegalArgumentException.class, () -> new RasterChart("Test", "step", "neuron", 0, 30));
  }

  @Test
  void picturesShowValuesAndGradients() throws IOException {
    trainer()
        .listen(new TrainingPlots(directory, "Test"), new GradientPlots(directory, "Test"))
        .fit(3);
    assertEquals(
        List.of("accuracy.png", "gradient-flow.png", "gradient-norm.png", "loss.png"), files());
    for (String file : files()) {
      BufferedImage image = ImageIO.read(directory.resolve(file).toFile());
      assertEquals(700, image.getWidth());
      assertTrue(bluePixels(image) > 20, file);
    }
  }

  @Test
  void aRuleWithoutGradientsHasNoPictureOfThem() throws IOException {
    LearningRule still =
        new LearningRule() {
          private final Mlp model = new Mlp(3, 2);

          @Override
          public Mlp module() {
            return model;
          }

          @Override
          public Outcome learn(Batch batch) {
            return Outcome.of(1, null);
          }

          @Override
          public Variable predict(Variable inputs) {
            return model.evaluate(() -> model.apply(inputs));
          }
        };
    new Trainer(still, DataLoader.of(TensorDataset.of(INPUTS, LABELS), 10))
        .metric("accuracy", Metrics::accuracy)
        .listen(new TrainingPlots(directory, "Test"), new GradientPlots(directory, "Test"))
        .fit(1);
    assertEquals(List.of("loss.png"), files());
  }

  @Test
  void gradientsAreTheMeanAndTheLargest() throws IOException {
    Variable weight = Variable.of(1f, 2f, 3f).requiresGrad(true);
    weight.square().sum().backward();
    Map<String, Variable> parameters = new LinkedHashMap<>();
    parameters.put("weight", weight);
    parameters.put("unreached", Variable.ones(2).requiresGrad(true));
    Path file = directory.resolve("flow.png");
    GradientPlots.chart("Test", parameters).write(file);
    assertTrue(bluePixels(ImageIO.read(file.toFile())) > 1000);
  }

  @Test
  void chartsRefuseWhatTheyCannotShow() {
    LineChart chart = new LineChart("Test", "x", "y");
    assertThrows(
        IllegalArgumentException.class, () -> chart.line("a", new double[2], new double[3]));
    assertThrows(IllegalArgumentException.class, () -> chart.line("a", new double[] {Double.NaN}));
    assertThrows(
        IllegalArgumentException.class,
        () -> new BarChart("Test", "y", List.of("one")).bars("a", 1, 2));
  }

  /** An event as it was read: its step, and what its value has. */
  private record Event(long step, String tag, float scalar, List<Double> counts, double max) {}

  private static int masked(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    int value = (int) crc.getValue();
    return ((value >>> 15) | (value << 17)) + 0xa282ead8;
  }

  /**
   * Reads records as TensorFlow's record_reader.cc does, and the messages by their field numbers.
   */
  private static List<Event> events(Path file) throws IOException {
    List<Event> events = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      byte[] length = new byte[8];
      bytes.get(length);
      assertEquals(masked(length), bytes.getInt());
      byte[] content =
          new byte
              [Math.toIntExact(ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong())];
      bytes.get(content);
      assertEquals(masked(content), bytes.getInt());
      events.add(event(content));
    }
    return events;
  }

  private static Event event(byte[] content) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(content);
    long step = 0;
    Event value = new Event(0, "", 0, List.of(), 0);
    int tag = in.readTag();
    while (tag != 0) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> assertTrue(in.readDouble() > 1.6e9, "seconds since 1970");
        case 2 -> step = in.readInt64();
        case 3 -> value = new Event(0, in.readString(), 0, List.of(), 0);
        case 5 -> value = summary(in.readByteArray());
        default -> throw new AssertionError("field " + tag);
      }
      tag = in.readTag();
    }
    return new Event(step, value.tag, value.scalar, value.counts, value.max);
  }

  private static Event summary(byte[] content) throws IOException {
    CodedInputStream outer = CodedInputStream.newInstance(content);
    assertEquals(1, WireFormat.getTagFieldNumber(outer.readTag()));
    CodedInputStream in = outer.readBytes().newCodedInput();
    assertTrue(outer.isAtEnd());
    String name = "";
    float scalar = Float.NaN;
    List<Double> counts = new ArrayList<>();
    double max = Double.NaN;
    int tag = in.readTag();
    while (tag != 0) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> name = in.readString();
        case 2 -> scalar = in.readFloat();
        case 5 -> {
          CodedInputStream histogram = in.readBytes().newCodedInput();
          int field = histogram.readTag();
          while (field != 0) {
            int number = WireFormat.getTagFieldNumber(field);
            if (number <= 5) {
              double read = histogram.readDouble();
              max = number == 2 ? read : max;
            } else {
              ByteBuffer packed =
                  ByteBuffer.wrap(histogram.readByteArray()).order(ByteOrder.LITTLE_ENDIAN);
              while (packed.hasRemaining()) {
                double read = packed.getDouble();
                if (number == 7) {
                  counts.add(read);
                }
              }
            }
            field = histogram.readTag();
          }
        }
        default -> throw new AssertionError("field " + tag);
      }
      tag = in.readTag();
    }
    return new Event(0, name, scalar, counts, max);
  }

  @Test
  void eventFilesHaveScalarsAndHistograms() throws IOException {
    Trainer trainer = trainer();
    TensorBoard board = new TensorBoard(directory, 2);
    trainer.listen(board).fit(2);
    List<Event> events = events(directory.resolve("events.out.tfevents.autograd"));
    assertEquals("brain.Event:2", events.getFirst().tag);
    assertEquals(1 + 4 * 2 + 2 * (4 + 4), events.size());
    List<Event> losses = events.stream().filter(e -> e.tag.equals("epoch/loss")).toList();
    assertEquals(List.of(1L, 2L), losses.stream().map(Event::step).toList());
    assertEquals((float) trainer.history().last().value("loss"), losses.get(1).scalar);
    assertEquals(
        List.of(2L, 4L, 6L, 8L),
        events.stream().filter(e -> e.tag.equals("step/loss")).map(Event::step).toList());
    Event weights = events.stream().filter(e -> e.tag.equals("0.weight")).toList().getLast();
    Variable weight = trainer.rule().module().parameters().getFirst().detach();
    assertEquals(30, weights.counts.size());
    assertEquals(12, weights.counts.stream().mapToDouble(count -> count).sum());
    assertEquals(weight.max().item(), weights.max);
  }

  @Test
  void aHistogramCountsEachValueOnce() throws IOException {
    TensorBoard board = new TensorBoard(directory, 1);
    board.open();
    board.histogram("equal", 1, Variable.ones(5));
    board.histogram("spread", 2, Variable.of(0, 1, 2, 29.5, 30, Double.NaN));
    board.histogram("empty", 3, Variable.zeros(0));
    board.close();
    List<Event> events = events(directory.resolve("events.out.tfevents.autograd"));
    assertEquals(5, events.get(1).counts.getFirst());
    List<Double> spread = events.get(2).counts;
    assertEquals(
        List.of(1.0, 1.0, 1.0, 2.0),
        List.of(spread.get(0), spread.get(1), spread.get(2), spread.get(29)));
    assertEquals(0, events.get(3).counts.stream().mapToDouble(count -> count).sum());
  }

  @Test
  void monitorsGoOnWhereACheckpointWasWritten() throws IOException {
    Path whole = directory.resolve("whole");
    Path resumed = directory.resolve("resumed");
    watched(whole).fit(4);
    watched(resumed).fit(2);
    Files.writeString(
        resumed.resolve("events.out.tfevents.autograd"),
        "a record that is not whole",
        StandardCharsets.UTF_8,
        StandardOpenOption.APPEND);
    Trainer again = watched(resumed);
    assertTrue(again.resume());
    again.fit(4);
    List<Event> expected = events(whole.resolve("events.out.tfevents.autograd"));
    assertEquals(expected, events(resumed.resolve("events.out.tfevents.autograd")));
    for (String picture : List.of("gradient-flow.png", "gradient-norm.png", "loss.png")) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(picture)),
          Files.readAllBytes(resumed.resolve(picture)),
          picture);
    }
    Files.delete(resumed.resolve("events.out.tfevents.autograd"));
    Trainer withoutFile = watched(resumed);
    assertTrue(withoutFile.resume());
    withoutFile.fit(5);
    List<Event> rest = events(resumed.resolve("events.out.tfevents.autograd"));
    assertEquals(4L * withoutFile.stepsPerEpoch() + 1, rest.get(1).step);
  }

  @Test
  void gradientsOfAnotherModelAreRefused() {
    Trainer trainer = watched(directory);
    trainer.fit(1);
    SequencedMap<String, Variable> state = trainer.state().save();
    state.put("gradient_flow.means", Variable.of(1.0));
    state.put("gradient_flow.largest", Variable.of(1.0));
    Trainer other = watched(directory);
    other.state().load(state);
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> other.fit(2));
    assertTrue(error.getMessage().contains("gradients of 1 parameters"), error.getMessage());
  }

  private static Trainer watched(Path output) {
    return trainer()
        .listen(
            new TrainingPlots(output, "Test"),
            new GradientPlots(output, "Test"),
            new TensorBoard(output, 1))
        .checkpoints(Checkpoints.in(output.resolve("checkpoints")));
  }
}
