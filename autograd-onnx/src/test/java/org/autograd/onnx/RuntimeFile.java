package org.autograd.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.autograd.Variable;
import org.autograd.type.DType;

/** A file in ONNX Runtime. */
final class RuntimeFile implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  RuntimeFile(Path file) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    session = environment.createSession(file.toString(), options);
  }

  /** Returns names and axes of all inputs, or of all results. */
  static Map<String, List<String>> axes(Map<String, NodeInfo> ports) {
    Map<String, List<String>> result = new LinkedHashMap<>();
    ports.forEach((name, port) -> {
      TensorInfo info = (TensorInfo) port.getInfo();
      List<String> axes = new ArrayList<>();
      for (int axis = 0; axis < info.getShape().length; axis++) {
        String symbol = info.getDimensionNames()[axis];
        long size = info.getShape()[axis];
        axes.add(size >= 0 ? Long.toString(size) : symbol.isEmpty() ? "?" : symbol);
      }
      result.put(name, axes);
    });
    return result;
  }

  Map<String, List<String>> inputAxes() throws OrtException {
    return axes(session.getInputInfo());
  }

  Map<String, List<String>> outputAxes() throws OrtException {
    return axes(session.getOutputInfo());
  }

  /** Computes. */
  List<Variable> run(List<Variable> inputs) throws OrtException {
    Map<String, OnnxTensor> given = new LinkedHashMap<>();
    try {
      int k = 0;
      assertEquals(session.getInputNames().size(), inputs.size());
      for (String name : session.getInputNames()) {
        given.put(name, tensor(inputs.get(k++)));
      }
      List<Variable> results = new ArrayList<>();
      try (OrtSession.Result result = session.run(given)) {
        for (Map.Entry<String, ai.onnxruntime.OnnxValue> entry : result) {
          results.add(array((OnnxTensor) entry.getValue()));
        }
      }
      return results;
    } finally {
      given.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor(Variable x) throws OrtException {
    long[] shape = x.shape().toArray();
    return switch (x.dtype()) {
      case FLOAT32 ->
          OnnxTensor.createTensor(environment, FloatBuffer.wrap(x.toFloatArray()), shape);
      case FLOAT64 ->
          OnnxTensor.createTensor(environment, DoubleBuffer.wrap(x.toDoubleArray()), shape);
      case INT32 -> OnnxTensor.createTensor(environment, IntBuffer.wrap(x.toIntArray()), shape);
      case INT64 -> OnnxTensor.createTensor(environment, LongBuffer.wrap(x.toLongArray()), shape);
      case BOOL -> throw new AssertionError(DType.BOOL);
    };
  }

  private static Variable array(OnnxTensor tensor) {
    long[] shape = tensor.getInfo().getShape();
    return switch (tensor.getInfo().type) {
      case FLOAT -> {
        FloatBuffer buffer = tensor.getFloatBuffer();
        float[] array = new float[buffer.remaining()];
        buffer.get(array);
        yield Variable.fromArray(array, shape);
      }
      case DOUBLE -> {
        DoubleBuffer buffer = tensor.getDoubleBuffer();
        double[] array = new double[buffer.remaining()];
        buffer.get(array);
        yield Variable.fromArray(array, shape);
      }
      default -> throw new AssertionError(tensor.getInfo());
    };
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
