package org.autograd.gradientfree;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.PointwiseUpdate;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Random directions for some parameters, each determined by a seed, so that it need not be kept:
 * whoever has the seed can draw it again, one parameter after the other.
 */
final class Directions {
  /** From target, base and direction: {@code base + scale direction}. */
  private static final PointwiseUpdate MOVE =
      PointwiseUpdate.of(
          "move", 3, 1, Expression.input(1).add(Expression.parameter(0).mul(Expression.input(2))));

  /** From target and direction: {@code target + scale direction}. */
  private static final PointwiseUpdate ADD =
      PointwiseUpdate.of(
          "addScaled",
          2,
          1,
          Expression.input(0).add(Expression.parameter(0).mul(Expression.input(1))));

  private final List<Variable> parameters;
  private final Noise noise;

  Directions(String owner, Collection<Variable> parameters, Noise noise) {
    this.parameters = checked(owner, parameters);
    this.noise = noise;
  }

  /** Returns leaves of a floating dtype, or throws. */
  static List<Variable> checked(String owner, Collection<Variable> parameters) {
    if (parameters.isEmpty()) {
      throw new IllegalArgumentException(
          owner + ": there are no parameters; does the model register its parts with child()?");
    }
    for (Variable parameter : parameters) {
      if (!parameter.isLeaf() || !parameter.dtype().isFloating()) {
        throw new IllegalArgumentException(
            "%s: a parameter %s%s must be a leaf of dtype float32 or float64"
                .formatted(owner, parameter.dtype(), parameter.shape()));
      }
    }
    return List.copyOf(parameters);
  }

  List<Variable> parameters() {
    return parameters;
  }

  /** Draws a direction for each parameter. */
  List<Variable> draw(long seed) {
    Generator rng = new Generator(seed);
    return parameters.stream().map(parameter -> noise.like(parameter, rng)).toList();
  }

  /** Returns copies of the parameters, to come back to. */
  List<Variable> copies() {
    return parameters.stream().map(parameter -> parameter.detach().copy()).toList();
  }

  /** Returns zeros like the parameters. */
  List<Variable> zeros() {
    return parameters.stream().map(parameter -> Variable.zerosLike(parameter.detach())).toList();
  }

  /** Puts the parameters at a place along a direction from another. */
  void move(List<Variable> base, long seed, double scale) {
    Generator rng = new Generator(seed);
    try (var _ = Autograd.noGrad()) {
      for (int k = 0; k < parameters.size(); k++) {
        Variable parameter = parameters.get(k);
        Variable[] operands = {parameter, base.get(k), noise.like(parameter, rng)};
        MOVE.apply(operands, scale);
      }
    }
  }

  /** Puts the parameters back. */
  void restore(List<Variable> copies) {
    try (var _ = Autograd.noGrad()) {
      for (int k = 0; k < copies.size(); k++) {
        parameters.get(k).copy_(copies.get(k));
      }
    }
  }

  /** Adds a multiple of a direction to arrays like the parameters. */
  void add(List<Variable> sums, long seed, double scale) {
    Generator rng = new Generator(seed);
    List<Variable> drawn = new ArrayList<>();
    for (Variable parameter : parameters) {
      drawn.add(noise.like(parameter, rng));
    }
    add(sums, drawn, scale);
  }

  static void add(List<Variable> sums, List<Variable> directions, double scale) {
    for (int k = 0; k < sums.size(); k++) {
      ADD.apply(new Variable[] {sums.get(k), directions.get(k)}, scale);
    }
  }

  /** Sets the gradients of the parameters; none if an element is NaN or infinite. */
  void setGradients(List<Variable> gradients) {
    boolean finite = gradients.stream().allMatch(Directions::isFinite);
    for (int k = 0; k < parameters.size(); k++) {
      parameters.get(k).setGrad(finite ? gradients.get(k) : null);
    }
  }

  private static boolean isFinite(Variable gradient) {
    try (var _ = Autograd.noGrad()) {
      // 0 of what is finite, NaN otherwise; sums of large elements could overflow.
      return gradient.mul(0).sum().item() == 0;
    }
  }
}
