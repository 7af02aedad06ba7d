package org.autograd.examples.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.autograd.bench.Network;
import picocli.CommandLine.Command;

/**
 * The peak of live memory in a training step, against the arrays that there must be: parameters,
 * their gradients, Adam's two moments, and the input of each layer with the last one's result.
 *
 * <p>The peak is the smallest heap in which steps run, less the smallest heap for a tiny network,
 * which is the JVM's and the library's own. The serial collector compacts, so it gives up only when
 * what is live at that moment, with the array that is asked for, does not fit: no peak between two
 * samples is missed, and garbage and the collector's habits do not count. Arrays larger than its
 * young generation, which is small here, go straight to the old one. Scratch memory of kernels
 * counts, as it must.
 */
@Command(
    name = "memory",
    description = "Measure the smallest heap for a training step against the arrays it needs.")
final class MemoryMode extends BenchMode {
  private static final List<String> BY_HAND = List.of("by hand");

  /** The first step has no optimizer state yet, the third is like all others. */
  private static final int STEPS = 4;

  private static final int YOUNG_KILOBYTES = 2048;
  private static final int RESOLUTION_KILOBYTES = 128;

  @Override
  boolean takesThreads() {
    return false;
  }

  @Override
  void measure() throws Exception {
    Table table = table("peak of live memory in a step", Unit.MEGABYTES, 1, BY_HAND);
    int own = smallestHeap(Network.MLPS.getFirst());
    for (Network network : isQuick() ? Network.MLPS.subList(2, 3) : Network.MLPS.subList(1, 4)) {
      double peak = (smallestHeap(network) - own) * 1024 / 1e6;
      table.add(params("network", network), Map.of(OURS, peak, "by hand", bytes(network) / 1e6));
    }
    table.summarize();
  }

  /** Returns the bytes of the arrays that a step needs. */
  static long bytes(Network network) {
    long parameters = 0;
    long activations = network.sizes().getFirst();
    for (int k = 1; k < network.sizes().size(); k++) {
      long outputs = network.sizes().get(k);
      parameters += (network.sizes().get(k - 1) + 1) * outputs;
      activations += outputs;
    }
    return Float.BYTES * (4 * parameters + network.batch() * activations);
  }

  /** Returns the kilobytes of the smallest heap in which steps run, by bisection. */
  private static int smallestHeap(Network network) throws IOException, InterruptedException {
    int enough = 4 * YOUNG_KILOBYTES;
    int tooSmall = YOUNG_KILOBYTES;
    while (!suffices(network, enough)) {
      tooSmall = enough;
      enough *= 2;
    }
    while (enough - tooSmall > RESOLUTION_KILOBYTES) {
      int middle = (enough + tooSmall) / 2;
      if (suffices(network, middle)) {
        enough = middle;
      } else {
        tooSmall = middle;
      }
    }
    return enough;
  }

  private static boolean suffices(Network network, int kilobytes)
      throws IOException, InterruptedException {
    List<String> options =
        List.of(
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-Xmn" + YOUNG_KILOBYTES + "k",
            "-Xms" + kilobytes + "k",
            "-Xmx" + kilobytes + "k");
    ChildProcess.Outcome outcome = ChildProcess.run(options, network, STEPS);
    if (outcome.status() != 0
        && !outcome.output().contains("OutOfMemoryError")
        && !outcome.output().contains("Too small")) {
      throw new IOException("steps failed for another reason: " + outcome.output());
    }
    return outcome.status() == 0;
  }
}
