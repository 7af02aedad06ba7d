package org.autograd.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsTest {
  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("model.safetensors");
  }

  @Test
  void roundTripKeepsEveryBitAndTheOrder() throws IOException {
    SequencedMap<String, Variable> tensors = new LinkedHashMap<>();
    tensors.put("mask", Variable.of(true, false, true));
    tensors.put(
        "layer.weight",
        Variable.of(Float.NaN, -0f, Float.MIN_VALUE, Float.POSITIVE_INFINITY).reshape(2, 2));
    tensors.put("scalar", Variable.scalar(Math.PI));
    tensors.put("empty", Variable.zeros(0, 3));
    tensors.put("longs", Variable.of(Long.MIN_VALUE, Long.MAX_VALUE));
    tensors.put("ints", Variable.of(Integer.MIN_VALUE, Integer.MAX_VALUE));
    tensors.put("not ASCII: \"Größe\" \n", Variable.of(1f));
    SequencedMap<String, String> metadata = new LinkedHashMap<>();
    metadata.put("z", "last first");
    metadata.put("a", "");

    new SafeTensors(tensors, metadata).write(file);
    SafeTensors read = SafeTensors.read(file);

    assertEquals(metadata, read.metadata());
    assertEquals(List.copyOf(tensors.keySet()), List.copyOf(read.tensors().keySet()));
    tensors.forEach((name, expected) -> assertSame(expected, read.tensors().get(name)));
  }

  @Test
  void tensorsLargerThanTheBufferAndViewsAreWrittenInOrder() throws IOException {
    Variable large = Variable.arange(100_000).reshape(100, 1000);
    SequencedMap<String, Variable> tensors = new LinkedHashMap<>();
    tensors.put("transposed", large.transpose());
    tensors.put("mask", large.eq(77_777));
    tensors.put("floats", large.to(DType.FLOAT32));
    SafeTensors.of(tensors).write(file);
    SafeTensors read = SafeTensors.read(file);
    tensors.forEach((name, expected) -> assertSame(expected, read.tensors().get(name)));
  }

  private static void assertSame(Variable expected, Variable actual) {
    assertEquals(expected.dtype(), actual.dtype());
    assertEquals(expected.shape(), actual.shape());
    // Compares the bits of floats, as arrays are compared by Arrays.equals.
    assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray());
    assertArrayEquals(expected.toLongArray(), actual.toLongArray());
  }

  @Test
  void writesTheFormatByteForByte() throws IOException {
    SequencedMap<String, Variable> tensors = new LinkedHashMap<>();
    tensors.put("flag", Variable.of(true));
    tensors.put("x", Variable.of(1f, -2f).reshape(1, 2));
    SafeTensors.of(tensors).write(file);
    // The larger elements first, the header padded with spaces.
    byte[] expected =
        file(
            "{\"flag\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[8,9]},"
                + "\"x\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}       ",
            "0000803f 000000c0 01");
    assertArrayEquals(expected, Files.readAllBytes(file));
    assertEquals(0, (expected.length - 9) % 8);
  }

  @Test
  void readsWhatTheReferenceImplementationWrites() throws IOException {
    // safetensors.numpy.save of version 0.8.0.
    Files.write(file, HexFormat.of().parseHex(REFERENCE));
    SafeTensors read = SafeTensors.read(file);
    assertEquals("pt", read.metadata().get("format"));
    assertEquals(5, read.tensors().size());
    assertSame(Variable.of(1f, -2.5f, 0f, 3f, 4f, 5f).reshape(2, 3), read.tensors().get("weight"));
    assertSame(Variable.of(7L).reshape(), read.tensors().get("steps"));
    assertSame(Variable.of(true, false), read.tensors().get("mask"));
    assertSame(Variable.of(1.5f, -0.099975586f), read.tensors().get("half"));
    assertSame(Variable.zeros(DType.INT32, 0, 3), read.tensors().get("empty"));
  }

  @Test
  void widensWhatHasNoDtype() throws IOException {
    assertRead(DType.FLOAT32, new double[] {1.5, -2, 0x1p-24}, "F16", "003e 00c0 0100");
    assertRead(DType.FLOAT32, new double[] {1.5, -2, 0}, "BF16", "c03f 00c0 0000");
    assertRead(DType.INT32, new double[] {0, 128, 255}, "U8", "00 80 ff");
    assertRead(DType.INT32, new double[] {0, -128, -1}, "I8", "00 80 ff");
    assertRead(DType.INT32, new double[] {1, 0x8000, 0xFFFF}, "U16", "0100 0080 ffff");
    assertRead(DType.INT32, new double[] {1, -0x8000, -1}, "I16", "0100 0080 ffff");
    assertRead(DType.INT64, new double[] {1, 0x80000000L, 2}, "U32", "01000000 00000080 02000000");
  }

  private void assertRead(DType dtype, double[] expected, String type, String data)
      throws IOException {
    int size = hex(data).length;
    Files.write(
        file,
        file("{'t':{'dtype':'%s','shape':[3],'data_offsets':[0,%d]}}".formatted(type, size), data));
    Variable tensor = SafeTensors.read(file).tensors().get("t");
    assertEquals(dtype, tensor.dtype());
    assertArrayEquals(expected, tensor.toDoubleArray());
  }

  @Test
  void aFailedWriteLeavesTheOldFile() throws IOException {
    SequencedMap<String, Variable> tensors = new LinkedHashMap<>();
    tensors.put("x", Variable.of(1f));
    SafeTensors.of(tensors).write(file);
    byte[] old = Files.readAllBytes(file);
    // No file can be created below a file.
    assertThrows(IOException.class, () -> SafeTensors.of(tensors).write(file.resolve("below")));
    assertArrayEquals(old, Files.readAllBytes(file));
  }

  @Test
  void theNameOfTheMetadataIsReserved() {
    SequencedMap<String, Variable> tensors = new LinkedHashMap<>();
    tensors.put("__metadata__", Variable.of(1f));
    assertThrows(IllegalArgumentException.class, () -> SafeTensors.of(tensors));
  }

  @Test
  void contentCannotBeChangedThroughItsMaps() {
    SequencedMap<String, Variable> tensors = new LinkedHashMap<>();
    SafeTensors content = SafeTensors.of(tensors);
    tensors.put("x", Variable.of(1f));
    assertTrue(content.tensors().isEmpty());
    assertThrows(
        UnsupportedOperationException.class, () -> content.tensors().put("x", Variable.of(1f)));
  }

  @Test
  void namesAMissingFile() {
    var error = assertThrows(NoSuchFileException.class, () -> SafeTensors.read(file));
    assertTrue(error.getMessage().contains(file.toString()), error.getMessage());
  }

  // Damaged and hostile files. Quotes are single for legibility, see file().

  private static final String X = "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}";
  private static final String DATA = "0000803f 000000c0";

  @Test
  void everyTruncationIsAnError() throws IOException {
    byte[] whole = file(X, DATA);
    assertEquals(2, read(whole).tensors().get("x").elementCount());
    for (int length = 0; length < whole.length; length++) {
      assertRejected(Arrays.copyOf(whole, length), "at byte ");
    }
    assertRejected(Arrays.copyOf(whole, whole.length - 1), "truncated");
    assertRejected(Arrays.copyOf(whole, whole.length + 1), "too long");
  }

  @Test
  void absurdHeaderSizesAreRejectedWithoutAllocatingThem() throws IOException {
    for (long size : new long[] {1L << 60, -1, Long.MIN_VALUE, Integer.MAX_VALUE, 100_000_001}) {
      byte[] bytes = file(X, DATA);
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, size);
      assertRejected(bytes, "at byte 0", Long.toUnsignedString(size));
    }
  }

  @Test
  void aTensorLargerThanTheFileIsRejectedWithoutAllocatingIt() throws IOException {
    assertRejected(
        "{'x':{'dtype':'F32','shape':[500000000],'data_offsets':[0,2000000000]}}",
        DATA,
        "truncated");
    assertRejected(
        "{'x':{'dtype':'U8','shape':[3000000000],'data_offsets':[0,3000000000]}}",
        DATA,
        "more elements than one array holds");
    assertRejected(
        "{'x':{'dtype':'F32','shape':[4294967296,4294967296,4],'data_offsets':[0,8]}}",
        DATA,
        "overflows");
  }

  @Test
  void rejectsWrongOffsets() throws IOException {
    String two =
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[%s]},"
            + "'b':{'dtype':'F32','shape':[1],'data_offsets':[%s]}}";
    assertEquals(2, read(file(two.formatted("4,8", "0,4"), DATA)).tensors().size());
    assertRejected(two.formatted("0,4", "0,4"), DATA, "'b'", "overlaps");
    assertRejected(two.formatted("0,4", "3,7"), DATA, "'b'", "overlaps");
    assertRejected(two.formatted("0,4", "8,12"), DATA + DATA, "'b'", "gap");
    assertRejected(two.formatted("4,8", "8,12"), DATA + DATA, "'a'", "gap");
    assertRejected(two.formatted("-4,0", "0,4"), DATA, "'a'", "not negative");
    assertRejected(two.formatted("4,0", "0,4"), DATA, "'a'", "not before");
    assertRejected(two.formatted("0,4,8", "4,8"), DATA, "'a'", "begin and an end");
    assertRejected(two.formatted("0", "4,8"), DATA, "'a'", "begin and an end");
    assertRejected(two.formatted("0,5", "5,8"), DATA, "'a'", "5 bytes");
    assertRejected(two.formatted("0,0", "0,8"), DATA, "'a'", "0 bytes");
    assertRejected(two.formatted("0,4.5", "4,8"), DATA, "whole numbers");
    assertRejected(two.formatted("0,99999999999999999999", "4,8"), DATA, "at byte ");
  }

  @Test
  void rejectsWrongEntries() throws IOException {
    assertRejected(X.replace("F32", "F8_E4M3"), DATA, "'F8_E4M3'", "BF16");
    assertRejected(X.replace("F32", "f32"), DATA, "'f32'");
    assertRejected(X.replace("'F32'", "32"), DATA, "dtype must be a string");
    assertRejected(X.replace("[2]", "[-2]"), DATA, "not negative");
    assertRejected(X.replace("[2]", "2"), DATA, "shape must be an array");
    assertRejected(X.replace("[2]", "[[2]]"), DATA, "whole numbers");
    assertRejected(X.replace("[2]", "[3]"), DATA, "F32[3]");
    assertRejected(X.replace("'shape':[2],", ""), DATA, "needs dtype, shape and data_offsets");
    assertRejected("{'x':1}", "", "'x' must be an object");
    assertRejected(
        "{'x':{'dtype':'BOOL','shape':[2],'data_offsets':[0,2]}}", "0102", "0 or 1", "at byte 64");
  }

  @Test
  void ignoresWhatIsUnknownInAnEntry() throws IOException {
    String more = X.replace("'shape'", "'layout':{'a':[1]},'shape'");
    assertEquals(1, read(file(more, DATA)).tensors().size());
  }

  @Test
  void rejectsWrongMetadata() throws IOException {
    assertRejected("{'__metadata__':1}", "", "must be an object");
    assertRejected("{'__metadata__':{'a':1}}", "", "'a'");
    assertRejected("{'__metadata__':{'a':{}}}", "", "'a'");
  }

  @Test
  void rejectsWrongJson() throws IOException {
    assertRejected("{'x':", "", "not valid JSON");
    assertRejected("[]", "", "not a JSON object");
    assertRejected(" {}", "", "not a JSON object");
    assertRejected("{} {}", "", "more after the JSON object");
    assertRejected("{}x", "", "JSON");
    assertRejected(X.replace("'dtype':'F32',", "'dtype':'F32','dtype':'F32',"), DATA, "uplicate");
    assertRejected(
        "{" + X.substring(1, X.length() - 1) + "," + X.substring(1), DATA, "uplicate", "x");
    assertRejected("{'x':" + "[".repeat(100_000), "", "'x' must be an object");
    assertRejected("{'x':{'y':" + "[".repeat(100_000), "", "nesting depth");
    byte[] utf16 = "{}".getBytes(StandardCharsets.UTF_16LE);
    assertRejected(file(utf16, new byte[0]), "UTF-8");
    assertRejected(file(new byte[] {'{', '"', (byte) 0xFF, '"'}, new byte[0]), "UTF-8");
  }

  @Test
  void anEmptyFileOfTensorsIsNoError() throws IOException {
    assertTrue(read(file("{}      ", "")).tensors().isEmpty());
  }

  @Test
  void randomDamageIsReadOrRejectedButNeverFailsOtherwise() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    byte[] whole = HexFormat.of().parseHex(REFERENCE);
    int rejected = 0;
    for (int i = 0; i < 400; i++) {
      byte[] damaged = whole.clone();
      for (int k = random.nextInt(3); k >= 0; k--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        read(damaged);
      } catch (FileFormatException e) {
        rejected++;
      }
    }
    assertTrue(rejected > 200, "rejected " + rejected);
  }

  private SafeTensors read(byte[] content) throws IOException {
    return SafeTensors.read(Files.write(file, content));
  }

  private void assertRejected(String header, String data, String... parts) throws IOException {
    assertRejected(file(header, data), parts);
  }

  private void assertRejected(byte[] content, String... parts) throws IOException {
    var error = assertThrows(FileFormatException.class, () -> read(content));
    assertTrue(error.getMessage().startsWith(file + ": at byte "), error.getMessage());
    for (String part : parts) {
      assertTrue(error.getMessage().contains(part), error.getMessage());
    }
  }

  private static byte[] file(String header, String data) throws IOException {
    return file(header.replace('\'', '"').getBytes(StandardCharsets.UTF_8), hex(data));
  }

  private static byte[] file(byte[] header, byte[] data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer size = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    out.write(size.putLong(header.length).array());
    out.write(header);
    out.write(data);
    return out.toByteArray();
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  private static final String REFERENCE =
      "48010000000000007b225f5f6d657461646174615f5f223a7b22666f726d6174223a227074227d2c"
          + "227374657073223a7b226474797065223a22493634222c227368617065223a5b5d2c22646174615f"
          + "6f666673657473223a5b302c385d7d2c22776569676874223a7b226474797065223a22463332222c"
          + "227368617065223a5b322c335d2c22646174615f6f666673657473223a5b382c33325d7d2c22656d"
          + "707479223a7b226474797065223a22493332222c227368617065223a5b302c335d2c22646174615f"
          + "6f666673657473223a5b33322c33325d7d2c2268616c66223a7b226474797065223a22463136222c"
          + "227368617065223a5b325d2c22646174615f6f666673657473223a5b33322c33365d7d2c226d6173"
          + "6b223a7b226474797065223a22424f4f4c222c227368617065223a5b325d2c22646174615f6f6666"
          + "73657473223a5b33362c33385d7d7d2007000000000000000000803f000020c00000000000004040"
          + "000080400000a040003e66ae0100";
}
