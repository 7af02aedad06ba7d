package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.autograd.Variable;
import org.autograd.io.FileFormatException;
import org.autograd.io.LazyTensors;
import org.autograd.io.Npy;
import org.autograd.io.SafeTensors;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files in a JVM with a small heap: what fits is read, all else is an error that names the file.
 */
class SmallHeapTest {
  @TempDir private Path directory;

  @Test
  void whatFitsOnceIsReadAndAllElseIsAnErrorOfTheFile() throws IOException, InterruptedException {
    Reading.write(directory);
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:+UseG1GC",
            "-Dautograd.simd=off",
            "-cp",
            System.getProperty("java.class.path"),
            Reading.class.getName(),
            directory.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output;
    try (var stream = process.getInputStream()) {
      output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertEquals(
        """
        tensor.safetensors: read 10000000
        lazy.safetensors: read 10000000
        array.npy: read 10000000
        fortran.npy: refused
        images.idx: read 10000000
        images.gz: read 10000000
        zeros.gz: refused
        entries.safetensors: refused
        metadata.safetensors: refused
        model.safetensors.index.json: refused
        large.png: refused
        """,
        output);
  }

  /** The program of the small JVM. */
  static final class Reading {
    /** As float32 these are 40 MB: they fit into the heap once, not twice. */
    private static final int COUNT = 10_000_000;

    private static final int MEGABYTE = 1 << 20;

    private Reading() {}

    private interface Reader {
      Variable read(Path file) throws IOException;
    }

    /** Reads the files. */
    public static void main(String[] arguments) throws IOException {
      Path directory = Path.of(arguments[0]);
      read(directory.resolve("tensor.safetensors"), Reading::first);
      read(directory.resolve("lazy.safetensors"), file -> LazyTensors.open(file).read("x"));
      read(directory.resolve("array.npy"), Npy::read);
      read(directory.resolve("fortran.npy"), Npy::read);
      read(directory.resolve("images.idx"), file -> Idx.read(file, DType.FLOAT32));
      read(directory.resolve("images.gz"), file -> Idx.read(file, DType.FLOAT32));
      read(directory.resolve("zeros.gz"), Idx::read);
      read(directory.resolve("entries.safetensors"), Reading::first);
      read(directory.resolve("metadata.safetensors"), Reading::first);
      read(
          directory.resolve("model.safetensors.index.json"),
          file -> LazyTensors.open(file).read("x"));
      read(directory.resolve("large.png"), file -> Images.read(file, Channels.RGB));
    }

    /** Writes the files; in the JVM of the test, since this too needs memory. */
    static void write(Path directory) throws IOException {
      String tensor =
          "{\"x\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
              .formatted(COUNT, 4 * COUNT);
      for (String name : new String[] {"tensor.safetensors", "lazy.safetensors"}) {
        sparse(directory.resolve(name), safetensors(tensor), 4L * COUNT);
      }
      sparse(
          directory.resolve("array.npy"),
          npy("'<f4'", "False", "%d,".formatted(COUNT)),
          4L * COUNT);
      sparse(
          directory.resolve("fortran.npy"),
          npy("'<f4'", "True", "2, %d".formatted(COUNT / 2)),
          4L * COUNT);
      sparse(directory.resolve("images.idx"), idx(COUNT), COUNT);
      writeCompressed(directory.resolve("images.gz"), COUNT);
      writeCompressed(directory.resolve("zeros.gz"), 100 * MEGABYTE);
      // Millions of objects, each of a few bytes of the file.
      StringBuilder json = new StringBuilder("{");
      for (int k = 0; json.length() < 16 * MEGABYTE; k++) {
        json.append(
            "%s\"%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"
                .formatted(k == 0 ? "" : ",", k));
      }
      sparse(directory.resolve("entries.safetensors"), safetensors(json.append("}").toString()), 0);
      String members = members(8 * MEGABYTE);
      sparse(
          directory.resolve("metadata.safetensors"),
          safetensors("{\"__metadata__\":" + members + "}"),
          0);
      Files.writeString(
          directory.resolve("model.safetensors.index.json"),
          "{\"metadata\":" + members + ",\"weight_map\":{}}");
      sparse(
          directory.resolve("large.png"),
          ByteBuffer.wrap(new byte[] {(byte) 0x89, 'P', 'N', 'G'}),
          3L << 30);
    }

    private static void read(Path file, Reader reader) throws IOException {
      String result;
      try {
        result = "read " + reader.read(file).elementCount();
      } catch (FileFormatException e) {
        result = e.getMessage().startsWith(file + ": at byte ") ? "refused" : e.getMessage();
      }
      System.out.println(file.getFileName() + ": " + result);
      Files.delete(file);
    }

    private static Variable first(Path file) throws IOException {
      return SafeTensors.read(file).tensors().firstEntry().getValue();
    }

    private static String members(int length) {
      StringBuilder json = new StringBuilder("{");
      for (int k = 0; json.length() < length; k++) {
        json.append(k == 0 ? "\"" : ",\"").append(Integer.toString(k, 36)).append("\":\"\"");
      }
      return json.append("}").toString();
    }

    private static ByteBuffer safetensors(String header) {
      byte[] json = header.getBytes(StandardCharsets.UTF_8);
      ByteBuffer start = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
      return start.putLong(json.length).put(json).flip();
    }

    private static ByteBuffer npy(String descr, String fortran, String shape) {
      String header =
          "{'descr': %s, 'fortran_order': %s, 'shape': (%s), }".formatted(descr, fortran, shape);
      return ByteBuffer.wrap(
          ("\u0093NUMPY\1\0v\0" + header + " ".repeat(117 - header.length()) + "\n")
              .getBytes(StandardCharsets.ISO_8859_1));
    }

    private static ByteBuffer idx(int count) {
      return ByteBuffer.allocate(8).putInt(0x0801).putInt(count).flip();
    }

    /** Writes a file whose end is a hole. */
    private static void sparse(Path file, ByteBuffer start, long more) throws IOException {
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE,
              StandardOpenOption.SPARSE)) {
        long size = start.remaining() + more;
        channel.write(start);
        if (more > 0) {
          channel.write(ByteBuffer.allocate(1), size - 1);
        }
      }
    }

    private static void writeCompressed(Path file, int zeros) throws IOException {
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
        out.write(idx(zeros).array());
        byte[] part = new byte[100_000];
        for (int written = 0; written < zeros; written += part.length) {
          out.write(part, 0, Math.min(part.length, zeros - written));
        }
      }
    }
  }
}
