package org.autograd.internal.kernel.compiler;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.util.Objects.requireNonNull;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Combine;
import org.autograd.internal.kernel.compiler.Plan.Output;

/**
 * Writes the body of one method of a kernel. All methods have the same parameters, so that there is
 * no limit to the number of buffers.
 */
abstract class MethodWriter {
  static final int BUFFERS = 0;
  static final int OFFSETS = 1;
  static final int ROW_STRIDES = 2;
  static final int SLOTS = 3;
  static final int PARTIALS = 4;
  static final int ROW = 5;

  /** The first column. */
  static final int FROM = 6;

  /** The column after the last. */
  static final int TO = 7;

  static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
  static final ClassDesc SUPPORT = Support.class.describeConstable().orElseThrow();
  static final ClassDesc GAMMA = GammaFunctions.class.describeConstable().orElseThrow();
  static final ClassDesc EXACT = ExactFunctions.class.describeConstable().orElseThrow();
  static final ClassDesc POWER = Power.class.describeConstable().orElseThrow();

  final CodeBuilder code;
  final Plan plan;
  final Precision precision;

  /** The local variables that hold the results of instructions. */
  final Map<Node, Integer> locals = new HashMap<>();

  private final Map<Integer, Integer> arrays = new HashMap<>();
  private final Map<Integer, Integer> bases = new HashMap<>();

  MethodWriter(CodeBuilder code, Plan plan) {
    this.code = code;
    this.plan = plan;
    this.precision = plan.precision();
  }

  /** Returns the type of the methods of a kernel. */
  static MethodTypeDesc type(Precision precision) {
    return MethodTypeDesc.of(
        CD_void,
        CD_Object.arrayType(),
        CD_int.arrayType(),
        CD_int.arrayType(),
        precision.array(),
        precision.array(),
        CD_int,
        CD_int,
        CD_int);
  }

  /** Returns the numbers of the buffers that code uses. */
  static List<Integer> used(Graph graph, List<Output> outputs) {
    TreeSet<Integer> used = new TreeSet<>();
    for (Node node : graph.nodes()) {
      if (node.op() == Op.INPUT || node.op() == Op.MASK_INPUT) {
        used.add((int) node.index());
      }
    }
    for (Output output : outputs) {
      if (output.place() instanceof Plan.Place.Buffer buffer) {
        used.add(buffer.index());
      }
    }
    return List.copyOf(used);
  }

  boolean isMask(int buffer) {
    return plan.buffers().get(buffer).mask();
  }

  boolean isRow(int buffer) {
    return plan.buffers().get(buffer).access() == Program.Access.ROW;
  }

  private ClassDesc arrayType(int buffer) {
    return isMask(buffer) ? CD_boolean.arrayType() : precision.array();
  }

  /** Loads arrays and the positions in them of column 0 of this row into local variables. */
  void openBuffers(List<Integer> used) {
    for (int buffer : used) {
      int array = code.allocateLocal(TypeKind.REFERENCE);
      code.aload(BUFFERS).loadConstant(buffer).aaload().checkcast(arrayType(buffer)).astore(array);
      arrays.put(buffer, array);
      int base = code.allocateLocal(TypeKind.INT);
      if (buffer >= plan.programBuffers()) {
        // Scratch buffers begin at the first column of the block.
        code.iload(FROM).ineg();
      } else {
        code.aload(OFFSETS).loadConstant(buffer).iaload();
        code.aload(ROW_STRIDES).loadConstant(buffer).iaload();
        code.iload(ROW).imul().iadd();
      }
      code.istore(base);
      bases.put(buffer, base);
    }
  }

  void pushArray(int buffer) {
    code.aload(requireNonNull(arrays.get(buffer)));
  }

  void pushBase(int buffer) {
    code.iload(requireNonNull(bases.get(buffer)));
  }

  void pushNumber(double value) {
    pushNumber(code, precision, value);
  }

  /** Pushes the nearest number of a precision. */
  static void pushNumber(CodeBuilder code, Precision precision, double value) {
    switch (precision) {
      case SINGLE -> code.loadConstant((float) value);
      case DOUBLE -> code.loadConstant(value);
      case INT64 -> code.loadConstant((long) value);
      case INT32, BOOL -> code.loadConstant((int) value);
    }
  }

  void pushBits(long value) {
    if (precision.bitsKind == TypeKind.INT) {
      code.loadConstant((int) value);
    } else {
      code.loadConstant(value);
    }
  }

  /**
   * Combines the first {@code count} partial results by halves, in straight-line code, and puts the
   * result into a slot.
   */
  void combinePartials(Combine combine, int base, int count, int slot) {
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = code.allocateLocal(precision.numberKind);
      code.aload(PARTIALS).loadConstant(base + i).arrayLoad(precision.numberKind);
      code.storeLocal(precision.numberKind, values[i]);
    }
    for (int half = count / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        code.loadLocal(precision.numberKind, values[i]);
        code.loadLocal(precision.numberKind, values[i + half]);
        finishNumbers(combine);
        code.storeLocal(precision.numberKind, values[i]);
      }
    }
    code.aload(SLOTS).loadConstant(slot).loadLocal(precision.numberKind, values[0]);
    code.arrayStore(precision.numberKind);
  }

  /** Returns what a reduction begins with. */
  static double identity(Combine combine) {
    return switch (combine) {
      case SUM -> 0;
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
    };
  }

  /** Combines the two partial results on the stack. */
  private void finishNumbers(Combine combine) {
    switch (combine) {
      case SUM -> arithmetic("ADD");
      case MAX, MIN -> math(combine.name().toLowerCase(Locale.ROOT), 2);
    }
  }

  /** Combines the two numbers on the stack, the result so far and an element. */
  void combineNumbers(Combine combine) {
    switch (combine) {
      case SUM -> arithmetic("ADD");
      case MAX, MIN -> {
        String name = combine == Combine.MAX ? "larger" : "smaller";
        ClassDesc number = precision.number;
        code.invokestatic(SUPPORT, name, MethodTypeDesc.of(number, number, number));
      }
    }
  }

  /** Writes an arithmetic instruction whose operands are on the stack. */
  void arithmetic(String name) {
    code.with(OperatorInstruction.of(Opcode.valueOf(precision.prefix + name)));
  }

  /** Calls a function of {@link Math} whose operands are on the stack. */
  void math(String name, int arity) {
    ClassDesc[] parameters = new ClassDesc[arity];
    Arrays.fill(parameters, precision.number);
    code.invokestatic(MATH, name, MethodTypeDesc.of(precision.number, parameters));
  }
}
