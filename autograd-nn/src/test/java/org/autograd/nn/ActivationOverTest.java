package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An activation that is written over a layer's result against one that is not. */
class ActivationOverTest {
  private record Case(UnaryModule model, Variable input) {}

  static Stream<Case> cases() {
    Autograd.manualSeed(3);
    List<Case> cases = new ArrayList<>();
    for (Activation activation :
        List.of(Activation.relu(), Activation.tanh(), Activation.sigmoid(), Activation.gelu())) {
      cases.add(
          new Case(
              new Mlp(Mlp.options().activation(activation), 5, 40, 30, 3), Variable.randn(50, 5)));
      cases.add(
          new Case(
              new Sequential(
                  new Conv2d(2, 3, 3), activation, new Flatten(), new Linear(48, 4), activation),
              Variable.randn(30, 2, 6, 6)));
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void hooksChangeNothingAndKeepWhatTheySee(Case example) {
    UnaryModule model = example.model();
    float[] result = model.apply(example.input()).toFloatArray();
    List<float[]> gradients = gradients(example);

    List<Variable> seen = new ArrayList<>();
    List<float[]> copies = new ArrayList<>();
    List<ModuleHook> hooks = new ArrayList<>();
    for (Module part : model.namedModules().values()) {
      hooks.add(
          part.afterForward((_, outputs) -> {
            seen.add(outputs.getFirst());
            copies.add(outputs.getFirst().toFloatArray());
            return null;
          }));
    }
    assertArrayEquals(result, model.apply(example.input()).toFloatArray());
    List<float[]> again = gradients(example);
    for (int k = 0; k < gradients.size(); k++) {
      assertArrayEquals(gradients.get(k), again.get(k), "parameter " + k);
    }
    for (int k = 0; k < seen.size(); k++) {
      assertArrayEquals(copies.get(k), seen.get(k).toFloatArray(), "result " + k);
    }
    // One activation may stand in several places.
    assertTrue(seen.size() >= 2 * model.namedModules().size());
    hooks.forEach(ModuleHook::close);
  }

  private static List<float[]> gradients(Case example) {
    List<float[]> result = new ArrayList<>();
    for (Variable parameter : example.model().parameters()) {
      parameter.zeroGrad();
    }
    example.model().apply(example.input()).square().sum().backward();
    for (Variable parameter : example.model().parameters()) {
      Variable grad = parameter.grad();
      assertNotNull(grad);
      result.add(grad.toFloatArray());
    }
    return result;
  }
}
