package org.autograd.internal.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.autograd.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * What one compiled loop does, for any floating dtype: a sequence of stages over the rows of a
 * two-dimensional iteration space. For every row, each stage walks over the columns, stores values
 * and reduces at most one; what a stage has reduced can be used by the stages after it and by the
 * row stores at the end of the row.
 *
 * <p>An expression refers to buffer {@code k} as {@link Expression#input} or {@link
 * Expression#mask}, to a scalar argument as {@link Expression#parameter}, and to the result of
 * reduction {@code i} as parameter {@code parameters + i}. Within one column all loads happen
 * before any store, so a buffer may be input and output at once; distinct buffers that are stored
 * must not otherwise overlap.
 *
 * <p>Programs compare by content: a program is the key of its compiled kernel.
 */
public final class Program {

  /** How a buffer is walked. */
  public enum Access {
    /** One element per column, at {@code offset + row * rowStride + column}. */
    FULL,
    /** One element per row, at {@code offset + row * rowStride}. */
    ROW
  }

  /**
   * One array operand.
   *
   * @param access how it is walked
   * @param mask whether it is a {@code boolean[]} instead of an array of the program's dtype
   */
  public record Buffer(Access access, boolean mask) {}

  /** A value and the buffer that receives it. A mask expression needs a mask buffer. */
  public record Store(int buffer, Expression value) {}

  /** How values are combined. */
  public enum Combine {
    /** The sum, 0 for no columns; in the fixed order that {@link Kernel} describes. */
    SUM,
    /** The largest value, NaN if any is; negative infinity for no columns. */
    MAX,
    /** The smallest value, NaN if any is; positive infinity for no columns. */
    MIN
  }

  /** A reduction over the columns; its result is parameter {@code parameters + index}. */
  public record Reduction(Combine combine, Expression value, int index) {}

  /** One loop over the columns. */
  public record Stage(List<Store> stores, List<Reduction> reductions) {}

  private final List<Buffer> buffers;
  private final int parameters;
  private final List<Stage> stages;
  private final List<Store> rowStores;

  /** A kernel is looked up for every operation on arrays, so this is computed once. */
  private final int hash;

  /**
   * Makes a program.
   *
   * @param buffers the kind of each buffer
   * @param parameters the number of scalar arguments
   * @param stages the loops over the columns, in order
   * @param rowStores what is stored once per row, into {@link Access#ROW} buffers, after the last
   *     stage
   */
  public Program(List<Buffer> buffers, int parameters, List<Stage> stages, List<Store> rowStores) {
    this.buffers = List.copyOf(buffers);
    this.parameters = parameters;
    this.stages = List.copyOf(stages);
    this.rowStores = List.copyOf(rowStores);
    this.hash = Objects.hash(this.buffers, parameters, this.stages, this.rowStores);
  }

  /** Returns the kind of each buffer. */
  public List<Buffer> buffers() {
    return buffers;
  }

  /** Returns the number of scalar arguments. */
  public int parameters() {
    return parameters;
  }

  /** Returns the loops over the columns, in order. */
  public List<Stage> stages() {
    return stages;
  }

  /** Returns what is stored once per row, into {@link Access#ROW} buffers, after the last stage. */
  public List<Store> rowStores() {
    return rowStores;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Program that
            && hash == that.hash
            && parameters == that.parameters
            && buffers.equals(that.buffers)
            && stages.equals(that.stages)
            && rowStores.equals(that.rowStores));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Returns the number of reductions in all stages. */
  public int reductionCount() {
    int count = 0;
    for (Stage stage : stages) {
      count += stage.reductions().size();
    }
    return count;
  }

  /** Starts a program with the given number of scalar arguments. */
  public static Builder builder(int parameters) {
    return new Builder(parameters);
  }

  /** Collects a program from first to last. */
  public static final class Builder {
    private final int parameters;
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Stage> stages = new ArrayList<>();
    private final List<Store> rowStores = new ArrayList<>();
    private List<Store> stores = new ArrayList<>();
    private List<Reduction> reductions = new ArrayList<>();
    private int reductionCount;

    private Builder(int parameters) {
      this.parameters = parameters;
    }

    /** Declares the next buffer, a number per column, and returns its number. */
    public int full() {
      return buffer(Access.FULL, false);
    }

    /** Declares the next buffer, a number per row, and returns its number. */
    public int row() {
      return buffer(Access.ROW, false);
    }

    /** Declares the next buffer and returns its number. */
    public int buffer(Access access, boolean mask) {
      buffers.add(new Buffer(access, mask));
      return buffers.size() - 1;
    }

    /** Stores a value for every column (or, into a ROW buffer, once per row). */
    public Builder store(int buffer, Expression value) {
      (buffers.get(buffer).access() == Access.ROW ? rowStores : stores)
          .add(new Store(buffer, value));
      return this;
    }

    /** Reduces a value over the columns, ends the stage, and returns the result for later use. */
    public Expression reduce(Combine combine, Expression value) {
      int index = reductionCount++;
      reductions.add(new Reduction(combine, value, index));
      endStage();
      return Expression.parameter(parameters + index);
    }

    private void endStage() {
      if (!stores.isEmpty() || !reductions.isEmpty()) {
        stages.add(new Stage(List.copyOf(stores), List.copyOf(reductions)));
        stores = new ArrayList<>();
        reductions = new ArrayList<>();
      }
    }

    /** Returns the program. */
    public Program build() {
      endStage();
      return new Program(buffers, parameters, stages, rowStores);
    }
  }
}
