package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Program.Combine;
import org.autograd.internal.ndarray.NdArray;
import org.autograd.internal.ndarray.ReductionLoop;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/** How far apart vectors are. */
sealed interface DistanceOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /**
   * Returns the distances of all rows of this {@code [..., p, m]} from all rows of another {@code
   * [..., r, m]}: the norm of their differences. The axes before the last two broadcast. As in
   * PyTorch the gradient is 0 where two rows are equal.
   *
   * @param order of the norm: 2 for Euclidean distances, 1, infinity, any other positive number,
   *     and 0 for the number of elements that differ, whose gradient is 0
   * @return {@code [..., p, r]}
   * @throws IllegalArgumentException if the shapes do not fit or the order is negative
   */
  default Variable cdist(Variable right, double order) {
    DType dtype = DType.promote(self().dtype(), right.dtype());
    Variable x = self().to(dtype);
    Variable y = right.to(dtype);
    checkArgument(
        dtype.isFloating()
            && x.rank() >= 2
            && y.rank() >= 2
            && x.size(-1) == y.size(-1)
            && order >= 0,
        "cdist: needs float32 or float64 rows [..., p, m] and [..., r, m] and an order of at least"
            + " 0, got %s and order %s",
        Variable.describe(self(), right),
        order);
    if (Vmap.isAnyMapped(x, y)) {
      return Vmap.applyBroadcast(p -> p[0].cdist(p[1], order), x, y);
    }
    Shape batch = Steps.batch(x, y);
    if (order == 2 || x.size(-1) == 0) {
      return Steps.euclidean(x, y, batch);
    }
    Variable differences = x.unsqueeze(-2).sub(y.unsqueeze(-3));
    if (order == Double.POSITIVE_INFINITY) {
      return Steps.largest(differences);
    }
    if (order > 0) {
      return differences.vectorNorm(order, -1);
    }
    NdArray counts = differences.detach().countNonzero(-1).to(dtype).data();
    return Node.record("cdist", counts, Edge.to(x, x, Steps::zeros), Edge.to(y, y, Steps::zeros));
  }

  /**
   * Returns the cosine of the angle between vectors along an axis, which both have after
   * broadcasting: their scalar product over the product of their norms, of which each counts as at
   * least {@code smallest}.
   *
   * @throws IllegalArgumentException if the operands do not broadcast or are not float32 or float64
   */
  default Variable cosineSimilarity(Variable right, int axis, double smallest) {
    DType dtype = DType.promote(self().dtype(), right.dtype());
    checkArgument(
        dtype.isFloating(),
        "cosineSimilarity: needs float32 or float64, got %s; convert with to(DType.FLOAT32)",
        Variable.describe(self(), right));
    Shape common = Shape.broadcast(self().shape(), right.shape(), "cosineSimilarity");
    int at = common.axis(axis, "cosineSimilarity");
    Variable x = self().to(dtype).expand(common.toArray());
    Variable y = right.to(dtype).expand(common.toArray());
    Variable u = x.div(x.normKeepDims(at).clampMin(smallest));
    Variable v = y.div(y.normKeepDims(at).clampMin(smallest));
    return u.mul(v).sum(at);
  }

  /** Steps that several operations share. */
  final class Steps {
    private static final ReductionLoop SQUARED_DISTANCE =
        new ReductionLoop(Combine.SUM, 2, Expression.input(0).sub(Expression.input(1)).square());

    /** The gradient over the distance, 0 where the distance is. */
    private static final Pointwise WEIGHT =
        Pointwise.of(
            "cdistBackward",
            2,
            0,
            Expression.where(
                Expression.input(1).eq(0),
                Expression.constant(0),
                Expression.input(0).div(Expression.input(1))));

    private Steps() {}

    static Shape batch(Variable x, Variable y) {
      try {
        return Shape.broadcast(
            DecompositionOps.Steps.batch(x), DecompositionOps.Steps.batch(y), "cdist batch axes");
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            e.getMessage() + " (operands " + Variable.describe(x, y) + ")", e);
      }
    }

    static Variable zeros(Variable g, Variable input) {
      return Variable.zerosLike(input);
    }

    /** Unlike those of a norm, equal largest elements have the whole gradient each, in PyTorch. */
    static Variable largest(Variable differences) {
      NdArray result = differences.detach().abs().amax(-1).data();
      return Node.record(
          "cdist",
          result,
          Edge.toWithResult(
              differences,
              differences,
              (g, saved, distances) -> {
                Variable winners = saved.abs().eq(distances.unsqueeze(-1)).to(g.dtype());
                return winners.mul(saved.sign()).mul(g.unsqueeze(-1));
              }));
    }

    /** Needs no array of all differences, forward or backward. */
    static Variable euclidean(Variable x, Variable y, Shape batch) {
      int rank = batch.rank();
      long m = x.size(-1);
      Shape pairs = batch.inserting(rank, x.size(-2)).inserting(rank + 1, y.size(-2));
      Shape all = pairs.inserting(rank + 2, m);
      NdArray left = x.data().view(x.data().layout().unsqueeze(x.rank() - 1)).expand(all);
      NdArray right = y.data().view(y.data().layout().unsqueeze(y.rank() - 2)).expand(all);
      boolean[] reduced = new boolean[rank + 3];
      reduced[rank + 2] = true;
      NdArray squares = SQUARED_DISTANCE.apply(reduced, left, right).reshape(pairs);
      return Node.record(
          "cdist",
          new Variable(squares, null).sqrt().data(),
          edge(x, x, y, false),
          edge(y, x, y, true));
    }

    private static @Nullable Edge edge(Variable to, Variable x, Variable y, boolean transposed) {
      if (!to.isRecorded()) {
        return null;
      }
      return new Edge(to.requireNode(), new Saved(x), new Saved(y), Saved.RESULT) {
        @Override
        Variable gradient(Variable g) {
          Variable weights = WEIGHT.apply(g, value(2));
          Variable w = transposed ? weights.transpose() : weights;
          Variable own = value(transposed ? 1 : 0);
          Variable other = value(transposed ? 0 : 1);
          return own.mul(w.sumKeepDims(-1)).sub(w.matmul(other));
        }
      };
    }
  }
}
