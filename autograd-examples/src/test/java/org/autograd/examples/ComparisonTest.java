package org.autograd.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
  @TempDir private Path directory;

  @Test
  void writesAList() throws IOException {
    SequencedMap<String, Integer> params = new LinkedHashMap<>(Map.of("n", 64));
    Path file = directory.resolve("results.json");
    Comparison.write(
        file,
        List.of(
            new Comparison("matmul.float32", params, 2, "GFLOP/s", 10, 2.5, "ejml"),
            new Comparison("matmul.float32", params, 2, "GFLOP/s", 10, 1, "naive")));
    String expected =
        """
        [{"benchmark":"matmul.float32","params":{"n":64},"threads":2,"unit":"GFLOP/s",\
        "ours":10.0,"theirs":2.5,"peer":"ejml","ratio":4.0},\
        {"benchmark":"matmul.float32","params":{"n":64},"threads":2,"unit":"GFLOP/s",\
        "ours":10.0,"theirs":1.0,"peer":"naive","ratio":10.0}]\
        """;
    assertEquals(expected, Files.readString(file).replaceAll("\\s", ""));
  }
}
