package org.autograd.modules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import org.autograd.PoolingOptions;
import org.autograd.Variable;
import org.autograd.io.LazyTensors;
import org.autograd.nn.Activation;
import org.autograd.nn.AttentionMask;
import org.autograd.nn.BatchNorm2d;
import org.autograd.nn.Conv2d;
import org.autograd.nn.ConvTranspose1d;
import org.autograd.nn.Convolution;
import org.autograd.nn.Dropout;
import org.autograd.nn.Embedding;
import org.autograd.nn.Flatten;
import org.autograd.nn.Gru;
import org.autograd.nn.LayerNorm;
import org.autograd.nn.Linear;
import org.autograd.nn.Lstm;
import org.autograd.nn.Module;
import org.autograd.nn.MultiheadAttention;
import org.autograd.nn.Pooling;
import org.autograd.nn.Recurrent;
import org.autograd.nn.Sequential;
import org.autograd.nn.TransformerEncoder;
import org.autograd.nn.TransformerOptions;
import org.autograd.nn.UnaryModule;
import org.junit.jupiter.api.Test;

/**
 * Weights that PyTorch has saved load into the same module, which then computes what PyTorch has
 * computed. The files are made by tools/torch-fixtures.py.
 */
class PyTorchWeightsTest {
  private static SequencedMap<String, Variable> read(String name)
      throws IOException, URISyntaxException {
    Path file =
        Path.of(PyTorchWeightsTest.class.getResource("/torch/" + name + ".safetensors").toURI());
    return LazyTensors.open(file).readAll();
  }

  private static void assertComputes(String name, UnaryModule module)
      throws IOException, URISyntaxException {
    assertComputes(name, module, in -> List.of(module.apply(in.getFirst())));
  }

  private static void assertComputes(
      String name, Module module, Function<List<Variable>, List<Variable>> function)
      throws IOException, URISyntaxException {
    module.loadStateDict(read(name));
    module.eval();
    SequencedMap<String, Variable> expected = read(name + ".expected");
    List<Variable> inputs = new ArrayList<>();
    List<Variable> results = new ArrayList<>();
    expected.forEach((key, value) -> (key.startsWith("input") ? inputs : results).add(value));
    List<Variable> actual = function.apply(inputs);
    assertEquals(results.size(), actual.size());
    for (int k = 0; k < results.size(); k++) {
      assertEquals(results.get(k).shape(), actual.get(k).shape());
      assertArrayEquals(
          results.get(k).toFloatArray(), actual.get(k).toFloatArray(), 2e-6f, name + " " + k);
    }
  }

  @Test
  void linear() throws Exception {
    assertComputes("linear", new Linear(5, 3));
  }

  @Test
  void convolutions() throws Exception {
    Convolution.Options options =
        Convolution.options().stride(2, 1).padding(1, 0).dilation(1, 2).groups(2);
    assertComputes("conv2d", new Conv2d(4, 6, new int[] {3, 2}, options));
    assertComputes(
        "convTranspose1d",
        new ConvTranspose1d(3, 4, 3, Convolution.options().stride(2).padding(1).outputPadding(1)));
  }

  @Test
  void normalisation() throws Exception {
    assertComputes("batchNorm2d", new BatchNorm2d(3));
    assertComputes("layerNorm", new LayerNorm(6));
  }

  @Test
  void embedding() throws Exception {
    assertComputes("embedding", new Embedding(7, 4));
  }

  @Test
  void recurrentLayers() throws Exception {
    Recurrent.Options options = Recurrent.options().layers(2).bidirectional(true).batchFirst(true);
    Lstm lstm = new Lstm(3, 4, options);
    assertComputes(
        "lstm",
        lstm,
        in -> {
          Lstm.Result result = lstm.apply(in.getFirst());
          return List.of(result.output(), result.hidden(), result.cell());
        });
    Gru gru = new Gru(3, 4, options);
    assertComputes(
        "gru",
        gru,
        in -> {
          Recurrent.Result result = gru.apply(in.getFirst());
          return List.of(result.output(), result.hidden());
        });
  }

  @Test
  void attention() throws Exception {
    MultiheadAttention attention =
        new MultiheadAttention(8, 2, MultiheadAttention.options().batchFirst(true));
    assertComputes(
        "attention",
        attention,
        in -> {
          AttentionMask none = AttentionMask.none();
          var result = attention.applyWithWeights(in.get(0), in.get(1), in.get(2), none, true);
          return List.of(result.output(), result.weights());
        });
  }

  @Test
  void transformerEncoder() throws Exception {
    TransformerOptions options =
        TransformerOptions.defaults()
            .feedForward(16)
            .activation(Activation.gelu())
            .batchFirst(true);
    assertComputes("encoder", new TransformerEncoder(2, 8, 2, options, true));
  }

  @Test
  void network() throws Exception {
    assertComputes(
        "network",
        new Sequential(
            new Conv2d(1, 4, 3, Convolution.options().padding(1)),
            new BatchNorm2d(4),
            Activation.relu(),
            Pooling.maxPool2d(PoolingOptions.kernel(2)),
            new Dropout(),
            new Flatten(),
            new Linear(36, 3)));
  }
}
