package org.autograd.internal.kernel.compiler;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.util.Objects.requireNonNull;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.autograd.internal.kernel.Program.Combine;
import org.autograd.internal.kernel.compiler.Plan.Output;

/**
 * Writes methods that compute a vector of elements at a time. The classes of the Vector API are
 * only named here, so that this one can be loaded without them.
 */
final class VectorCode extends MethodWriter {
  private static final ClassDesc VECTOR = type("Vector");
  private static final ClassDesc MASK = type("VectorMask");
  private static final ClassDesc SPECIES = type("VectorSpecies");
  private static final ClassDesc OPERATORS = type("VectorOperators");
  private static final ClassDesc BINARY = OPERATORS.nested("Binary");
  private static final ClassDesc ASSOCIATIVE = OPERATORS.nested("Associative");
  private static final ClassDesc COMPARISON = OPERATORS.nested("Comparison");
  private static final ClassDesc BOOLEANS = CD_boolean.arrayType();

  private final String speciesField;
  private final int lanes;
  private final ClassDesc numbers;
  private final ClassDesc bits;

  /** The local variable that is the column of the first lane. */
  private final int column;

  /** What is added to it in this copy of the loop's body. */
  private int unrolled;

  /** The local variable that selects the lanes in use, or -1 if that is all of them. */
  private int lanesInUse = -1;

  VectorCode(CodeBuilder code, Plan plan, VectorSpecies species) {
    super(code, plan);
    this.speciesField = "SPECIES_" + species.bits();
    this.lanes = species.lanes(precision);
    this.numbers = type(precision.vector + "Vector");
    this.bits = type(precision.bitsKind == TypeKind.INT ? "IntVector" : "LongVector");
    this.column = code.allocateLocal(TypeKind.INT);
  }

  private static ClassDesc type(String name) {
    return ClassDesc.of("jdk.incubator.vector", name);
  }

  /** Writes the main part of a loop that stores, as many whole vectors as there are. */
  void loop(Graph graph, List<Output> outputs) {
    open(graph, outputs);
    code.iload(FROM).istore(column);
    countedLoop(lanes, () -> element(graph, outputs));
    code.return_();
  }

  /** Writes the rest, less than one vector. */
  void tail(Graph graph, List<Output> outputs) {
    open(graph, outputs);
    startTail(lanes);
    useLanes();
    element(graph, outputs);
    code.return_();
  }

  private void element(Graph graph, List<Output> outputs) {
    evaluate(graph);
    outputs.forEach(this::store);
  }

  /**
   * Writes the main part of a reduction: as many whole runs of partial results as there are. At the
   * first column it starts afresh.
   */
  void reduction(Plan.Reduction reduction, int base) {
    Graph graph = reduction.code().graph();
    List<Output> outputs = reduction.code().outputs();
    Combine combine = reduction.combine();
    open(graph, outputs);
    List<Integer> accumulators = newAccumulators();
    Label continued = code.newLabel();
    Label loaded = code.newLabel();
    code.iload(FROM).ifne(continued);
    startAccumulators(accumulators, combine);
    code.goto_(loaded).labelBinding(continued);
    loadAccumulators(accumulators, base);
    code.labelBinding(loaded);
    code.iload(FROM).istore(column);
    countedLoop(precision.partials, () -> accumulate(reduction, accumulators));
    storeAccumulators(accumulators, base);
    code.return_();
  }

  /** Writes the rest of a reduction. */
  void reductionTail(Plan.Reduction reduction, int base) {
    Graph graph = reduction.code().graph();
    List<Output> outputs = reduction.code().outputs();
    Combine combine = reduction.combine();
    open(graph, outputs);
    startTail(precision.partials);
    int partial = code.allocateLocal(TypeKind.INT);
    int accumulator = code.allocateLocal(TypeKind.REFERENCE);
    code.loadConstant(base).istore(partial);
    Label top = code.newLabel();
    Label end = code.newLabel();
    code.labelBinding(top).iload(column).iload(TO).if_icmpge(end);
    useLanes();
    element(graph, outputs);
    loadPartials(() -> code.iload(partial));
    code.astore(accumulator).aload(accumulator).aload(accumulator);
    push(reduction.value());
    combine(combine);
    code.aload(lanesInUse).invokevirtual(numbers, "blend", type(numbers, VECTOR, MASK));
    storePartials(() -> code.iload(partial));
    code.iinc(column, lanes).iinc(partial, lanes).goto_(top).labelBinding(end).return_();
  }

