package org.autograd.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.autograd.Variable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippets on ONNX compile and run, and ONNX Runtime reads what they write. */
class DocumentationTest {
  private static final Pattern SNIPPET = Pattern.compile("(?ms)^```java\\n(.*?)^```$");

  @TempDir private Path directory;

  @Test
  void files() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "files.md"));
    Matcher snippets = SNIPPET.matcher(page.substring(page.indexOf("\n## ONNX\n")));
    StringBuilder body = new StringBuilder();
    while (snippets.find()) {
      body.append(snippets.group(1));
    }
    Path source =
        Files.writeString(
            directory.resolve("Snippets.java"),
            """
            import java.nio.file.*;
            import java.util.*;
            import org.autograd.*;
            import org.autograd.nn.*;
            import org.autograd.onnx.*;

            public class Snippets {
              public static void run(Path directory) throws Exception {
            """
                + body
                + "}}");
    StringWriter output = new StringWriter();
    PrintWriter printer = new PrintWriter(output);
    int code =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                printer,
                printer,
                "-d",
                directory.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                source.toString());
    assertEquals(0, code, output.toString());
    try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      loader.loadClass("Snippets").getMethod("run", Path.class).invoke(null, directory);
    }
    assertResult("model.onnx", "[2, 3]", Variable.ones(2, 4));
    assertResult("encoder.onnx", "[3, 7, 16]", Variable.ones(3, 7, 16));
    assertResult("bent.onnx", "[2, 3]", Variable.ones(2, 4));
  }

  private void assertResult(String file, String shape, Variable input) throws Exception {
    try (RuntimeFile runtime = new RuntimeFile(directory.resolve(file))) {
      assertEquals(shape, runtime.run(List.of(input)).getFirst().shape().toString());
    }
  }
}
