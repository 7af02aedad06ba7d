package org.autograd.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes files that are either the whole new content or, after any failure, the old one. */
public final class AtomicFile {
  private static final System.Logger LOGGER = System.getLogger(AtomicFile.class.getName());

  private AtomicFile() {}

  /** Gives a file its content. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of the content; the stream is buffered, and closed by the caller. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Creates or replaces a file. The content goes to a temporary file in the same directory, which
   * then takes the name of the target in one step. Missing directories are created.
   *
   * @throws IOException if that fails, or from {@code content}; a file that was there is unchanged
   */
  public static void write(Path file, Content content) throws IOException {
    Path target = file.toAbsolutePath();
    Path directory = target.getParent();
    if (directory == null) {
      throw new IOException(file + " is not a file that can be written");
    }
    Files.createDirectories(directory);
    // Not Files.createTempFile, which would make the result unreadable for other users.
    Path temporary = directory.resolve("." + target.getFileName() + "." + UUID.randomUUID());
    try {
      try (FileChannel channel =
              FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
        content.writeTo(out);
        out.flush();
        // Else a crash soon after could leave the new name with no content.
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      forceDirectory(directory);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Makes sure that the new name outlives a power failure, since the caller may now delete what it
   * replaces. Not all systems let a directory be opened (Windows does not): there it is left to
   * them.
   */
  private static void forceDirectory(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "cannot force " + directory + " to the disk", e);
    }
  }
}
