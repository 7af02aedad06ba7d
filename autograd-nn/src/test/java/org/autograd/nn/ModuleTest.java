package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class ModuleTest {
  /** A model as a user writes it, with a buffer and a part of its own. */
  private static final class Net extends UnaryModule {
    private final Linear hidden = child("hidden", new Linear(2, 3));
    private final Variable scale = parameter("scale", Variable.ones(3));
    private final Variable shift = buffer("shift", Variable.zeros(3));
    private final Sequential layers =
        child("layers", new Sequential(Activation.relu(), new Linear(3, 1)));

    @Override
    protected Variable forward(Variable input) {
      return layers.apply(hidden.apply(input).mul(scale).add(shift));
    }

    @Override
    protected String settings() {
      return "scaled=true";
    }
  }

  /** Two layers with the same weight. */
  private static final class Tied extends Module {
    private final Linear first = child("first", new Linear(2, 2, Linear.options().bias(false)));

    private Tied() {
      parameter("second", first.weight());
    }
  }

  private static final List<String> NAMES =
      List.of("scale", "shift", "hidden.weight", "hidden.bias", "layers.1.weight", "layers.1.bias");

  private static void assertRefused(String message, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, e.getMessage());
  }

  @Test
  void namesAreDottedPathsInTheOrderOfPyTorch() {
    Net net = new Net();
    assertEquals(NAMES, List.copyOf(net.stateDict().keySet()));
    assertEquals(
        NAMES.stream().filter(name -> !name.equals("shift")).toList(),
        List.copyOf(net.namedParameters().keySet()));
    assertEquals(
        List.of("", "hidden", "layers", "layers.0", "layers.1"),
        List.copyOf(net.namedModules().keySet()));
    assertEquals(List.of("hidden", "layers"), List.copyOf(net.children().keySet()));
    assertSame(net.hidden.weight(), net.namedParameters().get("hidden.weight"));
    assertEquals(5, net.parameters().size());
  }

  @Test
  void parametersRequireGradientsAndBuffersDoNot() {
    Net net = new Net();
    assertTrue(net.parameters().stream().allMatch(Variable::requiresGrad));
    assertFalse(net.shift.requiresGrad());
    assertTrue(net.stateDict().values().stream().noneMatch(Variable::requiresGrad));
  }

  @Test
  void sharedParametersAreListedOnceButStandInTheStateDictTwice() {
    Tied tied = new Tied();
    assertEquals(1, tied.parameters().size());
    // The module's own parameters come before those of its parts.
    assertEquals(List.of("second"), List.copyOf(tied.namedParameters().keySet()));
    assertEquals(List.of("second", "first.weight"), List.copyOf(tied.stateDict().keySet()));
  }

  @Test
  void sharedModulesAreListedOnce() {
    Linear layer = new Linear(2, 2);
    Sequential twice = new Sequential(layer, layer);
    assertEquals(2, twice.parameters().size());
    assertEquals(List.of("", "0"), List.copyOf(twice.namedModules().keySet()));
    assertEquals(4, twice.stateDict().size());
    twice.loadStateDict(new Sequential(new Linear(2, 2), new Linear(2, 2)).stateDict());
  }

  @Test
  void stateDictGoesRoundAndCopies() {
    Net source = new Net();
    Net target = new Net();
    target.loadStateDict(source.stateDict());
    for (String name : NAMES) {
      assertArrayEquals(
          source.stateDict().get(name).toFloatArray(), target.stateDict().get(name).toFloatArray());
    }
    source.stateDict().get("scale").fill_(7);
    assertArrayEquals(new float[] {7, 7, 7}, source.scale.toFloatArray(), "shares with the module");
    assertArrayEquals(new float[] {1, 1, 1}, target.scale.toFloatArray(), "copied when loaded");
    assertTrue(target.scale.isLeaf() && target.scale.requiresGrad());
  }

  private static Map<String, Variable> faulty() {
    Map<String, Variable> state = new LinkedHashMap<>(new Net().stateDict());
    state.remove("shift");
    state.remove("layers.1.bias");
    state.put("scale", Variable.full(5, 3));
    state.put("hidden.weight", Variable.zeros(3, 4));
    state.put("hidden.bias", Variable.zeros(DType.FLOAT64, 3));
    state.put("hidden.extra", Variable.zeros(1));
    state.put("other", Variable.zeros(1));
    return state;
  }

  @Test
  void strictLoadingListsEverythingAndChangesNothing() {
    Net net = new Net();
    float[] before = net.hidden.weight().toFloatArray();
    assertRefused(
        "loadStateDict of Net: missing shift, layers.1.bias; unexpected hidden.extra, other;"
            + " mismatched hidden.weight is float32[3, 2] in the module and float32[3, 4] in the"
            + " state dict, hidden.bias is float32[3] in the module and float64[3] in the state"
            + " dict",
        () -> net.loadStateDict(faulty()));
    assertArrayEquals(before, net.hidden.weight().toFloatArray());
    assertArrayEquals(new float[] {1, 1, 1}, net.scale.toFloatArray());
  }

  @Test
  void loadingWhatMatchesReturnsTheRest() {
    Net net = new Net();
    float[] before = net.hidden.weight().toFloatArray();
    StateDifference difference = net.loadMatching(faulty());
    assertEquals(List.of("shift", "layers.1.bias"), difference.missing());
    assertEquals(List.of("hidden.extra", "other"), difference.unexpected());
    assertEquals(List.of("hidden.weight", "hidden.bias"), difference.mismatched());
    assertFalse(difference.isEmpty());
    assertArrayEquals(before, net.hidden.weight().toFloatArray());
    assertArrayEquals(new float[] {5, 5, 5}, net.scale.toFloatArray());
    assertTrue(net.loadMatching(net.stateDict()).isEmpty());
  }

  @Test
  void modeReachesAllParts() {
    Net net = new Net();
    assertTrue(net.isTraining());
    net.eval();
    assertTrue(net.namedModules().values().stream().noneMatch(Module::isTraining));
    net.train();
    assertTrue(net.namedModules().values().stream().allMatch(Module::isTraining));
  }

  @Test
  void zeroGradReachesAllParameters() {
    Net net = new Net();
    net.apply(Variable.ones(1, 2)).sum().backward();
    assertTrue(net.parameters().stream().allMatch(p -> p.grad() != null));
    net.zeroGrad();
    net.parameters().forEach(p -> assertNull(p.grad()));
  }

  @Test
  void printsAsATree() {
    assertEquals(
        """
        Net(
          scaled=true
          (hidden): Linear(inFeatures=2, outFeatures=3, bias=true)
          (layers): Sequential(
            (0): Relu()
            (1): Linear(inFeatures=3, outFeatures=1, bias=true)
          )
        )\
        """,
        new Net().toString());
    assertEquals("Sequential()", new Sequential().toString());
  }

  @Test
  void errorsNameThePlaceOfTheInnermostModule() {
    Net net = new Net();
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Sequential(net, new Linear(1, 1)).apply(Variable.zeros(4, 5)));
    assertEquals(
        "in module 0.hidden (Linear): the last size of the input float32[4, 5] must be"
            + " inFeatures=2",
        e.getMessage());
    assertNotNull(e.getCause());
    assertRefused(
        "in module Linear: the last size of the input float32[4, 5] must be inFeatures=2",
        () -> new Linear(2, 3).apply(Variable.zeros(4, 5)));
  }

  @Test
  void errorsOfOperationsNameThePlaceToo() {
    Sequential model =
        new Sequential(
            new Linear(2, 3), Activation.of("Faulty", x -> x.matmul(Variable.zeros(2, 2))));
    assertRefused(
        "in module 1 (Faulty): matmul: left float32[4, 3] and right float32[2, 2]: inner sizes 3"
            + " and 2 differ",
        () -> model.apply(Variable.zeros(4, 2)));
  }

  @Test
  void wrongRegistrationsAreRefused() {
    Net net = new Net();
    assertRefused(
        "Net: the name 'shift' is already registered",
        () -> net.parameter("shift", Variable.zeros(1)));
    assertRefused(
        "Net: the name 'hidden' is already registered",
        () -> net.buffer("hidden", Variable.zeros(1)));
    assertRefused(
        "Net: the name 'scale' is already registered", () -> net.child("scale", new Flatten()));
    assertRefused(
        "Net: the name 'a.b' must not be empty or contain a dot",
        () -> net.child("a.b", new Flatten()));
    assertRefused(
        "Net: the name '' must not be empty or contain a dot",
        () -> net.parameter("", Variable.zeros(1)));
    assertRefused(
        "parameter w: float32[3] is the result of mul, which training cannot change; use detach()",
        () -> net.parameter("w", net.scale.mul(2)));
    assertRefused("child self: Net contains this Linear", () -> net.hidden.child("self", net));
    assertRefused("child self: Net contains this Net", () -> net.child("self", net));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> net.parameter("n", Variable.of(1L, 2L)));
    assertTrue(e.getMessage().contains("only float32 and float64"), e.getMessage());
    assertEquals(NAMES, List.copyOf(net.stateDict().keySet()));
  }
}
