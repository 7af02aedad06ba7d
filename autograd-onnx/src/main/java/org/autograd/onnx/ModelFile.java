package org.autograd.onnx;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.autograd.Variable;
import org.autograd.io.AtomicFile;
import org.autograd.type.DType;

/**
 * Writes a graph as a ModelProto. The numbers of fields are those of <a
 * href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>.
 */
final class ModelFile {
  /** What belongs to version 17 of the operators. */
  private static final int IR_VERSION = 8;

  private ModelFile() {}

  /**
   * An input or output.
   *
   * @param name what it is called
   * @param dtype of its elements
   * @param axes a Long for a fixed size, else a name; "" if it is not known
   */
  record Port(String name, DType dtype, List<Object> axes) {}

  static void write(Path file, String name, OnnxGraph graph, List<Port> inputs, List<Port> outputs)
      throws IOException {
    Message body = new Message();
    graph.nodes().forEach(node -> body.message(1, node));
    body.text(2, name);
    graph.initializers().forEach((key, value) -> body.message(5, tensor(key, value)));
    inputs.forEach(input -> body.message(11, port(input)));
    outputs.forEach(output -> body.message(12, port(output)));
    Message model =
        new Message()
            .number(1, IR_VERSION)
            .text(2, "Autograd")
            .message(7, body)
            .message(8, new Message().text(1, "").number(2, OnnxGraph.OPSET));
    if (model.size() > Integer.MAX_VALUE) {
      throw new OnnxExportException(
          "ONNX export: the file would have "
              + model.size()
              + " bytes, but a message of protocol buffers has at most 2147483647; export parts of"
              + " the model");
    }
    AtomicFile.write(
        file,
        out -> {
          CodedOutputStream coded = CodedOutputStream.newInstance(out);
          model.writeTo(coded);
          coded.flush();
        });
  }

  /** Returns a TensorProto. */
  static Message tensor(String name, Variable array) {
    Message tensor =
        new Message().numbers(1, array.shape().toArray()).number(2, Elements.code(array.dtype()));
    if (!name.isEmpty()) {
      tensor.text(8, name);
    }
    return tensor.elements(9, new Elements(array));
  }

  private static Message port(Port port) {
    Message shape = new Message();
    for (Object axis : port.axes) {
      Message dimension = new Message();
      if (axis instanceof Long size) {
        dimension.number(1, size);
      } else if (axis instanceof String symbol && !symbol.isEmpty()) {
        dimension.text(2, symbol);
      }
      shape.message(1, dimension);
    }
    Message type = new Message().number(1, Elements.code(port.dtype)).message(2, shape);
    return new Message().text(1, port.name).message(2, new Message().message(1, type));
  }
}
