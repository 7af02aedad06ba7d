package org.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;

/** The two worked examples, as recorded from PyTorch in {@code golden/core.json}. */
class GoldenTest {

  private static JsonObject read(String name) throws IOException {
    try (InputStream stream = GoldenTest.class.getResourceAsStream("/golden/core.json")) {
      assertNotNull(stream);
      return JsonParser.parseReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
          .getAsJsonObject()
          .getAsJsonObject(name);
    }
  }

  private static DoubleStream flat(JsonElement values) {
    return values.isJsonArray()
        ? values.getAsJsonArray().asList().stream().flatMapToDouble(GoldenTest::flat)
        : DoubleStream.of(values.getAsDouble());
  }

  private static Shape shape(JsonElement values) {
    if (!values.isJsonArray()) {
      return Shape.of();
    }
    int rows = values.getAsJsonArray().size();
    JsonElement first = values.getAsJsonArray().get(0);
    return first.isJsonArray() ? Shape.of(rows, first.getAsJsonArray().size()) : Shape.of(rows);
  }

  private static Variable leaf(JsonElement values) {
    return Variable.fromArray(flat(values).toArray(), shape(values).toArray()).requiresGrad(true);
  }

  private static void assertRecorded(JsonObject recorded, String name, Variable actual) {
    JsonElement expected = recorded.get(name);
    assertNotNull(expected, name);
    assertNotNull(actual, name);
    assertEquals(shape(expected), actual.shape(), name);
    assertArrayEquals(flat(expected).toArray(), actual.toDoubleArray(), 1e-9, name);
  }

  @Test
  void theLogisticNeuron() throws IOException {
    JsonObject recorded = read("seed_torch_example");
    Variable x = Variable.of(1.0, 2.0).requiresGrad(true);
    Variable w = Variable.of(0.5, -0.3).requiresGrad(true);
    Variable b = Variable.scalar(0.1).requiresGrad(true);
    Variable z = w.dot(x).add(b);
    Variable y = z.sigmoid();
    Variable loss = y.sub(1).square();
    loss.backward();
    assertRecorded(recorded, "z", z);
    assertRecorded(recorded, "y", y);
    assertRecorded(recorded, "loss", loss);
    assertRecorded(recorded, "w.grad", w.grad());
    assertRecorded(recorded, "b.grad", b.grad());
    assertRecorded(recorded, "x.grad", x.grad());
    assertEquals(Set.of("z", "y", "loss", "w.grad", "b.grad", "x.grad"), recorded.keySet());
  }

  @Test
  void theNetworkWithTwoHiddenNeurons() throws IOException {
    JsonObject recorded = read("seed_221");
    Variable x = leaf(recorded.get("x"));
    Variable hiddenWeights = leaf(recorded.get("W (row=input i,col=hidden j)"));
    Variable hiddenBias = leaf(recorded.get("bh"));
    Variable v = leaf(recorded.get("v"));
    Variable bias = leaf(recorded.get("bo"));
    Variable zh = x.matmul(hiddenWeights).add(hiddenBias);
    Variable ah = zh.sigmoid();
    Variable prediction = ah.dot(v).add(bias);
    Variable loss = prediction.sub(recorded.get("ytrue").getAsDouble()).square().div(2);
    loss.backward();
    assertRecorded(recorded, "zh", zh);
    assertRecorded(recorded, "ah", ah);
    assertRecorded(recorded, "ypred", prediction);
    assertRecorded(recorded, "L", loss);
    assertRecorded(recorded, "dW", hiddenWeights.grad());
    assertRecorded(recorded, "dbh", hiddenBias.grad());
    assertRecorded(recorded, "dv", v.grad());
    assertRecorded(recorded, "dbo", bias.grad());
    assertEquals(14, recorded.size(), "every recorded number is used");
  }
}
