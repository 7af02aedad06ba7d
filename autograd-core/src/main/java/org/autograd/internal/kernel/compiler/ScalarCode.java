package org.autograd.internal.kernel.compiler;

import static java.lang.constant.ConstantDescs.CD_Double;
import static java.lang.constant.ConstantDescs.CD_Float;
import static java.lang.constant.ConstantDescs.CD_Integer;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.util.Objects.requireNonNull;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.List;
import org.autograd.internal.kernel.Program.Combine;
import org.autograd.internal.kernel.compiler.Plan.Output;

/** Writes methods that compute one element at a time. */
final class ScalarCode extends MethodWriter {
  private final boolean single;

  /** The local variable that is the index into all buffers, or -1 if each has its own. */
  private int sharedIndex = -1;

  /** The local variable that is the column. */
  private int column = -1;

  ScalarCode(CodeBuilder code, Plan plan) {
    super(code, plan);
    this.single = precision == Precision.SINGLE;
  }

  /** Writes code that runs once for the row. */
  void row(Graph graph, List<Output> outputs) {
    openBuffers(used(graph, outputs));
    openSlots(graph);
    evaluate(graph);
    outputs.forEach(this::store);
    code.return_();
  }

  /**
   * Writes a loop that stores. C2 turns it into SIMD code only if the index is visibly the same in
   * all buffers, so there are two loops, one for that case and one for any.
   */
  void loop(Graph graph, List<Output> outputs) {
    List<Integer> used = used(graph, outputs);
    openBuffers(used);
    openSlots(graph);
    Label different = code.newLabel();
    for (int i = 1; i < used.size(); i++) {
      pushBase(used.getFirst());
      pushBase(used.get(i));
      code.if_icmpne(different);
    }
    sharedIndex = code.allocateLocal(TypeKind.INT);
    int end = code.allocateLocal(TypeKind.INT);
    pushBase(used.getFirst());
    code.iload(FROM).iadd().istore(sharedIndex);
    pushBase(used.getFirst());
    code.iload(TO).iadd().istore(end);
    countedLoop(sharedIndex, end, () -> element(graph, outputs));
    code.return_();
    if (used.size() > 1) {
      code.labelBinding(different);
      sharedIndex = -1;
      columnLoop(() -> element(graph, outputs));
      code.return_();
    }
  }

  /** Writes a loop over what is left by one that does {@code step} columns at a time. */
  void tail(int step, Graph graph, List<Output> outputs) {
    openBuffers(used(graph, outputs));
    openSlots(graph);
    column = code.allocateLocal(TypeKind.INT);
    code.iload(FROM);
    code.iload(TO).iload(FROM).isub().loadConstant(-step).iand();
    code.iadd().istore(column);
    countedLoop(column, TO, () -> element(graph, outputs));
    code.return_();
  }

  private void element(Graph graph, List<Output> outputs) {
    evaluate(graph);
    outputs.forEach(this::store);
  }

  /** Writes a loop that combines values into partial results. */
  void reduction(Plan.Reduction reduction, int base) {
    Graph graph = reduction.code().graph();
    List<Output> outputs = reduction.code().outputs();
    Combine combine = reduction.combine();
    openBuffers(used(graph, outputs));
    openSlots(graph);
    columnLoop(() -> {
      element(graph, outputs);
      code.aload(PARTIALS);
      code.iload(column).loadConstant(precision.partials - 1).iand();
      code.loadConstant(base).iadd();
      code.dup2().arrayLoad(precision.numberKind);
      push(reduction.value());
      combineNumbers(combine);
      code.arrayStore(precision.numberKind);
    });
    code.return_();
  }

  /** Writes a method that finishes a reduction. */
  void combined(Combine combine, int base, int slot) {
    combinePartials(combine, base, precision.partials, slot);
    code.return_();
  }

  private void columnLoop(Runnable body) {
    column = code.allocateLocal(TypeKind.INT);
    code.iload(FROM).istore(column);
    countedLoop(column, TO, body);
  }

  private void countedLoop(int index, int end, Runnable body) {
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.labelBinding(top).iload(index).iload(end).if_icmpge(done);
    body.run();
    code.iinc(index, 1).goto_(top).labelBinding(done);
  }

