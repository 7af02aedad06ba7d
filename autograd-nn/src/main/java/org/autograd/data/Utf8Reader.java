package org.autograd.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.autograd.io.FileFormatException;

/**
 * Decodes UTF-8 without its mark at the start. What is not UTF-8 is an error that names file and
 * line, where an {@link java.io.InputStreamReader} would put in question marks.
 */
final class Utf8Reader extends Reader {
  private static final int BUFFER_SIZE = 1 << 16;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Path file;
  private final InputStream in;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER_SIZE).flip();
  private final CharBuffer chars = CharBuffer.allocate(BUFFER_SIZE).flip();
  private boolean isStarted;
  private boolean isAtEnd;
  private long line = 1;
  private char last;

  /** Creates a reader of a stream; the file is for messages. */
  Utf8Reader(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  @Override
  public int read(char[] target, int start, int length) throws IOException {
    while (!chars.hasRemaining()) {
      if (isAtEnd) {
        return -1;
      }
      decode();
    }
    int count = Math.min(length, chars.remaining());
    chars.get(target, start, count);
    return count;
  }

  private void decode() throws IOException {
    bytes.compact();
    int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
    isAtEnd = count < 0;
    bytes.position(bytes.position() + Math.max(0, count)).flip();
    chars.clear();
    CoderResult result = decoder.decode(bytes, chars, isAtEnd);
    chars.flip();
    countLines();
    if (result.isError()) {
      throw FileFormatException.inLine(
          file,
          line,
          "this is not UTF-8; convert the file, by iconv -f ISO-8859-1 -t UTF-8 for example");
    }
    if (!isStarted && chars.hasRemaining()) {
      isStarted = true;
      if (chars.get(chars.position()) == BYTE_ORDER_MARK) {
        chars.get();
      }
    }
  }

  private void countLines() {
    for (int i = 0; i < chars.limit(); i++) {
      char c = chars.get(i);
      line += c == '\r' || (c == '\n' && last != '\r') ? 1 : 0;
      last = c;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
