package org.autograd.internal.ndarray;

import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.autograd.internal.kernel.convolution.ConvolutionF32;
import org.autograd.internal.kernel.convolution.ConvolutionF64;
import org.autograd.internal.kernel.convolution.ConvolutionShape;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/** The convolution of arrays and its two gradients; operands have one floating dtype. */
public final class Convolutions {
  private Convolutions() {}

  /** Returns {@code x} convolved with the filters {@code w}, plus the bias if there is one. */
  public static NdArray forward(
      ConvolutionShape shape, NdArray x, NdArray w, @Nullable NdArray bias, Shape result) {
    Mark mark = KernelMeter.start();
    NdArray input = x.contiguous();
    NdArray filters = w.contiguous();
    NdArray start = bias == null ? null : bias.contiguous();
    int startOffset = start == null ? 0 : start.layout().offset();
    NdArray y = NdArray.zeros(x.dtype(), result);
    if (x.dtype() == DType.FLOAT32) {
      ConvolutionF32.forward(
          shape,
          input.storage().floats(),
          input.layout().offset(),
          filters.storage().floats(),
          filters.layout().offset(),
          start == null ? null : start.storage().floats(),
          startOffset,
          y.storage().floats());
    } else {
      ConvolutionF64.forward(
          shape,
          input.storage().doubles(),
          input.layout().offset(),
          filters.storage().doubles(),
          filters.layout().offset(),
          start == null ? null : start.storage().doubles(),
          startOffset,
          y.storage().doubles());
    }
    KernelMeter.stop(mark);
    return y;
  }

  /** Returns the gradient of the input for a gradient {@code g} of the output. */
  public static NdArray inputGradient(ConvolutionShape shape, NdArray g, NdArray w, Shape result) {
    Mark mark = KernelMeter.start();
    NdArray gradient = g.contiguous();
    NdArray filters = w.contiguous();
    NdArray dx = NdArray.zeros(g.dtype(), result);
    if (g.dtype() == DType.FLOAT32) {
      ConvolutionF32.inputGradient(
          shape,
          gradient.storage().floats(),
          gradient.layout().offset(),
          filters.storage().floats(),
          filters.layout().offset(),
          dx.storage().floats());
    } else {
      ConvolutionF64.inputGradient(
          shape,
          gradient.storage().doubles(),
          gradient.layout().offset(),
          filters.storage().doubles(),
          filters.layout().offset(),
          dx.storage().doubles());
    }
    KernelMeter.stop(mark);
    return dx;
  }

  /** Returns the gradient of the filters for a gradient {@code g} of the output. */
  public static NdArray weightGradient(ConvolutionShape shape, NdArray x, NdArray g, Shape result) {
    Mark mark = KernelMeter.start();
    NdArray input = x.contiguous();
    NdArray gradient = g.contiguous();
    NdArray dw = NdArray.zeros(x.dtype(), result);
    if (x.dtype() == DType.FLOAT32) {
      ConvolutionF32.weightGradient(
          shape,
          input.storage().floats(),
          input.layout().offset(),
          gradient.storage().floats(),
          gradient.layout().offset(),
          dw.storage().floats());
    } else {
      ConvolutionF64.weightGradient(
          shape,
          input.storage().doubles(),
          input.layout().offset(),
          gradient.storage().doubles(),
          gradient.layout().offset(),
          dw.storage().doubles());
    }
    KernelMeter.stop(mark);
    return dw;
  }
}