  /** Writes a method that finishes a reduction: by vectors until one is left, then by numbers. */
  void combined(Combine combine, int base, int slot) {
    List<Integer> accumulators = newAccumulators();
    loadAccumulators(accumulators, base);
    combineAccumulators(accumulators, combine);
    finishLanes(combine, accumulators.getFirst(), base, slot);
    code.return_();
  }

  /**
   * Writes a whole reduction into one method, so that short rows are not spent on calls: the loop,
   * a copy of its body for each vector of the rest, and the combination.
   */
  void wholeReduction(Plan.Reduction reduction, int base) {
    Graph graph = reduction.code().graph();
    List<Output> outputs = reduction.code().outputs();
    Combine combine = reduction.combine();
    open(graph, outputs);
    List<Integer> accumulators = newAccumulators();
    startAccumulators(accumulators, combine);
    code.iload(FROM).istore(column);
    countedLoop(precision.partials, () -> accumulate(reduction, accumulators));
    Label end = code.newLabel();
    for (int i = 0; i < accumulators.size(); i++) {
      unrolled = i * lanes;
      pushColumn();
      code.iload(TO).if_icmpge(end);
      useLanes();
      element(graph, outputs);
      int accumulator = accumulators.get(i);
      code.aload(accumulator).aload(accumulator);
      push(reduction.value());
      combine(combine);
      code.aload(lanesInUse).invokevirtual(numbers, "blend", type(numbers, VECTOR, MASK));
      code.astore(accumulator);
    }
    code.labelBinding(end);
    combineAccumulators(accumulators, combine);
    finishLanes(combine, accumulators.getFirst(), base, reduction.slot());
    code.return_();
  }

  private void accumulate(Plan.Reduction reduction, List<Integer> accumulators) {
    for (int i = 0; i < accumulators.size(); i++) {
      unrolled = i * lanes;
      element(reduction.code().graph(), reduction.code().outputs());
      code.aload(accumulators.get(i));
      push(reduction.value());
      combine(reduction.combine());
      code.astore(accumulators.get(i));
    }
  }

  private void startAccumulators(List<Integer> accumulators, Combine combine) {
    pushSpecies(numbers);
    pushNumber(identity(combine));
    code.invokestatic(numbers, "broadcast", type(numbers, SPECIES, precision.number));
    for (int accumulator : accumulators) {
      code.dup().astore(accumulator);
    }
    code.pop();
  }

