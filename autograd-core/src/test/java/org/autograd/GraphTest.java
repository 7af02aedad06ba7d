package org.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.autograd.internal.storage.Storage;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class GraphTest {
  private final Map<String, Variable> names = new LinkedHashMap<>();

  private Variable parameter(String name, long... shape) {
    Variable result =
        Variable.randn(new Generator(names.size()), DType.FLOAT32, shape).requiresGrad(true);
    names.put(name, result);
    return result;
  }

  /** A network with two inputs, two hidden neurons and one output. */
  private Variable smallNetwork() {
    Variable hidden =
        Variable.ones(1, 2).linear(parameter("0.weight", 2, 2), parameter("0.bias", 2)).sigmoid();
    return hidden
        .linear(parameter("2.weight", 1, 2), parameter("2.bias", 1))
        .sub(0.01)
        .square()
        .mean();
  }

  /** One block of a transformer with two heads. */
  private Variable attentionBlock() {
    Variable x = Variable.randn(new Generator(7), DType.FLOAT32, 5, 8);
    Variable normal =
        x.layerNorm(Shape.of(8), parameter("norm1.weight", 8), parameter("norm1.bias", 8), 1e-5);
    Variable q = heads(normal.linear(parameter("query.weight", 8, 8)));
    Variable k = heads(normal.linear(parameter("key.weight", 8, 8)));
    Variable v = heads(normal.linear(parameter("value.weight", 8, 8)));
    Variable weights = q.matmul(k.transpose()).mul(0.5).softmax(-1);
    Variable joined = weights.matmul(v).transpose(0, 1).reshape(5, 8);
    Variable y =
        x.add(joined.linear(parameter("output.weight", 8, 8), parameter("output.bias", 8)));
    Variable wide =
        y.layerNorm(Shape.of(8), parameter("norm2.weight", 8), parameter("norm2.bias", 8), 1e-5)
            .linear(parameter("mlp.0.weight", 16, 8), parameter("mlp.0.bias", 16))
            .gelu();
    return y.add(wide.linear(parameter("mlp.2.weight", 8, 16), parameter("mlp.2.bias", 8)))
        .square()
        .mean();
  }

  private static Variable heads(Variable x) {
    return x.reshape(5, 2, 4).transpose(0, 1);
  }

  private static List<String> titles(Graph graph) {
    return graph.nodes().stream().map(GraphNode::title).toList();
  }

  @Test
  void nodesInTheOrderOfTheirComputation() {
    Graph graph = Graph.of(smallNetwork()).named(names);
    assertEquals(
        List.of(
            "0.weight",
            "0.bias",
            "linear",
            "sigmoid",
            "2.weight",
            "2.bias",
            "linear",
            "sub",
            "square",
            "mean"),
        titles(graph));
    for (GraphNode node : graph.nodes()) {
      assertEquals(node, graph.nodes().get(node.number()));
      assertTrue(node.inputs().stream().allMatch(input -> input < node.number()));
    }
    GraphNode second = graph.nodes().get(6);
    assertEquals(List.of(3, 4, 5), second.inputs());
    assertEquals("float32[1, 1]", second.type());
    assertFalse(second.isLeaf());
    assertTrue(graph.nodes().getFirst().isLeaf());
  }

  @Test
  void sizesOfWhatIsSaved() {
    Variable x = Variable.ones(10).requiresGrad(true);
    Variable y = x.tanh();
    Variable loss = y.mul(y).sum();
    Graph graph = Graph.of(loss);
    // tanh keeps its result, which mul keeps twice.
    assertEquals(
        List.of(0L, 40L, 40L, 0L), graph.nodes().stream().map(GraphNode::savedBytes).toList());
    assertEquals(40, graph.savedBytes());
    loss.backward();
    assertEquals(40, graph.savedBytes(), "it is a copy");
    assertEquals(0, Graph.of(loss).savedBytes());
  }

  @Test
  void gradientsThatAreThere() {
    Variable x = Variable.of(3.0, 4.0).requiresGrad(true);
    Variable y = x.square();
    Variable loss = y.retainGrad().sum();
    assertTrue(Double.isNaN(Graph.of(loss).nodes().getFirst().gradientNorm()));
    loss.backward();
    List<GraphNode> nodes = Graph.of(loss).nodes();
    assertEquals(10, nodes.get(0).gradientNorm(), 1e-12);
    assertEquals(Math.sqrt(2), nodes.get(1).gradientNorm(), 1e-12);
    assertTrue(Double.isNaN(nodes.get(2).gradientNorm()));
  }

  @Test
  void resultsMayHaveNamesToo() {
    Variable x = Variable.of(1.0).requiresGrad(true);
    Variable y = x.exp();
    Variable other = Variable.of(1.0).requiresGrad(true);
    Graph graph = Graph.of(y.sum()).named(Map.of("y", y, "other", other, "c", y.detach()));
    assertEquals(List.of("leaf", "exp y", "sum"), titles(graph));
  }

  @Test
  void pathsOfModulesWhereTheyWereAskedFor() {
    Variable x = Variable.of(1.0).requiresGrad(true);
    try (var _ = Autograd.detectAnomaly();
        var _ = Autograd.scope("decoder")) {
      Graph graph = Graph.of(x.exp());
      assertEquals("decoder", graph.nodes().getLast().path());
      assertTrue(graph.toString().contains("decoder"), graph.toString());
    }
    assertEquals("", Graph.of(x.exp()).nodes().getLast().path());
  }

  @Test
  void asText() {
    Variable w = Variable.of(1.0, 2.0).requiresGrad(true);
    Variable loss = w.exp().sum();
    loss.backward(BackwardOptions.retainGraph());
    assertEquals(
        """
           operation              of  saved  gradient
        0  w          float64[2]                7.873
        1  exp        float64[2]  0    16 B
        2  sum        float64[]   1
        3 nodes, 1 of them leaves; 16 B saved for the backward pass
        """,
        Graph.of(loss).named(Map.of("w", w)).toString());
  }

  @Test
  void severalResultsAndAFunctionOfSeveral() {
    Function both =
        new Function() {
          @Override
          protected Variable[] forward(Context context, Variable[] in) {
            return new Variable[] {in[0].mul(2), in[0].mul(3)};
          }

          @Override
          protected Variable[] backward(Context context, Variable[] g) {
            return new Variable[] {g[0].mul(2).add(g[1].mul(3))};
          }

          @Override
          public String name() {
            return "both";
          }
        };
    Variable x = Variable.of(1.0).requiresGrad(true);
    List<Variable> results = both.applyAll(x);
    Graph graph = Graph.of(results.toArray(Variable[]::new));
    assertEquals(List.of("leaf", "both", "both", "both"), titles(graph));
    assertPicture(graph);
  }

  @Test
  void aConstantHasNoGraph() {
    assertThrows(IllegalStateException.class, () -> Graph.of(Variable.of(1.0)));
  }

  private static Document parse(String xml) {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(xml)));
    } catch (Exception e) {
      throw new AssertionError(xml, e);
    }
  }

  private record Box(double left, double top, double right, double bottom) {
    boolean overlaps(Box other) {
      return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
    }
  }

  private static double number(Element element, String name) {
    return Double.parseDouble(element.getAttribute(name));
  }

  /** Reads the boxes back from the picture and looks whether they and the edges are in order. */
  private static void assertPicture(Graph graph) {
    Element svg = parse(graph.toSvg()).getDocumentElement();
    NodeList rectangles = svg.getElementsByTagName("rect");
    assertEquals(graph.nodes().size(), rectangles.getLength());
    List<Box> boxes = new ArrayList<>();
    for (int k = 0; k < rectangles.getLength(); k++) {
      Element r = (Element) rectangles.item(k);
      Box box =
          new Box(
              number(r, "x"),
              number(r, "y"),
              number(r, "x") + number(r, "width"),
              number(r, "y") + number(r, "height"));
      assertTrue(box.left >= 0 && box.top >= 0, box::toString);
      assertTrue(box.right <= number(svg, "width") && box.bottom <= number(svg, "height"));
      boxes.add(box);
    }
    boxes.sort(java.util.Comparator.comparingDouble(Box::top));
    for (int k = 0; k < boxes.size(); k++) {
      for (int i = k + 1; i < boxes.size() && boxes.get(i).top < boxes.get(k).bottom; i++) {
        assertFalse(boxes.get(k).overlaps(boxes.get(i)), boxes.get(k) + " " + boxes.get(i));
      }
    }
    int edges = graph.nodes().stream().mapToInt(node -> node.inputs().size()).sum();
    List<double[]> drawn = new GraphPicture(graph).layout().edges();
    assertEquals(edges, drawn.size());
    for (double[] points : drawn) {
      for (int k = 3; k < points.length; k += 2) {
        assertTrue(points[k] >= points[k - 2], "an edge goes up");
      }
    }
  }

  @Test
  void picturesOfTheSmallNetworkAndOfAttention() {
    assertPicture(Graph.of(smallNetwork()).named(names));
    names.clear();
    Graph attention = Graph.of(attentionBlock()).named(names);
    assertPicture(attention);
    assertTrue(titles(attention).containsAll(names.keySet()), attention.toString());
  }

  @Test
  void noEdgeOfAnAttentionBlockGoesThroughABox() {
    Graph graph = Graph.of(attentionBlock()).named(names);
    GraphLayout layout = new GraphPicture(graph).layout();
    for (double[] points : layout.edges()) {
      for (int k = 0; k + 3 < points.length; k += 2) {
        // The straight parts, beside the boxes of a layer.
        if (points[k] == points[k + 2]) {
          Box part = new Box(points[k], points[k + 1] + 0.1, points[k] + 0.1, points[k + 3] - 0.1);
          for (int node = 0; node < graph.nodes().size(); node++) {
            Box box =
                new Box(
                    layout.left(node),
                    layout.top(node),
                    layout.left(node) + layout.boxWidth(node),
                    layout.top(node) + layout.boxHeight(node));
            assertFalse(box.overlaps(part), box + " " + part);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void someThousandNodesOnASmallStack(boolean shared) throws InterruptedException {
    // A recurrence: with a shared parameter every step has an edge as long as what comes before.
    Thread thread =
        new Thread(
            null,
            () -> {
              Variable w = parameter("w", 4);
              Variable h = w.exp();
              for (int k = 0; k < 2000; k++) {
                h = h.mul(shared ? w : parameter("w" + k, 4)).tanh();
              }
              Graph graph = Graph.of(h.sum()).named(names);
              assertPicture(graph);
              assertTrue(graph.toHtml().length() < 20_000_000);
            },
            "small stack",
            512 << 10);
    Throwable[] failure = new Throwable[1];
    thread.setUncaughtExceptionHandler((_, e) -> failure[0] = e);
    thread.start();
    thread.join();
    if (failure[0] != null) {
      throw new AssertionError(failure[0]);
    }
  }

  @Test
  void namesAreNothingButText() {
    String evil = "</text><script>alert(\"1\")</script>&amp;'\\\n\u0000\uD800\"]; x";
    Variable x = Variable.of(1.0).requiresGrad(true);
    Variable y = Pointwise.of(evil, v -> v.exp()).apply(x);
    Graph graph = Graph.of(y).named(Map.of(evil, x));
    Document svg = parse(graph.toSvg());
    assertEquals(0, svg.getElementsByTagName("script").getLength());
    String text = svg.getDocumentElement().getTextContent();
    assertTrue(text.contains("</text><script>alert(\"1\")</script>&amp;'\\"), text);
    assertFalse(graph.toHtml().contains("<script"));
    for (String line : graph.toDot().split("\n", -1)) {
      // All that is quoted ends where it should.
      String unescaped = line.replace("\\\\", "").replace("\\\"", "");
      assertEquals(0, unescaped.chars().filter(c -> c == '"').count() % 2, line);
    }
  }

  @Test
  void dotHasAllNodesAndEdges() {
    Graph graph = Graph.of(attentionBlock()).named(names);
    Set<String> nodes = new HashSet<>();
    List<String> edges = new ArrayList<>();
    Matcher lines =
        Pattern.compile("^  (n\\d+)(?: -> (n\\d+))?[ ;]", Pattern.MULTILINE).matcher(graph.toDot());
    while (lines.find()) {
      if (lines.group(2) == null) {
        nodes.add(lines.group(1));
      } else {
        edges.add(lines.group(1) + lines.group(2));
      }
    }
    assertEquals(graph.nodes().size(), nodes.size());
    List<String> expected = new ArrayList<>();
    graph.nodes().forEach(n -> n.inputs().forEach(i -> expected.add("n" + i + "n" + n.number())));
    assertEquals(expected, edges);
  }

  @Test
  void keepsNoArrayAlive() throws InterruptedException {
    Variable loss = Variable.ones(1000).requiresGrad(true).exp().exp().sum();
    WeakReference<Storage> storage = new WeakReference<>(loss.data().storage());
    Graph graph = Graph.of(loss);
    loss = Variable.ones(1);
    for (int attempt = 0; attempt < 50 && storage.get() != null; attempt++) {
      System.gc();
      Thread.sleep(attempt);
    }
    assertEquals(4, graph.nodes().size());
    assertEquals(null, storage.get());
    assertNotNull(loss);
  }
}
