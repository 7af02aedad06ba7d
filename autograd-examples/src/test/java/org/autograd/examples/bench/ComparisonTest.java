package org.autograd.examples.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
  @TempDir private Path directory;

  @Test
  void writesAList() throws IOException {
    SequencedMap<String, Object> params = new LinkedHashMap<>();
    params.put("n", 64);
    params.put("dtype", "float32");
    Path file = directory.resolve("results.json");
    Comparison.write(
        file,
        List.of(
            new Comparison("matmul", params, 2, Unit.GIGAFLOPS, 10, 2.5, "ejml"),
            new Comparison("step", params, 1, Unit.MICROSECONDS, 10, 2.5, "libtorch"),
            new Comparison("step", params, 1, Unit.MICROSECONDS, 10, Double.NaN, null)));
    String expected =
        """
        [{"benchmark":"matmul","params":{"n":64,"dtype":"float32"},"threads":2,"unit":"GFLOP/s",\
        "ours":10.0,"theirs":2.5,"peer":"ejml","ratio":4.0},\
        {"benchmark":"step","params":{"n":64,"dtype":"float32"},"threads":1,"unit":"us",\
        "ours":10.0,"theirs":2.5,"peer":"libtorch","ratio":0.25},\
        {"benchmark":"step","params":{"n":64,"dtype":"float32"},"threads":1,"unit":"us",\
        "ours":10.0,"theirs":null,"peer":null,"ratio":null}]\
        """;
    assertEquals(expected, Files.readString(file).replaceAll("\\s", ""));
  }
}
