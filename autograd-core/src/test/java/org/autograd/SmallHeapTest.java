package org.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A long training run in a JVM of its own with a small heap: nothing may pile up. */
class SmallHeapTest {

  @Test
  void tenThousandStepsInSixtyFourMegabytes() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-cp", System.getProperty("java.class.path")));
    // What this JVM was told about SIMD and matrix products holds for the small one too.
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    }
    for (String name : new TreeSet<>(System.getProperties().stringPropertyNames())) {
      if (name.startsWith("autograd.")) {
        command.add("-D" + name + "=" + System.getProperty(name));
      }
    }
    command.add(Training.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output;
    try (var stream = process.getInputStream()) {
      output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertEquals(0, process.waitFor(), output);
    List<Long> used =
        output.lines().filter(line -> line.startsWith("used ")).map(SmallHeapTest::bytes).toList();
    assertEquals(4, used.size(), output);
    assertTrue(output.lines().anyMatch(("settings " + settings())::equals), output);
    // The first figure is from step 2,500, when everything has been compiled that ever is.
    // A leak of one step's graph would be 100 KB a step, 750 MB in all; late warm-up is a few MB.
    assertTrue(used.getLast() < used.getFirst() + (8 << 20), output);
  }

  /** Returns the properties of this virtual machine, and whether it has the vector module. */
  private static String settings() {
    return new TreeMap<>(System.getProperties())
            .entrySet().stream()
                .filter(entry -> entry.getKey().toString().startsWith("autograd."))
                .toList()
        + " "
        + ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  private static long bytes(String line) {
    return Long.parseLong(line.substring("used ".length()));
  }

  /** The program that the small JVM runs. */
  static final class Training {
    private Training() {}

    /** Trains a small network and prints the used heap four times. */
    public static void main(String[] arguments) {
      System.out.println("settings " + settings());
      Generator rng = new Generator(1);
      Variable w1 = Variable.randn(rng, DType.FLOAT32, 20, 64).requiresGrad(true);
      Variable w2 = Variable.randn(rng, DType.FLOAT32, 64, 5).requiresGrad(true);
      Variable x = Variable.randn(rng, DType.FLOAT32, 128, 20);
      Variable labels = Variable.randint(rng, 0, 5, 128);
      // A momentum buffer, which lives on from step to step as an optimizer's state does.
      @Nullable Variable[] buffers = new Variable[2];
      for (int step = 1; step <= 10_000; step++) {
        Variable loss = x.matmul(w1).tanh().matmul(w2).softmaxCrossEntropy(labels).mean();
        loss.backward();
        try (var _ = Autograd.noGrad()) {
          update(w1, buffers, 0);
          update(w2, buffers, 1);
        }
        if (step % 2500 == 0) {
          System.gc();
          System.gc();
          Runtime runtime = Runtime.getRuntime();
          System.out.println("used " + (runtime.totalMemory() - runtime.freeMemory()));
        }
      }
    }

    private static void update(Variable w, @Nullable Variable[] buffers, int k) {
      Variable grad = w.grad();
      if (grad == null) {
        throw new IllegalStateException("no gradient");
      }
      Variable before = buffers[k];
      Variable buffer = before == null ? grad : before.mul(0.9).add(grad);
      buffers[k] = buffer;
      w.sub_(buffer.mul(0.01));
      w.zeroGrad();
    }
  }
}
