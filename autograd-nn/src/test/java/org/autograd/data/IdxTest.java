package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.autograd.Variable;
import org.autograd.io.FileFormatException;
import org.autograd.io.internal.MemoryBudget;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
  /** A matrix of unsigned bytes: 0 1 254 / 3 4 255. */
  private static final byte[] MATRIX = hex("0000 0802 00000002 00000003 0001fe 0304ff");

  @TempDir private Path directory;

  @Test
  void readsEveryElementType() throws IOException {
    assertArray(DType.INT32, new double[] {0, 128, 255}, "0000 0801 00000003 0080ff");
    assertArray(DType.INT32, new double[] {0, -128, -1}, "0000 0901 00000003 0080ff");
    assertArray(DType.INT32, new double[] {-2, 256}, "0000 0b01 00000002 fffe 0100");
    assertArray(
        DType.INT32, new double[] {-2147483648.0, 1}, "0000 0c01 00000002 80000000 00000001");
    assertArray(DType.FLOAT32, new double[] {1.5, -2}, "0000 0d01 00000002 3fc00000 c0000000");
    assertArray(DType.FLOAT64, new double[] {Math.PI}, "0000 0e01 00000001 400921fb54442d18");
  }

  private void assertArray(DType dtype, double[] expected, String content) throws IOException {
    Variable array = Idx.read(file(hex(content)));
    assertEquals(dtype, array.dtype());
    assertArrayEquals(expected, array.toDoubleArray());
  }

  @Test
  void readsShapes() throws IOException {
    Variable matrix = Idx.read(file(MATRIX));
    assertEquals(Shape.of(2, 3), matrix.shape());
    assertArrayEquals(new int[] {0, 1, 254, 3, 4, 255}, matrix.toIntArray());
    Variable empty = Idx.read(file(hex("0000 0802 00000000 00000003")));
    assertEquals(Shape.of(0, 3), empty.shape());
  }

  @Test
  void convertsToAnyDtype() throws IOException {
    Path file = file(MATRIX);
    for (DType dtype : DType.values()) {
      Variable expected = Idx.read(file).to(dtype);
      Variable actual = Idx.read(file, dtype);
      assertEquals(dtype, actual.dtype());
      assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray());
    }
  }

  @Test
  void readsManyElementsInTheirOrder() throws IOException {
    int count = 300_000;
    ByteBuffer content = ByteBuffer.allocate(8 + 2 * count);
    content.putInt(0x0B01).putInt(count);
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = (short) i;
      content.putShort((short) i);
    }
    Path file = file(gzip(content.array()));
    for (DType dtype : DType.values()) {
      Variable expected = Variable.of(values).to(dtype);
      assertArrayEquals(expected.toDoubleArray(), Idx.read(file, dtype).toDoubleArray());
    }
  }

  @Test
  void recognisesGzipByItsContent() throws IOException {
    assertArrayEquals(new int[] {0, 1, 254, 3, 4, 255}, Idx.read(file(gzip(MATRIX))).toIntArray());
  }

  @Test
  void namesAMissingFile() {
    Path missing = directory.resolve("missing");
    var error = assertThrows(NoSuchFileException.class, () -> Idx.read(missing));
    assertTrue(error.getMessage().contains("missing"), error.getMessage());
  }

  @Test
  void everyTruncationIsAnError() throws IOException {
    byte[] compressed = gzip(MATRIX);
    for (int length = 0; length < MATRIX.length; length++) {
      assertRejected(Arrays.copyOf(MATRIX, length), "truncated");
      assertRejected(gzip(Arrays.copyOf(MATRIX, length)), "truncated");
    }
    for (int length = 2; length < compressed.length; length++) {
      assertRejected(Arrays.copyOf(compressed, length), "gzip");
    }
  }

  @Test
  void namesTheOffset() throws IOException {
    assertRejected(Arrays.copyOf(MATRIX, 14), "at byte 14", "6 bytes were expected, 2 are there");
    assertRejected(hex("0100 0802"), "at byte 0", "01 00");
    assertRejected(hex("0000 0702 00000002"), "at byte 2", "0x07");
    assertRejected(hex("0000 0800"), "at byte 3", "rank");
    assertRejected(Arrays.copyOf(MATRIX, MATRIX.length + 1), "at byte 18", "more bytes");
    assertRejected(gzip(Arrays.copyOf(MATRIX, MATRIX.length + 1)), "at byte 18", "more bytes");
  }

  @Test
  void rejectsOtherFiles() throws IOException {
    assertRejected(hex("89504e47 0d0a1a0a"), "begins with two bytes 0");
    assertRejected(hex("504b0304"), "begins with two bytes 0");
  }

  @Test
  void absurdSizesAreRejectedWithoutAllocatingThem() throws IOException {
    assertRejected(hex("0000 0801 7ffffff0 00"), "truncated");
    String tooMany = "more elements than one array holds";
    assertRejected(hex("0000 0802 ffffffff ffffffff"), tooMany);
    assertRejected(hex("0000 0803 ffffffff ffffffff ffffffff"), tooMany);
    assertRejected(hex("0000 0e01 7fffffff"), tooMany);
    assertRejected(gzip(hex("0000 0801 7ffffff0 00")), "truncated");
  }

  @Test
  void whatDecompressesToMoreThanTheMemoryIsAnError() throws IOException {
    byte[] zeros = new byte[1_000_008];
    System.arraycopy(hex("0000 0801 000f4240"), 0, zeros, 0, 8);
    Path file = file(gzip(zeros));
    assertTrue(Files.size(file) < 2000);
    MemoryBudget enough = new MemoryBudget("buy more", 4_000_000);
    assertEquals(1_000_000, Idx.read(file, _ -> DType.FLOAT32, enough).elementCount());
    MemoryBudget tooLittle = new MemoryBudget("buy more", 3_999_999);
    var error =
        assertThrows(
            FileFormatException.class, () -> Idx.read(file, _ -> DType.FLOAT32, tooLittle));
    assertEquals(
        file
            + ": at byte 8: U8[1000000] needs 4000000 bytes of memory, but Java has at most"
            + " 3999999; buy more",
        error.getMessage());
  }

  @Test
  void randomDamageIsReadOrRejectedButNeverFailsOtherwise() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    byte[] compressed = gzip(MATRIX);
    int rejected = 0;
    for (int i = 0; i < 400; i++) {
      byte[] damaged = (i % 2 == 0 ? MATRIX : compressed).clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        Idx.read(file(damaged));
      } catch (FileFormatException e) {
        rejected++;
      }
    }
    assertTrue(rejected > 100, "rejected " + rejected);
  }

  private void assertRejected(byte[] content, String... parts) throws IOException {
    Path file = file(content);
    var error =
        assertThrows(
            FileFormatException.class,
            () -> Idx.read(file),
            () -> HexFormat.of().formatHex(content));
    assertTrue(error.getMessage().startsWith(file.toString()), error.getMessage());
    for (String part : parts) {
      assertTrue(error.getMessage().contains(part), error.getMessage());
    }
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(directory.resolve("array"), content);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }
}
