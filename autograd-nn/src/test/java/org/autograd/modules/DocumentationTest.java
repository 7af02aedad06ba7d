package org.autograd.modules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of a page compile and run, one after the other in one method. */
class DocumentationTest {
  private static final Pattern SNIPPET = Pattern.compile("(?ms)^```java\\n(.*?)^```$");

  private static final Pattern BLOCK =
      Pattern.compile("(?ms)^```(?<language>\\w*)\\n(?<text>.*?)^```$");
  private static final Pattern PRINTED =
      Pattern.compile("(?m)System\\.out\\.println\\(.* // (.*)$");

  @TempDir private Path directory;

  /** What follows is for the tests of autograd-onnx. */
  private static String text(String page) throws IOException {
    String text = Files.readString(Path.of("..", "docs", page));
    int end = text.indexOf("\n## ONNX\n");
    return end < 0 ? text : text.substring(0, end + 1);
  }

  private String run(String page) throws Exception {
    String text = text(page);
    StringBuilder body = new StringBuilder();
    Matcher snippets = SNIPPET.matcher(text);
    while (snippets.find()) {
      body.append(snippets.group(1));
    }
    String program =
        """
        import java.nio.file.*;
        import java.util.*;
        import java.util.function.UnaryOperator;
        import org.autograd.*;
        import org.autograd.data.*;
        import org.autograd.io.*;
        import org.autograd.nn.*;
        import org.autograd.type.*;

        public class Snippets {
          public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
        """
            + body
            + "}}";
    Path source = Files.writeString(directory.resolve("Snippets.java"), program);
    String classes = System.getProperty("java.class.path");
    StringWriter output = new StringWriter();
    PrintWriter printer = new PrintWriter(output);
    int code =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(printer, printer, "-d", directory.toString(), "-cp", classes, source.toString());
    assertEquals(0, code, output.toString());
    Path errors = directory.resolve("errors.txt");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-cp",
                    directory + java.io.File.pathSeparator + classes,
                    "Snippets",
                    directory.toString()))
            .redirectError(errors.toFile())
            .start();
    try (var stream = process.getInputStream()) {
      String printed = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), () -> printed + read(errors));
      return printed;
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertInOrder(String text, String... parts) {
    int from = 0;
    for (String part : parts) {
      int at = text.indexOf(part, from);
      assertTrue(at >= 0, () -> "no '" + part + "' where it is expected in\n" + text);
      from = at + part.length();
    }
  }

  /**
   * Returns what a page says that its snippets print: a comment behind a call of {@code println},
   * or the whole of a block without a language. Behind three dots a line may go on.
   */
  private static List<String> shown(String page) throws Exception {
    List<String> result = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(text(page));
    while (blocks.find()) {
      if (blocks.group("language").isEmpty()) {
        result.addAll(blocks.group("text").lines().toList());
        continue;
      }
      Matcher comments = PRINTED.matcher(blocks.group("text"));
      while (comments.find()) {
        result.add(comments.group(1));
      }
    }
    return result;
  }

  @Test
  void howItWorks() throws Exception {
    assertPrints("how-it-works.md", 30);
  }

  @Test
  void files() throws Exception {
    assertPrints("files.md", 4);
  }

  @Test
  void data() throws Exception {
    assertPrints("data.md", 12);
  }

  private void assertPrints(String page, int least) throws Exception {
    List<String> shown = shown(page);
    List<String> printed = run(page).lines().map(String::stripTrailing).toList();
    assertTrue(shown.size() > least, shown::toString);
    assertEquals(shown.size(), printed.size(), () -> String.join("\n", printed));
    for (int k = 0; k < shown.size(); k++) {
      String line = shown.get(k);
      if (line.endsWith("...")) {
        String start = line.substring(0, line.length() - 3);
        assertTrue(printed.get(k).startsWith(start), line + "\n" + printed.get(k));
      } else {
        assertEquals(line, printed.get(k));
      }
    }
  }

  @Test
  void lookingInside() throws Exception {
    assertInOrder(
        run("looking-inside.md"),
        "0  0.weight      float32[2, 2] ",
        "4  linear        float32[4, 2]  0, 1      32 B",
        "9 nodes, 4 of them leaves; 104 B saved",
        "operation     calls ",
        "\nlinear            2 ",
        "module  calls ",
        "\n0           1 ",
        "backward of sqrt float64[2]: the gradient of its input leaf float64[2] is not finite: 0"
            + " NaN and 1 infinite of 2, the others in [0.2500, 0.2500]\n"
            + "  gradient of the result: in [1, 1]\n"
            + "  result: in [0, 2]\n"
            + "  input 0, leaf float64[2]: in [0, 4]\n"
            + "  saved float64[2]: in [0, 2]\n",
        "parameter",
        "2.bias     float32[1]",
        "\n[]\n");
    assertTrue(Files.readString(directory.resolve("graph.html")).contains("0.weight"));
    assertTrue(Files.readString(directory.resolve("trace.json")).contains("\"linear\""));
  }
}
