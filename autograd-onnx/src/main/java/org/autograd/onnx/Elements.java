package org.autograd.onnx;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.autograd.Variable;
import org.autograd.type.DType;

/** The elements of an array in row-major order, little-endian, as ONNX has them. */
record Elements(Variable array) {
  /** A whole number of elements of any dtype. */
  private static final int CHUNK_SIZE = 1 << 16;

  long byteCount() {
    return array.elementCount() * array.dtype().byteSize();
  }

  /** Returns the number of a dtype in TensorProto.DataType. */
  static int code(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> 1;
      case INT32 -> 6;
      case INT64 -> 7;
      case BOOL -> 9;
      case FLOAT64 -> 11;
    };
  }

  void writeTo(CodedOutputStream out) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    int size = array.dtype().byteSize();
    int count = Math.toIntExact(array.elementCount());
    Copier copier = copier();
    for (int from = 0; from < count; from += CHUNK_SIZE / size) {
      int part = Math.min(count - from, CHUNK_SIZE / size);
      copier.copy(chunk, from, part);
      out.writeRawBytes(chunk.array(), 0, part * size);
    }
  }

  /** Copies elements to the beginning of a buffer. */
  @FunctionalInterface
  private interface Copier {
    void copy(ByteBuffer out, int from, int count);
  }

  private Copier copier() {
    return switch (array.dtype()) {
      case FLOAT32 -> {
        float[] a = array.toFloatArray();
        yield (out, from, count) -> out.asFloatBuffer().put(a, from, count);
      }
      case FLOAT64 -> {
        double[] a = array.toDoubleArray();
        yield (out, from, count) -> out.asDoubleBuffer().put(a, from, count);
      }
      case INT32 -> {
        int[] a = array.toIntArray();
        yield (out, from, count) -> out.asIntBuffer().put(a, from, count);
      }
      case INT64 -> {
        long[] a = array.toLongArray();
        yield (out, from, count) -> out.asLongBuffer().put(a, from, count);
      }
      case BOOL -> {
        boolean[] a = array.toBooleanArray();
        yield (out, from, count) -> {
          for (int k = 0; k < count; k++) {
            out.put(k, (byte) (a[from + k] ? 1 : 0));
          }
        };
      }
    };
  }
}
