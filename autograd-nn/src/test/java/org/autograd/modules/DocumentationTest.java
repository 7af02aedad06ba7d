package org.autograd.modules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of a page compile and run, one after the other in one method. */
class DocumentationTest {
  private static final Pattern SNIPPET = Pattern.compile("(?ms)^```java\\n(.*?)^```$");

  @TempDir private Path directory;

  private String run(String page) throws Exception {
    String text = Files.readString(Path.of("..", "docs", page));
    StringBuilder body = new StringBuilder();
    Matcher snippets = SNIPPET.matcher(text);
    while (snippets.find()) {
      body.append(snippets.group(1));
    }
    String program =
        """
        import java.nio.file.*;
        import java.util.*;
        import org.autograd.*;
        import org.autograd.nn.*;

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
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-cp",
                    directory + java.io.File.pathSeparator + classes,
                    "Snippets",
                    directory.toString()))
            .redirectErrorStream(true)
            .start();
    try (var stream = process.getInputStream()) {
      String printed = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), printed);
      return printed;
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
