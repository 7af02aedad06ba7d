package org.autograd.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.nn.Activation;
import org.autograd.nn.Linear;
import org.autograd.nn.Sequential;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class LazyTensorsTest {
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("model.safetensors");
  }

  private static SafeTensors content() {
    SequencedMap<String, Variable> tensors = new LinkedHashMap<>();
    tensors.put("body.weight", Variable.arange(6).to(DType.FLOAT32).reshape(2, 3));
    tensors.put("body.steps", Variable.of(7L));
    tensors.put("head.weight", Variable.of(1.5, -2));
    tensors.put("head.mask", Variable.of(true, false, true));
    SequencedMap<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt");
    return new SafeTensors(tensors, metadata);
  }

  private static void assertEqual(SafeTensors expected, LazyTensors actual) throws IOException {
    assertEquals(expected.metadata(), actual.metadata());
    assertEquals(List.copyOf(expected.tensors().keySet()), actual.names().stream().toList());
    for (String name : actual.names()) {
      Variable tensor = expected.tensors().get(name);
      assertEquals(tensor.shape(), actual.shape(name));
      assertEquals(tensor.dtype(), actual.dtype(name));
      assertEqual(tensor, actual.read(name));
    }
  }

  private static void assertEqual(Variable expected, Variable actual) {
    assertEquals(expected.dtype(), actual.dtype());
    assertEquals(expected.shape(), actual.shape());
    assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray());
  }

  private static void assertFails(
      Class<? extends Exception> type, Executable action, String... parts) {
    Exception error = assertThrows(type, action);
    for (String part : parts) {
      assertTrue(error.getMessage().contains(part), error.getMessage());
    }
  }

  @Test
  void readsWhatIsAskedFor() throws IOException {
    content().write(file);
    LazyTensors lazy = LazyTensors.open(file);
    assertEqual(content(), lazy);
    assertEquals(List.copyOf(content().tensors().keySet()), List.copyOf(lazy.readAll().keySet()));
    assertEquals(List.of("weight", "mask"), List.copyOf(lazy.readBelow("head.").keySet()));
    assertEquals(List.of("head.mask"), List.copyOf(lazy.read(List.of("head.mask")).keySet()));
    // A change of what was read is nobody else's.
    lazy.read("head.weight").fill_(0);
    assertNotSame(lazy.read("head.weight"), lazy.read("head.weight"));
    assertEqual(content().tensors().get("head.weight"), lazy.read("head.weight"));
  }

  @Test
  void whatIsNotThereIsNamed() throws IOException {
    content().write(file);
    LazyTensors lazy = LazyTensors.open(file);
    String path = file.toString();
    assertFails(IllegalArgumentException.class, () -> lazy.read("x"), path, "'x'", "head.mask");
    assertFails(IllegalArgumentException.class, () -> lazy.shape("x"), path, "'x'");
    assertFails(IllegalArgumentException.class, () -> lazy.dtype("x"), path, "'x'");
    assertFails(
        IllegalArgumentException.class, () -> lazy.read(List.of("head.mask", "x")), path, "'x'");
    assertFails(IllegalArgumentException.class, () -> lazy.readBelow("tail."), path, "'tail.'");
  }

  @Test
  void aPartOfAModelLoadsItsPartOfAFile() throws IOException {
    Sequential saved = network(1);
    SafeTensors.of(saved.stateDict()).write(file);
    Sequential other = network(2);
    LazyTensors lazy = LazyTensors.open(file);
    other.layers().getFirst().loadStateDict(lazy.readBelow("0."));
    assertEqual(saved.stateDict().get("0.weight"), other.stateDict().get("0.weight"));
    assertFalse(
        List.of(saved.stateDict().get("2.weight").toFloatArray()[0])
            .contains(other.stateDict().get("2.weight").toFloatArray()[0]));
    assertEquals(
        List.of("0.weight", "0.bias"),
        other.loadMatching(lazy.read(List.of("2.weight", "2.bias"))).missing());
    assertEqual(saved.stateDict().get("2.weight"), other.stateDict().get("2.weight"));
  }

  private static Sequential network(long seed) {
    Linear.Options options = Linear.options().generator(new Generator(seed));
    return new Sequential(new Linear(2, 3, options), Activation.relu(), new Linear(3, 1, options));
  }

  @Test
  void aStrictLoadOfADamagedFileChangesNothing() throws IOException {
    Sequential model = network(1);
    SequencedMap<String, Variable> state = model.stateDict();
    state.put("2.bias", Variable.of(1f, 2f));
    SafeTensors.of(state).write(file);
    Variable before = model.stateDict().get("0.weight").copy();
    assertFails(
        IllegalArgumentException.class,
        () -> network(2).loadStateDict(LazyTensors.open(file).readAll()),
        "2.bias is float32[1] in the module and float32[2] in the state dict");
    Sequential other = network(2);
    Variable own = other.stateDict().get("0.weight").copy();
    assertThrows(
        IllegalArgumentException.class,
        () -> other.loadStateDict(LazyTensors.open(file).readAll()));
    assertEqual(own, other.stateDict().get("0.weight"));
    assertEqual(before, model.stateDict().get("0.weight"));
  }

  /** Writes a header and only the last bytes of the data; the rest is a hole that takes no room. */
  private void writeSparse(String header, long dataSize, byte... last) throws IOException {
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteBuffer start =
        ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      channel.write(start.put(json).flip(), 0);
      channel.write(ByteBuffer.wrap(last), 8 + json.length + dataSize - last.length);
    }
  }

  @Test
  void filesBeyondTwoGigabytesAreReadWhereverATensorLies() throws IOException {
    long size = 5L << 30;
    writeSparse(
        "{'large':{'dtype':'F32','shape':[1342177277],'data_offsets':[0,%d]},".formatted(size - 12)
            + "'small':{'dtype':'I32','shape':[3],'data_offsets':[%d,%d]}}"
                .formatted(size - 12, size),
        size,
        new byte[] {1, 0, 0, 0, 2, 0, 0, 0, -1, -1, -1, -1});
    LazyTensors lazy = LazyTensors.open(file);
    assertEquals(Shape.of(1342177277), lazy.shape("large"));
    assertEqual(Variable.of(1, 2, -1), lazy.read("small"));
  }

  @Test
  void whatNeedsMoreThanTheMemoryIsAnErrorThatSaysWhatToDo() throws IOException {
    // Each tensor fits an array, all of them no heap.
    long each = 8L << 30;
    StringBuilder header = new StringBuilder("{");
    for (int k = 0; k < 512; k++) {
      header.append(
          "%s't%d':{'dtype':'F64','shape':[%d],'data_offsets':[%d,%d]}"
              .formatted(k == 0 ? "" : ",", k, each / 8, k * each, (k + 1) * each));
    }
    writeSparse(header.append("}").toString(), 512 * each, (byte) 0);
    assertFails(
        FileFormatException.class,
        () -> SafeTensors.read(file),
        file + ": at byte ",
        "bytes of memory",
        "LazyTensors",
        "-Xmx");
    LazyTensors lazy = LazyTensors.open(file);
    assertFails(
        FileFormatException.class,
        () -> lazy.read("t5"),
        file + ": at byte ",
        "tensor 't5' of float64[1073741824] needs 8589934592 bytes of memory, but",
        "-Xmx");
  }

  /** Each fits, all together do not: then nothing is read, for it would be in vain. */
  @Test
  void tensorsAreCountedTogether() throws IOException {
    long count = Math.min(Runtime.getRuntime().maxMemory() / 8, Integer.MAX_VALUE - 8);
    int tensors = (int) (Runtime.getRuntime().maxMemory() / (4 * count)) + 1;
    StringBuilder header =
        new StringBuilder("{'small':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}");
    for (int k = 0; k < tensors; k++) {
      header.append(
          ",'body.t%d':{'dtype':'F32','shape':[%d],'data_offsets':[%d,%d]}"
              .formatted(k, count, 1 + 4 * k * count, 1 + 4 * (k + 1) * count));
    }
    writeSparse(header.append("}").toString(), 1 + 4 * tensors * count, (byte) 0);
    LazyTensors lazy = LazyTensors.open(file);
    assertFails(FileFormatException.class, lazy::readAll, file.toString(), "'body.t1'", " beside ");
    assertFails(
        FileFormatException.class,
        () -> lazy.readBelow("body."),
        file.toString(),
        "'body.t",
        " beside ");
    assertFails(
        FileFormatException.class,
        () -> lazy.read(lazy.names().reversed()),
        file.toString(),
        "'body.t",
        " beside ");
    assertEqual(Variable.of(0), lazy.read("small"));
  }

  @Test
  void aFileCutWhileItIsReadIsAnError() throws IOException {
    long size = 1L << 24;
    writeSparse(
        "{'x':{'dtype':'F32','shape':[4194304],'data_offsets':[0,16777216]}}", size, (byte) 0);
    LazyTensors lazy = LazyTensors.open(file);
    assertEquals(1 << 22, lazy.read("x").elementCount());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(100);
    }
    assertFails(FileFormatException.class, () -> lazy.read("x"), file.toString(), "shorter");
  }

  @Test
  void aFileMayBeReplacedWhileItIsRead() throws IOException {
    content().write(file);
    LazyTensors lazy = LazyTensors.open(file);
    SafeTensors.of(new LinkedHashMap<>()).write(file);
    assertEqual(content(), lazy);
    assertTrue(LazyTensors.open(file).names().isEmpty());
  }

  @Test
  void shardsAreWrittenAndRead() throws IOException {
    // Sizes 24, 8, 16 and 3.
    Path index = directory.resolve(INDEX);
    for (long size : new long[] {1, 24, 32, 1000}) {
      content().writeSharded(index, size);
      assertEqual(content(), LazyTensors.open(index));
      int count = size == 1 ? 4 : size == 24 ? 3 : size == 32 ? 2 : 1;
      // The old shards are gone.
      assertEquals(count + 1, names().size(), names()::toString);
      assertEquals(List.of(), names().stream().filter(name -> name.startsWith(".")).toList());
    }
    Files.delete(index);
    content().writeSharded(directory.resolve("new/" + INDEX), 24);
    assertTrue(Files.exists(directory.resolve("new/model-00002-of-00003.safetensors")));
    SafeTensors shard = SafeTensors.read(directory.resolve("new/model-00002-of-00003.safetensors"));
    assertEquals(List.of("body.steps", "head.weight"), List.copyOf(shard.tensors().keySet()));
    assertEquals("pt", shard.metadata().get("format"));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).toList();
    }
  }

  @Test
  void noTensorsAreNoShards() throws IOException {
    Path index = directory.resolve(INDEX);
    SafeTensors.of(new LinkedHashMap<>()).writeSharded(index, 1);
    assertEquals(List.of(INDEX), names());
    assertTrue(LazyTensors.open(index).readAll().isEmpty());
  }

  @Test
  void theIndexIsTheFormatOfHuggingFace() throws IOException {
    Path index = directory.resolve(INDEX);
    content().writeSharded(index, 40);
    assertEquals(
        """
        {
          'metadata' : {
            'total_size' : 51,
            'format' : 'pt'
          },
          'weight_map' : {
            'body.weight' : 'model-00001-of-00002.safetensors',
            'body.steps' : 'model-00001-of-00002.safetensors',
            'head.weight' : 'model-00002-of-00002.safetensors',
            'head.mask' : 'model-00002-of-00002.safetensors'
          }
        }\
        """
            .replace('\'', '"'),
        Files.readString(index));
  }

  @Test
  void afterAFailedWriteTheOldModelIsThereAndNothingElse() throws IOException {
    Path index = directory.resolve(INDEX);
    content().writeSharded(index, 24);
    List<String> before = names();
    SequencedMap<String, Variable> tensors = new LinkedHashMap<>(content().tensors());
    tensors.put("half a character: \ud800", Variable.of(1));
    // The shards before are written.
    assertFails(
        IllegalArgumentException.class,
        () -> SafeTensors.of(tensors).writeSharded(index, 1),
        "half a character");
    assertEquals(before, names());
    assertEqual(content(), LazyTensors.open(index));
  }

  @Test
  void refusesWrongArguments() {
    assertFails(
        IllegalArgumentException.class,
        () -> content().writeSharded(file, 1),
        ".safetensors.index.json");
    assertFails(
        IllegalArgumentException.class,
        () -> content().writeSharded(directory.resolve(INDEX), 0),
        "positive");
  }

  @Test
  void shardsThatDoNotFitTheIndexAreNamed() throws IOException {
    Path index = directory.resolve(INDEX);
    content().writeSharded(index, 24);
    String good = Files.readString(index);
    String second = "model-00002-of-00003.safetensors";
    Path shard = directory.resolve(second);

    assertIndexFails(index, good.replace("head.mask", "head.bias"), "head.bias", "head.mask");
    assertIndexFails(
        index, good.replaceFirst(",\\s*\"head.mask\"[^}]*", ""), "not name", "00003-of-00003");
    assertIndexFails(
        index,
        good.replaceFirst("\\s*\"head.weight\"[^,]*,", ""),
        second,
        "not in the index: head.weight");
    Path away = directory.resolve("away");
    Files.move(shard, away);
    assertIndexFails(index, good, "not there: " + second);
    Files.writeString(shard, "damaged");
    assertIndexFails(index, good, second, "at byte 0");
    Files.delete(shard);
    Files.move(away, shard);
    Files.writeString(index, good);
    assertEqual(content(), LazyTensors.open(index));
  }

  @Test
  void damagedIndexesAreErrors() throws IOException {
    Path index = directory.resolve(INDEX);
    String file = index.toString();
    assertIndexFails(index, "", file, "at byte 0");
    assertIndexFails(index, "[]", file, "JSON object");
    assertIndexFails(index, "{}", file, "weight_map");
    assertIndexFails(index, "{'weight_map':[]}", file, "at byte 14", "object");
    assertIndexFails(index, "{'weight_map':{'a':1}}", file, "'a'", "string");
    assertIndexFails(index, "{'weight_map':{'a':'x','a':'x'}}", file, "uplicate", "at byte ");
    assertIndexFails(index, "{'weight_map':{}}{}", file, "more after");
    assertIndexFails(index, "{'weight_map':{", file, "not valid JSON");
    assertIndexFails(index, "{'x':" + "[".repeat(100_000), file, "nesting depth");
    for (String name :
        new String[] {"../x", "/etc/passwd", "a\\\\b", "..", ".", "", "c:x", "\\ud800"}) {
      assertIndexFails(index, "{'weight_map':{'t':'" + name + "'}}", file, "'t'", "beside");
    }
    Files.write(index, new byte[] {'{', '"', (byte) 0xFF, '"', ':', '1', '}'});
    assertFails(FileFormatException.class, () -> LazyTensors.open(index), file, "UTF-8");
  }

  private static void assertIndexFails(Path index, String json, String... parts)
      throws IOException {
    Files.writeString(index, json.replace('\'', '"'));
    assertFails(FileFormatException.class, () -> LazyTensors.open(index), parts);
  }

  @Test
  void anOldIndexDoesNotDeleteWhatIsNoShard() throws IOException {
    Path index = directory.resolve(INDEX);
    Path precious = directory.resolve("precious.txt");
    Files.writeString(precious, "text");
    Files.writeString(index, "{\"weight_map\":{\"a\":\"precious.txt\"}}");
    content().writeSharded(index, 100);
    assertEquals("text", Files.readString(precious));
    assertEqual(content(), LazyTensors.open(index));
  }
}
