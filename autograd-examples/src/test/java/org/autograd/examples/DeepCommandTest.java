package org.autograd.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeepCommandTest {
  @TempDir private Path directory;

  @Test
  void normsAndResidualConnectionsLetFiftyLayersLearn() throws IOException {
    String[] small = {"deep", "--width", "32", "--epochs", "2"};
    Invocation plain =
        Invocation.train(directory.resolve("plain"), with(small, "--norm=none", "--no-residual"));
    assertTrue(plain.result() < 0.6, plain.out());
    Invocation residual =
        Invocation.train(directory.resolve("both"), with(small, "--norm=layer", "--residual"));
    assertTrue(residual.result() > 0.8, residual.out());
    assertTrue(residual.out().contains("\nsigmoid     1.00  plain  "), residual.out());
    Path network = directory.resolve("both/residual-layer-norm");
    assertTrue(Files.exists(network.resolve("model.safetensors")));
    for (String picture : new String[] {"gradients.png", "networks.png"}) {
      assertEquals(1400, ImageIO.read(directory.resolve("both/" + picture).toFile()).getWidth());
    }
  }

  @Test
  void allCombinationsAreTrainedUnlessSomeAreChosen() {
    String[] tiny = {"deep", "--width", "4", "--depth", "2", "--epochs", "1"};
    String all = Invocation.train(directory.resolve("all"), tiny).out();
    for (String kind : new String[] {"plain", "residual"}) {
      for (String norm : new String[] {"", " + batch norm", " + layer norm"}) {
        assertTrue(all.contains("\nrelu " + kind + norm + ":\n"), all);
      }
    }
    String chosen = Invocation.train(directory.resolve("one"), with(tiny, "--norm=batch")).out();
    assertTrue(chosen.contains("\nrelu residual + batch norm:\n"), chosen);
    assertFalse(chosen.contains("layer norm:"), chosen);
  }

  private static String[] with(String[] arguments, String... more) {
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return all;
  }
}