  private void openSlots(Graph graph) {
    for (Node node : graph.nodes()) {
      if (node.op() == Op.SLOT || node.op() == Op.MASK_SLOT) {
        code.aload(SLOTS).loadConstant((int) node.index()).arrayLoad(precision.numberKind);
        if (node.op() == Op.MASK_SLOT) {
          code.conversion(precision.numberKind, TypeKind.INT);
        }
        keep(node);
      }
    }
  }

  private void evaluate(Graph graph) {
    for (Node node : graph.nodes()) {
      if (!node.op().isInvariantLeaf()) {
        compute(node);
        keep(node);
      }
    }
  }

  private TypeKind kind(Node node) {
    return switch (node.op().kind()) {
      case NUMBER -> precision.numberKind;
      case MASK -> TypeKind.INT;
      case BITS -> precision.bitsKind;
    };
  }

  private void keep(Node node) {
    TypeKind kind = kind(node);
    code.storeLocal(kind, locals.computeIfAbsent(node, n -> code.allocateLocal(kind)));
  }

  private void push(Node node) {
    switch (node.op()) {
      case CONSTANT -> pushNumber(node.value());
      case BITS_CONSTANT -> pushBits(node.index());
      default -> code.loadLocal(kind(node), requireNonNull(locals.get(node)));
    }
  }

  private void pushIndex(int buffer) {
    if (sharedIndex >= 0) {
      code.iload(sharedIndex);
    } else {
      pushBase(buffer);
      if (column >= 0) {
        code.iload(column).iadd();
      }
    }
  }

  private void store(Output output) {
    boolean mask = output.value().op().kind() == Op.Kind.MASK;
    switch (output.place()) {
      case Plan.Place.Slot slot -> {
        code.aload(SLOTS).loadConstant(slot.index());
        push(output.value());
        if (mask) {
          code.conversion(TypeKind.INT, precision.numberKind);
        }
        code.arrayStore(precision.numberKind);
      }
      case Plan.Place.Buffer buffer -> {
        pushArray(buffer.index());
        pushIndex(buffer.index());
        push(output.value());
        code.arrayStore(mask ? TypeKind.BOOLEAN : precision.numberKind);
      }
    }
  }

  /** Pushes the result of an instruction. */
  private void compute(Node node) {
    switch (node.op()) {
      case SELECT -> select(node);
      case SQRT -> inDouble(MATH, "sqrt", node.operands());
      case SIN -> exactIf(MATH, "sin", node);
      case COS -> exactIf(MATH, "cos", node);
      case POW -> exactIf(POWER, "pow", node);
      case FMOD -> exactIf(EXACT, "fmod", node);
      case LGAMMA -> exactIf(GAMMA, "lgamma", node);
      case POLYGAMMA -> exactIf(GAMMA, "polygamma", node);
      default -> {
        node.operands().forEach(this::push);
        computeOnStack(node);
      }
    }
  }

  /** Replaces the operands on the stack by the result. */
  private void computeOnStack(Node node) {
    switch (node.op()) {
      case INPUT, MASK_INPUT -> {
        int buffer = (int) node.index();
        pushArray(buffer);
        pushIndex(buffer);
        code.arrayLoad(node.op() == Op.INPUT ? precision.numberKind : TypeKind.BOOLEAN);
      }
      case NEG -> arithmetic("NEG");
      case ADD -> arithmetic("ADD");
      case SUB -> arithmetic("SUB");
      case MUL -> arithmetic("MUL");
      case DIV -> arithmetic("DIV");
      case ABS -> math("abs", 1);
      case MIN -> math("min", 2);
      case MAX -> math("max", 2);
      case FMA -> math("fma", 3);
      case LT -> compare(Opcode.IFGE);
      case LE -> compare(Opcode.IFGT);
      case EQ -> compare(Opcode.IFNE);
      case AND -> code.iand();
      case OR -> code.ior();
      case NOT -> code.loadConstant(1).ixor();
      case TO_BITS -> toBits();
      case FROM_BITS -> fromBits();
      case BITS_ADD -> operator(Opcode.IADD, Opcode.LADD);
      case BITS_SUB -> operator(Opcode.ISUB, Opcode.LSUB);
      case BITS_AND -> operator(Opcode.IAND, Opcode.LAND);
      case BITS_OR -> operator(Opcode.IOR, Opcode.LOR);
      case SHIFT_LEFT -> {
        code.loadConstant((int) node.index());
        operator(Opcode.ISHL, Opcode.LSHL);
      }
      case SHIFT_RIGHT -> {
        code.loadConstant((int) node.index());
        operator(Opcode.IUSHR, Opcode.LUSHR);
      }
      default -> throw new AssertionError(node.op());
    }
  }

