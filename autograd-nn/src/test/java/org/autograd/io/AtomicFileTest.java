package org.autograd.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  private static final byte[] NEW = "new".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path directory;

  @Test
  void createsFileAndDirectories() throws IOException {
    Path file = directory.resolve("a/b/file");
    AtomicFile.write(file, out -> out.write(NEW));
    assertEquals("new", Files.readString(file));
    assertEquals(List.of("file"), names(file.getParent()));
  }

  @Test
  void replacesTheOldContent() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "old and longer");
    AtomicFile.write(file, out -> out.write(NEW));
    assertEquals("new", Files.readString(file));
  }

  @Test
  void afterAFailureTheOldFileIsThereAndNothingElse() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "old");
    IOException failure = new IOException("disk full");
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(NEW);
                      throw failure;
                    }));
    assertEquals(failure, thrown);
    assertEquals("old", Files.readString(file));
    assertEquals(List.of("file"), names(directory));
  }

  @Test
  void theOldFileIsThereUntilAllIsWritten() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "old");
    AtomicFile.write(
        file,
        out -> {
          out.write(NEW);
          out.flush();
          assertEquals("old", Files.readString(file));
        });
    assertEquals("new", Files.readString(file));
  }

  @Test
  void cannotReplaceADirectory() throws IOException {
    Path target = Files.createDirectories(directory.resolve("target/inside")).getParent();
    assertThrows(IOException.class, () -> AtomicFile.write(target, out -> out.write(NEW)));
    assertEquals(List.of("target"), names(directory));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
