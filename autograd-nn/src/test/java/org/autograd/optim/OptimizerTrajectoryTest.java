package org.autograd.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.autograd.Variable;
import org.autograd.golden.Golden;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Five steps of every optimizer in every form, against PyTorch. */
class OptimizerTrajectoryTest {
  private static final JsonObject RECORDED = Golden.read("optim");
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

  /** Optimizers of later issues. */
  private static final Set<String> NOT_YET =
      Set.of(
          "Adagrad(lr=.1)",
          "Adadelta()",
          "Adamax(lr=.1)",
          "NAdam(lr=.1)",
          "RAdam(lr=.1)",
          "Rprop()");

  /** What the recorded block says of itself; {@link #step} is this rule. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "p0", "[1,-2,0.5]",
          "g_t", "\"p*[1,2,3]+[0.1,-0.2,0.3]\"",
          "reported", "\"[p after step 1, p after step 5]\"");

  static Set<String> names() {
    return optimizers().keySet();
  }

  private static double[] recorded(String name, int index) {
    return Golden.numbers(RECORDED.getAsJsonArray(name).get(index));
  }

  private static void step(Variable p, Optimizer<?> optimizer) {
    // d/dp of the sum of scale p^2 / 2 + shift p.
    optimizer.zeroGrad();
    p.square().mul(SCALE.to(p.dtype())).div(2).add(p.mul(SHIFT.to(p.dtype()))).sum().backward();
    optimizer.step();
  }

  private static Variable start() {
    return Variable.fromArray(Golden.numbers(RECORDED.get("p0")), 3);
  }

  @ParameterizedTest
  @MethodSource("names")
  void equalsPyTorch(String name) {
    Variable p = start().requiresGrad(true);
    Optimizer<?> optimizer = optimizers().get(name).apply(List.of(p));
    step(p, optimizer);
    assertArrayEquals(recorded(name, 0), p.toDoubleArray(), 1e-9);
    for (int k = 1; k < 5; k++) {
      step(p, optimizer);
    }
    assertArrayEquals(recorded(name, 1), p.toDoubleArray(), 1e-9);
  }

  @ParameterizedTest
  @MethodSource("names")
  void float32IsClose(String name) {
    Variable p = start().to(DType.FLOAT32).requiresGrad(true);
    Optimizer<?> optimizer = optimizers().get(name).apply(List.of(p));
    for (int k = 0; k < 5; k++) {
      step(p, optimizer);
    }
    assertEquals(DType.FLOAT32, p.dtype());
    assertArrayEquals(recorded(name, 1), p.toDoubleArray(), 1e-4);
  }

  @Test
  void everyRecordedOptimizerIsTestedOrBelongsToALaterIssue() {
    SETTINGS.forEach((key, value) -> assertEquals(value, RECORDED.get(key).toString()));
    Golden.assertPartition(RECORDED.keySet(), List.of(SETTINGS.keySet(), names(), NOT_YET));
  }
}
