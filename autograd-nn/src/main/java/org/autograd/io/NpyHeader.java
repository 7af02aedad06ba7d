package org.autograd.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.autograd.io.internal.ElementType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The text at the start of a .npy file: a Python dictionary with the keys descr, fortran_order and
 * shape.
 *
 * @param type the type of the elements
 * @param order their byte order
 * @param fortranOrder whether the first index runs fastest
 * @param shape the sizes
 */
record NpyHeader(ElementType type, ByteOrder order, boolean fortranOrder, Shape shape) {
  /** The first bytes of a file; version 1.0 follows. */
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  private static final int ALIGNMENT = 64;

  /** How large a header may be; NumPy reads up to 10,000 bytes. */
  private static final int MAX_SIZE = 1 << 16;

  /** Reads what stands before the elements. */
  static NpyHeader read(NpySource source) throws IOException {
    byte[] start = source.read(MAGIC.length + 2, "the first bytes").array();
    if (!Arrays.equals(MAGIC, Arrays.copyOf(start, MAGIC.length))) {
      throw source.error(0, "a .npy file begins with \\x93NUMPY, but this one does not");
    }
    int version = start[MAGIC.length];
    if (version < 1 || version > 3 || start[MAGIC.length + 1] != 0) {
      throw source.error(
          MAGIC.length,
          "version %d.%d is unknown; 1.0, 2.0 and 3.0 can be read"
              .formatted(version, start[MAGIC.length + 1]));
    }
    long sizeAt = source.position();
    ByteBuffer sizeBytes = source.read(version == 1 ? 2 : 4, "the size of the header");
    sizeBytes.order(ByteOrder.LITTLE_ENDIAN);
    long size =
        version == 1
            ? Short.toUnsignedLong(sizeBytes.getShort())
            : Integer.toUnsignedLong(sizeBytes.getInt());
    if (size > MAX_SIZE) {
      throw source.error(
          sizeAt, "the header has " + size + " bytes, but at most " + MAX_SIZE + " are allowed");
    }
    long textAt = source.position();
    // One char for each byte, so that offsets are right; what is needed is ASCII.
    String text =
        new String(source.read((int) size, "the header").array(), StandardCharsets.ISO_8859_1);
    return new Parser(source, textAt, text).parse();
  }