  /** Writes an instruction on representations. */
  private void operator(Opcode forInts, Opcode forLongs) {
    code.with(OperatorInstruction.of(precision.bitsKind == TypeKind.INT ? forInts : forLongs));
  }

  /** There are only double versions of these; rounding their result to float is right. */
  private void inDouble(ClassDesc owner, String name, List<Node> operands) {
    ClassDesc[] parameters = new ClassDesc[operands.size()];
    Arrays.fill(parameters, CD_double);
    for (Node operand : operands) {
      push(operand);
      if (single) {
        code.f2d();
      }
    }
    code.invokestatic(owner, name, MethodTypeDesc.of(CD_double, parameters));
    if (single) {
      code.d2f();
    }
  }

  /** Calls a function where the mask holds, which is seldom. */
  private void exactIf(ClassDesc owner, String name, Node node) {
    Label approximation = code.newLabel();
    Label end = code.newLabel();
    push(node.a());
    code.ifeq(approximation);
    inDouble(owner, name, node.operands().subList(2, node.operands().size()));
    code.goto_(end).labelBinding(approximation);
    push(node.b());
    code.labelBinding(end);
  }

  /** Leaves 0 or 1; {@code otherwise} jumps if the comparison does not hold or there is a NaN. */
  private void compare(Opcode otherwise) {
    switch (precision) {
      case SINGLE, DOUBLE -> arithmetic(otherwise == Opcode.IFNE ? "CMPL" : "CMPG");
      case INT64 -> arithmetic("CMP");
      case INT32, BOOL ->
          code.invokestatic(CD_Integer, "compare", MethodTypeDesc.of(CD_int, CD_int, CD_int));
    }
    Label no = code.newLabel();
    Label end = code.newLabel();
    code.branch(otherwise, no).loadConstant(1).goto_(end);
    code.labelBinding(no).loadConstant(0).labelBinding(end);
  }

  /**
   * Selects by bit operations: a branch that random data decide costs far more, and HotSpot has no
   * conditional move of floating-point numbers.
   */
  private void select(Node node) {
    push(node.a());
    code.ineg();
    if (precision.bitsKind == TypeKind.LONG) {
      code.i2l();
    }
    int selector = code.allocateLocal(precision.bitsKind);
    code.storeLocal(precision.bitsKind, selector);
    push(node.b());
    toBits();
    code.loadLocal(precision.bitsKind, selector);
    operator(Opcode.IAND, Opcode.LAND);
    push(node.c());
    toBits();
    code.loadLocal(precision.bitsKind, selector);
    pushBits(-1);
    operator(Opcode.IXOR, Opcode.LXOR);
    operator(Opcode.IAND, Opcode.LAND);
    operator(Opcode.IOR, Opcode.LOR);
    fromBits();
  }

  private void toBits() {
    switch (precision) {
      case SINGLE ->
          code.invokestatic(CD_Float, "floatToRawIntBits", MethodTypeDesc.of(CD_int, CD_float));
      case DOUBLE ->
          code.invokestatic(
              CD_Double, "doubleToRawLongBits", MethodTypeDesc.of(CD_long, CD_double));
      case INT32, INT64, BOOL -> {}
    }
  }

  private void fromBits() {
    switch (precision) {
      case SINGLE ->
          code.invokestatic(CD_Float, "intBitsToFloat", MethodTypeDesc.of(CD_float, CD_int));
      case DOUBLE ->
          code.invokestatic(CD_Double, "longBitsToDouble", MethodTypeDesc.of(CD_double, CD_long));
      case INT32, INT64, BOOL -> {}
    }
  }
}
