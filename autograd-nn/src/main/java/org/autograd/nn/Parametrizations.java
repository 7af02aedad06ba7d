package org.autograd.nn;

import java.util.stream.IntStream;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;

/**
 * Computes a module's parameter from others, which are trained instead; PyTorch's {@code
 * torch.nn.utils.parametrizations}, with its names in the state dict.
 *
 * <pre>{@code
 * Linear layer = Parametrizations.weightNorm(new Linear(20, 40), "weight", 0);
 * layer.namedParameters();  // bias, parametrizations.weight.original0, ...original1
 * Conv2d critic = Parametrizations.spectralNorm(new Conv2d(3, 8, 3), "weight");
 * }</pre>
 *
 * <p>Create optimizers afterwards, since the parameters are others. A module takes part if it reads
 * its parameter through {@link Module#current}, as Linear and the convolutions do.
 */
public final class Parametrizations {
  private static final double EPSILON = 1e-12;
  private static final int FIRST_ITERATIONS = 15;

  private Parametrizations() {}

  /**
   * Computes a parameter as {@code g v / |v|}, its length and its direction (Salimans and Kingma,
   * 2016). Initially it is unchanged.
   *
   * @param name of a parameter of the module itself
   * @param axis that the lengths stand along: there is one for each position, over all other axes.
   *     PyTorch's default is 0
   * @return the module
   * @throws IllegalArgumentException if there is no such parameter or axis
   */
  public static <M extends Module> M weightNorm(M module, String name, int axis) {
    Variable direction = ((Module) module).ownParameter(name);
    int rank = direction.rank();
    if (axis < -rank || axis >= rank) {
      throw new IllegalArgumentException(
          "weightNorm: " + name + " " + Module.describe(direction) + " has no axis " + axis);
    }
    int kept = Math.floorMod(axis, rank);
    int[] axes = IntStream.range(0, rank).filter(k -> k != kept).toArray();
    module.parametrize(name, new WeightNorm(direction, axes));
    return module;
  }

  /**
   * Divides a weight by its largest singular value, seen as a matrix with a row for each position
   * along its first axis (Miyato et al., 2018). The value is estimated by power iteration: 15 steps
   * now, one more in each forward pass in training mode.
   *
   * @param name of a parameter of the module itself, of rank 2 or more
   * @return the module
   * @throws IllegalArgumentException if there is no such parameter
   */
  public static <M extends Module> M spectralNorm(M module, String name) {
    return spectralNorm(module, name, 0, 1, Autograd.generator());
  }

  /**
   * Divides a weight by its largest singular value, as above.
   *
   * @param axis that becomes the matrix's rows; 1 for a transposed convolution
   * @param iterations of a forward pass in training mode
   * @param rng the source of the first estimate of the singular vectors
   */
  public static <M extends Module> M spectralNorm(
      M module, String name, int axis, int iterations, Generator rng) {
    Variable original = ((Module) module).ownParameter(name);
    int rank = original.rank();
    if (rank < 2 || axis < -rank || axis >= rank || iterations < 1) {
      throw new IllegalArgumentException(
          "spectralNorm: "
              + name
              + " "
              + Module.describe(original)
              + " must have two axes or more, among them axis="
              + axis
              + ", and iterations="
              + iterations
              + " must be positive");
    }
    module.parametrize(
        name, new SpectralNorm(original, Math.floorMod(axis, rank), iterations, rng));
    return module;
  }

  /**
   * Makes a parameter an ordinary one again, with the value that it has now.
   *
   * @return the module
   * @throws IllegalArgumentException if it is computed from no others
   */
  public static <M extends Module> M remove(M module, String name) {
    ((Module) module).removeParametrization(name);
    return module;
  }

  private static final class WeightNorm extends Parametrization {
    private final Variable length;
    private final Variable direction;
    private final int[] axes;

    WeightNorm(Variable direction, int[] axes) {
      this.axes = axes;
      try (var _ = Autograd.noGrad()) {
        Variable initial = axes.length == 0 ? direction.abs() : direction.normKeepDims(axes);
        length = parameter("original0", initial.copy());
      }
      this.direction = parameter("original1", direction);
    }

    @Override
    Variable compute() {
      Variable norm = axes.length == 0 ? direction.abs() : direction.normKeepDims(axes);
      return direction.mul(length.div(norm));
    }
  }

  private static final class SpectralNorm extends Parametrization {
    private final Variable original;
    private final int axis;
    private final int iterations;
    private final Variable left;
    private final Variable right;

    SpectralNorm(Variable original, int axis, int iterations, Generator rng) {
      this.original = parameter("original", original);
      this.axis = axis;
      this.iterations = iterations;
      Variable matrix = matrix();
      // PyTorch's names: the parametrisation is the first of a list, of which there is never more.
      Estimate estimate = child("0", new Estimate(matrix, rng));
      left = estimate.left;
      right = estimate.right;
      iterate(matrix, FIRST_ITERATIONS);
    }

    private static final class Estimate extends Module {
      private final Variable left;
      private final Variable right;

      Estimate(Variable matrix, Generator rng) {
        left = buffer("_u", unit(Variable.randn(rng, matrix.dtype(), matrix.size(0))));
        right = buffer("_v", unit(Variable.randn(rng, matrix.dtype(), matrix.size(1))));
      }
    }

    private static Variable unit(Variable vector) {
      return vector.div(vector.norm().clampMin(EPSILON));
    }

    private Variable matrix() {
      return original.movedim(axis, 0).flatten(1, -1);
    }

    private void iterate(Variable matrix, int count) {
      try (var _ = Autograd.noGrad()) {
        for (int k = 0; k < count; k++) {
          left.copy_(unit(matrix.matmul(right)));
          right.copy_(unit(matrix.transpose().matmul(left)));
        }
      }
    }

    @Override
    Variable compute() {
      Variable matrix = matrix();
      if (isTraining()) {
        iterate(matrix, iterations);
      }
      // Copies, which the next pass does not change.
      Variable u = left.detach().copy();
      Variable v = right.detach().copy();
      return original.div(u.dot(matrix.matmul(v)));
    }
  }
}
