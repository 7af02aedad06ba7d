package org.autograd.nn;

import java.util.Arrays;
import java.util.function.BiFunction;
import org.autograd.Variable;

/**
 * Adds elements at the ends of the last axes, as a module. The widths are pairs (before, after),
 * for the last axis first, as in PyTorch's {@code nn.functional.pad}.
 *
 * <pre>{@code
 * Padding.zero(1, 1, 2, 2)   // a column on each side, two rows above and below
 * }</pre>
 */
public final class Padding extends UnaryModule {
  private final String kind;
  private final String label;
  private final double value;
  private final long[] widths;
  private final BiFunction<Variable, long[], Variable> function;

  private Padding(
      String kind,
      String label,
      double value,
      long[] widths,
      BiFunction<Variable, long[], Variable> function) {
    this.kind = kind;
    this.label = label;
    this.value = value;
    this.widths = widths.clone();
    this.function = function;
  }

  /** Returns zeros at the ends; PyTorch's {@code nn.ZeroPad1d} to {@code nn.ZeroPad3d}. */
  public static Padding zero(long... widths) {
    return new Padding("zero", "ZeroPad", 0, widths, (x, w) -> x.padConstant(0, w));
  }

  /**
   * Returns a value at the ends; PyTorch's {@code nn.ConstantPad1d} to {@code nn.ConstantPad3d}.
   */
  public static Padding constant(double value, long... widths) {
    return new Padding("constant", "ConstantPad", value, widths, (x, w) -> x.padConstant(value, w));
  }

  /**
   * Returns the elements mirrored at the first and the last; PyTorch's {@code nn.ReflectionPad1d}
   * to {@code nn.ReflectionPad3d}.
   */
  public static Padding reflect(long... widths) {
    return new Padding("reflect", "ReflectionPad", 0, widths, Variable::padReflect);
  }

  /**
   * Returns copies of the first and the last element; PyTorch's {@code nn.ReplicationPad1d} to
   * {@code nn.ReplicationPad3d}.
   */
  public static Padding replicate(long... widths) {
    return new Padding("replicate", "ReplicationPad", 0, widths, Variable::padReplicate);
  }

  /**
   * Returns the elements of the other end; PyTorch's {@code nn.CircularPad1d} to {@code
   * nn.CircularPad3d}.
   */
  public static Padding circular(long... widths) {
    return new Padding("circular", "CircularPad", 0, widths, Variable::padCircular);
  }

  /** Returns the name of the method that made this, for example {@code reflect}. */
  public String kind() {
    return kind;
  }

  /** Returns by how much the last axis grows at both ends, then the one before it, ... */
  public long[] widths() {
    return widths.clone();
  }

  /** Returns the value at the ends, of {@link #zero} and {@link #constant}. */
  public double value() {
    return value;
  }

  @Override
  protected Variable forward(Variable input) {
    return function.apply(input, widths);
  }

  @Override
  protected String label() {
    return label;
  }

  @Override
  protected String settings() {
    return "widths=" + Arrays.toString(widths);
  }
}
