package org.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Places the boxes of a graph in layers such that all edges point downwards, after Sugiyama, Tagawa
 * and Toda (1981). A node's layer is its longest distance from a result; in its layer it stands
 * near the middle of its neighbours, and an edge that goes past layers is kept a place in each. All
 * steps take about linear time.
 */
final class GraphLayout {
  private static final double GAP = 24;
  private static final double LAYER_GAP = 34;
  private static final double MARGIN = 12;

  /** The width of the lane of an edge that goes past a layer. */
  private static final double LANE = 8;

  private static final int ORDERING_SWEEPS = 12;
  private static final int PLACING_SWEEPS = 12;

  private final int count;
  private final int[][] inputs;
  private final double[] widths;
  private final double[] heights;

  /** Of nodes, and behind them of the places of long edges. */
  private final List<Item> items = new ArrayList<>();

  private final List<List<Item>> layers = new ArrayList<>();

  /** For each input of each node the places that its edge goes through, from above. */
  private final Item[][][] lanes;

  private final double[] layerTops;
  private final double[] layerHeights;
  private double width;
  private double height;

  /** A box, or the place of an edge in a layer that it goes past. */
  private static final class Item {
    final int layer;
    final double width;
    final List<Item> above = new ArrayList<>();
    final List<Item> below = new ArrayList<>();
    int position;
    double center;
    double wanted;

    Item(int layer, double width) {
      this.layer = layer;
      this.width = width;
    }
  }

  /**
   * Computes the layout.
   *
   * @param inputs for each node the numbers of its inputs, all smaller than its own
   * @param widths of the boxes
   * @param heights of the boxes
   */
  GraphLayout(int[][] inputs, double[] widths, double[] heights) {
    this.count = inputs.length;
    this.inputs = inputs;
    this.widths = widths;
    this.heights = heights;
    this.lanes = new Item[count][][];
    int[] depths = depths();
    int depth = Arrays.stream(depths).max().orElse(-1) + 1;
    this.layerTops = new double[depth];
    this.layerHeights = new double[depth];
    for (int k = 0; k < depth; k++) {
      layers.add(new ArrayList<>());
    }
    for (int k = 0; k < count; k++) {
      add(new Item(depths[k], widths[k]));
      layerHeights[depths[k]] = Math.max(layerHeights[depths[k]], heights[k]);
    }
    connect();
    order();
    place();
  }

  /** Returns the layer of each node, 0 for the uppermost. */
  private int[] depths() {
    int[] distance = new int[count];
    int largest = 0;
    for (int k = count - 1; k >= 0; k--) {
      for (int input : inputs[k]) {
        distance[input] = Math.max(distance[input], distance[k] + 1);
        largest = Math.max(largest, distance[input]);
      }
    }
    for (int k = 0; k < count; k++) {
      distance[k] = largest - distance[k];
    }
    return distance;
  }

  private Item add(Item item) {
    List<Item> layer = layers.get(item.layer);
    item.position = layer.size();
    layer.add(item);
    items.add(item);
    return item;
  }

  private record Span(int node, int input, int length) {}

