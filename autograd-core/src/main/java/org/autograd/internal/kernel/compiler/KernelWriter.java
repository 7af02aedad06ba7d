package org.autograd.internal.kernel.compiler;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import com.google.common.collect.Lists;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.autograd.internal.kernel.Kernel;

/**
 * Writes the class of a kernel.
 *
 * <pre>{@code
 * public void run(buffers, offsets, rowStrides, parameters, rows, columns) {
 *   // makes slots, partials and scratch buffers, then
 *   for (int row = 0; row < rows; row++) {
 *     stage0(..., row, 0, columns);
 *     ...
 *   }
 * }
 * static void stage0(...) // calls a few of the following, block by block if need be
 * static void loop0(...)  // a loop over columns that has no calls
 * }</pre>
 *
 * <p>Every loop has a method of its own: HotSpot's C1 gives up on one with many SIMD loops, and
 * what it has given up on is never compiled by C2 either.
 */
final class KernelWriter {

  /** A method with more calls than this would be too long to be compiled. */
  private static final int MANY_CALLS = 50;

  /** C1 gives up on a method with many more vector instructions. */
  private static final int MANY_INSTRUCTIONS = 64;

  /**
   * C1 gives up on masked code that reaches more arrays than this: each takes a check of its
   * indices. What it has given up on stays slow for ever, a hundred times slower than scalar code.
   */
  private static final int MANY_ARRAYS = 8;

  private final Plan plan;
  private final Precision precision;
  private final VectorSpecies species;
  private final ClassDesc self;
  private final MethodTypeDesc methodType;
  private final ClassBuilder builder;
  private int methods;

  private KernelWriter(Plan plan, VectorSpecies species, ClassDesc self, ClassBuilder builder) {
    this.plan = plan;
    this.precision = plan.precision();
    this.species = species;
    this.self = self;
    this.methodType = MethodWriter.type(precision);
    this.builder = builder;
  }

  /** Returns the bytes of a class that implements {@link Kernel} and has a default constructor. */
  static byte[] write(Plan plan, VectorSpecies species) {
    String kind = species.isScalar() ? "ScalarKernel" : "VectorKernel";
    ClassDesc self = ClassDesc.of(KernelWriter.class.getPackageName(), kind);
    return ClassFile.of()
        .build(self, builder -> new KernelWriter(plan, species, self, builder).writeClass());
  }

