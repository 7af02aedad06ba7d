package org.autograd.internal.kernel.compiler;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.autograd.expression.Expression;
import org.autograd.expression.Operator;
import org.autograd.expression.Operator.Kind;
import org.autograd.internal.kernel.Program;

/**
 * Decides where the values of a program are computed and kept.
 *
 * <p>What is the same for all columns is computed once per row and kept in a slot. The rest of a
 * stage is one loop if it can be: HotSpot never compiles a method of more than 8,000 bytes. A
 * longer stage is cut into several loops; values needed on the other side of a cut are kept in
 * scratch buffers, which are a block of columns long so that they stay in the first-level cache.
 * The stores of the stage are in the last loop: in earlier ones they could overwrite what is still
 * to be loaded.
 */
final class Planner {
  /** A piece is ended when it has this length, in units of about 40 bytes of a loop. */
  private static final int LONG_PIECE = 100;

  /** A power is so long itself that it is not added to a piece of this length. */
  private static final int SHORT_PIECE = 20;

  /** The body of a loop that reduces may have this length, unrolled. */
  private static final int LONG_REDUCTION = 256;

  private final Program program;
  private final Precision precision;
  private final boolean vector;
  private final int longReduction;
  private final Simplifier simplifier;
  private final Map<Expression, Boolean> varying = new HashMap<>();
  private final Map<Expression, Plan.Place> rowPlaces = new HashMap<>();
  private final List<Program.Buffer> buffers;
  private int slots;

  private Planner(Program program, Precision precision, int lanes) {
    this.program = program;
    this.precision = precision;
    this.vector = lanes > 0;
    int copies = vector ? precision.partials / lanes : 1;
    this.longReduction = Math.min(LONG_PIECE, LONG_REDUCTION / copies);
    this.simplifier = new Simplifier(precision);
    this.buffers = new ArrayList<>(program.buffers());
    this.slots = program.parameters() + program.reductionCount();
  }

  /**
   * Plans a kernel.
   *
   * @param lanes the number of elements in a vector, 0 if there is to be no SIMD code
   */
  static Plan plan(Program program, Precision precision, int lanes) {
    return new Planner(program, precision, lanes).plan();
  }

  private Plan plan() {
    List<Plan.Stage> stages = new ArrayList<>();
    for (Program.Stage stage : program.stages()) {
      stages.add(plan(stage));
    }
    Map<Plan.Place, Expression> rowStores = new LinkedHashMap<>();
    for (Program.Store store : program.rowStores()) {
      Expression value = simplifier.simplify(store.value());
      if (varies(value)) {
        throw new IllegalArgumentException(
            "row store into buffer " + store.buffer() + " of a value that varies with the column");
      }
      rowStores.put(new Plan.Place.Buffer(store.buffer()), value);
    }
    List<Plan.Piece> rowEnd = rowStores.isEmpty() ? List.of() : rowCode(rowStores);
    return new Plan(
        precision, buffers, program.buffers().size(), program.parameters(), slots, stages, rowEnd);
  }

  private Plan.Stage plan(Program.Stage stage) {
    Map<Plan.Place, Expression> stores = new LinkedHashMap<>();
    Map<Expression, Plan.Place> stored = new HashMap<>();
    for (Program.Store store : stage.stores()) {
      Expression value = simplifier.simplify(store.value());
      Plan.Place place = new Plan.Place.Buffer(store.buffer());
      stores.put(place, value);
      stored.put(value, place);
    }
    List<Expression> reduced = new ArrayList<>();
    for (Program.Reduction reduction : stage.reductions()) {
      reduced.add(simplifier.simplify(reduction.value()));
    }
    Set<Expression> roots = new LinkedHashSet<>(stores.values());
    roots.addAll(reduced);
    List<Plan.Piece> rowCode = hoist(roots);

    List<Plan.Reduction> direct = directReductions(stage, stores, reduced);
    if (!direct.isEmpty()) {
      return new Plan.Stage(rowCode, List.of(), direct, false);
    }

    int scratchBefore = buffers.size();
    for (Expression value : reduced) {
      if (varies(value) && !stored.containsKey(value)) {
        Plan.Place place = scratch(value);
        stores.put(place, value);
        stored.put(value, place);
      }
    }
    Map<Expression, Plan.Place> places = new HashMap<>(rowPlaces);
    List<Plan.Piece> columnCode =
        stores.isEmpty() ? List.of() : cut(stores, places, this::varies, this::scratch);
    places.putAll(stored);
    List<Plan.Reduction> reductions = new ArrayList<>();
    for (int i = 0; i < reduced.size(); i++) {
      PieceBuilder load = new PieceBuilder(places);
      reductions.add(reduction(stage.reductions().get(i), load, Map.of(), reduced.get(i)));
    }
    boolean blocked = !reductions.isEmpty() || buffers.size() > scratchBefore;
    return new Plan.Stage(rowCode, columnCode, reductions, blocked);
  }

