package org.autograd.examples;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java code in the README compiles and runs as it stands. */
class ReadmeTest {
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final String IMPORTS =
      """
      import java.util.*;
      import org.autograd.*;
      import org.autograd.nn.*;
      import org.autograd.optim.*;
      """;

  @TempDir Path directory;

  @Test
  void everyJavaBlockRuns() throws Exception {
    List<String> blocks =
        JAVA_BLOCK.matcher(readme()).results().map(block -> block.group(1)).toList();
    assertFalse(blocks.isEmpty(), "the README shows no Java code");
    for (int k = 0; k < blocks.size(); k++) {
      run("Block" + k, blocks.get(k));
    }
  }

  @Test
  void nothingIsLeftToFillIn() throws IOException {
    assertFalse(readme().matches("(?s).*[A-Z]+_TABLE.*"), "the README has a gap");
  }

  private static String readme() throws IOException {
    Path moduleDirectory = Path.of("").toAbsolutePath();
    return Files.readString(moduleDirectory.resolveSibling("README.md"));
  }

  private void run(String name, String code) throws Exception {
    Path source = directory.resolve(name + ".java");
    Files.writeString(
        source,
        IMPORTS + "public class " + name + " { public static void run() {\n" + code + "}}\n");
    StringWriter messages = new StringWriter();
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-d", directory.toString(), "-cp", System.getProperty("java.class.path"));
      var units = files.getJavaFileObjects(source);
      boolean compiled = compiler.getTask(messages, files, null, options, null, units).call();
      assertTrue(compiled, () -> "README:\n" + code + messages);
    }
    URL[] urls = {directory.toUri().toURL()};
    try (var loader = new URLClassLoader(urls, getClass().getClassLoader())) {
      loader.loadClass(name).getMethod("run").invoke(null);
    }
  }
}
