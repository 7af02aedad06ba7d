package org.autograd.onnx;

import java.util.List;
import org.autograd.nn.Module;

/**
 * Says by which nodes a kind of module computes.
 *
 * <pre>{@code
 * OnnxConverter<Net> converter = (net, inputs, graph) -> {
 *   OnnxValue hidden = graph.apply(net.hidden(), inputs.getFirst());
 *   OnnxValue bent = graph.node("Tanh", in -> in.getFirst().tanh(), hidden);
 *   return List.of(graph.apply(net.output(), bent));
 * };
 * }</pre>
 *
 * @param <M> the kind of module
 */
@FunctionalInterface
public interface OnnxConverter<M extends Module> {
  /**
   * Adds the nodes of a module, which is in evaluation mode.
   *
   * @param inputs what the module is given
   * @return what it gives
   * @throws IllegalArgumentException if ONNX cannot express what the module does; the exporter puts
   *     the module's place in front of the message
   */
  List<OnnxValue> convert(M module, List<OnnxValue> inputs, OnnxGraph graph);
}
