package org.autograd.operations;

import java.util.Arrays;
import java.util.List;
import org.autograd.ConvolutionOptions;
import org.autograd.Index;
import org.autograd.PoolingOptions;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/** What an operation takes beside the arrays that it differentiates. */
public record Arguments(List<Object> values) {
  /** Returns arguments. */
  public static Arguments of(Object... values) {
    return new Arguments(List.of(values));
  }

  /** Returns the number that is argument {@code k}. */
  public double number(int k) {
    return ((Number) values.get(k)).doubleValue();
  }

  /** Returns the axis or other int that is argument {@code k}. */
  public int integer(int k) {
    return ((Number) values.get(k)).intValue();
  }

  /** Returns the text that is argument {@code k}. */
  public String text(int k) {
    return (String) values.get(k);
  }

  /** Returns the axes that are argument {@code k}. */
  public int[] axes(int k) {
    return (int[]) values.get(k);
  }

  /** Returns the sizes that are argument {@code k}. */
  public long[] sizes(int k) {
    return (long[]) values.get(k);
  }

  /** Returns the shape that is argument {@code k}. */
  public Shape shape(int k) {
    return (Shape) values.get(k);
  }

  /** Returns the dtype that is argument {@code k}. */
  public DType dtype(int k) {
    return (DType) values.get(k);
  }

  /** Returns the index expression that is argument {@code k}. */
  public Index[] index(int k) {
    return (Index[]) values.get(k);
  }

  /** Returns the array, of an integer or bool dtype, that is argument {@code k}. */
  public Variable array(int k) {
    return (Variable) values.get(k);
  }

  /** Returns the options of a convolution that are argument {@code k}. */
  public ConvolutionOptions convolution(int k) {
    return (ConvolutionOptions) values.get(k);
  }

  /** Returns the options of a pooling operation that are argument {@code k}. */
  public PoolingOptions pooling(int k) {
    return (PoolingOptions) values.get(k);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("(");
    for (Object value : values) {
      text.append(text.length() == 1 ? "" : ", ")
          .append(
              switch (value) {
                case int[] a -> Arrays.toString(a);
                case long[] a -> Arrays.toString(a);
                case Object[] a -> Arrays.toString(a);
                case Variable v ->
                    v.dtype() + v.shape().toString() + Arrays.toString(v.toLongArray());
                default -> value.toString();
              });
    }
    return text.append(')').toString();
  }
}
