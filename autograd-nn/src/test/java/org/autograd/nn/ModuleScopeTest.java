package org.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.autograd.Autograd;
import org.autograd.Graph;
import org.autograd.GraphNode;
import org.autograd.Variable;
import org.junit.jupiter.api.Test;

/** Modules say which operations are theirs. */
class ModuleScopeTest {
  /** A model whose layers are two levels down. */
  private static final class Net extends UnaryModule {
    private final Sequential hidden =
        child("hidden", new Sequential(new Linear(2, 3), Activation.tanh()));
    private final Linear output = child("output", new Linear(3, 1));

    @Override
    protected Variable forward(Variable input) {
      return output.apply(hidden.apply(input)).log();
    }
  }

  /** A module of two inputs, which opens its scope itself. */
  private static final class Pair extends Module {
    private final Linear first = child("first", new Linear(2, 1));

    Variable apply(Variable left, Variable right) {
      try (var _ = scope()) {
        return first.apply(left).mul(right);
      }
    }
  }

  private static List<String> paths(Variable result) {
    return Graph.of(result).nodes().stream()
        .filter(node -> !node.isLeaf())
        .map(node -> node.operation() + " " + node.path())
        .toList();
  }

  @Test
  void operationsHaveThePathOfTheirModule() {
    Net net = new Net();
    Variable x = Variable.ones(4, 2);
    try (var _ = Autograd.detectAnomaly()) {
      List<String> expected = List.of("linear hidden.0", "tanh hidden.1", "linear output", "log ");
      assertEquals(expected, paths(net.apply(x)));
      try (var _ = Autograd.scope("teacher")) {
        assertEquals(
            List.of(
                "linear teacher.hidden.0",
                "tanh teacher.hidden.1",
                "linear teacher.output",
                "log teacher"),
            paths(net.apply(x)));
      }
      assertEquals(expected, paths(net.apply(x)), "scopes are closed");
    }
    List<GraphNode> nodes = Graph.of(net.apply(x)).nodes();
    assertTrue(nodes.stream().allMatch(node -> node.path().isEmpty()), "nobody asked");
  }

  @Test
  void modulesOfOtherSignatures() {
    class Model extends UnaryModule {
      private final Pair pair = child("pair", new Pair());

      @Override
      protected Variable forward(Variable input) {
        return pair.apply(input, input.select(1, 0).unsqueeze(1));
      }
    }
    try (var _ = Autograd.detectAnomaly()) {
      assertEquals(
          List.of("linear pair.first", "mul pair"), paths(new Model().apply(Variable.ones(4, 2))));
    }
  }

  @Test
  void aModuleThatThrowsClosesItsScope() {
    Net net = new Net();
    try (var _ = Autograd.detectAnomaly()) {
      assertThrows(IllegalArgumentException.class, () -> net.apply(Variable.ones(4, 5)));
      assertEquals("log ", paths(net.apply(Variable.ones(4, 2))).getLast());
    }
  }

  @Test
  void anomaliesNameTheModule() {
    Net net = new Net();
    try (var _ = Autograd.noGrad()) {
      net.namedParameters().values().forEach(Variable::zero_);
    }
    try (var _ = Autograd.detectAnomaly()) {
      Variable loss = new Sequential(new Sequential(net)).apply(Variable.ones(4, 2)).sum();
      ArithmeticException e = assertThrows(ArithmeticException.class, loss::backward);
      assertTrue(
          e.getMessage().startsWith("backward of log float32[4, 1] in 0.0: "), e::getMessage);
    }
  }
}
