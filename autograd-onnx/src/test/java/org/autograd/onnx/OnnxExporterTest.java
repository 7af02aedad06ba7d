package org.autograd.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.autograd.Variable;
import org.autograd.nn.Activation;
import org.autograd.nn.BatchNorm;
import org.autograd.nn.BatchNorm1d;
import org.autograd.nn.Conv2d;
import org.autograd.nn.EmbeddingBag;
import org.autograd.nn.Flatten;
import org.autograd.nn.Linear;
import org.autograd.nn.Lstm;
import org.autograd.nn.Module;
import org.autograd.nn.ModuleHook;
import org.autograd.nn.Pooling;
import org.autograd.nn.Recurrent;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.type.DType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxExporterTest {
  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("model.onnx");
  }

  /** A module of one's own. */
  private static final class Doubled extends UnaryModule {
    private final Linear linear = child("linear", new Linear(3, 2));

    @Override
    protected Variable forward(Variable input) {
      return linear.apply(input).mul(2);
    }
  }

  private void assertRefused(OnnxExporter exporter, UnaryModule model, String... parts)
      throws IOException {
    Files.writeString(file, "old");
    var error = assertThrows(OnnxExportException.class, () -> exporter.export(model, file));
    for (String part : parts) {
      assertTrue(error.getMessage().contains(part), error.getMessage());
    }
    assertEquals("old", Files.readString(file));
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(1, files.count());
    }
  }

  private static OnnxExporter of(long... shape) {
    return Onnx.exporter().input("x", Variable.ones(shape), "batch");
  }

  private static <M extends UnaryModule> M evaluated(M module) {
    module.eval();
    return module;
  }

  @Test
  void namesAndSizesAreInTheFile() throws Exception {
    Lstm lstm = new Lstm(4, 3, Recurrent.options().bidirectional(true));
    lstm.eval();
    Onnx.exporter()
        .input("sequence", Variable.ones(5, 2, 4), "time", "batch")
        .output("states")
        .export(lstm, file);
    try (RuntimeFile runtime = new RuntimeFile(file)) {
      assertEquals("{sequence=[time, batch, 4]}", runtime.inputAxes().toString());
      assertEquals(
          "{states=[time, batch, 6], output1=[2, batch, 3], output2=[2, batch, 3]}",
          runtime.outputAxes().toString());
    }
    Onnx.export(evaluated(new Conv2d(1, 2, 3)), file, Variable.ones(1, 1, 5, 6));
    try (RuntimeFile runtime = new RuntimeFile(file)) {
      assertEquals("{input=[batch, 1, 5, 6]}", runtime.inputAxes().toString());
      assertEquals("{output=[batch, 2, 3, 4]}", runtime.outputAxes().toString());
    }
    Onnx.exporter()
        .input("image", Variable.ones(1, 1, 5, 6), "", "", "height")
        .export(evaluated(new Conv2d(1, 2, 3)), file);
    try (RuntimeFile runtime = new RuntimeFile(file)) {
      assertEquals("{image=[1, 1, height, 6]}", runtime.inputAxes().toString());
      // Two less than the height, which has no name.
      assertEquals("{output=[1, 2, ?, 4]}", runtime.outputAxes().toString());
    }
  }

  @Test
  void parametersKeepTheirNamesAndAreThereOnce() throws Exception {
    Linear shared = new Linear(50, 50);
    Sequential model = evaluated(new Sequential(shared, Activation.relu(), shared));
    Onnx.export(model, file, Variable.ones(1, 50));
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains("0.weight") && text.contains("0.bias"));
    assertFalse(text.contains("2.weight"));
    assertTrue(Files.size(file) < 2 * 50 * 50 * 4);
    try (RuntimeFile runtime = new RuntimeFile(file)) {
      Variable x = Variable.ones(3, 50);
      assertTrue(model.apply(x).allClose(runtime.run(List.of(x)).getFirst(), 1e-5, 1e-5));
    }
  }

  @Test
  void doublesStayDoubles() throws Exception {
    Linear model = evaluated(new Linear(3, 2, Linear.options().dtype(DType.FLOAT64)));
    Variable x = Variable.of(1.0, -2, 3).reshape(1, 3);
    Onnx.export(model, file, x);
    try (RuntimeFile runtime = new RuntimeFile(file)) {
      Variable result = runtime.run(List.of(x)).getFirst();
      assertEquals(DType.FLOAT64, result.dtype());
      assertTrue(model.apply(x).allClose(result, 1e-14, 1e-14));
    }
  }

  @Test
  void inputsThatAreResultsAndNamesOfModulesDoNotClash() throws Exception {
    Onnx.export(evaluated(new Sequential()), file, Variable.ones(1, 3));
    try (RuntimeFile runtime = new RuntimeFile(file)) {
      Variable x = Variable.of(1f, 2, 3).reshape(1, 3);
      assertTrue(x.allClose(runtime.run(List.of(x)).getFirst(), 0, 0));
    }
    OnnxExporter exporter =
        Onnx.exporter().input("weight", Variable.ones(1, 3), "batch").output("bias");
    Linear model = evaluated(new Linear(3, 2));
    exporter.export(model, file);
    try (RuntimeFile runtime = new RuntimeFile(file)) {
      Variable x = Variable.of(1f, 2, 3).reshape(1, 3);
      assertTrue(model.apply(x).allClose(runtime.run(List.of(x)).getFirst(), 1e-5, 1e-5));
    }
    assertRefused(exporter.output("more"), model, "1 results", "[bias, more]");
    assertRefused(
        Onnx.exporter().input("x", Variable.ones(1, 3)).output("x"), model, "'x'", "rename");
  }

  @Test
  void aModelInTrainingModeIsRefused() throws IOException {
    assertRefused(of(1, 3), new Linear(3, 2), "the model is in training mode", "eval()");
    Sequential half = evaluated(new Sequential(new Linear(3, 2)));
    half.layers().getFirst().train();
    assertRefused(of(1, 3), half, "the module 0 is in training mode");
  }

  @Test
  void aModuleWithoutConverterIsNamedWithItsPlace() throws IOException {
    assertRefused(
        of(1, 3),
        evaluated(new Sequential(new Flatten(), new Sequential(new Doubled()))),
        "in module 1.0 (Doubled)",
        Doubled.class.getName(),
        ".with(Doubled.class, converter)");
    assertRefused(
        Onnx.exporter().input("x", Variable.zeros(DType.INT64, 1, 3)),
        evaluated(new EmbeddingBag(4, 2)),
        "(EmbeddingBag)");
    assertRefused(
        of(1, 3),
        evaluated(new Sequential(Activation.of("Relu", x -> x.neg()))),
        "in module 0 (Activation)",
        "Activation.of",
        "converter");
  }

  @Test
  void aConverterMustSayWhatItsModuleComputes() throws Exception {
    Doubled model = evaluated(new Doubled());
    OnnxConverter<Doubled> right =
        (module, in, graph) -> {
          OnnxValue linear = graph.apply(module.linear, in.getFirst());
          return List.of(graph.node("Add", x -> x.get(0).add(x.get(1)), linear, linear));
        };
    of(1, 3).with(Doubled.class, right).export(model, file);
    try (RuntimeFile runtime = new RuntimeFile(file)) {
      Variable x = Variable.of(1f, 2, 3, 4, 5, 6).reshape(2, 3);
      assertTrue(model.apply(x).allClose(runtime.run(List.of(x)).getFirst(), 1e-5, 1e-5));
    }
    assertRefused(
        of(1, 3)
            .with(Doubled.class, (m, in, graph) -> List.of(graph.apply(m.linear, in.getFirst()))),
        model,
        "in module (Doubled): the converter computes something else",
        "other elements");
    assertRefused(
        of(1, 3).with(Doubled.class, (_, in, _) -> in),
        model,
        "float32[1, 3] instead of float32[1, 2]");
    assertRefused(
        of(1, 3).with(Doubled.class, (_, _, _) -> List.of()), model, "0 values instead of one");
    assertRefused(
        of(1, 3)
            .with(
                Doubled.class,
                (m, in, graph) ->
                    List.of(graph.apply(m.linear, graph.node("Neg", Map.of(), in.getFirst())))),
        model,
        "neg",
        "OnnxGraph.node");
    assertRefused(
        of(1, 3)
            .with(
                Doubled.class,
                (_, in, graph) ->
                    List.of(graph.node("Clip", Map.of("max", List.of()), in.getFirst()))),
        model,
        "attribute max",
        "long[]");
  }

  /** A module of two inputs. */
  private static final class Sum extends Module {}

  @Test
  void aModuleOfSeveralInputsMustSayWhatItGives() throws Exception {
    Sum model = new Sum();
    model.eval();
    Variable x = Variable.of(1f, 2).reshape(1, 2);
    OnnxExporter exporter = Onnx.exporter().input("x", x, "batch").input("y", x, "batch");
    exporter
        .with(
            Sum.class,
            (_, in, graph) ->
                List.of(graph.node("Add", a -> a.get(0).add(a.get(1)), in.get(0), in.get(1))))
        .export(model, file);
    try (RuntimeFile runtime = new RuntimeFile(file)) {
      assertTrue(x.mul(2).allClose(runtime.run(List.of(x, x)).getFirst(), 0, 0));
    }
    OnnxExporter unknown =
        exporter.with(
            Sum.class,
            (_, in, graph) -> List.of(graph.node("Add", Map.of(), in.get(0), in.get(1))));
    var error = assertThrows(OnnxExportException.class, () -> unknown.export(model, file));
    assertTrue(error.getMessage().contains("Sum does not say what result 0"), error.getMessage());
  }

  @Test
  void whatOnnxCannotExpressIsRefused() throws IOException {
    assertRefused(
        of(1, 2, 7),
        evaluated(new Sequential(Pooling.adaptiveAvgPool1d(3))),
        "in module 0 (Pooling)",
        "from 7 to 3");
    assertRefused(
        Onnx.exporter().input("x", Variable.ones(1, 2, 6), "batch", "", "length"),
        evaluated(Pooling.adaptiveAvgPool1d(3)),
        "axis -1",
        "varies");
    assertRefused(
        of(2, 3),
        evaluated(new BatchNorm1d(3, BatchNorm.options().trackRunningStats(false))),
        "running statistics");
    var error =
        assertThrows(
            OnnxExportException.class,
            () -> {
              Linear linear = evaluated(new Linear(3, 2));
              of(1, 3)
                  .with(
                      Linear.class,
                      (_, in, graph) -> List.of(graph.applyCausal(linear, in).getFirst()))
                  .export(linear, file);
            });
    assertTrue(error.getMessage().contains("has no causal mask"), error.getMessage());
  }

  @Test
  void hooksAreNotLeftOut() throws Exception {
    Linear linear = evaluated(new Linear(3, 2));
    Sequential model = evaluated(new Sequential(linear));
    ModuleHook hook = linear.afterForward((_, results) -> List.of(results.getFirst().mul(2)));
    assertRefused(of(1, 3), model, "in module 0 (Linear)", "forward hooks");
    hook.close();
    of(1, 3).export(model, file);
  }

  @Test
  void examplesThatDoNotFitAreRefused() throws IOException {
    Linear linear = evaluated(new Linear(3, 2));
    assertRefused(of(1, 4), linear, "in module (Linear)", "inFeatures=3");
    Variable x = Variable.ones(1, 3);
    OnnxExporter exporter = Onnx.exporter().input("x", x, "n");
    assertThrows(IllegalArgumentException.class, () -> exporter.input("x", x));
    assertThrows(IllegalArgumentException.class, () -> exporter.input("", x));
    assertThrows(IllegalArgumentException.class, () -> exporter.input("y", x, "a", "b", "c"));
    assertThrows(IllegalArgumentException.class, () -> exporter.input("y", Variable.ones(0, 3)));
    assertRefused(
        exporter.input("y", Variable.ones(2, 3), "n"), linear, "sizes 1 and 2", "axis 'n'");
  }

  @Test
  void moreThanAMessageHoldsIsRefused() throws IOException {
    // Of one element, repeated without memory.
    Variable large = Variable.ones(1).expand(536_870_912);
    assertRefused(
        of(1, 3)
            .with(
                Linear.class,
                (_, in, graph) ->
                    List.of(graph.node("Add", Map.of(), in.getFirst(), graph.constant(large)))),
        evaluated(new Linear(3, 2)),
        "2147483647",
        "bytes");
  }
}
