package org.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.autograd.Profiler.Row;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.operations.Arguments;
import org.autograd.operations.Operation;
import org.autograd.operations.OperationRegistry;
import org.autograd.operations.Sample;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfilerTest {
  private static Map<String, Row> byName(Profiler profiler) {
    return profiler.rows().stream()
        .collect(
            Collectors.toMap(
                row -> row.path().isEmpty() ? row.operation() : row.path() + " " + row.operation(),
                row -> row,
                (_, _) -> {
                  throw new AssertionError("two rows for one");
                },
                TreeMap::new));
  }

  private static Row row(Profiler profiler, String name) {
    Row row = byName(profiler).get(name);
    assertTrue(row != null, () -> "no " + name + " in " + byName(profiler).keySet());
    return row;
  }

  @Test
  void callsAndSavedBytesOfBothDirections() {
    Variable x = Variable.ones(100).requiresGrad(true);
    try (var profiler = Profiler.start()) {
      Variable y = x.tanh();
      y.mul(y).sum().backward();
      assertEquals(Set.of("tanh", "mul", "sum", "leaf"), byName(profiler).keySet());
      Row tanh = row(profiler, "tanh");
      assertEquals(1, tanh.calls());
      assertEquals(1, tanh.backwardCalls());
      assertEquals(400, tanh.savedBytes());
      assertEquals(800, row(profiler, "mul").savedBytes());
      assertEquals(0, row(profiler, "sum").savedBytes());
      assertEquals(0, row(profiler, "leaf").calls());
      assertTrue(tanh.forwardNanos() > 0 && tanh.backwardNanos() > 0, tanh::toString);
      assertTrue(row(profiler, "sum").forwardNanos() > 0);
    }
  }

  @Test
  void whatRulesCallCountsForTheirOperationOnly() {
    Variable a = Variable.ones(4, 4).requiresGrad(true);
    Variable b = Variable.ones(4, 4).requiresGrad(true);
    try (var profiler = Profiler.start()) {
      Variable loss = a.matmul(b).sum();
      assertEquals(1, row(profiler, "matmul").calls());
      var gradients = Autograd.grad(loss, List.of(a, b), BackwardOptions.createGraph());
      assertEquals(Set.of("matmul", "sum", "leaf"), byName(profiler).keySet());
      assertEquals(1, row(profiler, "matmul").calls());
      assertEquals(1, row(profiler, "matmul").backwardCalls());
      // The recorded pass is made of operations that a second one goes through.
      gradients.getFirst().sum().backward();
      assertTrue(row(profiler, "transpose").backwardCalls() > 0);
    }
  }

  @Test
  void kernelsCountForTheOperationAroundThem() {
    Variable x = Variable.ones(30, 30);
    try (var profiler = Profiler.start()) {
      assertEquals(1, x.mean().item());
      // The sum that a mean begins with is not the division's.
      assertTrue(row(profiler, "mean").forwardNanos() > 0);
      assertEquals(0, KernelMeter.pending().nanos());
      assertEquals(900, x.toDoubleArray().length);
      assertEquals(900, x.to(DType.FLOAT64).toLongArray().length);
      assertEquals(0, KernelMeter.pending().nanos(), "reading is no part of what comes next");
    }
  }

  @Test
  void everyOperationIsCountedAndLeavesNothingToTheNext() {
    Set<String> silent = new TreeSet<>();
    Set<String> pending = new TreeSet<>();
    for (Operation operation : OperationRegistry.operations()) {
      long counted = 0;
      for (Sample sample : operation.samples()) {
        Variable[] operands = sample.operands(sample.leaves(DType.FLOAT32));
        for (Arguments arguments : operation.arguments().apply(operands)) {
          for (boolean recorded : new boolean[] {false, true}) {
            try (var profiler = Profiler.start();
                var _ = Autograd.setGradEnabled(recorded)) {
              operation.call().apply(operands, arguments);
              counted += profiler.rows().stream().mapToLong(Row::calls).sum();
              if (KernelMeter.pending().nanos() != 0) {
                pending.add(operation.signature() + " recorded " + recorded);
              }
            }
          }
        }
      }
      if (counted == 0) {
        silent.add(operation.signature());
      }
    }
    assertEquals(Set.of(), silent, "end it with Node.record, which tells the profiler its name");
    assertEquals(Set.of(), pending, "something runs a kernel after Node.record or without it");
  }

  @Test
  void aTangentIsAPartOfItsOperation() {
    Variable x = Variable.ones(5);
    try (var profiler = Profiler.start()) {
      Functional.jvp(v -> v.tanh().dot(v), x, x);
      assertEquals(Set.of("tanh", "dot"), byName(profiler).keySet());
      assertEquals(0, KernelMeter.pending().nanos());
    }
  }

  @Test
  void pathsOfBothDirections() {
    Variable x = Variable.ones(3).requiresGrad(true);
    try (var profiler = Profiler.start()) {
      Variable y;
      try (var _ = Autograd.scope("encoder");
          var _ = Autograd.scope("0")) {
        y = x.exp();
      }
      y.exp().sum().backward();
      assertEquals(1, row(profiler, "encoder.0 exp").calls());
      assertEquals(1, row(profiler, "encoder.0 exp").backwardCalls());
      assertEquals(1, row(profiler, "exp").calls());
      String[] parts = profiler.toString().split("\n\n", -1);
      assertEquals(2, parts.length, profiler::toString);
      assertTrue(parts[0].startsWith("operation  calls "), parts[0]);
      assertTrue(parts[0].contains("\nexp            2 "), parts[0]);
      assertTrue(parts[1].startsWith("module     calls "), parts[1]);
      assertTrue(parts[1].contains("\nencoder.0      1 "), parts[1]);
      assertTrue(parts[1].contains("\n(none)         3 "), parts[1]);
    }
    assertNull(x.exp().requireNode().origin());
  }

  @Test
  void allocatedBytesAreAboutThoseOfTheResult() {
    Variable x = Variable.ones(1_000_000);
    assertEquals(1_000_000, x.exp().elementCount());
    try (var profiler = Profiler.start()) {
      assertEquals(1_000_000, x.exp().elementCount());
      long bytes = row(profiler, "exp").allocatedBytes();
      assertTrue(bytes >= 4_000_000 && bytes < 6_000_000, () -> bytes + " bytes");
    }
  }

  @Test
  void updatesInPlaceAndFunctions() {
    PointwiseUpdate half =
        PointwiseUpdate.of("halve", 1, 0, org.autograd.expression.Expression.input(0).mul(0.5));
    Function cube =
        new Function() {
          @Override
          protected Variable[] forward(Context context, Variable[] in) {
            context.saveForBackward(in[0]);
            return new Variable[] {in[0].square().mul(in[0])};
          }

          @Override
          protected Variable[] backward(Context context, Variable[] g) {
            return new Variable[] {context.saved(0).square().mul(3).mul(g[0])};
          }

          @Override
          public String name() {
            return "cube";
          }
        };
    Variable x = Variable.ones(10);
    Variable w = Variable.ones(10).requiresGrad(true);
    try (var profiler = Profiler.start()) {
      half.apply(new Variable[] {x});
      x.add_(1).mul_(x);
      cube.apply(w).backward(Variable.ones(10));
      assertEquals(Set.of("halve", "add_", "mul_", "cube", "leaf"), byName(profiler).keySet());
      assertEquals(40, row(profiler, "cube").savedBytes());
    }
  }

  @Test
  void anOperationThatThrowsSpoilsNothing() {
    Variable x = Variable.ones(2, 3).requiresGrad(true);
    Function broken =
        new Function() {
          @Override
          protected Variable[] forward(Context context, Variable[] in) {
            throw new UnsupportedOperationException("mine");
          }

          @Override
          protected Variable[] backward(Context context, Variable[] g) {
            return g;
          }
        };
    try (var profiler = Profiler.start()) {
      assertThrows(IllegalArgumentException.class, () -> x.matmul(x));
      assertThrows(UnsupportedOperationException.class, () -> broken.apply(x));
      Variable y = x.exp().sum();
      HookHandle hook =
          x.onGradient(g -> {
            throw new UnsupportedOperationException("mine");
          });
      assertThrows(UnsupportedOperationException.class, y::backward);
      hook.close();
      x.exp().sum().backward();
      assertEquals(2, row(profiler, "exp").calls());
      assertEquals(2, row(profiler, "sum").backwardCalls());
    }
  }

  @Test
  void allThreadsCount() throws InterruptedException {
    Variable w = Variable.ones(8).requiresGrad(true);
    try (var profiler = Profiler.start()) {
      List<Thread> threads = new ArrayList<>();
      for (int k = 0; k < 4; k++) {
        String name = "part" + k;
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  try (var _ = Autograd.scope(name)) {
                    for (int i = 0; i < 200; i++) {
                      w.exp().sum().backward();
                    }
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      for (int k = 0; k < 4; k++) {
        assertEquals(200, row(profiler, "part" + k + " exp").calls());
        assertEquals(200, row(profiler, "part" + k + " exp").backwardCalls());
      }
      assertEquals(800, row(profiler, "leaf").backwardCalls());
    }
  }

  @Test
  void oneAtATimeAndNothingAfterTheEnd() {
    Variable x = Variable.ones(3);
    Profiler profiler = Profiler.start();
    assertThrows(IllegalStateException.class, Profiler::start);
    assertEquals(3, x.exp().elementCount());
    profiler.close();
    profiler.close();
    assertEquals(3, x.exp().elementCount());
    assertEquals(1, row(profiler, "exp").calls());
    assertNull(KernelMeter.start());
    assertFalse(Origin.isFollowed());
    try (var second = Profiler.start()) {
      profiler.close();
      assertEquals(3, x.exp().elementCount());
      assertEquals(1, row(second, "exp").calls());
    }
  }

  @Test
  void theTraceIsJsonAndReplacesTheFileAtOnce(@TempDir Path directory) throws IOException {
    Variable x = Variable.ones(3).requiresGrad(true);
    Path file = directory.resolve("trace.json");
    Files.writeString(file, "before");
    String evil = "a\"b\\c\nd\u0001</script>\uD800";
    try (var profiler = Profiler.start();
        var _ = Autograd.scope(evil)) {
      Pointwise.of(evil, v -> v.exp()).apply(x).sum().backward();
      profiler.writeTrace(file);
    }
    JsonObject trace = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    JsonArray events = trace.getAsJsonArray("traceEvents");
    List<String> kinds = new ArrayList<>();
    double last = 0;
    for (JsonElement element : events) {
      JsonObject event = element.getAsJsonObject();
      kinds.add(event.get("cat").getAsString() + " " + event.get("name").getAsString());
      assertEquals("X", event.get("ph").getAsString());
      assertTrue(event.get("ts").getAsDouble() >= last, "of one thread, one after the other");
      last = event.get("ts").getAsDouble() + event.get("dur").getAsDouble() - 0.002;
    }
    assertEquals(
        List.of(
            "forward " + evil, "forward sum", "backward sum", "backward " + evil, "backward leaf"),
        kinds);
    JsonObject first = events.get(0).getAsJsonObject();
    assertEquals(evil, first.getAsJsonObject("args").get("module").getAsString());
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void aTraceThatCannotBeWrittenLeavesTheFileAlone(@TempDir Path directory) throws IOException {
    Path target = Files.createDirectory(directory.resolve("directory"));
    Files.writeString(target.resolve("content"), "stays");
    try (var profiler = Profiler.start()) {
      assertThrows(IOException.class, () -> profiler.writeTrace(target));
      assertThrows(
          IOException.class, () -> profiler.writeTrace(directory.resolve("missing/trace.json")));
    }
    assertEquals("stays", Files.readString(target.resolve("content")));
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(target), files.toList());
    }
  }
}
