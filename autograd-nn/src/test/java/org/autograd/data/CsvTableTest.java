package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import org.autograd.io.FileFormatException;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class CsvTableTest {
  @TempDir private Path directory;

  private CsvTable table(String text) throws IOException {
    return CsvTable.read(Files.writeString(directory.resolve("t.csv"), text));
  }

  private void assertRejected(String where, String part, Executable executable) {
    var error = assertThrows(FileFormatException.class, executable);
    assertTrue(
        error.getMessage().startsWith(directory.resolve("t.csv") + ": " + where),
        error.getMessage());
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  @Test
  void columnsBecomeTensors() throws IOException {
    CsvTable table =
        table("a, b,\"name, in quotes\",kind\r\n1,0.1,2.5,\"x \"\"y\"\"\"\r\n\r\n-3,1e3,inf,u\r\n");
    assertEquals(List.of("a", "b", "name, in quotes", "kind"), table.columns());
    assertEquals(2, table.rowCount());
    var values = table.values(DType.FLOAT32, "b", "a");
    assertEquals(Shape.of(2, 2), values.shape());
    assertArrayEquals(new float[] {0.1f, 1, 1000, -3}, values.toFloatArray());
    assertArrayEquals(new double[] {0.1, 1000}, table.values(DType.FLOAT64, "b").toDoubleArray());
    assertEquals(
        Double.POSITIVE_INFINITY,
        table.values(DType.FLOAT64, "name, in quotes").toDoubleArray()[1]);
    assertArrayEquals(new long[] {1, -3}, table.values(DType.INT64, "a").toLongArray());
    var kinds = table.categories("kind");
    assertEquals(List.of("u", "x \"y\""), kinds.names());
    assertArrayEquals(new long[] {1, 0}, kinds.labels().toLongArray());
  }

  @Test
  void everyNumberIsRoundedOnce() throws IOException {
    // Just above the middle of two floats; as a double it is the middle, and rounds down.
    CsvTable table = table("x,n\n1.00000005960464485,9223372036854775807\n");
    assertEquals(Math.nextUp(1f), table.values(DType.FLOAT32, "x").toFloatArray()[0]);
    assertEquals(Long.MAX_VALUE, table.values(DType.INT64, "n").toLongArray()[0]);
  }

  @Test
  void missingValuesAreNaN() throws IOException {
    CsvTable table = table("x,y\n,NA\n1,null\n");
    assertArrayEquals(
        new double[] {Double.NaN, Double.NaN, 1, Double.NaN},
        table.values(DType.FLOAT64).toDoubleArray());
    assertRejected("line 2: column 'x': ", "missing", () -> table.values(DType.INT64));
  }

  @Test
  void readsOtherSeparatorsWithoutAHeader() throws IOException {
    Path file = Files.writeString(directory.resolve("t.csv"), "\uFEFF1;?\n3;4\n");
    CsvTable table = CsvTable.read(file, CsvTable.options().separator(';').noHeader().missing("?"));
    assertEquals(List.of("0", "1"), table.columns());
    assertArrayEquals(new float[] {1, Float.NaN, 3, 4}, table.values(DType.FLOAT32).toFloatArray());
  }

  @Test
  void errorsNameLineAndColumn() throws IOException {
    CsvTable table = table("a,b\n1,\"two\nlines\"\n,x\n");
    assertRejected("line 4: column 'a': ", "missing", () -> table.values(DType.INT64, "a"));
    assertRejected("line 4: column 'b': ", "'x'", () -> table.labels("b", List.of("two\nlines")));
    assertRejected("line 2: column 'b': ", "no number", () -> table.values(DType.FLOAT32, "b"));
    assertRejected("line 4: column 'a': ", "missing", () -> table.categories("a"));
    for (String text : new String[] {"1d", "0x1p3", "1f", "--1", "1 2"}) {
      CsvTable bad = table("a\n" + text + "\n");
      assertRejected("line 2: ", "'" + text + "'", () -> bad.values(DType.FLOAT64, "a"));
    }
    CsvTable large = table("a\n3000000000\n");
    assertRejected("line 2: ", "int32", () -> large.values(DType.INT32, "a"));
    assertEquals(3_000_000_000L, large.values(DType.INT64, "a").item());
    var unknown =
        assertThrows(IllegalArgumentException.class, () -> table.values(DType.INT64, "c"));
    assertTrue(unknown.getMessage().contains("only [a, b]"), unknown.getMessage());
  }

  /** Whoever reads another encoding as UTF-8 has other words than the file, and does not see it. */
  @Test
  void otherEncodingsAreErrors() throws IOException {
    Path file = directory.resolve("t.csv");
    Files.write(file, "a,b\r\n1,x\r\n2,gr\u00fcn\r\n".getBytes(StandardCharsets.ISO_8859_1));
    assertRejected("line 3: ", "not UTF-8", () -> CsvTable.read(file));
    Files.write(file, "a\nx".getBytes(StandardCharsets.UTF_16)); // with a mark at the start
    assertRejected("line 1: ", "not UTF-8", () -> CsvTable.read(file));
    Files.write(file, new byte[] {'a', '\n', (byte) 0xE2, (byte) 0x82});
    assertRejected("line 2: ", "not UTF-8", () -> CsvTable.read(file));
  }

  @Test
  void decodesWhateverTheBufferCutsApart() throws IOException {
    // Characters of one to four bytes, so that every part of one is somewhere at a buffer's end.
    String word = "a\u00fc\u20ac\ud83d\ude00";
    StringBuilder text = new StringBuilder("\uFEFFword\n");
    for (int row = 0; row < 40_000; row++) {
      text.append(word).append('\n');
    }
    CsvTable.Categories words = table(text.toString()).categories("word");
    assertEquals(List.of(word), words.names());
    assertEquals(40_000, words.labels().elementCount());
    Path file = directory.resolve("t.csv");
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    bytes[bytes.length - 2] = 'x';
    Files.write(file, bytes);
    assertRejected("line 40001: ", "not UTF-8", () -> CsvTable.read(file));
  }

  /** Else many rows of many categories would take for ever. */
  @Test
  void categoriesAreLookedAtOnce() throws IOException {
    int[] calls = {0};
    List<String> names =
        new AbstractList<>() {
          @Override
          public String get(int index) {
            calls[0]++;
            return index == 3 ? "n0" : "n" + index;
          }

          @Override
          public int size() {
            return 100;
          }
        };
    var labels = table("x\n" + "n99\nn2\nn0\n".repeat(100)).labels("x", names);
    assertArrayEquals(new long[] {99, 2, 0}, labels.narrow(0, 0, 3).toLongArray());
    assertEquals(100, calls[0]);
  }

  @Test
  void rejectsWhatIsNoTable() {
    assertRejected("line 3: ", "3 fields", () -> table("a,b\n1,2\n1,2,3\n"));
    assertRejected("line 2: ", "1 fields", () -> table("a,b\n1\n"));
    assertRejected("line 1: ", "two columns", () -> table("a,a\n1,2\n"));
    assertRejected("line 1: ", "empty", () -> table(""));
    assertRejected("line 2: ", "no CSV", () -> table("a,b\n1,\"2\n3,4\n"));
    assertThrows(NoSuchFileException.class, () -> CsvTable.read(directory.resolve("none.csv")));
  }
}