  /** Returns loops that compute, store and reduce, or nothing if that is too much for one loop. */
  private List<Plan.Reduction> directReductions(
      Program.Stage stage, Map<Plan.Place, Expression> stores, List<Expression> reduced) {
    List<Plan.Reduction> direct = new ArrayList<>();
    if (reduced.size() > 1 && !stores.isEmpty()) {
      return List.of();
    }
    for (int i = 0; i < reduced.size(); i++) {
      List<Expression> roots = new ArrayList<>(stores.values());
      roots.add(reduced.get(i));
      List<Expression> ordered = Expressions.ordered(roots, inside(rowPlaces, this::varies));
      PieceBuilder piece = new PieceBuilder(rowPlaces);
      for (Expression expression : ordered) {
        piece.add(expression);
        if (piece.length() > longReduction) {
          return List.of();
        }
      }
      direct.add(reduction(stage.reductions().get(i), piece, stores, reduced.get(i)));
    }
    return direct;
  }

  private Plan.Reduction reduction(
      Program.Reduction reduction,
      PieceBuilder piece,
      Map<Plan.Place, Expression> stores,
      Expression value) {
    stores.forEach(piece::output);
    int slot = program.parameters() + reduction.index();
    return new Plan.Reduction(reduction.combine(), piece.value(value), slot, piece.build());
  }

  /** Gives slots to the values that are the same for all columns and used where columns vary. */
  private List<Plan.Piece> hoist(Set<Expression> roots) {
    Set<Expression> invariant = new LinkedHashSet<>();
    roots.forEach(root -> addInvariant(root, invariant));
    for (Expression expression : Expressions.ordered(roots, this::varies)) {
      expression.operands().forEach(operand -> addInvariant(operand, invariant));
    }
    if (invariant.isEmpty()) {
      return List.of();
    }
    Map<Plan.Place, Expression> stores = new LinkedHashMap<>();
    invariant.forEach(value -> stores.put(new Plan.Place.Slot(slots++), value));
    List<Plan.Piece> code = rowCode(stores);
    stores.forEach((place, value) -> rowPlaces.put(value, place));
    return code;
  }

  private void addInvariant(Expression expression, Set<Expression> invariant) {
    Operator operator = expression.operator();
    boolean needsNone = operator == Operator.CONSTANT || operator == Operator.PARAMETER;
    if (!needsNone && !varies(expression) && !rowPlaces.containsKey(expression)) {
      invariant.add(expression);
    }
  }

  private List<Plan.Piece> rowCode(Map<Plan.Place, Expression> stores) {
    return cut(stores, rowPlaces, expression -> true, expression -> new Plan.Place.Slot(slots++));
  }

  /**
   * Makes code, in as many pieces as it takes.
   *
   * @param stores what is to be kept in the end
   * @param places where values are found; what has to be kept between pieces is added
   * @param wanted tells which values are computed here
   * @param keep finds a place for a value between pieces
   */
  private List<Plan.Piece> cut(
      Map<Plan.Place, Expression> stores,
      Map<Expression, Plan.Place> places,
      Predicate<Expression> wanted,
      Function<Expression, Plan.Place> keep) {
    List<Expression> ordered = Expressions.ordered(stores.values(), inside(places, wanted));
    Map<Expression, Integer> lastUses = lastUses(ordered, stores.values());
    List<Plan.Piece> pieces = new ArrayList<>();
    PieceBuilder piece = new PieceBuilder(places);
    for (int i = 0; i < ordered.size(); i++) {
      Expression expression = ordered.get(i);
      if (piece.length() >= (expression.operator() == Operator.POW ? SHORT_PIECE : LONG_PIECE)) {
        for (Expression value : piece.added()) {
          if (requireNonNull(lastUses.get(value)) >= i) {
            Plan.Place place = keep.apply(value);
            piece.output(place, value);
            places.put(value, place);
          }
        }
        if (!piece.added().isEmpty()) {
          pieces.add(piece.build());
        }
        piece = new PieceBuilder(places);
      }
      piece.add(expression);
    }
    stores.forEach(piece::output);
    pieces.add(piece.build());
    return pieces;
  }

