package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import java.util.Arrays;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.Spectra;
import org.autograd.internal.ndarray.Spectra.Kind;
import org.autograd.type.Shape;

/**
 * Discrete Fourier transforms of any length, as {@code torch.fft}. There is no complex dtype: a
 * complex array has a further, last axis of size 2 with the real and the imaginary part, as {@code
 * torch.view_as_real} shows it. Axes are counted without this one, so -1 is the last axis of the
 * complex array, as in PyTorch. All is computed in double; dtypes other than float32 and float64
 * are errors.
 *
 * <pre>{@code
 * Variable spectrum = signal.rfft();                   // [n] -> [n / 2 + 1, 2]
 * Variable power = spectrum.square().sum(-1);
 * Variable smooth = spectrum.mul(filter.unsqueeze(-1)).irfft(n, -1, FourierNorm.BACKWARD);
 * }</pre>
 */
sealed interface FourierOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    private static Variable apply(
        String operation, Variable x, Kind kind, int axis, int size, double scale) {
      if (x.isMapped()) {
        return Vmap.apply(p -> apply(operation, p, kind, axis + 1, size, scale), x);
      }
      NdArray result = Spectra.transform(kind, x.data(), axis, size, scale);
      return Node.record(
          operation,
          result,
          Edge.to(
              x,
              g -> apply(operation, g, kind.transposed(), axis, size, scale),
              t -> apply(operation, t, kind, axis, size, scale)));
    }

    private static void requireComplex(String operation, Variable x) {
      ReductionOps.Steps.requireFloating(operation, x);
      checkArgument(
          x.rank() >= 2 && x.size(-1) == 2,
          "%s: a complex array needs a last axis of size 2, real and imaginary, behind at least one"
              + " other, got %s; rfft() takes real numbers, and Variable.stack(-1, real, imaginary)"
              + " makes them complex",
          operation,
          x.describe());
    }

    /** Returns an axis from the start, counted without that of the pairs. */
    private static int axis(String operation, Variable x, int axis) {
      return x.shape().without(x.rank() - 1).axis(axis, operation);
    }

    private static int checkSize(String operation, Variable x, long size) {
      checkArgument(
          size > 0 && size <= Integer.MAX_VALUE,
          "%s: a transform needs at least one element, got length %s for %s",
          operation,
          size,
          x.describe());
      return (int) size;
    }

    /** Cuts the end of an axis off, or adds zeros there. */
    private static Variable resized(Variable x, int axis, long size) {
      if (x.size(axis) == size) {
        return x;
      }
      long[] amounts = new long[2 * (x.rank() - axis)];
      amounts[amounts.length - 1] = size - x.size(axis);
      return x.padConstant(0, amounts);
    }

    private static double scale(FourierNorm norm, boolean inverse, int size) {
      return switch (norm) {
        case ORTHO -> 1 / Math.sqrt(size);
        case BACKWARD -> inverse ? 1.0 / size : 1;
        case FORWARD -> inverse ? 1 : 1.0 / size;
      };
    }

    static Variable complex(
        String operation, Variable x, boolean inverse, long size, int axis, FourierNorm norm) {
      requireComplex(operation, x);
      int at = axis(operation, x, axis);
      int n = checkSize(operation, x, size);
      return apply(
          operation,
          resized(x, at, n),
          inverse ? Kind.INVERSE : Kind.TRANSFORM,
          at,
          n,
          scale(norm, inverse, n));
    }

    static Variable complex(
        String operation, Variable x, boolean inverse, FourierNorm norm, int... axes) {
      requireComplex(operation, x);
      Shape shape = x.shape().without(x.rank() - 1);
      Variable result = x;
      boolean[] done = new boolean[shape.rank()];
      for (int axis : axes) {
        int at = shape.axis(axis, operation);
        checkArgument(
            !done[at],
            "%s: axis %s of %s is given twice in %s",
            operation,
            at,
            x.describe(),
            Ints.asList(axes));
        done[at] = true;
        result = complex(operation, result, inverse, shape.size(at), at, norm);
      }
      return axes.length == 0 ? x.copy() : result;
    }

    static Variable plane(String operation, Variable x, boolean inverse) {
      requireComplex(operation, x);
      checkArgument(
          x.rank() >= 3,
          "%s: needs two axes beside that of real and imaginary parts, got %s",
          operation,
          x.describe());
      return complex(operation, x, inverse, FourierNorm.BACKWARD, -2, -1);
    }
  }

  /** Returns the transforms along the last axis of a complex array, not scaled. */
  default Variable fft() {
    Steps.requireComplex("fft", self());
    return fft(self().size(-2), -1, FourierNorm.BACKWARD);
  }

  /**
   * Returns the transforms along an axis of a complex array, {@code y[k] = sum of x[j] exp(-2 pi i
   * j k / size)}.
   *
   * @param size to which the axis is cut or filled up with zeros before
   * @throws IllegalArgumentException if the last axis does not hold pairs, or the size is 0
   */
  default Variable fft(long size, int axis, FourierNorm norm) {
    return Steps.complex("fft", self(), false, size, axis, norm);
  }

  /** Returns the inverse transforms along the last axis of a complex array, divided by its size. */
  default Variable ifft() {
    Steps.requireComplex("ifft", self());
    return ifft(self().size(-2), -1, FourierNorm.BACKWARD);
  }

  /** Returns the inverse transforms along an axis of a complex array; as {@link #fft}. */
  default Variable ifft(long size, int axis, FourierNorm norm) {
    return Steps.complex("ifft", self(), true, size, axis, norm);
  }

  /** Returns the transforms along the last axis of a real array, not scaled. */
  default Variable rfft() {
    Variable x = self();
    checkArgument(x.rank() > 0, "rfft: needs at least one axis, got %s", x.describe());
    return rfft(x.size(-1), -1, FourierNorm.BACKWARD);
  }

  /**
   * Returns the transforms along an axis of a real array, of which only the first {@code size / 2 +
   * 1} elements: the others are their conjugates.
   *
   * @param size to which the axis is cut or filled up with zeros before
   * @return complex, so with an axis more
   */
  default Variable rfft(long size, int axis, FourierNorm norm) {
    Variable x = self();
    ReductionOps.Steps.requireFloating("rfft", x);
    int at = x.shape().axis(axis, "rfft");
    int n = Steps.checkSize("rfft", x, size);
    Variable input = Steps.resized(x, at, n);
    return Steps.apply("rfft", input, Kind.HALF, at, n, Steps.scale(norm, false, n));
  }

  /**
   * Returns the inverse of {@link #rfft()} for an even length, {@code 2 (m - 1)} for {@code m}
   * complex elements; another length must be given.
   */
  default Variable irfft() {
    Steps.requireComplex("irfft", self());
    return irfft(2 * (self().size(-2) - 1), -1, FourierNorm.BACKWARD);
  }

  /**
   * Returns the inverse of {@link #rfft(long, int, FourierNorm)}: real arrays, whose transforms
   * begin with these complex elements. As in PyTorch, the imaginary part of the first, and for an
   * even size of the last, counts as 0.
   *
   * @param size of the result along the axis
   * @return real, so with an axis less
   */
  default Variable irfft(long size, int axis, FourierNorm norm) {
    Variable x = self();
    Steps.requireComplex("irfft", x);
    int at = Steps.axis("irfft", x, axis);
    int n = Steps.checkSize("irfft", x, size);
    int half = n / 2 + 1;
    // An element whose conjugate is not given stands for both.
    double[] weights = new double[half];
    for (int k = 0; k < half; k++) {
      weights[k] = k == 0 || 2 * k == n ? 1 : 2;
    }
    long[] sizes = new long[x.rank() - at];
    Arrays.fill(sizes, 1);
    sizes[0] = half;
    Variable weighted =
        Steps.resized(x, at, half).mul(Variable.fromArray(weights, sizes).to(x.dtype()));
    return Steps.apply("irfft", weighted, Kind.HALF_TRANSPOSED, at, n, Steps.scale(norm, true, n));
  }

  /** Returns the transforms along the last two axes of a complex array, not scaled. */
  default Variable fft2() {
    return Steps.plane("fft2", self(), false);
  }

  /** Returns the inverse of {@link #fft2}. */
  default Variable ifft2() {
    return Steps.plane("ifft2", self(), true);
  }

  /** Returns the transforms along each of the given axes of a complex array; of none, a copy. */
  default Variable fftn(FourierNorm norm, int... axes) {
    return Steps.complex("fftn", self(), false, norm, axes);
  }

  /** Returns the inverse of {@link #fftn}. */
  default Variable ifftn(FourierNorm norm, int... axes) {
    return Steps.complex("ifftn", self(), true, norm, axes);
  }
}
