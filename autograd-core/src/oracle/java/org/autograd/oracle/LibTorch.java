package org.autograd.oracle;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.autograd.Index;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Slice;
import org.bytedeco.pytorch.SymInt;
import org.bytedeco.pytorch.SymIntOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorIndex;
import org.bytedeco.pytorch.TensorIndexVector;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Values between here and there. */
final class LibTorch {
  private LibTorch() {}

  /** Returns a contiguous tensor with the elements, shape and dtype of a Variable. */
  static Tensor tensor(Variable x) {
    long[] shape = x.shape().toArray();
    return switch (x.dtype()) {
      case FLOAT32 -> AbstractTensor.create(x.toFloatArray(), shape);
      case FLOAT64 -> AbstractTensor.create(x.toDoubleArray(), shape);
      case INT32 -> AbstractTensor.create(x.toIntArray(), shape);
      case INT64 -> AbstractTensor.create(x.toLongArray(), shape);
      case BOOL -> AbstractTensor.create(x.toLongArray(), shape).to(ScalarType.Bool);
    };
  }

  static Variable variable(Tensor tensor) {
    long[] shape = tensor.shape();
    double[] values = new double[Math.toIntExact(tensor.numel())];
    if (values.length > 0) {
      Tensor wide = tensor.detach().to(ScalarType.Double).contiguous();
      wide.<DoubleBuffer>createBuffer().get(values);
    }
    return Variable.fromArray(values, shape).to(dtype(tensor));
  }

  static DType dtype(Tensor tensor) {
    return switch (tensor.scalar_type().intern()) {
      case Bool -> DType.BOOL;
      case Int -> DType.INT32;
      case Long -> DType.INT64;
      case Float -> DType.FLOAT32;
      case Double -> DType.FLOAT64;
      default -> throw new AssertionError(tensor.scalar_type());
    };
  }

  static ScalarType scalarType(DType dtype) {
    return switch (dtype) {
      case BOOL -> ScalarType.Bool;
      case INT32 -> ScalarType.Int;
      case INT64 -> ScalarType.Long;
      case FLOAT32 -> ScalarType.Float;
      case FLOAT64 -> ScalarType.Double;
    };
  }

  /** A whole number is an integer here, so that an integer array stays one, as it does with us. */
  static Scalar scalar(double value) {
    return value == Math.rint(value) && !Double.isInfinite(value)
        ? new Scalar((long) value)
        : new Scalar(value);
  }

  static long[] longs(int... values) {
    long[] result = new long[values.length];
    for (int k = 0; k < values.length; k++) {
      result[k] = values[k];
    }
    return result;
  }

  /** Returns the axes, all of them if none is given. */
  static long[] axes(Tensor x, int... axes) {
    int[] result = axes;
    if (axes.length == 0) {
      result = new int[(int) x.ndimension()];
      Arrays.setAll(result, k -> k);
    }
    return longs(result);
  }

  /**
   * Returns the indexed part. New axes are inserted afterwards, since bytedeco's {@code None} is
   * not initialised.
   */
  static Tensor index(Tensor x, Index... parts) {
    List<TensorIndex> indices = new ArrayList<>();
    List<Integer> newAxes = new ArrayList<>();
    long named =
        Arrays.stream(parts)
            .filter(p -> !(p instanceof Index.NewAxis || p instanceof Index.Ellipsis))
            .count();
    int axis = 0;
    for (Index part : parts) {
      switch (part) {
        case Index.At at -> indices.add(new TensorIndex(at.position()));
        case Index.NewAxis _ -> newAxes.add(axis++);
        case Index.Ellipsis _ -> {
          indices.add(new TensorIndex("..."));
          axis += (int) (x.ndimension() - named);
        }
        case Index.Positions positions -> {
          indices.add(new TensorIndex(tensor(positions.positions())));
          axis++;
        }
        case Index.Range range -> {
          SymIntOptional[] numbers = {
            number(range.start()), number(range.end()), number(range.step())
          };
          indices.add(new TensorIndex(new Slice(numbers[0], numbers[1], numbers[2])));
          axis++;
        }
      }
    }
    Tensor result = x;
    if (!indices.isEmpty()) {
      result = x.index(new TensorIndexVector(indices.toArray(TensorIndex[]::new)));
    }
    for (int newAxis : newAxes) {
      result = result.unsqueeze(newAxis);
    }
    return result;
  }

  private static SymIntOptional number(long value) {
    return new SymIntOptional(new SymInt(value));
  }

  /** Returns the gradient towards each input, an undefined tensor where there is no path. */
  static TensorVector gradients(TensorVector outputs, TensorVector inputs, TensorVector seeds) {
    return torch.grad(outputs, inputs, seeds, new BoolOptional(true), false, true);
  }
}
