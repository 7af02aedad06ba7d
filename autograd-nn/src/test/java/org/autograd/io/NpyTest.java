package org.autograd.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
  @TempDir private Path directory;

  /** Returns a file that NumPy wrote; see make.py beside it. */
  static Path numpy(String name) {
    try {
      return Path.of(NpyTest.class.getResource("numpy/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The values of most of the files, which those of floats are a quarter of. */
  private static double value(String name, int i) {
    int value = i - 6;
    if (name.contains("float") || name.equals("big-endian")) {
      return value / 4.0;
    }
    return switch (name) {
      case "bool" -> value % 2 == 0 ? 1 : 0;
      case "uint8" -> value & 0xFF;
      case "uint16" -> value & 0xFFFF;
      case "uint32" -> value & 0xFFFFFFFFL;
      default -> value;
    };
  }

  @ParameterizedTest
  @CsvSource({
    "bool, BOOL",
    "int8, INT32",
    "uint8, INT32",
    "int16, INT32",
    "uint16, INT32",
    "int32, INT32",
    "uint32, INT64",
    "int64, INT64",
    "float16, FLOAT32",
    "float32, FLOAT32",
    "float64, FLOAT64",
    "big-endian, FLOAT64",
    "big-endian-int16, INT32",
    "fortran, INT64",
    "version2, INT32",
    "version3, INT32"
  })
  void readsWhatNumPyWrote(String name, DType dtype) throws IOException {
    Variable array = Npy.read(numpy(name + ".npy"));
    assertEquals(dtype, array.dtype());
    assertEquals(Shape.of(2, 2, 3), array.shape());
    double[] values = array.to(DType.FLOAT64).toDoubleArray();
    for (int i = 0; i < values.length; i++) {
      assertEquals(value(name, i), values[i]);
    }
  }

  @Test
  void readsScalarsAndEmptyArrays() throws IOException {
    Variable scalar = Npy.read(numpy("scalar.npy"));
    assertEquals(Shape.scalar(), scalar.shape());
    assertEquals(2.5, scalar.item());
    assertEquals(Shape.of(0, 3), Npy.read(numpy("empty.npy")).shape());
    assertArrayEquals(
        new float[] {1.5f, Float.NaN, Float.NEGATIVE_INFINITY},
        Npy.read(numpy("vector.npy")).toFloatArray());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bool", "int32", "int64", "float32", "float64", "scalar", "empty", "vector"})
  void writesTheBytesThatNumPyWrites(String name) throws IOException {
    Path copy = directory.resolve("copy.npy");
    Npy.write(copy, Npy.read(numpy(name + ".npy")));
    assertArrayEquals(Files.readAllBytes(numpy(name + ".npy")), Files.readAllBytes(copy));
  }

  @Test
  void writesViewsAndLargeArrays() throws IOException {
    Path file = directory.resolve("large.npy");
    Variable large = Variable.arange(60_000).reshape(300, 200).transpose();
    Npy.write(file, large);
    Variable read = Npy.read(file);
    assertEquals(large.shape(), read.shape());
    assertArrayEquals(large.contiguous().toLongArray(), read.toLongArray());
  }

  @ParameterizedTest
  @CsvSource({
    "object, pickled",
    "record, records",
    "complex, '''<c8'' cannot be read'",
    "uint64, '''<u8'' cannot be read'",
    "text, '''<U2'' cannot be read'"
  })
  void refusesWhatNoDtypeHolds(String name, String part) {
    Path file = numpy(name + ".npy");
    var error = assertThrows(FileFormatException.class, () -> Npy.read(file));
    assertTrue(error.getMessage().contains(part), error.getMessage());
    assertTrue(error.getMessage().startsWith(file + ": at byte 20: "), error.getMessage());
  }

  private static byte[] npy(int version, long headerSize, String header, int dataSize) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    ByteBuffer size =
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) headerSize);
    out.write(size.array(), 0, version == 1 ? 2 : 4);
    out.writeBytes(header.getBytes(StandardCharsets.ISO_8859_1));
    out.writeBytes(new byte[dataSize]);
    return out.toByteArray();
  }

  private static byte[] npy(String header, int dataSize) {
    return npy(1, header.length(), header, dataSize);
  }

  private static Object[] hostile(String name, byte[] content, int offset, String part) {
    return new Object[] {name, content, offset, part};
  }

  private static Stream<Object[]> hostile() {
    String good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
    byte[] file = npy(good, 8);
    int data = 10 + good.length();
    return Stream.of(
        hostile("empty", new byte[0], 0, "truncated"),
        hostile("magic", "RIFF1234567890".getBytes(StandardCharsets.US_ASCII), 0, "NUMPY"),
        hostile("version", npy(4, 10, good, 8), 6, "version 4.0"),
        hostile("size of header cut", Arrays.copyOf(file, 9), 9, "truncated"),
        hostile("header cut", Arrays.copyOf(file, 30), 30, "truncated"),
        hostile("elements cut", Arrays.copyOf(file, data + 7), data, "truncated"),
        hostile("too long", npy(good, 9), data + 8, "more bytes"),
        hostile("huge header", npy(2, 0xFFFFFFFFL, good, 8), 8, "4294967295"),
        hostile("no dictionary", npy("[1]", 8), 10, "'{' is missing"),
        hostile("not closed", npy(good.replace("}", ""), 8), data - 1, "quotes"),
        hostile("unknown key", npy(good.replace("{", "{'a': True, "), 8), 11, "unknown key 'a'"),
        hostile("twice", npy(good.replace("}", "'descr': '<f4'}"), 8), 66, "twice"),
        hostile("missing key", npy("{'descr': '<f4', 'shape': (2,)}", 8), 10, "needs"),
        hostile("more after it", npy(good + "{}", 8), data, "more after"),
        hostile("negative size", npy(good.replace("2", "-2"), 8), 61, "not negative"),
        hostile("size of no number", npy(good.replace("2", ","), 8), 61, "not negative"),
        hostile("fraction", npy(good.replace("2", "2.5"), 8), 62, "')' is missing"),
        hostile("size beyond long", npy(good.replace("2", "9".repeat(30)), 8), 61, "whole"),
        hostile(
            "product beyond long",
            npy(good.replace("2,", "4294967296, 4294967296, 4294967296"), 8),
            60,
            "4294967296"),
        hostile(
            "bytes beyond long",
            npy(good.replace("2", "" + (1L << 61)), 8),
            data + 18,
            "needs more than the 8 bytes"),
        hostile("elements", npy(good.replace("2", "3"), 8), data, "needs more than the 8 bytes"),
        hostile("order", npy(good.replace("False", "Fals"), 8), 44, "True or False"),
        hostile("no type", npy(good.replace("<f4", ""), 8), 20, "'' cannot be read"),
        hostile("native order", npy(good.replace("<f4", "=f4"), 8), 20, "'=f4' cannot be read"),
        hostile("order of two bytes", npy(good.replace("<f4", "|f4"), 8), 20, "'|f4'"),
        hostile("nested", npy(good.replace("(2,)", "((2,),)"), 8), 61, "whole numbers"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void namesFileAndOffset(String name, byte[] content, int offset, String part) throws IOException {
    Path file = Files.write(directory.resolve("hostile.npy"), content);
    var error = assertThrows(FileFormatException.class, () -> Npy.read(file), name);
    assertTrue(error.getMessage().contains(part), error.getMessage());
    assertTrue(
        error.getMessage().startsWith(file + ": at byte " + offset + ": "), error.getMessage());
  }

  @Test
  void rejectsBoolsThatAreNeither() throws IOException {
    byte[] content = npy("{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", 3);
    content[content.length - 1] = 2;
    Path file = Files.write(directory.resolve("bool.npy"), content);
    var error = assertThrows(FileFormatException.class, () -> Npy.read(file));
    assertTrue(error.getMessage().contains("at byte " + (content.length - 1)), error.getMessage());
  }

  /** The bytes are there, for the file has a hole, but an array of them is more than the heap. */
  @Test
  void refusesWhatDoesNotFitIntoMemory() throws IOException {
    long count = Math.min(Runtime.getRuntime().maxMemory() / 8, Integer.MAX_VALUE - 8);
    assumeTrue(count > Runtime.getRuntime().maxMemory() / 16);
    byte[] start = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (" + count + ",)}", 0);
    Path file = Files.write(directory.resolve("large.npy"), start);
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.setLength(start.length + 8 * count);
    }
    var error = assertThrows(FileFormatException.class, () -> Npy.read(file));
    assertTrue(error.getMessage().contains("-Xmx"), error.getMessage());
  }

  /** Whatever is cut off or changed: an array or this one exception, and nothing else. */
  @Test
  void damagedFilesGiveNoOtherException() throws IOException {
    byte[] good = Files.readAllBytes(numpy("fortran.npy"));
    Path file = directory.resolve("damaged.npy");
    int refused = 0;
    for (int i = 0; i < 140; i++) {
      for (int flip : new int[] {0x01, 0x10, 0x80}) {
        byte[] damaged = good.clone();
        damaged[i] ^= (byte) flip;
        refused += isRefused(Files.write(file, damaged)) ? 1 : 0;
      }
      assertTrue(isRefused(Files.write(file, Arrays.copyOf(good, i))), "cut at " + i);
    }
    assertTrue(refused > 150, "refused " + refused);
  }

  private static boolean isRefused(Path file) {
    try {
      Npy.read(file);
      return false;
    } catch (FileFormatException _) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
