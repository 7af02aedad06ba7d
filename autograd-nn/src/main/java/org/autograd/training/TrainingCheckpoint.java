package org.autograd.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.autograd.Variable;
import org.autograd.io.FileFormatException;
import org.autograd.io.SafeTensors;

/**
 * A {@link TrainingState} as a file: a safetensors file, so that any tool can look into it and the
 * model's weights, {@code model.*}, can be had without the rest.
 *
 * <pre>{@code
 * TrainingCheckpoint.write(file, trainer.state());
 * trainer.resume(file);
 * model.loadStateDict(TrainingCheckpoint.part(file, "model"));
 * }</pre>
 */
public final class TrainingCheckpoint {
  private static final String FORMAT = "format";
  private static final String NAME = "autograd training checkpoint 1";

  private TrainingCheckpoint() {}

  /**
   * Creates or replaces a file in one step: whenever this is interrupted, the old file or the whole
   * new one is there.
   *
   * @throws IOException if the file cannot be written
   */
  public static void write(Path file, TrainingState state) throws IOException {
    SequencedMap<String, String> metadata = new LinkedHashMap<>();
    metadata.put(FORMAT, NAME);
    new SafeTensors(state.save(), metadata).write(file);
  }

  /**
   * Puts a state back.
   *
   * @throws IOException if the file cannot be read, is damaged or no checkpoint
   * @throws IllegalArgumentException if it is one of another training: the message lists what does
   *     not fit, and nothing is changed
   */
  public static void read(Path file, TrainingState state) throws IOException {
    SequencedMap<String, Variable> tensors = tensors(file);
    try {
      state.load(tensors);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the arrays of one part by name, such as those of the model.
   *
   * @throws IOException if the file cannot be read, is damaged or no checkpoint
   * @throws IllegalArgumentException if there is no such part
   */
  public static SequencedMap<String, Variable> part(Path file, String part) throws IOException {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    String prefix = part + ".";
    tensors(file)
        .forEach((name, tensor) -> {
          if (name.startsWith(prefix)) {
            result.put(name.substring(prefix.length()), tensor);
          }
        });
    if (result.isEmpty()) {
      throw new IllegalArgumentException(file + ": the checkpoint has no part '" + part + "'");
    }
    return result;
  }

  private static SequencedMap<String, Variable> tensors(Path file) throws IOException {
    SafeTensors content = SafeTensors.read(file);
    String format = content.metadata().get(FORMAT);
    if (!NAME.equals(format)) {
      throw new FileFormatException(
          file,
          0,
          "the metadata says the format is '"
              + format
              + "', not '"
              + NAME
              + "'; is this a file of weights only?");
    }
    return content.tensors();
  }
}
