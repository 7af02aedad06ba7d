package org.autograd.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.autograd.io.FileFormatException;

/** What Jazzer calls with the bytes that it makes up. */
public final class ReaderTarget {
  /** The property that names the reader. */
  static final String READER = "autograd.fuzzReader";

  /** The property that names the directory in which the file is written. */
  static final String DIRECTORY = "autograd.fuzzDirectory";

  private static final Reader CHOSEN = Reader.valueOf(System.getProperty(READER));
  private static final Path FILE =
      Path.of(System.getProperty(DIRECTORY), "input" + CHOSEN.extension);

  private ReaderTarget() {}

  /** Reads a file; any bytes must be an array or an error that names file and place. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    // Written over, not replaced, which is faster; what was mapped is not used any more.
    Files.write(FILE, CHOSEN.file(input));
    try {
      CHOSEN.read(FILE);
    } catch (FileFormatException e) {
      String message = e.getMessage();
      boolean placed = message.contains(": at byte ") || message.contains(": line ");
      if (!placed || !message.contains(FILE.getParent().toString())) {
        throw new AssertionError("the error names no file and place: " + message, e);
      }
    }
  }
}
