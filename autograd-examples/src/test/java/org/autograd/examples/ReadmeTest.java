package org.autograd.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java code in the README and the page on training compiles and runs as it stands. */
class ReadmeTest {
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final String IMPORTS =
      """
      import java.nio.file.*;
      import java.util.*;
      import org.autograd.*;
      import org.autograd.data.*;
      import org.autograd.forwardforward.*;
      import org.autograd.local.*;
      import org.autograd.monitor.*;
      import org.autograd.nn.*;
      import org.autograd.optim.*;
      import org.autograd.spiking.*;
      import org.autograd.training.*;
      """;

  private static final Pattern PRINTED = Pattern.compile("println\\(.*; // (.*)");

  @TempDir Path directory;

  @Test
  void everyJavaBlockRuns() throws Exception {
    List<String> blocks = blocks(read("README.md"));
    assertFalse(blocks.isEmpty(), "the README shows no Java code");
    for (int k = 0; k < blocks.size(); k++) {
      run("Block" + k, blocks.get(k));
    }
  }

  @Test
  void thePageOnTrainingIsOneProgram() throws Exception {
    String page = read("docs/training.md");
    List<String> shown = new ArrayList<>();
    PRINTED.matcher(page).results().forEach(line -> shown.add(line.group(1)));
    assertEquals(3, shown.size());
    String printed = run("Training", String.join("\n", blocks(page)));
    assertEquals(shown, printed.lines().filter(line -> !line.startsWith("epoch ")).toList());
    assertTrue(Files.exists(directory.resolve("loss.png")));
  }

  @Test
  void thePageOnLearningRulesIsOneProgram() throws Exception {
    List<String> blocks = blocks(read("docs/learning-rules.md"));
    assertEquals(5, blocks.size());
    run("LearningRules", String.join("\n", blocks));
  }

  @Test
  void nothingIsLeftToFillIn() throws IOException {
    assertFalse(read("README.md").matches("(?s).*[A-Z]+_TABLE.*"), "the README has a gap");
  }

  private static String read(String name) throws IOException {
    Path moduleDirectory = Path.of("").toAbsolutePath();
    return Files.readString(moduleDirectory.resolveSibling(name));
  }

  private static List<String> blocks(String page) {
    return JAVA_BLOCK.matcher(page).results().map(block -> block.group(1)).toList();
  }

  /** Compiles and runs code, in which {@code directory} is an empty one, and returns its output. */
  private String run(String name, String code) throws Exception {
    Path source = directory.resolve(name + ".java");
    Files.writeString(
        source,
        IMPORTS
            + "public class "
            + name
            + " { public static void run(Path directory) throws Exception {\n"
            + code
            + "}}\n");
    StringWriter messages = new StringWriter();
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-d", directory.toString(), "-cp", System.getProperty("java.class.path"));
      var units = files.getJavaFileObjects(source);
      boolean compiled = compiler.getTask(messages, files, null, options, null, units).call();
      assertTrue(compiled, () -> code + messages);
    }
    URL[] urls = {directory.toUri().toURL()};
    try (var loader = new URLClassLoader(urls, getClass().getClassLoader())) {
      PrintStream out = System.out;
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      try {
        loader.loadClass(name).getMethod("run", Path.class).invoke(null, directory);
      } finally {
        System.setOut(out);
      }
      return printed.toString(StandardCharsets.UTF_8);
    }
  }
}
