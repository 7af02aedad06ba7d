package org.autograd.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.autograd.Variable;
import org.autograd.io.internal.ElementType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpzTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"stored", "compressed"})
  void readsWhatNumPyWrote(String name) throws IOException {
    SequencedMap<String, Variable> arrays = Npz.read(NpyTest.numpy(name + ".npz"));
    assertEquals(List.of("x", "labels"), List.copyOf(arrays.keySet()));
    assertEquals(Shape.of(2, 2, 3), arrays.get("x").shape());
    assertEquals(-1.5f, arrays.get("x").toFloatArray()[0]);
    assertArrayEquals(new long[] {3, 1, 2}, arrays.get("labels").toLongArray());
  }

  @Test
  void writesWhatItReads() throws IOException {
    SequencedMap<String, Variable> arrays = new LinkedHashMap<>();
    arrays.put("layers/0.weight", Variable.rand(50, 40));
    arrays.put("zeros", Variable.zeros(100, 1000));
    arrays.put("", Variable.of(true, false));
    Path stored = directory.resolve("stored.npz");
    Path compressed = directory.resolve("compressed.npz");
    Npz.write(stored, arrays);
    Npz.writeCompressed(compressed, arrays);
    assertTrue(Files.size(stored) > 400_000);
    assertTrue(Files.size(compressed) < 20_000);
    for (Path file : List.of(stored, compressed)) {
      SequencedMap<String, Variable> read = Npz.read(file);
      assertEquals(List.copyOf(arrays.keySet()), List.copyOf(read.keySet()));
      assertArrayEquals(
          arrays.get("layers/0.weight").toFloatArray(), read.get("layers/0.weight").toFloatArray());
      assertArrayEquals(new boolean[] {true, false}, read.get("").toBooleanArray());
    }
  }

  @Test
  void writesTheSameBytesEachTime() throws IOException {
    SequencedMap<String, Variable> arrays = new LinkedHashMap<>();
    arrays.put("a", Variable.arange(5));
    Path file = directory.resolve("a.npz");
    Npz.write(file, arrays);
    byte[] first = Files.readAllBytes(file);
    Npz.write(file, arrays);
    assertArrayEquals(first, Files.readAllBytes(file));
  }

  @Test
  void aFailureLeavesTheOldFile() throws IOException {
    Path file = Files.writeString(directory.resolve("old.npz"), "old");
    SequencedMap<String, Variable> tooLong = new LinkedHashMap<>();
    tooLong.put("x".repeat(70_000), Variable.zeros(1));
    assertThrows(IllegalArgumentException.class, () -> Npz.write(file, tooLong));
    assertEquals("old", Files.readString(file));
    try (var files = Files.list(directory)) {
      assertEquals(1, files.count());
    }
  }

  private void assertRejected(Path file, String part) {
    var error = assertThrows(FileFormatException.class, () -> Npz.read(file));
    assertTrue(error.getMessage().startsWith(file + ": at byte "), error.getMessage());
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  @Test
  void refusesDamagedArchives() throws IOException {
    byte[] good = Files.readAllBytes(NpyTest.numpy("stored.npz"));
    Path file = directory.resolve("damaged.npz");
    assertRejected(Files.write(file, Arrays.copyOf(good, 300)), "zip archive");
    assertRejected(Files.writeString(file, "no archive at all, but longer than 22"), "zip archive");
    assertRejected(Files.write(file, new byte[0]), "zip archive");
    byte[] changed = good.clone();
    String text = new String(good, StandardCharsets.ISO_8859_1);
    int element = text.indexOf("\n", text.indexOf("NUMPY")) + 5;
    changed[element] ^= 1;
    assertRejected(Files.write(file, changed), "entry 'x.npy': the checksum is wrong");
    assertThrows(NoSuchFileException.class, () -> Npz.read(directory.resolve("none.npz")));
  }

  /** Whatever is changed: arrays or this one exception, and nothing else. */
  @Test
  void damagedBytesGiveNoOtherException() throws IOException {
    byte[] good = Files.readAllBytes(NpyTest.numpy("compressed.npz"));
    Path file = directory.resolve("damaged.npz");
    int refused = 0;
    for (int i = 0; i < good.length; i++) {
      byte[] damaged = good.clone();
      damaged[i] ^= 0x11;
      Files.write(file, damaged);
      try {
        Npz.read(file);
      } catch (FileFormatException _) {
        refused++;
      }
    }
    assertTrue(refused > good.length / 2, "refused " + refused);
  }

  private Path archive(String... names) throws IOException {
    Path file = directory.resolve("made.npz");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
        Npy.write(zip, Variable.zeros(2));
        zip.closeEntry();
      }
    }
    return file;
  }

  @Test
  void refusesWhatIsNoArray() throws IOException {
    assertRejected(archive("a.npy", "readme.txt"), "'readme.txt' is no array");
    assertRejected(archive("directory/"), "'directory/' is no array");
  }

  @Test
  void refusesDuplicateNames() throws IOException {
    byte[] bytes = Files.readAllBytes(archive("aa.npy", "ab.npy"));
    String text = new String(bytes, StandardCharsets.ISO_8859_1).replace("ab.npy", "aa.npy");
    Path file =
        Files.write(directory.resolve("twice.npz"), text.getBytes(StandardCharsets.ISO_8859_1));
    assertRejected(file, "two entries have the name 'aa.npy'");
  }

  @Test
  void refusesBombs() throws IOException {
    // A megabyte that says it is 4 exabytes, and zeros that are more than the memory.
    Path file = directory.resolve("bomb.npz");
    for (long count : new long[] {1L << 60, Integer.MAX_VALUE - 8}) {
      try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
        zip.putNextEntry(new ZipEntry("bomb.npy"));
        NpyHeader header =
            new NpyHeader(ElementType.F64, ByteOrder.LITTLE_ENDIAN, false, Shape.of(count));
        zip.write(header.toBytes());
        zip.write(new byte[1 << 20]);
        zip.closeEntry();
      }
      assertRejected(file, "needs more than the 1048576 bytes that follow");
    }
  }
}
