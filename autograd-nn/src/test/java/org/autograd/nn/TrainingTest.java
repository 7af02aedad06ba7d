package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.optim.Adam;
import org.autograd.optim.Sgd;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class TrainingTest {
  private static Mlp mlp(Activation activation, long seed, long... sizes) {
    Linear.Options linear = Linear.options().generator(new Generator(seed));
    return new Mlp(Mlp.options().activation(activation).linear(linear), sizes);
  }

  /** Returns the loss after each of the steps. */
  private static double[] learnXor(int steps) {
    Variable inputs = Variable.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
    Variable targets = Variable.of(new float[][] {{0}, {1}, {1}, {0}});
    Mlp model = mlp(Activation.tanh(), 1, 2, 8, 1);
    Sgd optimizer = new Sgd(model.parameters(), Sgd.options().learningRate(.1).momentum(.9));
    double[] losses = new double[steps];
    for (int step = 0; step < steps; step++) {
      optimizer.zeroGrad();
      Variable loss = Losses.binaryCrossEntropyWithLogits(model.apply(inputs), targets);
      loss.backward();
      optimizer.step();
      losses[step] = loss.item();
    }
    return losses;
  }

  @Test
  void learnsXor() {
    double[] losses = learnXor(500);
    assertTrue(losses[0] > .6, "log 2 at first: " + losses[0]);
    assertTrue(losses[499] < .01, "learnt: " + losses[499]);
  }

  @Test
  void theSameSeedGivesTheSameLosses() {
    assertArrayEquals(learnXor(50), learnXor(50));
  }

  /** Two half circles that reach into each other. */
  private static Variable moons(Variable labels, Generator rng) {
    long[] classes = labels.toLongArray();
    double[] points = new double[2 * classes.length];
    for (int k = 0; k < classes.length; k++) {
      double angle = Math.PI * rng.nextDouble();
      boolean upper = classes[k] == 0;
      points[2 * k] = (upper ? Math.cos(angle) : 1 - Math.cos(angle)) + .1 * rng.nextGaussian();
      points[2 * k + 1] =
          (upper ? Math.sin(angle) : .5 - Math.sin(angle)) + .1 * rng.nextGaussian();
    }
    return Variable.fromArray(points, classes.length, 2).to(DType.FLOAT32);
  }

  private static double accuracy(Mlp model, Variable inputs, Variable labels) {
    return model.apply(inputs).detach().argmax(1).eq(labels).to(DType.FLOAT32).mean().item();
  }

  @Test
  void separatesTwoMoons() {
    Generator rng = new Generator(7);
    Variable labels = Variable.randint(rng, 0, 2, 200);
    Variable inputs = moons(labels, rng);
    Variable testLabels = Variable.randint(rng, 0, 2, 200);
    Variable testInputs = moons(testLabels, rng);
    Mlp model = mlp(Activation.relu(), 1, 2, 16, 16, 2);
    assertTrue(accuracy(model, testInputs, testLabels) < .9);
    Adam optimizer = new Adam(model.parameters(), Adam.options().learningRate(.01));
    double last = Double.NaN;
    for (int step = 0; step < 300; step++) {
      optimizer.zeroGrad();
      Variable loss = Losses.crossEntropy(model.apply(inputs), labels);
      loss.backward();
      optimizer.step();
      last = loss.item();
    }
    assertTrue(last < .02, "loss " + last);
    assertTrue(accuracy(model, testInputs, testLabels) > .97);
  }

  /** Trains for a long time in a small heap; run by the test below in a JVM of its own. */
  static final class LongRun {
    private static final int STEPS = 10_000;

    private LongRun() {}

    /** Prints the used heap after a quarter of the steps and at the end, then the loss. */
    public static void main(String[] args) {
      Generator rng = new Generator(1);
      Mlp model = mlp(Activation.relu(), 1, 2, 16, 16, 2);
      Adam optimizer = new Adam(model.parameters(), Adam.options());
      double loss = Double.NaN;
      for (int step = 1; step <= STEPS; step++) {
        Variable labels = Variable.randint(rng, 0, 2, 32);
        optimizer.zeroGrad();
        Variable result = Losses.crossEntropy(model.apply(moons(labels, rng)), labels);
        result.backward();
        optimizer.step();
        loss = result.item();
        if (step == STEPS / 4 || step == STEPS) {
          System.gc();
          System.out.println(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
      }
      System.out.println(loss);
    }
  }

  @Test
  void trainsForLongInASmallHeap() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.add("-Xmx64m");
    // SIMD kernels are trained in the background, with arrays that come and go at any time.
    command.add("-Dautograd.kernel=scalar");
    // As this JVM was started: with or without the vector kernels.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.contains("jdk.incubator.vector"))
        .forEach(command::add);
    String simd = System.getProperty("autograd.simd");
    if (simd != null) {
      command.add("-Dautograd.simd=" + simd);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), LongRun.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    List<String> lines = output.lines().filter(line -> !line.startsWith("WARNING")).toList();
    assertEquals(3, lines.size(), output);
    long early = Long.parseLong(lines.get(0));
    long late = Long.parseLong(lines.get(1));
    // 7,500 steps lie between: 270 bytes kept of each would fail here.
    assertTrue(late < early + 2_000_000, "used heap grew from " + early + " to " + late);
    assertTrue(Double.parseDouble(lines.get(2)) < .1, output);
  }
}
