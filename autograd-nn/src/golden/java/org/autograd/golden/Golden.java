package org.autograd.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.DoubleStream;

/** Numbers recorded from PyTorch in float64. */
public final class Golden {
  private Golden() {}

  /** Returns a block of {@code golden/core.json}. */
  public static JsonObject read(String block) {
    return Objects.requireNonNull(file("core").getAsJsonObject(block), block);
  }

  /** Returns the content of {@code golden/NAME.json}. */
  public static JsonObject file(String name) {
    String path = "/golden/" + name + ".json";
    try (InputStream in = Objects.requireNonNull(Golden.class.getResourceAsStream(path), path)) {
      return JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .getAsJsonObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the numbers of an array of any depth, in row-major order. */
  public static double[] numbers(JsonElement values) {
    return stream(values).toArray();
  }

  private static DoubleStream stream(JsonElement values) {
    return values.isJsonArray()
        ? values.getAsJsonArray().asList().stream().flatMapToDouble(Golden::stream)
        : DoubleStream.of(values.getAsDouble());
  }

  /** Asserts that each recorded key is in exactly one of some sets, and nothing else is. */
  public static void assertPartition(Set<String> recorded, List<Set<String>> parts) {
    Set<String> union = new TreeSet<>();
    parts.forEach(union::addAll);
    assertEquals(new TreeSet<>(recorded), union);
    int size = parts.stream().mapToInt(Collection::size).sum();
    assertEquals(union.size(), size, "a key is in two of " + parts);
  }
}
