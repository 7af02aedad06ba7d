package org.autograd.modules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.nn.Mlp;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The other tests run on the class path; here a user's module is compiled and run on the module
 * path, with EJML alone on the class path as autograd-core/pom.xml explains.
 */
class ModulePathTest {
  /** The recorded network of two hidden neurons, one step, then a larger network in float32. */
  private static final String PROGRAM =
      """
      package sample;

      import java.util.Arrays;
      import java.util.Map;
      import org.autograd.Generator;
      import org.autograd.Variable;
      import org.autograd.nn.Activation;
      import org.autograd.nn.Linear;
      import org.autograd.nn.Losses;
      import org.autograd.nn.Mlp;
      import org.autograd.optim.Sgd;
      import org.autograd.type.DType;

      public final class Main {
        public static void main(String[] arguments) {
          Module core = Variable.class.getModule();
          System.out.println("modules " + core.getName() + " " + Mlp.class.getModule().getName());
          System.out.println("vector " + ModuleLayer.boot().findModule("jdk.incubator.vector")
              .map(core::canRead).orElse(false));
          Mlp model = new Mlp(
              Mlp.options().activation(Activation.sigmoid())
                  .linear(Linear.options().dtype(DType.FLOAT64)),
              2, 2, 1);
          model.loadStateDict(Map.of(
              "0.weight", Variable.of(new double[][] {{0.15, 0.2}, {0.25, 0.3}}),
              "0.bias", Variable.of(0.35, 0.35),
              "2.weight", Variable.of(new double[][] {{0.4, 0.5}}),
              "2.bias", Variable.of(0.6)));
          Variable y = model.apply(Variable.of(new double[][] {{0.05, 0.1}}));
          y.sub(0.01).square().sum().div(2).backward();
          model.namedParameters().forEach((name, p) ->
              System.out.println(name + " " + Arrays.toString(p.grad().toDoubleArray())));
          new Sgd(model.parameters(), Sgd.options().learningRate(0.5)).step();
          System.out.println("stepped "
              + Arrays.toString(model.namedParameters().get("2.bias").toDoubleArray()));

          Generator rng = new Generator(1);
          Mlp larger = new Mlp(
              Mlp.options().activation(Activation.tanh())
                  .linear(Linear.options().generator(rng)), 20, 64, 5);
          Variable x = Variable.randn(rng, DType.FLOAT32, 128, 20);
          Variable labels = Variable.randint(rng, 0, 5, 128);
          Sgd optimizer =
              new Sgd(larger.parameters(), Sgd.options().learningRate(0.5).momentum(0.9));
          double first = 0;
          double last = 0;
          // Long enough for loops to be compiled.
          for (int step = 0; step < 200; step++) {
            optimizer.zeroGrad();
            Variable loss = Losses.crossEntropy(larger.apply(x), labels);
            loss.backward();
            optimizer.step();
            last = loss.item();
            first = step == 0 ? last : first;
          }
          System.out.println("losses " + Arrays.toString(new double[] {first, last}));
        }
      }
      """;

  private static final List<String> LIBRARIES =
      List.of("guava-", "failureaccess-", "jackson-core-", "fastcsv-");

  /** The modules' {@code requires transitive static} of JSpecify holds for the compiler. */
  private static final List<String> FOR_COMPILING =
      Stream.concat(LIBRARIES.stream(), Stream.of("jspecify-")).toList();

  @TempDir private static Path directory;

