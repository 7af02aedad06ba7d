package org.autograd.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Five steps of every optimizer in every form, against PyTorch. */
class OptimizerTrajectoryTest {
  private static final Variable SCALE = Variable.of(1.0, 2.0, 3.0);
  private static final Variable SHIFT = Variable.of(0.1, -0.2, 0.3);

  private static Map<String, Function<List<Variable>, Optimizer<?>>> optimizers() {
    Sgd.Options sgd = Sgd.options().learningRate(.1);
    AdamOptions adam = Adam.options().learningRate(.1);
    AdamOptions adamW = AdamW.options().learningRate(.1);
    RmsProp.Options rms = RmsProp.options().learningRate(.01);
    Map<String, Function<List<Variable>, Optimizer<?>>> result = new LinkedHashMap<>();
    result.put("SGD(lr=.1)", p -> new Sgd(p, sgd));
    result.put("SGD(lr=.1,momentum=.9)", p -> new Sgd(p, sgd.momentum(.9)));
    result.put(
        "SGD(lr=.1,momentum=.9,dampening=.5)", p -> new Sgd(p, sgd.momentum(.9).dampening(.5)));
    result.put("SGD(lr=.1,momentum=.9,nesterov)", p -> new Sgd(p, sgd.momentum(.9).nesterov(true)));
    result.put("SGD(lr=.1,momentum=.9,wd=.01)", p -> new Sgd(p, sgd.momentum(.9).weightDecay(.01)));
    result.put("Adam(lr=.1)", p -> new Adam(p, adam));
    result.put("Adam(lr=.1,wd=.1)", p -> new Adam(p, adam.weightDecay(.1)));
    result.put("Adam(lr=.1,amsgrad)", p -> new Adam(p, adam.amsgrad(true)));
    result.put("AdamW(lr=.1,wd=.01)", p -> new AdamW(p, adamW));
    result.put("AdamW(lr=.1,wd=.1)", p -> new AdamW(p, adamW.weightDecay(.1)));
    result.put("RMSprop(lr=.01)", p -> new RmsProp(p, rms));
    result.put("RMSprop(lr=.01,momentum=.9)", p -> new RmsProp(p, rms.momentum(.9)));
    result.put("RMSprop(lr=.01,centered)", p -> new RmsProp(p, rms.centered(true)));
    result.put(
        "RMSprop(lr=.01,centered,momentum=.9,wd=.1)",
        p -> new RmsProp(p, rms.centered(true).momentum(.9).weightDecay(.1)));
    return result;
  }

  private static List<String> recorded() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            OptimizerTrajectoryTest.class.getResourceAsStream("trajectories.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  static Stream<String> lines() throws IOException {
    return recorded().stream();
  }

  private static double[] numbers(String list) {
    return Arrays.stream(list.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  private static void step(Variable p, Optimizer<?> optimizer) {
    // d/dp of the sum of scale p^2 / 2 + shift p.
    optimizer.zeroGrad();
    p.square().mul(SCALE.to(p.dtype())).div(2).add(p.mul(SHIFT.to(p.dtype()))).sum().backward();
    optimizer.step();
  }

  @ParameterizedTest
  @MethodSource("lines")
  void equalsPyTorch(String line) {
    int colon = line.indexOf(':');
    String[] values = line.substring(colon + 1).split(";", -1);
    Variable p = Variable.of(1.0, -2.0, 0.5).requiresGrad(true);
    Optimizer<?> optimizer = optimizers().get(line.substring(0, colon)).apply(List.of(p));
    step(p, optimizer);
    assertArrayEquals(numbers(values[0]), p.toDoubleArray(), 1e-9);
    for (int k = 1; k < 5; k++) {
      step(p, optimizer);
    }
    assertArrayEquals(numbers(values[1]), p.toDoubleArray(), 1e-9);
  }

  @ParameterizedTest
  @MethodSource("lines")
  void float32IsClose(String line) {
    int colon = line.indexOf(':');
    Variable p = Variable.of(1.0, -2.0, 0.5).to(DType.FLOAT32).requiresGrad(true);
    Optimizer<?> optimizer = optimizers().get(line.substring(0, colon)).apply(List.of(p));
    for (int k = 0; k < 5; k++) {
      step(p, optimizer);
    }
    assertEquals(DType.FLOAT32, p.dtype());
    double[] expected = numbers(line.substring(colon + 1).split(";", -1)[1]);
    assertArrayEquals(expected, p.toDoubleArray(), 1e-4);
  }

  @Test
  void everyFormIsRecorded() throws IOException {
    List<String> names =
        recorded().stream().map(line -> line.substring(0, line.indexOf(':'))).toList();
    assertEquals(List.copyOf(optimizers().keySet()), names);
  }
}
