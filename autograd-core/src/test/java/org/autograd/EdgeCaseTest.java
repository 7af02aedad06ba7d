package org.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and gradients where functions are peculiar, as recorded from PyTorch. */
class EdgeCaseTest {
  private static final JsonObject CASES = read();

  /** The operation that each recorded case is about. */
  private static final Map<String, Function<Variable[], Variable>> CALLS =
      Map.ofEntries(
          Map.entry("relu", x -> x[0].relu()),
          Map.entry("abs", x -> x[0].abs()),
          Map.entry("leaky_relu .01", x -> x[0].leakyRelu(0.01)),
          Map.entry("elu", x -> x[0].elu(1)),
          Map.entry("max() all, tie", x -> x[0].max()),
          Map.entry("max(dim=0) tie", x -> x[0].max(0).values()),
          Map.entry("amax tie", x -> x[0].amax(0)),
          Map.entry("maximum tie", x -> x[0].maximum(x[1])),
          Map.entry("min() tie", x -> x[0].min()),
          Map.entry("clamp(0,1)", x -> x[0].clamp(0, 1)),
          Map.entry("clamp max<min (min=1,max=0)", x -> x[0].clamp(1, 0)),
          Map.entry("sqrt", x -> x[0].sqrt()),
          Map.entry("pow 2", x -> x[0].pow(2)),
          Map.entry("pow .5", x -> x[0].pow(0.5)),
          Map.entry("x^y at 0", x -> x[0].pow(x[1])),
          Map.entry("norm 2 of zeros", x -> x[0].norm()),
          Map.entry("norm 1", x -> x[0].vectorNorm(1)),
          Map.entry("softplus beta1 thr20", x -> x[0].softplus()),
          Map.entry("log_softmax big", x -> x[0].logSoftmax(0).get(Index.at(0))),
          Map.entry("logsumexp", x -> x[0].logSumExp(0)),
          Map.entry("sigmoid big", x -> x[0].sigmoid()),
          Map.entry(
              "where nan trap", x -> Variable.where(x[0].gt(0), x[0].sqrt(), Variable.scalar(0.0))),
          Map.entry("log1p", x -> x[0].log1p()),
          Map.entry("std unbiased", x -> x[0].std()),
          Map.entry("var of 1 element", x -> x[0].populationVar()),
          Map.entry("x/0", x -> x[0].div(Variable.of(0.0))),
          Map.entry("gelu", x -> x[0].gelu()));

  /** Operations of later issues. */
  private static final Set<String> NOT_YET =
      Set.of(
          "hardtanh",
          "relu6",
          "hardsigmoid",
          "median even",
          "prod one zero",
          "prod two zeros",
          "cumprod zero",
          "atan2(0,0)",
          "sign",
          "round",
          "fmod",
          "remainder",
          "logaddexp",
          "sinc0",
          "xlogy",
          "mish",
          "huber d1",
          "smooth_l1 b1",
          "l1_loss at 0",
          "cosine_similarity zeros",
          "max_pool1d tie",
          "kl_div batchmean");

  private static JsonObject read() {
    try (InputStream stream = EdgeCaseTest.class.getResourceAsStream("/golden/edge.json")) {
      assertNotNull(stream);
      return JsonParser.parseReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
          .getAsJsonObject();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Set<String> covered() {
    return new TreeSet<>(CALLS.keySet());
  }

  @Test
  void everyRecordedCaseIsTestedOrBelongsToALaterIssue() {
    Set<String> expected = new TreeSet<>(CASES.keySet());
    Set<String> actual = covered();
    actual.addAll(NOT_YET);
    assertEquals(expected, actual);
    assertEquals(expected.size(), CALLS.size() + NOT_YET.size(), "a case is in both lists");
  }

  @ParameterizedTest
  @MethodSource("covered")
  void equalsPyTorch(String name) {
    JsonObject recorded = CASES.getAsJsonObject(name);
    List<Variable> inputs = new ArrayList<>();
    for (JsonElement values : recorded.getAsJsonArray("x")) {
      inputs.add(Variable.of(numbers(values)).requiresGrad(true));
    }
    Variable sum = CALLS.get(name).apply(inputs.toArray(Variable[]::new)).sum();
    assertSame(recorded.get("y").getAsDouble(), sum.item(), "value");
    sum.backward();
    for (int k = 0; k < inputs.size(); k++) {
      JsonElement expected = recorded.getAsJsonArray("grad").get(k);
      Variable grad = inputs.get(k).grad();
      assertEquals(expected.isJsonNull(), grad == null, "there is a gradient");
      if (grad != null) {
        assertEquals(DType.FLOAT64, grad.dtype());
        double[] values = numbers(expected);
        for (int i = 0; i < values.length; i++) {
          assertSame(values[i], grad.toDoubleArray()[i], "gradient " + k + " at " + i);
        }
      }
    }
  }

  private static double[] numbers(JsonElement array) {
    return array.getAsJsonArray().asList().stream().mapToDouble(JsonElement::getAsDouble).toArray();
  }

  private static void assertSame(double expected, double actual, String what) {
    double scale = Double.isFinite(expected) ? Math.max(1, Math.abs(expected)) : 1;
    assertEquals(expected, actual, 1e-12 * scale, what);
  }
}