  private void combineAccumulators(List<Integer> accumulators, Combine combine) {
    for (int half = accumulators.size() / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        code.aload(accumulators.get(i)).aload(accumulators.get(i + half));
        finish(combine);
        code.astore(accumulators.get(i));
      }
    }
  }

  private List<Integer> newAccumulators() {
    List<Integer> accumulators = new ArrayList<>();
    for (int i = 0; i < precision.partials / lanes; i++) {
      accumulators.add(code.allocateLocal(TypeKind.REFERENCE));
    }
    return accumulators;
  }

  private void loadAccumulators(List<Integer> accumulators, int base) {
    for (int i = 0; i < accumulators.size(); i++) {
      int start = base + i * lanes;
      loadPartials(() -> code.loadConstant(start));
      code.astore(accumulators.get(i));
    }
  }

  private void storeAccumulators(List<Integer> accumulators, int base) {
    for (int i = 0; i < accumulators.size(); i++) {
      code.aload(accumulators.get(i));
      int start = base + i * lanes;
      storePartials(() -> code.loadConstant(start));
    }
  }

  private void loadPartials(Runnable pushStart) {
    pushSpecies(numbers);
    code.aload(PARTIALS);
    pushStart.run();
    code.invokestatic(numbers, "fromArray", type(numbers, SPECIES, precision.array(), CD_int));
  }

  private void storePartials(Runnable pushStart) {
    code.aload(PARTIALS);
    pushStart.run();
    code.invokevirtual(numbers, "intoArray", type(CD_void, precision.array(), CD_int));
  }

  private void open(Graph graph, List<Output> outputs) {
    openBuffers(used(graph, outputs));
    for (Node node : graph.nodes()) {
      if (node.op().isInvariantLeaf()) {
        broadcast(node);
        keep(node);
      }
    }
  }

  /** Writes a loop as long as {@code step} columns are left. */
  private void countedLoop(int step, Runnable body) {
    int limit = code.allocateLocal(TypeKind.INT);
    code.iload(TO).loadConstant(step - 1).isub().istore(limit);
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.labelBinding(top).iload(column).iload(limit).if_icmpge(done);
    body.run();
    code.iinc(column, step).goto_(top).labelBinding(done);
  }

  /** Goes to where the main part with {@code step} columns at a time has stopped. */
  private void startTail(int step) {
    code.iload(FROM);
    code.iload(TO).iload(FROM).isub().loadConstant(-step).iand();
    code.iadd().istore(column);
  }

  private void useLanes() {
    if (lanesInUse < 0) {
      lanesInUse = code.allocateLocal(TypeKind.REFERENCE);
    }
    pushSpecies(numbers);
    pushColumn();
    code.iload(TO);
    code.invokeinterface(SPECIES, "indexInRange", type(MASK, CD_int, CD_int)).astore(lanesInUse);
  }

  private void evaluate(Graph graph) {
    for (Node node : graph.nodes()) {
      if (!node.op().isInvariantLeaf()) {
        compute(node);
        keep(node);
      }
    }
  }

  private void keep(Node node) {
    code.astore(locals.computeIfAbsent(node, n -> code.allocateLocal(TypeKind.REFERENCE)));
  }

  private void push(Node node) {
    code.aload(requireNonNull(locals.get(node)));
  }

  private static MethodTypeDesc type(ClassDesc result, ClassDesc... parameters) {
    return MethodTypeDesc.of(result, parameters);
  }

  private void pushSpecies(ClassDesc vector) {
    code.getstatic(vector, speciesField, SPECIES);
  }

  private void pushIndex(int buffer) {
    pushBase(buffer);
    pushColumn();
    code.iadd();
  }

  private void pushColumn() {
    code.iload(column);
    if (unrolled > 0) {
      code.loadConstant(unrolled).iadd();
    }
  }

  private void broadcast(Node leaf) {
    boolean ofBits = leaf.op() == Op.BITS_CONSTANT;
    ClassDesc vector = ofBits ? bits : numbers;
    pushSpecies(vector);
    switch (leaf.op()) {
      case CONSTANT -> pushNumber(leaf.value());
      case BITS_CONSTANT -> pushBits(leaf.index());
      default -> code.aload(SLOTS).loadConstant((int) leaf.index()).arrayLoad(precision.numberKind);
    }
    ClassDesc element = ofBits ? precision.bits : precision.number;
    code.invokestatic(vector, "broadcast", type(vector, SPECIES, element));
    if (leaf.op() == Op.MASK_SLOT) {
      pushOperator("NE", COMPARISON);
      pushNumber(0);
      code.invokevirtual(numbers, "compare", type(MASK, COMPARISON, precision.number));
    }
  }

  private void pushOperator(String name, ClassDesc type) {
    code.getstatic(OPERATORS, name, type);
  }

  private void store(Output output) {
    int buffer = ((Plan.Place.Buffer) output.place()).index();
    if (isMask(buffer)) {
      storeMask(buffer, output.value());
      return;
    }
    push(output.value());
    pushArray(buffer);
    pushIndex(buffer);
    if (lanesInUse < 0) {
      code.invokevirtual(numbers, "intoArray", type(CD_void, precision.array(), CD_int));
    } else {
      code.aload(lanesInUse);
      code.invokevirtual(numbers, "intoArray", type(CD_void, precision.array(), CD_int, MASK));
    }
  }

  private void storeMask(int buffer, Node value) {
    push(value);
    if (lanesInUse < 0) {
      pushArray(buffer);
      pushIndex(buffer);
      code.invokevirtual(MASK, "intoArray", type(CD_void, BOOLEANS, CD_int));
    } else {
      // There is no masked store of a mask.
      code.invokevirtual(MASK, "toArray", type(BOOLEANS)).loadConstant(0);
      pushArray(buffer);
      pushIndex(buffer);
      code.iload(TO);
      pushColumn();
      code.isub();
      code.invokestatic(
          ClassDesc.of("java.lang.System"),
          "arraycopy",
          type(CD_void, CD_Object, CD_int, CD_Object, CD_int, CD_int));
    }
  }

  private void load(int buffer) {
    pushSpecies(numbers);
    pushArray(buffer);
    pushIndex(buffer);
    if (lanesInUse < 0) {
      code.invokestatic(numbers, "fromArray", type(numbers, SPECIES, precision.array(), CD_int));
    } else {
      code.aload(lanesInUse);
      code.invokestatic(
          numbers, "fromArray", type(numbers, SPECIES, precision.array(), CD_int, MASK));
    }
  }

  private void loadMask(int buffer) {
    pushSpecies(numbers);
    pushArray(buffer);
    pushIndex(buffer);
    if (lanesInUse >= 0) {
      // There is no masked load of a mask, and a whole one could pass the end of the array.
      code.dup().loadConstant(lanes).iadd();
      code.invokestatic(
          ClassDesc.of("java.util.Arrays"),
          "copyOfRange",
          type(BOOLEANS, BOOLEANS, CD_int, CD_int));
      code.loadConstant(0);
    }
    code.invokestatic(MASK, "fromArray", type(MASK, SPECIES, BOOLEANS, CD_int));
  }

  /** Pushes the result of an instruction. */
  private void compute(Node node) {
    switch (node.op()) {
      case INPUT -> load((int) node.index());
      case MASK_INPUT -> loadMask((int) node.index());
      case NEG -> unary(node, "neg");
      case ABS -> unary(node, "abs");
      case SQRT -> unary(node, "sqrt");
      case ADD -> binary(node, "add");
      case SUB -> binary(node, "sub");
      case MUL -> binary(node, "mul");
      case DIV -> binary(node, "div");
      case MIN -> extreme(node, "min");
      case MAX -> extreme(node, "max");
      case FMA -> {
        node.operands().forEach(this::push);
        code.invokevirtual(numbers, "fma", type(numbers, VECTOR, VECTOR));
      }
      case LT, LE, EQ -> compare(node.op().name(), node.a(), node.b());
      case AND -> maskOperation(node, "and");
      case OR -> maskOperation(node, "or");
      case NOT -> {
        push(node.a());
        code.invokevirtual(MASK, "not", type(MASK));
      }
      case SELECT -> {
        push(node.c());
        push(node.b());
        push(node.a());
        code.invokevirtual(numbers, "blend", type(numbers, VECTOR, MASK));
      }
      case TO_BITS -> {
        push(node.a());
        code.invokevirtual(numbers, "viewAsIntegralLanes", type(bits));
      }
      case FROM_BITS -> {
        push(node.a());
        code.invokevirtual(bits, "viewAsFloatingLanes", type(numbers));
      }
      case BITS_ADD -> bitsOperation(node, "ADD", ASSOCIATIVE);
      case BITS_SUB -> bitsOperation(node, "SUB", BINARY);
      case BITS_AND -> bitsOperation(node, "AND", ASSOCIATIVE);
      case BITS_OR -> bitsOperation(node, "OR", ASSOCIATIVE);
      case POW, SIN, COS, FMOD, LGAMMA, POLYGAMMA -> exactWhereNeeded(node);
      case SHIFT_LEFT -> shift(node, "LSHL");
      case SHIFT_RIGHT -> shift(node, "LSHR");
      default -> throw new AssertionError(node.op());
    }
  }

  /** Computes the lanes that the mask selects one by one, if there are any. */
  private void exactWhereNeeded(Node node) {
    Label done = code.newLabel();
    push(node.b());
    push(node.a());
    code.invokevirtual(MASK, "anyTrue", type(CD_boolean)).ifeq(done);
    pushSpecies(numbers);
    code.swap();
    ClassDesc[] parameters = new ClassDesc[node.operands().size()];
    Arrays.fill(parameters, precision.array());
    parameters[1] = BOOLEANS;
    toArray();
    push(node.a());
    code.invokevirtual(MASK, "toArray", type(BOOLEANS));
    for (Node argument : node.operands().subList(2, parameters.length)) {
      push(argument);
      toArray();
    }
    String function = node.op().name().toLowerCase(Locale.ROOT);
    code.invokestatic(EXACT, function, type(precision.array(), parameters));
    code.loadConstant(0);
    code.invokestatic(numbers, "fromArray", type(numbers, SPECIES, precision.array(), CD_int));
    code.labelBinding(done);
  }

  private void toArray() {
    code.invokevirtual(numbers, "toArray", type(precision.array()));
  }

  private void unary(Node node, String name) {
    push(node.a());
    code.invokevirtual(numbers, name, type(numbers));
  }

  private void binary(Node node, String name) {
    push(node.a());
    push(node.b());
    code.invokevirtual(numbers, name, type(numbers, VECTOR));
  }

  /**
   * Pushes the smaller or larger operand. Beside a constant, a comparison is faster than the Vector
   * API's operation; it lets NaN pass, and puts -0 below 0 like that.
   */
  private void extreme(Node node, String name) {
    boolean first = node.a().isConstant();
    double bound = first ? node.a().value() : node.b().value();
    if ((!first && !node.b().isConstant()) || Double.isNaN(bound)) {
      binary(node, name);
      return;
    }
    Node value = first ? node.b() : node.a();
    Node constant = first ? node.a() : node.b();
    boolean max = name.equals("max");
    boolean zero = bound == 0 && max == (1 / bound > 0);
    push(value);
    push(constant);
    compare(zero ? "LE" : "LT", max ? value : constant, max ? constant : value);
    code.invokevirtual(numbers, "blend", type(numbers, VECTOR, MASK));
  }

  private void compare(String name, Node a, Node b) {
    push(a);
    pushOperator(name, COMPARISON);
    push(b);
    code.invokevirtual(numbers, "compare", type(MASK, COMPARISON, VECTOR));
  }

  private void maskOperation(Node node, String name) {
    push(node.a());
    push(node.b());
    code.invokevirtual(MASK, name, type(MASK, MASK));
  }

  private void bitsOperation(Node node, String name, ClassDesc operatorType) {
    push(node.a());
    pushOperator(name, operatorType);
    push(node.b());
    code.invokevirtual(bits, "lanewise", type(bits, BINARY, VECTOR));
  }

  private void shift(Node node, String name) {
    push(node.a());
    pushOperator(name, BINARY);
    pushBits(node.index());
    code.invokevirtual(bits, "lanewise", type(bits, BINARY, precision.bits));
  }

  /** Combines the lanes of the last vector of partial results into a slot. */
  private void finishLanes(Combine combine, int accumulator, int base, int slot) {
    if (combine == Combine.SUM) {
      // In an order that is fixed.
      storeAccumulators(List.of(accumulator), base);
      combinePartials(combine, base, lanes, slot);
      return;
    }
    code.aload(SLOTS).loadConstant(slot).aload(accumulator);
    pushOperator(combine.name(), ASSOCIATIVE);
    code.invokevirtual(numbers, "reduceLanes", type(precision.number, ASSOCIATIVE));
    code.arrayStore(precision.numberKind);
  }

  /** Combines two vectors of partial results, which are on the stack. */
  private void finish(Combine combine) {
    String name = combine == Combine.SUM ? "add" : combine.name().toLowerCase(Locale.ROOT);
    code.invokevirtual(numbers, name, type(numbers, VECTOR));
  }

  /** Combines the result so far and the value, which are on the stack. */
  private void combine(Combine combine) {
    if (combine == Combine.SUM || !precision.isFloating()) {
      finish(combine);
      return;
    }
    int value = code.allocateLocal(TypeKind.REFERENCE);
    int result = code.allocateLocal(TypeKind.REFERENCE);
    code.astore(value).astore(result);
    code.aload(result).aload(value).aload(result);
    compareOnStack(combine == Combine.MAX ? "LT" : "GT", value);
    code.aload(value);
    compareOnStack("NE", value);
    code.invokevirtual(MASK, "or", type(MASK, MASK));
    code.invokevirtual(numbers, "blend", type(numbers, VECTOR, MASK));
  }

  private void compareOnStack(String name, int right) {
    pushOperator(name, COMPARISON);
    code.aload(right).invokevirtual(numbers, "compare", type(MASK, COMPARISON, VECTOR));
  }
}
