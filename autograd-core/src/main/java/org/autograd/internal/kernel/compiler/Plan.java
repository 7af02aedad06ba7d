package org.autograd.internal.kernel.compiler;

import java.util.List;
import org.autograd.internal.kernel.Program;

/**
 * What the methods of a kernel are to do.
 *
 * @param buffers the buffers of the program, then the scratch buffers
 * @param programBuffers the number of the former
 * @param parameters the number of slots that hold scalar arguments; the results of reductions come
 *     next, then values that are computed once per row
 * @param slots the number of all slots
 * @param stages the stages of the program
 * @param rowEnd what is computed and stored at the end of a row
 */
record Plan(
    Precision precision,
    List<Program.Buffer> buffers,
    int programBuffers,
    int parameters,
    int slots,
    List<Stage> stages,
    List<Piece> rowEnd) {

  /** The number of columns of a block, and so the length of a scratch buffer. */
  static final int BLOCK = 1024;

  /** Where a value is kept between pieces of code. */
  sealed interface Place {
    /** One number, in the array of slots; masks are 0 or 1. */
    record Slot(int index) implements Place {}

    /** One value a column, or a row. */
    record Buffer(int index) implements Place {}
  }

  /** A value that a piece of code hands out. */
  record Output(Place place, Node value) {}

  /** Straight-line code, for one column or one row: all of it before any output. */
  record Piece(Graph graph, List<Output> outputs) {}

  /**
   * A loop over the columns that reduces a value of its code, into a slot.
   *
   * @param code what is computed and stored for each column
   */
  record Reduction(Program.Combine combine, Node value, int slot, Piece code) {}

  /**
   * One stage.
   *
   * @param rowCode what is computed before the columns are walked
   * @param columnCode loops that store
   * @param reductions loops that reduce, after those
   * @param blocked whether the columns are walked block by block
   */
  record Stage(
      List<Piece> rowCode, List<Piece> columnCode, List<Reduction> reductions, boolean blocked) {}

  /** Returns the largest number of reductions in a stage. */
  int reductions() {
    return stages.stream().mapToInt(stage -> stage.reductions().size()).max().orElse(0);
  }
}
