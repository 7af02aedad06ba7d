package org.autograd.examples;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.autograd.io.FileFormatException;

/** Reads texts, with errors that name the file. */
final class TextFile {
  /** Of memory, for each byte of the file: itself and a char of two bytes, twice for a moment. */
  private static final int MEMORY_PER_BYTE = 5;

  private TextFile() {}

  /**
   * Reads a text in UTF-8.
   *
   * @throws FileFormatException if it is not UTF-8, or too large for the memory
   * @throws IOException if the file cannot be read
   */
  static String read(Path file) throws IOException {
    return read(
        file, Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory() / MEMORY_PER_BYTE));
  }

  static String read(Path file, long maxSize) throws IOException {
    long size = Files.size(file);
    if (size > maxSize) {
      throw new FileFormatException(
          file,
          maxSize,
          "the text has %d bytes, but at most %d can be read; take a part, or give more with -Xmx"
              .formatted(size, maxSize));
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    CharBuffer chars = CharBuffer.allocate(bytes.remaining());
    // Unlike a whole decode, this says where the error is.
    if (StandardCharsets.UTF_8.newDecoder().decode(bytes, chars, true).isError()) {
      throw new FileFormatException(
          file,
          bytes.position(),
          "this is not UTF-8; convert the text, by iconv -f ISO-8859-1 -t UTF-8 for example");
    }
    return chars.flip().toString();
  }
}
