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

  private static final System.Logger LOGGER = System.getLogger(GrowingFile.class.getName());

  private final Path path;
  private final boolean lines;
  private @Nullable FileChannel channel;
  private long length;

  /** Creates the file's name; nothing is opened. */
  public GrowingFile(Path path) {
    this(path, false);
  }

  /**
   * Creates the name of a file whose records are lines, if so: then no part of a line is left in a
   * file that has become shorter.
   */
  GrowingFile(Path path, boolean lines) {
    this.path = path;
    this.lines = lines;
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
   * A file that is shorter, since somebody has removed it or its last part, is gone on with as it
   * is, and a warning says so: a training is worth more than its log.
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
        LOGGER.log(
            System.Logger.Level.WARNING,
            String.format(
                "%s has %d bytes, but had %d at the checkpoint; it goes on from there, and records"
                    + " between are missing",
                path, present, length));
        length = lines ? endOfLastLine(present) : present;
      }
      channel =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
              .truncate(length)
              .position(length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns where the last line that is whole ends. */
  private long endOfLastLine(long present) throws IOException {
    if (present == 0) {
      return 0;
    }
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer single = ByteBuffer.allocate(1);
      for (long end = present; end > 0; end--) {
        file.read(single.clear(), end - 1);
        if (single.get(0) == '\n') {
          return end;
        }
      }
      return 0;
    }
  }

  /**
   * Appends a record; it is then in the file, whatever becomes of this program. What becomes of the
   * machine counts only from the next checkpoint on.
   */
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
      try (open) {
        open.force(true);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Adds the length of the file to what a checkpoint stores. The file is then forced to the disk
   * first, so that it is not shorter than the checkpoint says after a power failure.
   */
  public void addTo(TrainingState state, String name) {
    state.add(name, this::save, this::load);
  }

  private SequencedMap<String, Variable> save() {
    FileChannel open = channel;
    if (open != null) {
      try {
        open.force(true);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put(LENGTH, Variable.of(length));
    return result;
  }

  private void load(Map<String, Variable> saved) {
    StateValues values = new StateValues(saved);
    long loaded = values.count(LENGTH, 0, Long.MAX_VALUE);
    values.finish();
    length = loaded;
  }
}
