package org.autograd.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SequencedMap;
import org.autograd.Variable;
import org.autograd.data.CsvTable;
import org.autograd.data.Idx;
import org.autograd.io.LazyTensors;
import org.autograd.io.Npy;
import org.autograd.io.Npz;
import org.autograd.io.SafeTensors;
import org.autograd.nn.Linear;
import org.autograd.type.DType;

/** The readers that are fuzzed. */
enum Reader {
  /** A safetensors file. */
  SAFETENSORS(".safetensors") {
    @Override
    void read(Path file) throws IOException {
      SequencedMap<String, Variable> tensors = SafeTensors.read(file).tensors();
      LazyTensors lazy = LazyTensors.open(file);
      for (String name : lazy.names()) {
        Variable tensor = lazy.read(name);
        if (!tensor.shape().equals(tensors.get(name).shape())) {
          throw new AssertionError("'" + name + "' is read in two ways");
        }
      }
    }
  },

  /** A safetensors file whose header is as long as it says, loaded by a module. */
  SAFETENSORS_HEADER(".safetensors") {
    // The first byte is the number of bytes of tensors.
    @Override
    byte[] file(byte[] input) {
      if (input.length == 0) {
        return input;
      }
      int data = Math.min(input[0] & 0xFF, input.length - 1);
      ByteBuffer file =
          ByteBuffer.allocate(Long.BYTES + input.length - 1).order(ByteOrder.LITTLE_ENDIAN);
      return file.putLong(input.length - 1 - data).put(input, 1, input.length - 1).array();
    }

    @Override
    void read(Path file) throws IOException {
      SequencedMap<String, Variable> tensors = SafeTensors.read(file).tensors();
      Linear module = new Linear(2, 1);
      float[] before = state(module);
      try {
        module.loadStateDict(tensors);
      } catch (IllegalArgumentException e) {
        if (!Arrays.equals(before, state(module))) {
          throw new AssertionError("the module is half loaded", e);
        }
      }
    }
  },

  /** The index of a model in several files. */
  SHARD_INDEX(".safetensors.index.json") {
    @Override
    void read(Path file) throws IOException {
      LazyTensors.open(file).readAll();
    }
  },

  /** An IDX file, compressed or not. */
  IDX("") {
    @Override
    void read(Path file) throws IOException {
      Idx.read(file);
    }
  },

  /** A NumPy array. */
  NPY(".npy") {
    @Override
    void read(Path file) throws IOException {
      Npy.read(file);
    }
  },

  /** NumPy arrays in a zip archive. */
  NPZ(".npz") {
    @Override
    void read(Path file) throws IOException {
      Npz.read(file);
    }
  },

  /** A table, with every column as numbers and as words. */
  CSV(".csv") {
    @Override
    void read(Path file) throws IOException {
      CsvTable table = CsvTable.read(file);
      for (String column : table.columns()) {
        table.categories(column);
        table.values(DType.FLOAT32, column);
      }
    }
  };

  /** How names of files end. */
  final String extension;

  Reader(String extension) {
    this.extension = extension;
  }

  /** Returns the content of the file for the fuzzer's bytes. */
  byte[] file(byte[] input) {
    return input;
  }

  /** Reads a file; may throw a FileFormatException and nothing else. */
  abstract void read(Path file) throws IOException;

  private static float[] state(Linear module) {
    float[] weight = module.stateDict().get("weight").toFloatArray();
    float[] bias = module.stateDict().get("bias").toFloatArray();
    float[] result = Arrays.copyOf(weight, weight.length + bias.length);
    System.arraycopy(bias, 0, result, weight.length, bias.length);
    return result;
  }
}