  private static ClassDesc description(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  private void writeClass() {
    builder.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
    builder.withInterfaceSymbols(description(Kernel.class));
    builder.withMethodBody(
        INIT_NAME,
        MTD_void,
        0,
        code -> code.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_());
    List<Loop> steps = new ArrayList<>();
    plan.stages().forEach(stage -> steps.add(writeStage(stage)));
    plan.rowEnd().forEach(piece -> steps.add(writeRow(piece)));
    List<Loop> grouped = grouped(steps);
    MethodTypeDesc run =
        MethodTypeDesc.of(
            CD_void,
            CD_Object.arrayType(),
            CD_int.arrayType(),
            CD_int.arrayType(),
            CD_double.arrayType(),
            CD_int,
            CD_int);
    builder.withMethodBody("run", run, ClassFile.ACC_PUBLIC, code -> writeRun(code, grouped));
  }

  private String method(String kind, Consumer<CodeBuilder> body) {
    String name = kind + methods++;
    builder.withMethodBody(name, methodType, ClassFile.ACC_STATIC, body);
    return name;
  }

  private void writeRun(CodeBuilder code, List<Loop> steps) {
    final int buffers = 1;
    final int offsets = 2;
    final int rowStrides = 3;
    final int parameters = 4;
    final int rows = 5;
    final int columns = 6;
    int slots = code.allocateLocal(TypeKind.REFERENCE);
    int partials = code.allocateLocal(TypeKind.REFERENCE);
    int row = code.allocateLocal(TypeKind.INT);
    newNumbers(code, plan.slots());
    code.astore(slots);
    if (plan.parameters() > 0) {
      code.aload(parameters).aload(slots).loadConstant(plan.parameters());
      code.invokestatic(
          MethodWriter.SUPPORT,
          "copy",
          MethodTypeDesc.of(CD_void, CD_double.arrayType(), precision.array(), CD_int));
    }
    newNumbers(code, plan.reductions() * precision.partials);
    code.astore(partials);
    addScratch(code, buffers, columns);
    code.loadConstant(0).istore(row);
    Label top = code.newLabel();
    Label end = code.newLabel();
    code.labelBinding(top).iload(row).iload(rows).if_icmpge(end);
    for (Loop step : steps) {
      code.aload(buffers).aload(offsets).aload(rowStrides).aload(slots).aload(partials);
      code.iload(row).loadConstant(0).iload(columns);
      code.invokestatic(self, step.main(), methodType);
    }
    code.iinc(row, 1).goto_(top);
    code.labelBinding(end).return_();
  }

  /** Pushes a new array, or null if it would be empty. */
  private void newNumbers(CodeBuilder code, int length) {
    if (length == 0) {
      code.aconst_null();
    } else {
      code.loadConstant(length).newarray(precision.numberKind);
    }
  }

  /** Replaces the array of buffers by one with scratch buffers at the end. */
  private void addScratch(CodeBuilder code, int buffers, int columns) {
    int count = plan.buffers().size();
    if (count == plan.programBuffers()) {
      return;
    }
    code.aload(buffers).loadConstant(count);
    code.invokestatic(
        ClassDesc.of("java.util.Arrays"),
        "copyOf",
        MethodTypeDesc.of(CD_Object.arrayType(), CD_Object.arrayType(), CD_int));
    code.astore(buffers);
    for (int k = plan.programBuffers(); k < count; k++) {
      code.aload(buffers).loadConstant(k);
      code.iload(columns).loadConstant(Plan.BLOCK);
      code.invokestatic(
          ClassDesc.of("java.lang.Math"), "min", MethodTypeDesc.of(CD_int, CD_int, CD_int));
      code.newarray(plan.buffers().get(k).mask() ? TypeKind.BOOLEAN : precision.numberKind);
      code.aastore();
    }
  }

  private Loop writeRow(Plan.Piece piece) {
    return whole(
        method("row", code -> new ScalarCode(code, plan).row(piece.graph(), piece.outputs())));
  }

  private Loop writeStage(Plan.Stage stage) {
    List<Loop> rowCode = grouped(stage.rowCode().stream().map(this::writeRow).toList());
    if (isShortReduction(stage)) {
      Plan.Reduction reduction = stage.reductions().getFirst();
      List<Loop> steps = new ArrayList<>(rowCode);
      steps.add(whole(method("reduce", code -> vectorCode(code).wholeReduction(reduction, 0))));
      return whole(
          method(
              "stage",
              code -> {
                callAll(code, steps);
                code.return_();
              }));
    }
    List<Loop> loops = new ArrayList<>();
    for (Plan.Piece piece : stage.columnCode()) {
      loops.add(writeLoop(piece));
    }
    List<Loop> combined = new ArrayList<>();
    for (int i = 0; i < stage.reductions().size(); i++) {
      Plan.Reduction reduction = stage.reductions().get(i);
      int base = i * precision.partials;
      loops.add(writeReduction(reduction, base));
      combined.add(writeCombined(reduction, base));
    }
    List<Loop> columnCode = grouped(loops);
    String name =
        method(
            "stage",
            code -> {
              callAll(code, rowCode);
              start(code, stage.reductions());
              if (stage.blocked()) {
                writeBlocks(code, columnCode);
              } else {
                callAll(code, columnCode);
              }
              callAll(code, combined);
              code.return_();
            });
    return whole(name);
  }

  /** Whether a stage is nothing but a reduction short enough to be written twice in a row. */
  private boolean isShortReduction(Plan.Stage stage) {
    if (species.isScalar() || stage.blocked() || stage.reductions().size() != 1) {
      return false;
    }
    Plan.Piece piece = stage.reductions().getFirst().code();
    int copies = 2 * precision.partials / species.lanes(precision);
    return copies * (piece.graph().size() + piece.outputs().size()) <= MANY_INSTRUCTIONS;
  }

  private static Loop whole(String method) {
    return new Loop(method, method, 1);
  }

  /** Calls by way of other methods if there are too many for one. */
  private List<Loop> grouped(List<Loop> loops) {
    if (loops.size() <= MANY_CALLS) {
      return loops;
    }
    List<Loop> groups = new ArrayList<>();
    for (List<Loop> group : Lists.partition(loops, MANY_CALLS)) {
      groups.add(
          whole(
              method(
                  "group",
                  code -> {
                    callAll(code, group);
                    code.return_();
                  })));
    }
    return grouped(groups);
  }

  private void callAll(CodeBuilder code, List<Loop> loops) {
    loops.forEach(loop -> call(code, loop, MethodWriter.FROM, MethodWriter.TO));
  }

  private static void pushArguments(CodeBuilder code, int from, int to) {
    code.aload(MethodWriter.BUFFERS).aload(MethodWriter.OFFSETS).aload(MethodWriter.ROW_STRIDES);
    code.aload(MethodWriter.SLOTS).aload(MethodWriter.PARTIALS).iload(MethodWriter.ROW);
    code.iload(from).iload(to);
  }

  private void writeBlocks(CodeBuilder code, List<Loop> loops) {
    int from = code.allocateLocal(TypeKind.INT);
    int to = code.allocateLocal(TypeKind.INT);
    Label top = code.newLabel();
    Label end = code.newLabel();
    code.iload(MethodWriter.FROM).istore(from);
    code.labelBinding(top).iload(from).iload(MethodWriter.TO).if_icmpge(end);
    // from + min(to - from, BLOCK) does not overflow.
    code.iload(from).iload(MethodWriter.TO).iload(from).isub().loadConstant(Plan.BLOCK);
    code.invokestatic(
        ClassDesc.of("java.lang.Math"), "min", MethodTypeDesc.of(CD_int, CD_int, CD_int));
    code.iadd().istore(to);
    loops.forEach(loop -> call(code, loop, from, to));
    code.iload(to).istore(from).goto_(top).labelBinding(end);
  }

  /**
   * The methods of one loop.
   *
   * @param main the whole loop, or the part of it that does {@code step} columns at a time
   * @param tail what does the rest; not called if {@code step} is 1
   */
  private record Loop(String main, String tail, int step) {}

  private void call(CodeBuilder code, Loop loop, int from, int to) {
    if (loop.step() == 1) {
      pushArguments(code, from, to);
      code.invokestatic(self, loop.main(), methodType);
      return;
    }
    Label noMain = code.newLabel();
    code.iload(to).iload(from).isub().loadConstant(loop.step()).if_icmplt(noMain);
    pushArguments(code, from, to);
    code.invokestatic(self, loop.main(), methodType).labelBinding(noMain);
    Label noTail = code.newLabel();
    code.iload(to).iload(from).isub().loadConstant(loop.step() - 1).iand().ifeq(noTail);
    pushArguments(code, from, to);
    code.invokestatic(self, loop.tail(), methodType).labelBinding(noTail);
  }

  private Loop writeLoop(Plan.Piece piece) {
    if (species.isScalar()) {
      String name =
          method("loop", code -> new ScalarCode(code, plan).loop(piece.graph(), piece.outputs()));
      return whole(name);
    }
    String main = method("loop", code -> vectorCode(code).loop(piece.graph(), piece.outputs()));
    String tail =
        method(
            "tail",
            code -> {
              if (arrays(piece) > MANY_ARRAYS) {
                new ScalarCode(code, plan)
                    .tail(species.lanes(precision), piece.graph(), piece.outputs());
              } else {
                vectorCode(code).tail(piece.graph(), piece.outputs());
              }
            });
    return new Loop(main, tail, species.lanes(precision));
  }

  /** Returns how many arrays are read and written. */
  private static int arrays(Plan.Piece piece) {
    int count = piece.outputs().size();
    for (Node node : piece.graph().nodes()) {
      count += node.op() == Op.INPUT || node.op() == Op.MASK_INPUT ? 1 : 0;
    }
    return count;
  }

  private VectorCode vectorCode(CodeBuilder code) {
    return new VectorCode(code, plan, species);
  }

  private Loop writeReduction(Plan.Reduction reduction, int base) {
    if (species.isScalar()) {
      String name = method("reduce", code -> new ScalarCode(code, plan).reduction(reduction, base));
      return whole(name);
    }
    String main = method("reduce", code -> vectorCode(code).reduction(reduction, base));
    String tail = method("tail", code -> vectorCode(code).reductionTail(reduction, base));
    return new Loop(main, tail, precision.partials);
  }

  private Loop writeCombined(Plan.Reduction reduction, int base) {
    return whole(
        method(
            "combined",
            code -> {
              if (species.isScalar()) {
                new ScalarCode(code, plan).combined(reduction.combine(), base, reduction.slot());
              } else {
                vectorCode(code).combined(reduction.combine(), base, reduction.slot());
              }
            }));
  }

  /** Sets partial results to what reductions begin with, unless the SIMD loop does so. */
  private void start(CodeBuilder code, List<Plan.Reduction> reductions) {
    Label done = code.newLabel();
    if (!species.isScalar()) {
      code.iload(MethodWriter.TO).loadConstant(precision.partials).if_icmpge(done);
    }
    for (int i = 0; i < reductions.size(); i++) {
      code.aload(MethodWriter.PARTIALS).loadConstant(i * precision.partials);
      code.loadConstant((i + 1) * precision.partials);
      double identity = MethodWriter.identity(reductions.get(i).combine());
      MethodWriter.pushNumber(code, precision, identity);
      code.invokestatic(
          ClassDesc.of("java.util.Arrays"),
          "fill",
          MethodTypeDesc.of(CD_void, precision.array(), CD_int, CD_int, precision.number));
    }
    code.labelBinding(done);
  }
}