  private static Map<Expression, Integer> lastUses(
      List<Expression> ordered, Collection<Expression> roots) {
    Map<Expression, Integer> lastUses = new HashMap<>();
    for (int i = 0; i < ordered.size(); i++) {
      for (Expression operand : ordered.get(i).operands()) {
        lastUses.put(operand, i);
      }
    }
    roots.forEach(root -> lastUses.put(root, Integer.MAX_VALUE));
    return lastUses;
  }

  /** Selects what is to be computed: leaves are loaded wherever they are used. */
  private static Predicate<Expression> inside(
      Map<Expression, Plan.Place> places, Predicate<Expression> wanted) {
    return expression ->
        !expression.operands().isEmpty()
            && !places.containsKey(expression)
            && wanted.test(expression);
  }

  private Plan.Place scratch(Expression value) {
    // A mask is kept as numbers: HotSpot stops inlining the store of a mask behind a long loop
    // body.
    boolean mask = value.kind() == Kind.MASK && precision == Precision.BOOL;
    buffers.add(new Program.Buffer(Program.Access.FULL, mask));
    return new Plan.Place.Buffer(buffers.size() - 1);
  }

  private boolean varies(Expression root) {
    Boolean known = varying.get(root);
    if (known != null) {
      return known;
    }
    for (Expression expression : Expressions.ordered(List.of(root), e -> !varying.containsKey(e))) {
      varying.put(
          expression,
          switch (expression.operator()) {
            case INPUT, MASK_INPUT ->
                program.buffers().get(expression.index()).access() == Program.Access.FULL;
            default -> expression.operands().stream().anyMatch(varying::get);
          });
    }
    return requireNonNull(varying.get(root));
  }

  /** Collects a {@link Plan.Piece}. */
  private final class PieceBuilder {
    private final Graph graph;
    private final Map<Expression, Plan.Place> places;
    private final Map<Expression, Node> values = new LinkedHashMap<>();
    private final List<Plan.Output> outputs = new ArrayList<>();

    PieceBuilder(Map<Expression, Plan.Place> places) {
      this.graph = new Graph(precision);
      this.places = places;
    }

    /** Returns a measure of the code so far; any value may have to be stored. */
    int length() {
      return graph.size() + values.size();
    }

    /** Returns what is computed in this piece. */
    Set<Expression> added() {
      return values.keySet();
    }

    void add(Expression expression) {
      Node node = new Lowering(graph).lower(expression, i -> value(expression.operands().get(i)));
      values.put(expression, node);
    }

    /** Returns a value that has been computed here or is loaded. */
    Node value(Expression expression) {
      Node known = values.get(expression);
      if (known != null) {
        return known;
      }
      boolean mask = expression.kind() == Kind.MASK;
      return switch (places.get(expression)) {
        case Plan.Place.Slot slot -> graph.leaf(mask ? Op.MASK_SLOT : Op.SLOT, slot.index());
        case Plan.Place.Buffer buffer when mask && !buffers.get(buffer.index()).mask() ->
            graph.apply(Op.LT, graph.constant(0), graph.leaf(Op.INPUT, buffer.index()));
        case Plan.Place.Buffer buffer ->
            graph.leaf(mask ? Op.MASK_INPUT : Op.INPUT, buffer.index());
        case null ->
            new Lowering(graph)
                .lower(
                    expression,
                    i -> {
                      throw new AssertionError("not computed yet: " + expression.operator());
                    });
      };
    }

    void output(Plan.Place place, Expression value) {
      Node node = value(value);
      boolean asNumber =
          node.op().kind() == Op.Kind.MASK
              && place instanceof Plan.Place.Buffer buffer
              && !buffers.get(buffer.index()).mask();
      outputs.add(
          new Plan.Output(
              place, asNumber ? graph.select(node, graph.constant(1), graph.constant(0)) : node));
    }

    Plan.Piece build() {
      return new Plan.Piece(graph, outputs);
    }
  }
}
