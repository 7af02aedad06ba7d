package org.autograd.onnx;

import java.io.IOException;
import java.nio.file.Path;
import org.autograd.Variable;
import org.autograd.nn.Module;

/**
 * Writes models as <a href="https://onnx.ai">ONNX</a> files, which ONNX Runtime and others compute
 * with, in other languages and on other machines.
 *
 * <pre>{@code
 * model.eval();
 * Onnx.export(model, Path.of("model.onnx"), Variable.zeros(1, 784));
 * }</pre>
 *
 * <p>There are converters for the modules of {@code org.autograd.nn} but {@code EmbeddingBag},
 * {@code RotaryEmbedding}, the recurrent cells and {@code Pooling.lpPool}; of {@code
 * Pooling.adaptive} only to sizes that divide the input's. Code is not traced: a module of your own
 * needs an {@link OnnxConverter}, which says by which nodes it computes. A module with forward
 * hooks is refused.
 */
public final class Onnx {
  private Onnx() {}

  /**
   * Writes a model whose inputs vary in size along their first axis, the batch. They are called
   * {@code input}, or {@code input0}, {@code input1}, ..., and the results likewise.
   *
   * @param model in evaluation mode
   * @param examples what the model may be given, one array for each input; their elements do not
   *     matter, but their dtypes and all sizes but the first
   * @throws OnnxExportException if the model is in training mode, has a part for which there is no
   *     converter, or refuses the examples
   * @throws IOException if the file cannot be written; one that was there is unchanged
   */
  public static void export(Module model, Path file, Variable... examples) throws IOException {
    OnnxExporter exporter = exporter();
    for (int k = 0; k < examples.length; k++) {
      exporter = exporter.input(examples.length == 1 ? "input" : "input" + k, examples[k], "batch");
    }
    exporter.export(model, file);
  }

  /** Returns an exporter without inputs, to which what is wanted can be said. */
  public static OnnxExporter exporter() {
    return OnnxExporter.create();
  }
}
