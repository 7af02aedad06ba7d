package org.autograd.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * A file to which a listener appends records while a training runs. A checkpoint stores how long it
 * is; when the training is resumed, what was appended later is cut off, so that no record is there
 * twice.
 *
 * <pre>{@code
 * private final GrowingFile file = new GrowingFile(path);
 *
 * public void onStart(Trainer trainer) {
 *   file.open();
 * }
 *
 * public void onStep(Trainer trainer, Step step) {
 *   file.append(record(step));
 * }
 *
 * public void close() {
 *   file.close();
 * }
 *
 * public void addTo(TrainingState state) {
 *   file.addTo(state, "my_log");
 * }
 * }</pre>
 *
 * <p>What goes wrong with the file is thrown as an {@link UncheckedIOException}.
 */
public final class GrowingFile {
  private static final String LENGTH = "length";

  private final Path path;
  private @Nullable FileChannel channel;
  private long length;

  /** Creates the file's name; nothing is opened. */
  public GrowingFile(Path path) {
    this.path = path;
  }

  /** Returns where the file is. */
  public Path path() {
    return path;
  }

  /** Returns how many bytes the file has, or will have when it is opened. */
  public long length() {
    return length;
  }

  /**
   * Creates the file, or cuts it to the length that a checkpoint has stored: 0 if none was loaded.
   *
   * @throws IllegalStateException if the file is shorter than that
   */
  public void open() {
    if (channel != null) {
      return;
    }
    try {
      Path parent = path.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      long present = Files.exists(path) ? Files.size(path) : 0;
      if (present < length) {
        throw new IllegalStateException(
            String.format(
                "%s has %d bytes, but had %d at the checkpoint; put the file back, or resume"
                    + " without this log",
                path, present, length));
      }
      channel =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
              .truncate(length)
              .position(length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Appends a record; it is then in the file, whatever becomes of this program. */
  public void append(byte[] record) {
    FileChannel open = channel;
    if (open == null) {
      throw new IllegalStateException(path + " is not open");
    }
    try {
      ByteBuffer rest = ByteBuffer.wrap(record);
      while (rest.hasRemaining()) {
        open.write(rest);
      }
      length += record.length;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes the file; it may be opened again to go on. */
  public void close() {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Adds the length of the file to what a checkpoint stores. */
  public void addTo(TrainingState state, String name) {
    state.add(name, this::save, this::load);
  }

  private SequencedMap<String, Variable> save() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(LENGTH, Variable.of(length));
    return result;
  }

  private void load(Map<String, Variable> saved) {
    StateValues values = new StateValues(saved);
    long loaded = values.longs(LENGTH, 1)[0];
    values.finish();
    length = loaded;
  }
}
