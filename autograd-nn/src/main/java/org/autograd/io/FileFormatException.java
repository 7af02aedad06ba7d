package org.autograd.io;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file whose content is not what its format demands, or needs more memory than Java has; the
 * message names file and offset.
 */
public final class FileFormatException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * Creates an exception.
   *
   * @param file the file
   * @param offset where in its content the problem is, in bytes; for a compressed file, counted in
   *     what it decompresses to
   * @param problem what was found, what was expected, and the remedy if there is one
   */
  public FileFormatException(Path file, long offset, String problem) {
    super(file + ": at byte " + offset + ": " + problem);
  }

  private FileFormatException(String message) {
    super(message);
  }

  /**
   * Returns an exception for a file that people read as lines.
   *
   * @param file the file
   * @param line where the problem is, counted from 1
   * @param problem what was found, what was expected, and the remedy if there is one
   */
  public static FileFormatException inLine(Path file, long line, String problem) {
    return new FileFormatException(file + ": line " + line + ": " + problem);
  }
}
