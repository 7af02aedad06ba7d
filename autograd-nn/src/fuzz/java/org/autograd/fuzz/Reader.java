package org.autograd.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SequencedMap;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Channels;
import org.autograd.data.CsvTable;
import org.autograd.data.Idx;
import org.autograd.data.Images;
import org.autograd.io.LazyTensors;
import org.autograd.io.Npy;
import org.autograd.io.Npz;
import org.autograd.io.SafeTensors;
import org.autograd.nn.Linear;
import org.autograd.training.TrainingCheckpoint;
import org.autograd.training.TrainingState;
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
    @Override
    byte[] file(byte[] input) {
      return withHeaderSize(input);
    }

    @Override
    void read(Path file) throws IOException {
      Linear module = new Linear(2, 1);
      loadWhollyOrNot(module, () -> module.loadStateDict(SafeTensors.read(file).tensors()));
    }
  },

  /** A checkpoint, whose header is as long as it says. */
  TRAINING_CHECKPOINT(".safetensors") {
    @Override
    byte[] file(byte[] input) {
      return withHeaderSize(input);
    }

    @Override
    void read(Path file) throws IOException {
      Linear module = new Linear(2, 1);
      TrainingState state = checkpointed(module);
      loadWhollyOrNot(module, () -> TrainingCheckpoint.read(file, state));
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
  },

  /** An image of any format. */
  IMAGE("") {
    @Override
    void read(Path file) throws IOException {
      Images.read(file, Channels.RGB);
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

  /** Returns a safetensors file whose header is as long as it says: all but some of the input. */
  // The first byte is the number of bytes of tensors.
  private static byte[] withHeaderSize(byte[] input) {
    if (input.length == 0) {
      return input;
    }
    int data = Math.min(input[0] & 0xFF, input.length - 1);
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + input.length - 1).order(ByteOrder.LITTLE_ENDIAN);
    return file.putLong(input.length - 1 - data).put(input, 1, input.length - 1).array();
  }

  /** Returns what is in the checkpoints that are read. */
  static TrainingState checkpointed(Linear module) {
    TrainingState state = new TrainingState();
    state.add("model", module);
    state.add("noise", new Generator(1));
    return state;
  }

  private interface Loading {
    void run() throws IOException;
  }

  private static void loadWhollyOrNot(Linear module, Loading loading) throws IOException {
    float[] before = state(module);
    try {
      loading.run();
    } catch (IllegalArgumentException | IOException e) {
      if (!Arrays.equals(before, state(module))) {
        throw new AssertionError("the module is half loaded", e);
      }
      if (e instanceof IOException error) {
        throw error;
      }
    }
  }

  private static float[] state(Linear module) {
    float[] weight = module.stateDict().get("weight").toFloatArray();
    float[] bias = module.stateDict().get("bias").toFloatArray();
    float[] result = Arrays.copyOf(weight, weight.length + bias.length);
    System.arraycopy(bias, 0, result, weight.length, bias.length);
    return result;
  }
}
