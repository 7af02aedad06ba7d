package org.autograd.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.autograd.Autograd;
import org.autograd.Variable;

/**
 * Limits gradients between {@code backward()} and {@code step()}.
 *
 * <pre>{@code
 * optimizer.zeroGrad();
 * loss.backward();
 * double norm = Gradients.clipNorm(model.parameters(), 1);
 * optimizer.step();
 * }</pre>
 *
 * <p>Parameters without a gradient are skipped. The gradients are changed in place.
 */
public final class Gradients {
  private Gradients() {}

  /**
   * Returns the 2-norm of all gradients together, as if they were one vector; 0 if there is none.
   */
  public static double norm(Collection<Variable> parameters) {
    return norm(parameters, 2);
  }

  /**
   * Returns the norm of all gradients together, as if they were one vector; 0 if there is none.
   * PyTorch's {@code get_total_norm} of the gradients.
   *
   * @param order above 0; infinity for the largest absolute value
   * @throws IllegalArgumentException if the order is not above 0
   */
  public static double norm(Collection<Variable> parameters, double order) {
    Check.positive("order", order);
    try (var _ = Autograd.noGrad()) {
      return totalNorm(gradients(parameters), order);
    }
  }

  /** Limits the 2-norm of all gradients together, as the method below. */
  public static double clipNorm(Collection<Variable> parameters, double largest) {
    return clipNorm(parameters, largest, 2);
  }

  /**
   * Multiplies all gradients by {@code largest / (norm + 1e-6)} if their norm is above that.
   * PyTorch's {@code clip_grad_norm_}. If the norm is NaN or infinite, gradients become NaN or 0,
   * as there: look at what is returned.
   *
   * @param largest the norm that the gradients may have, taken together
   * @param order above 0; infinity for the largest absolute value
   * @return the norm before clipping
   * @throws IllegalArgumentException if {@code largest} is negative or the order not above 0
   */
  public static double clipNorm(Collection<Variable> parameters, double largest, double order) {
    Check.notNegative("largest", largest);
    Check.positive("order", order);
    try (var _ = Autograd.noGrad()) {
      List<Variable> gradients = gradients(parameters);
      double norm = totalNorm(gradients, order);
      double factor = largest / (norm + 1e-6);
      // Written such that NaN is not skipped.
      if (!(factor >= 1)) {
        gradients.forEach(gradient -> gradient.mul_(factor));
      }
      return norm;
    }
  }

  /**
   * Limits each element of the gradients to {@code -largest ... largest}. PyTorch's {@code
   * clip_grad_value_}.
   *
   * @throws IllegalArgumentException if {@code largest} is negative
   */
  public static void clipValue(Collection<Variable> parameters, double largest) {
    Check.notNegative("largest", largest);
    try (var _ = Autograd.noGrad()) {
      gradients(parameters).forEach(gradient -> gradient.copy_(gradient.clamp(-largest, largest)));
    }
  }

  private static List<Variable> gradients(Collection<Variable> parameters) {
    List<Variable> gradients = new ArrayList<>();
    for (Variable parameter : parameters) {
      Variable gradient = parameter.grad();
      if (gradient != null) {
        // Detached, it may be changed even if it was recorded itself.
        gradients.add(gradient.detach());
      }
    }
    return gradients;
  }

  private static double totalNorm(List<Variable> gradients, double order) {
    double total = 0;
    for (Variable gradient : gradients) {
      if (gradient.elementCount() > 0) {
        double norm = gradient.vectorNorm(order).item();
        total = Double.isInfinite(order) ? Math.max(total, norm) : total + Math.pow(norm, order);
      }
    }
    return Double.isInfinite(order) ? total : Math.pow(total, 1 / order);
  }
}