  /** Compiles the user's module; it names only {@code org.autograd.nn}. */
  @BeforeAll
  static void compile() throws Exception {
    Path source = Files.createDirectories(directory.resolve("source"));
    Files.writeString(
        source.resolve("module-info.java"), "module sample { requires org.autograd.nn; }");
    Files.writeString(source.resolve("Main.java"), PROGRAM);
    StringWriter output = new StringWriter();
    PrintWriter printer = new PrintWriter(output);
    int code =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                printer,
                printer,
                "-d",
                directory.resolve("classes").toString(),
                "--module-path",
                path(Stream.concat(ours(), jars(FOR_COMPILING))),
                source.resolve("module-info.java").toString(),
                source.resolve("Main.java").toString());
    assertEquals(0, code, output.toString());
  }

  /** Returns the class directories or jars of the core and of this module. */
  private static Stream<String> ours() throws URISyntaxException {
    List<String> result = new ArrayList<>();
    for (Class<?> type : List.of(Variable.class, Mlp.class)) {
      result.add(
          Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    return result.stream();
  }

  private static Stream<String> jars(List<String> prefixes) {
    List<String> found =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> prefixes.stream().anyMatch(new File(entry).getName()::startsWith))
            .toList();
    assertTrue(found.size() >= prefixes.size(), () -> prefixes + " in " + found);
    return found.stream();
  }

  private static String path(Stream<String> entries) {
    return entries.collect(Collectors.joining(File.pathSeparator));
  }

  private record Result(int code, String output) {
    double[] numbers(String name) {
      String line =
          output
              .lines()
              .filter(l -> l.startsWith(name + " ["))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no " + name + " in\n" + output));
      String list = line.substring(name.length() + 2, line.length() - 1);
      return Arrays.stream(list.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
    }
  }

  /** Runs the user's module. */
  private static Result run(boolean ejml, List<String> options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-ea"));
    command.addAll(options);
    Stream<String> libraries = Stream.concat(ours(), jars(LIBRARIES));
    Stream<String> sample = Stream.of(directory.resolve("classes").toString());
    command.addAll(List.of("--module-path", path(Stream.concat(libraries, sample))));
    if (ejml) {
      command.addAll(List.of("--class-path", path(jars(List.of("ejml-")))));
    }
    command.addAll(List.of("--module", "sample/sample.Main"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var stream = process.getInputStream()) {
      String output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output);
    }
  }

  private static double[] transposed(JsonArray rows) {
    double[] values = Golden.numbers(rows);
    return new double[] {values[0], values[2], values[1], values[3]};
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-Dautograd.matmul=ejml",
        "--add-modules=jdk.incubator.vector",
        "--add-modules=jdk.incubator.vector -Dautograd.matmul=vector",
        "--add-modules=jdk.incubator.vector -Dautograd.matmul=ejml"
      })
  void aModuleComputesTheRecordedGradients(String options) throws Exception {
    List<String> list =
        options.isEmpty() ? Collections.emptyList() : Arrays.asList(options.split(" ", -1));
    Result result = run(true, list);
    assertEquals(0, result.code(), result.output());
    String output = result.output();
    assertTrue(output.contains("modules org.autograd.core org.autograd.nn"), output);
    assertTrue(output.contains("vector " + options.contains("vector")), output);
    JsonObject recorded = Golden.read("seed_221");
    assertArrayEquals(transposed(recorded.getAsJsonArray("dW")), result.numbers("0.weight"), 1e-9);
    assertArrayEquals(Golden.numbers(recorded.get("dbh")), result.numbers("0.bias"), 1e-9);
    assertArrayEquals(Golden.numbers(recorded.get("dv")), result.numbers("2.weight"), 1e-9);
    assertArrayEquals(Golden.numbers(recorded.get("dbo")), result.numbers("2.bias"), 1e-9);
    double stepped = recorded.get("bo").getAsDouble() - 0.5 * recorded.get("dbo").getAsDouble();
    assertArrayEquals(new double[] {stepped}, result.numbers("stepped"), 1e-9);
    double[] losses = result.numbers("losses");
    assertTrue(losses[1] < losses[0] / 4, output);
  }

  @Test
  void ejmlIsFoundOnTheClassPathOnly() throws Exception {
    Result result = run(false, List.of("-Dautograd.matmul=ejml"));
    assertNotEquals(0, result.code(), result.output());
    assertTrue(result.output().contains("org/ejml/"), result.output());
  }

  @Test
  void theDefaultNeedsNoEjml() throws Exception {
    Result result = run(false, List.of("--add-modules=jdk.incubator.vector"));
    assertEquals(0, result.code(), result.output());
    assertFalse(result.output().contains("Exception"), result.output());
  }
}
