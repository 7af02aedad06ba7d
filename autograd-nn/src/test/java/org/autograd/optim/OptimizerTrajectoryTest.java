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
    result.put("Adagrad(lr=.1)", p -> new Adagrad(p, Adagrad.options().learningRate(.1)));
    result.put("Adadelta()", p -> new Adadelta(p, Adadelta.options()));
    result.put("Adamax(lr=.1)", p -> new Adamax(p, Adamax.options().learningRate(.1)));
    result.put("RAdam(lr=.1)", p -> new RAdam(p, RAdam.options().learningRate(.1)));
    result.put("Rprop()", p -> new Rprop(p, Rprop.options()));
    return result;
  }

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

  private static final JsonObject LAMB = Golden.read("lamb");

  /** The versions of LAMB, which have a block of their own. */
  private static Map<String, Lamb.Options> lambs() {
    return Map.of(
        "paper/TFA (bias-corrected)", Lamb.options(),
        "cybertronai (no bias corr., ||w|| clamp 10)", Lamb.uncorrectedOptions(),
        "NVLAMB/timm (global grad-norm clip 1 first)", Lamb.clippedOptions());
  }

  static Set<String> lambNames() {
    return lambs().keySet();
  }

  @ParameterizedTest
  @MethodSource("lambNames")
  void lambEqualsItsReferences(String name) {
    Variable p = start().requiresGrad(true);
    Lamb.Options options = lambs().get(name).learningRate(.1).weightDecay(.01);
    Optimizer<?> optimizer = new Lamb(List.of(p), options);
    step(p, optimizer);
    assertArrayEquals(Golden.numbers(LAMB.getAsJsonArray(name).get(0)), p.toDoubleArray(), 1e-9);
    for (int k = 1; k < 5; k++) {
      step(p, optimizer);
    }
    assertArrayEquals(Golden.numbers(LAMB.getAsJsonArray(name).get(1)), p.toDoubleArray(), 1e-9);
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

  private static final String NADAM = "NAdam(lr=.1)";

  /**
   * PyTorch 1.13, from which the numbers are, had the current momentum once too often in the
   * correction of the mean; 2.0 put that right. {@link OptimizerEquationsTest} has our equations,
   * which are these without that factor.
   */
  @Test
  void recordedNAdamHasTheMistakeOfPyTorch113() {
    double[] scale = SCALE.toDoubleArray();
    double[] shift = SHIFT.toDoubleArray();
    double[] p = start().toDoubleArray();
    double[] mean = new double[3];
    double[] square = new double[3];
    double product = 1;
    for (int t = 1; t <= 5; t++) {
      double now = .9 * (1 - .5 * Math.pow(.96, t * .004));
      double after = .9 * (1 - .5 * Math.pow(.96, (t + 1) * .004));
      product *= now;
      for (int i = 0; i < 3; i++) {
        double g = p[i] * scale[i] + shift[i];
        mean[i] = .9 * mean[i] + .1 * g;
        square[i] = .999 * square[i] + .001 * g * g;
        double root = Math.sqrt(square[i] / (1 - Math.pow(.999, t))) + 1e-8;
        double mistaken = product * now * after;
        p[i] -= .1 * ((1 - now) / (1 - product) * g + after / (1 - mistaken) * mean[i]) / root;
      }
    }
    assertArrayEquals(recorded(NADAM, 1), p, 1e-9);
  }

  @Test
  void everyRecordedOptimizerIsTested() {
    SETTINGS.forEach((key, value) -> assertEquals(value, RECORDED.get(key).toString()));
    Golden.assertPartition(RECORDED.keySet(), List.of(SETTINGS.keySet(), names(), Set.of(NADAM)));
    Golden.assertPartition(LAMB.keySet(), List.of(Set.of("setup"), lambNames()));
  }
}
