package org.autograd.fuzz;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.autograd.Variable;
import org.autograd.io.Npy;
import org.autograd.io.Npz;
import org.autograd.io.SafeTensors;
import org.autograd.nn.Linear;
import org.autograd.training.TrainingCheckpoint;

/**
 * Lets Jazzer make up files for every reader, each in a process of its own with little memory. Ends
 * with status 1 if a reader did anything but read or refuse a file; the file is then kept.
 */
public final class FuzzReaders {
  private FuzzReaders() {}

  /**
   * Fuzzes.
   *
   * @param arguments how many seconds for each reader; a directory for seeds, files and findings; a
   *     directory of safetensors files, which are seeds too
   */
  public static void main(String[] arguments) throws Exception {
    Path root = Path.of(arguments[1]).toAbsolutePath();
    List<String> failed = new ArrayList<>();
    for (Reader reader : Reader.values()) {
      Path directory = root.resolve(reader.name().toLowerCase(Locale.ROOT));
      Path corpus = Files.createDirectories(directory.resolve("corpus"));
      writeSeeds(reader, corpus, Path.of(arguments[2]));
      if (run(reader, directory, arguments[0]) != 0) {
        failed.add(reader.name());
      }
    }
    if (!failed.isEmpty()) {
      System.err.println("Fuzzing found something in " + failed + "; see the output above");
      System.exit(1);
    }
  }

  private static int run(Reader reader, Path directory, String seconds)
      throws IOException, InterruptedException {
    System.out.println("Fuzzing " + reader + " for " + seconds + " s");
    Path log = directory.resolve("log.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Dautograd.simd=off",
                "-D" + ReaderTarget.READER + "=" + reader,
                "-D" + ReaderTarget.DIRECTORY + "=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=org.autograd.fuzz.ReaderTarget",
                "--instrumentation_includes=org.autograd.io.**:org.autograd.data.**:org.autograd.fuzz.**",
                "--reproducer_path=" + directory,
                "-artifact_prefix=" + directory + "/",
                "-max_total_time=" + seconds,
                "-max_len=4096",
                "-timeout=10",
                "-print_final_stats=1",
                directory.resolve("corpus").toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int status = process.waitFor();
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      lines
          .filter(line -> status != 0 || line.contains("number_of_executed_units"))
          .forEach(System.out::println);
    }
    return status;
  }

  private static void writeSeeds(Reader reader, Path corpus, Path tensorFiles) throws IOException {
    switch (reader) {
      case SAFETENSORS -> {
        try (Stream<Path> files = Files.list(tensorFiles)) {
          for (Path file : files.toList()) {
            Files.write(corpus.resolve(file.getFileName()), Files.readAllBytes(file));
          }
        }
      }
      case SAFETENSORS_HEADER -> {
        SequencedMap<String, Variable> tensors = new LinkedHashMap<>();
        tensors.put("weight", Variable.of(1f, 2f).reshape(1, 2));
        tensors.put("bias", Variable.of(3f));
        tensors.put("mask", Variable.of(true, false));
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        Path file = corpus.resolve("seed");
        new SafeTensors(tensors, metadata).write(file);
        replaceHeaderSize(file);
      }
      case TRAINING_CHECKPOINT -> {
        Path file = corpus.resolve("seed");
        TrainingCheckpoint.write(file, Reader.checkpointed(new Linear(2, 1)));
        replaceHeaderSize(file);
      }
      case SHARD_INDEX -> {
        Path model = corpus.resolveSibling("input.safetensors.index.json");
        SequencedMap<String, Variable> tensors = new LinkedHashMap<>();
        tensors.put("a", Variable.of(1f));
        tensors.put("b", Variable.of(2f));
        // Once only: the fuzzer has overwritten the index of a run before.
        if (!Files.exists(model)) {
          SafeTensors.of(tensors).writeSharded(model, 1);
          Files.copy(model, corpus.resolve("seed"));
        }
      }
      case IDX -> {
        byte[] matrix = HexFormat.of().parseHex("0000080200000002000000030001fe0304ff");
        Files.write(corpus.resolve("plain"), matrix);
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
          out.write(matrix);
        }
        Files.write(corpus.resolve("compressed"), compressed.toByteArray());
      }
      case NPY -> {
        Npy.write(corpus.resolve("floats"), Variable.of(1f, 2f, 3f, 4f).reshape(2, 2));
        Npy.write(corpus.resolve("mask"), Variable.of(true, false));
        Files.writeString(
            corpus.resolve("fortran"),
            "\u0093NUMPY\1\0\76\0{'descr': '>i2', 'fortran_order': True, 'shape': (2, 1), }      \n"
                + "abcd",
            StandardCharsets.ISO_8859_1);
      }
      case NPZ -> {
        SequencedMap<String, Variable> arrays = new LinkedHashMap<>();
        arrays.put("x", Variable.of(1f, 2f));
        arrays.put("y", Variable.of(3L));
        Npz.write(corpus.resolve("stored"), arrays);
        Npz.writeCompressed(corpus.resolve("compressed"), arrays);
      }
      case CSV ->
          Files.writeString(
              corpus.resolve("table"), "area,kind,\"a \"\"b\"\"\"\n1.5,x,2\nNA,\"y,\nz\",-3e4\n");
      case IMAGE -> {
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
        image.setRGB(1, 1, 0x336699);
        for (String format : new String[] {"png", "jpg", "gif", "bmp", "tiff"}) {
          ImageIO.write(image, format, corpus.resolve(format).toFile());
        }
      }
    }
  }

  /** Puts the number of bytes of tensors, which {@link Reader#file} expects, before the header. */
  private static void replaceHeaderSize(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    long headerSize = bytes.getLong();
    ByteArrayOutputStream seed = new ByteArrayOutputStream();
    seed.write(bytes.remaining() - Math.toIntExact(headerSize));
    seed.write(bytes.array(), Long.BYTES, bytes.remaining());
    Files.write(file, seed.toByteArray());
  }
}
