package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import org.autograd.GridSampleOptions.Mode;
import org.autograd.GridSampleOptions.Padding;
import org.autograd.type.DType;

/** Images looked up at places, as spatial transformers do. */
sealed interface GridOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Steps that several operations share. */
  final class Steps {
    private Steps() {}

    /** Returns places from -1 to 1 as numbers of pixels. */
    private static Variable pixels(Variable places, long size, GridSampleOptions options) {
      Variable pixels =
          options.alignCorners()
              ? places.add(1).mul((double) (size - 1) / 2)
              : places.add(1).mul((double) size).sub(1).div(2);
      return options.padding() == Padding.BORDER ? pixels.clamp(0, (double) (size - 1)) : pixels;
    }

    /** Returns the pixels at whole numbers, zeros outside the image. */
    private static Variable pick(Variable image, Variable y, Variable x) {
      double height = (double) image.size(-2);
      double width = (double) image.size(-1);
      Variable inside =
          y.ge(0).logicalAnd(y.lt(height)).logicalAnd(x.ge(0)).logicalAnd(x.lt(width));
      Variable place = Variable.where(inside, y.mul(width).add(x), Variable.zerosLike(y));
      long[] shape = {image.size(0), image.size(1), y.size(1) * y.size(2)};
      Variable index = place.to(DType.INT64).flatten(1, 2).unsqueeze(1).expand(shape);
      Variable found =
          image.flatten(2, 3).gather(2, index).reshape(shape[0], shape[1], y.size(1), y.size(2));
      return found.maskedFill(inside.logicalNot().unsqueeze(1), 0);
    }
  }

  /**
   * Returns images whose pixels are those of this at given places: PyTorch's {@code grid_sample},
   * differentiable with respect to both, in mode {@code NEAREST} to the images only.
   *
   * @param grid of shape {@code [n, height, width, 2]}: for each pixel of the result the place,
   *     first across and then down, each from -1 to 1
   * @return of shape {@code [n, channels, height, width]} for images of {@code [n, channels, ...]}
   * @throws IllegalArgumentException if the shapes do not fit, there are no pixels, or the dtypes
   *     are not equally float32 or float64
   */
  default Variable gridSample(Variable grid, GridSampleOptions options) {
    Variable image = self();
    checkArgument(
        image.rank() == 4
            && grid.rank() == 4
            && grid.size(-1) == 2
            && grid.size(0) == image.size(0)
            && image.size(-1) > 0
            && image.size(-2) > 0
            && image.dtype().isFloating()
            && image.dtype() == grid.dtype(),
        "gridSample: needs images of [n, channels, height, width] with pixels and places of"
            + " [n, height, width, 2], both float32 or float64, got %s",
        Variable.describe(image, grid));
    Variable x = Steps.pixels(grid.select(3, 0), image.size(3), options);
    Variable y = Steps.pixels(grid.select(3, 1), image.size(2), options);
    if (options.mode() == Mode.NEAREST) {
      return Steps.pick(image, y.detach().round(), x.detach().round());
    }
    Variable left = x.detach().floor();
    Variable above = y.detach().floor();
    Variable right = x.sub(left).unsqueeze(1);
    Variable below = y.sub(above).unsqueeze(1);
    Variable upper =
        Steps.pick(image, above, left)
            .mul(right.rsub(1))
            .add(Steps.pick(image, above, left.add(1)).mul(right));
    Variable lower =
        Steps.pick(image, above.add(1), left)
            .mul(right.rsub(1))
            .add(Steps.pick(image, above.add(1), left.add(1)).mul(right));
    return upper.mul(below.rsub(1)).add(lower.mul(below));
  }

  /**
   * Returns the places of {@link #gridSample} for affine maps: PyTorch's {@code affine_grid}.
   *
   * <pre>{@code
   * images.gridSample(maps.affineGrid(64, 64, false), GridSampleOptions.bilinear());
   * }</pre>
   *
   * <p>This has the shape {@code [n, 2, 3]}: each map takes the homogeneous place {@code (x, y, 1)}
   * in the result to one in the image.
   *
   * @return of shape {@code [n, height, width, 2]}
   */
  default Variable affineGrid(int height, int width, boolean alignCorners) {
    Variable maps = self();
    ReductionOps.Steps.requireFloating("affineGrid", maps);
    checkArgument(
        maps.rank() == 3 && maps.size(1) == 2 && maps.size(2) == 3 && height > 0 && width > 0,
        "affineGrid: needs maps of [n, 2, 3] and positive sizes, got %s and %s x %s",
        maps.describe(),
        height,
        width);
    Variable x = places(maps.dtype(), width, alignCorners).expand(height, width);
    Variable y = places(maps.dtype(), height, alignCorners).unsqueeze(1).expand(height, width);
    Variable base = Variable.stack(2, x, y, Variable.onesLike(x)).reshape(-1, 3);
    return base.matmul(maps.transpose()).reshape(maps.size(0), height, width, 2);
  }

  private static Variable places(DType dtype, int size, boolean alignCorners) {
    double end = alignCorners ? 1 : (size - 1.0) / size;
    return size == 1 ? Variable.zeros(dtype, 1) : Variable.linspace(dtype, -end, end, size);
  }
}