  /** Returns all that stands before the elements, in version 1.0. */
  byte[] toBytes() {
    String sizes =
        Arrays.stream(shape.toArray())
            .mapToObj(Long::toString)
            .collect(Collectors.joining(", ", "(", shape.rank() == 1 ? ",)" : ")"));
    String text =
        "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }"
            .formatted(descr(), fortranOrder ? "True" : "False", sizes);
    int start = MAGIC.length + 4;
    int padding = ALIGNMENT - 1 - (start + text.length()) % ALIGNMENT;
    text += " ".repeat(padding) + "\n";
    ByteBuffer bytes = ByteBuffer.allocate(start + text.length()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) text.length());
    return bytes.put(text.getBytes(StandardCharsets.US_ASCII)).array();
  }

  private String descr() {
    String code =
        switch (type) {
          case BOOL -> "b1";
          case U8 -> "u1";
          case I8 -> "i1";
          case U16 -> "u2";
          case I16 -> "i2";
          case I32 -> "i4";
          case U32 -> "u4";
          case I64 -> "i8";
          case F16 -> "f2";
          case F32 -> "f4";
          case F64 -> "f8";
          case BF16 -> throw new AssertionError(type);
        };
    return (type.byteSize == 1 ? "|" : order == ByteOrder.LITTLE_ENDIAN ? "<" : ">") + code;
  }

  private static @Nullable ElementType type(String code) {
    return switch (code) {
      case "b1", "?" -> ElementType.BOOL;
      case "u1" -> ElementType.U8;
      case "i1" -> ElementType.I8;
      case "u2" -> ElementType.U16;
      case "i2" -> ElementType.I16;
      case "i4" -> ElementType.I32;
      case "u4" -> ElementType.U32;
      case "i8" -> ElementType.I64;
      case "f2" -> ElementType.F16;
      case "f4" -> ElementType.F32;
      case "f8" -> ElementType.F64;
      default -> null;
    };
  }

  /** Reads the dictionary: nothing of Python but what NumPy writes there. */
  private static final class Parser {
    private final NpySource source;
    private final long start;
    private final String text;
    private int position;

    Parser(NpySource source, long start, String text) {
      this.source = source;
      this.start = start;
      this.text = text;
    }

    NpyHeader parse() throws FileFormatException {
      @Nullable String descr = null;
      int descrAt = 0;
      @Nullable Boolean fortranOrder = null;
      long @Nullable [] sizes = null;
      int sizesAt = 0;
      expect('{');
      while (!skip('}')) {
        int keyAt = position;
        String key = string("a key");
        expect(':');
        skipSpaces();
        boolean again;
        switch (key) {
          case "descr" -> {
            again = descr != null;
            descrAt = position;
            descr = descr();
          }
          case "fortran_order" -> {
            again = fortranOrder != null;
            fortranOrder = bool();
          }
          case "shape" -> {
            again = sizes != null;
            sizesAt = position;
            sizes = tuple();
          }
          default -> throw error(keyAt, "the header has an unknown key '" + key + "'");
        }
        if (again) {
          throw error(keyAt, "the header has the key '" + key + "' twice");
        }
        if (!skip(',')) {
          expect('}');
          break;
        }
      }
      skipSpaces();
      if (position < text.length()) {
        throw error(position, "there is more after the dictionary of the header");
      }
      if (descr == null || fortranOrder == null || sizes == null) {
        throw error(0, "the header needs descr, fortran_order and shape");
      }
      return header(descr, descrAt, fortranOrder, sizes, sizesAt);
    }

    private NpyHeader header(
        String descr, int descrAt, boolean fortranOrder, long[] sizes, int sizesAt)
        throws FileFormatException {
      String code = descr.isEmpty() ? "" : descr.substring(1);
      if (code.startsWith("O")) {
        throw error(
            descrAt,
            "the elements are pickled Python objects, which cannot be read; save an array of"
                + " numbers instead, such as array.astype('float32')");
      }
      ElementType type = type(code);
      char order = descr.isEmpty() ? ' ' : descr.charAt(0);
      if (type == null || "<>|".indexOf(order) < 0 || (order == '|' && type.byteSize > 1)) {
        throw error(
            descrAt,
            "elements of dtype '"
                + descr
                + "' cannot be read, only bool, int8 to int64, uint8 to uint32 and float16 to"
                + " float64");
      }
      Shape shape;
      try {
        shape = Shape.of(sizes);
      } catch (IllegalArgumentException e) {
        throw error(sizesAt, "shape: " + e.getMessage());
      }
      return new NpyHeader(
          type, order == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN, fortranOrder, shape);
    }

    private FileFormatException error(int at, String problem) {
      return source.error(start + at, problem);
    }

    private void skipSpaces() {
      while (position < text.length() && " \t\n\r".indexOf(text.charAt(position)) >= 0) {
        position++;
      }
    }

    /** Skips a character if it is the next one. */
    private boolean skip(char expected) {
      skipSpaces();
      boolean found = position < text.length() && text.charAt(position) == expected;
      position += found ? 1 : 0;
      return found;
    }

    private void expect(char expected) throws FileFormatException {
      if (!skip(expected)) {
        throw error(
            position,
            "the header is not the dictionary that NumPy writes: '" + expected + "' is missing");
      }
    }

    private String string(String what) throws FileFormatException {
      skipSpaces();
      char quote = position < text.length() ? text.charAt(position) : ' ';
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, position + 1) : -1;
      if (end < 0) {
        throw error(position, what + " in quotes is missing in the header");
      }
      String result = text.substring(position + 1, end);
      position = end + 1;
      return result;
    }

    private String descr() throws FileFormatException {
      if (position < text.length() && text.charAt(position) == '[') {
        throw error(
            position,
            "the elements are records of several fields, which cannot be read; save each field as"
                + " an array of its own");
      }
      return string("a dtype");
    }

    private boolean bool() throws FileFormatException {
      for (String word : new String[] {"True", "False"}) {
        if (text.startsWith(word, position)) {
          position += word.length();
          return word.equals("True");
        }
      }
      throw error(position, "fortran_order must be True or False");
    }

    private long[] tuple() throws FileFormatException {
      List<Long> sizes = new ArrayList<>();
      expect('(');
      while (!skip(')')) {
        skipSpaces();
        int from = position;
        while (position < text.length() && isDigit(text.charAt(position))) {
          position++;
        }
        try {
          sizes.add(Long.parseLong(text.substring(from, position)));
        } catch (NumberFormatException _) {
          throw error(from, "shape must hold whole numbers that are not negative");
        }
        if (!skip(',')) {
          expect(')');
          break;
        }
      }
      return sizes.stream().mapToLong(Long::longValue).toArray();
    }

    private static boolean isDigit(char c) {
      return '0' <= c && c <= '9';
    }
  }
}