  /**
   * Joins items of neighbouring layers. Long edges get places in between, the shorter ones first,
   * until there are a few times as many as nodes: the parameter of a long recurrence would need the
   * square of their number. The others are drawn across.
   */
  private void connect() {
    List<Span> spans = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      lanes[k] = new Item[inputs[k].length][];
      for (int i = 0; i < inputs[k].length; i++) {
        spans.add(new Span(k, i, items.get(k).layer - items.get(inputs[k][i]).layer));
      }
    }
    spans.sort(Comparator.comparingInt(Span::length));
    int left = 4 * count + 1000;
    for (Span span : spans) {
      Item from = items.get(inputs[span.node][span.input]);
      Item to = items.get(span.node);
      boolean laned = left >= span.length - 1;
      Item[] lane = new Item[laned ? span.length - 1 : 0];
      if (laned) {
        left -= lane.length;
        Item last = from;
        for (int k = 0; k < lane.length; k++) {
          lane[k] = add(new Item(from.layer + 1 + k, LANE));
          join(last, lane[k]);
          last = lane[k];
        }
        join(last, to);
      }
      lanes[span.node][span.input] = lane;
    }
  }

  private static void join(Item above, Item below) {
    above.below.add(below);
    below.above.add(above);
  }

  /** Sorts each layer by the means of neighbours' positions, from above and from below in turns. */
  private void order() {
    for (int sweep = 0; sweep < ORDERING_SWEEPS; sweep++) {
      boolean up = sweep % 2 == 0;
      for (List<Item> layer : up ? layers.reversed() : layers) {
        for (Item item : layer) {
          item.wanted = meanPosition(up ? item.below : item.above, item.position);
        }
        layer.sort(Comparator.comparingDouble(item -> item.wanted));
        for (int k = 0; k < layer.size(); k++) {
          layer.get(k).position = k;
        }
      }
    }
  }

  private static double meanPosition(List<Item> neighbours, double otherwise) {
    double sum = 0;
    for (Item neighbour : neighbours) {
      sum += neighbour.position;
    }
    return neighbours.isEmpty() ? otherwise : sum / neighbours.size();
  }

  private void place() {
    for (List<Item> layer : layers) {
      spread(layer);
    }
    for (int sweep = 0; sweep < PLACING_SWEEPS; sweep++) {
      boolean up = sweep % 2 == 0;
      boolean last = sweep >= PLACING_SWEEPS - 2;
      for (List<Item> layer : up ? layers.reversed() : layers) {
        for (Item item : layer) {
          item.wanted = wantedCenter(item, up || last, !up || last);
        }
        spread(layer);
      }
    }
    double left = Double.POSITIVE_INFINITY;
    double right = 0;
    for (Item item : items) {
      left = Math.min(left, item.center - item.width / 2);
    }
    for (Item item : items) {
      item.center += MARGIN - left;
      right = Math.max(right, item.center + item.width / 2);
    }
    width = right + MARGIN;
    double y = MARGIN;
    for (int k = 0; k < layerTops.length; k++) {
      layerTops[k] = y;
      y += layerHeights[k] + LAYER_GAP;
    }
    height = count == 0 ? 2 * MARGIN : y - LAYER_GAP + MARGIN;
  }

  private static double wantedCenter(Item item, boolean fromBelow, boolean fromAbove) {
    double sum = 0;
    int number = 0;
    for (Item neighbour : fromBelow ? item.below : List.<Item>of()) {
      sum += neighbour.center;
      number++;
    }
    for (Item neighbour : fromAbove ? item.above : List.<Item>of()) {
      sum += neighbour.center;
      number++;
    }
    return number == 0 ? item.center : sum / number;
  }

  /**
   * Moves the items of a layer as near to the centres that they want as their order and widths
   * allow, in the least-squares sense: with the widths subtracted this is isotonic regression,
   * which pooling adjacent violators solves.
   */
  private static void spread(List<Item> layer) {
    int size = layer.size();
    double[] offsets = new double[size];
    double[] sums = new double[size];
    int[] sizes = new int[size];
    int pools = 0;
    for (int k = 0; k < size; k++) {
      Item item = layer.get(k);
      if (k > 0) {
        Item before = layer.get(k - 1);
        offsets[k] = offsets[k - 1] + (before.width + item.width) / 2 + GAP;
      }
      sums[pools] = item.wanted - offsets[k];
      sizes[pools] = 1;
      pools++;
      while (pools > 1 && sums[pools - 2] * sizes[pools - 1] > sums[pools - 1] * sizes[pools - 2]) {
        pools--;
        sums[pools - 1] += sums[pools];
        sizes[pools - 1] += sizes[pools];
      }
    }
    int next = 0;
    for (int pool = 0; pool < pools; pool++) {
      double mean = sums[pool] / sizes[pool];
      for (int k = 0; k < sizes[pool]; k++) {
        layer.get(next).center = mean + offsets[next];
        next++;
      }
    }
  }

  double width() {
    return width;
  }

  double height() {
    return height;
  }

  double left(int node) {
    return items.get(node).center - widths[node] / 2;
  }

  /** Returns the upper side of a box, which stands in the middle of its layer. */
  double top(int node) {
    int layer = items.get(node).layer;
    return layerTops[layer] + (layerHeights[layer] - heights[node]) / 2;
  }

  double boxWidth(int node) {
    return widths[node];
  }

  double boxHeight(int node) {
    return heights[node];
  }

  /**
   * Returns the edges as lists of points x, y, x, y ..., from the lower side of an input's box to
   * the upper side of the node's, where edges arrive in the order in which they come.
   */
  List<double[]> edges() {
    List<double[]> result = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      int node = k;
      Integer[] arrivals = new Integer[inputs[k].length];
      Arrays.setAll(arrivals, i -> i);
      Arrays.sort(arrivals, Comparator.comparingDouble(i -> last(node, i).center));
      for (int place = 0; place < arrivals.length; place++) {
        int i = arrivals[place];
        double x = left(k) + widths[k] * (place + 1) / (arrivals.length + 1);
        result.add(edge(inputs[k][i], lanes[k][i], x, top(k)));
      }
    }
    return result;
  }

  /** Returns where an edge comes from last. */
  private Item last(int node, int input) {
    Item[] lane = lanes[node][input];
    return lane.length == 0 ? items.get(inputs[node][input]) : lane[lane.length - 1];
  }

  private double[] edge(int from, Item[] lane, double x, double y) {
    double[] points = new double[4 + 4 * lane.length];
    points[0] = items.get(from).center;
    points[1] = top(from) + heights[from];
    int next = 2;
    for (Item item : lane) {
      points[next++] = item.center;
      points[next++] = layerTops[item.layer];
      points[next++] = item.center;
      points[next++] = layerTops[item.layer] + layerHeights[item.layer];
    }
    points[next++] = x;
    points[next] = y;
    return points;
  }
}
