package org.autograd.optim;

import java.util.function.DoubleFunction;
import org.autograd.Variable;

/**
 * Looks along a direction for a step that satisfies the strong Wolfe conditions: the loss falls by
 * a share of what its slope promises, and the slope becomes much flatter. Nocedal and Wright,
 * Numerical Optimization (2006), algorithms 3.5 (a step too far is looked for) and 3.6 (the
 * interval is made smaller), with steps by cubic interpolation and the safeguards of minFunc
 * (Schmidt), which PyTorch has too.
 */
final class LineSearch {
  private static final double DECREASE = 1e-4;
  private static final double CURVATURE = 0.9;
  private static final int LIMIT = 25;

  /** A step, with what was found there. */
  record Point(double step, double loss, Variable gradient, double slope) {}

  private final DoubleFunction<Point> evaluate;
  private final Point start;
  private final double length;
  private final double tolerance;
  private int evaluations;

  /**
   * Creates a search.
   *
   * @param evaluate goes to a step and looks there
   * @param start step 0
   * @param length the largest absolute element of the direction
   * @param tolerance the least change of a parameter that counts
   */
  LineSearch(DoubleFunction<Point> evaluate, Point start, double length, double tolerance) {
    this.evaluate = evaluate;
    this.start = start;
    this.length = length;
    this.tolerance = tolerance;
  }

  int evaluations() {
    return evaluations;
  }

  private Point look(double step) {
    evaluations++;
    return evaluate.apply(step);
  }

  private boolean isTooHigh(Point point) {
    // Written such that a loss that is NaN is too high.
    return !(point.loss() <= start.loss() + DECREASE * point.step() * start.slope());
  }

  private boolean isFlat(Point point) {
    return Math.abs(point.slope()) <= -CURVATURE * start.slope();
  }

  /** Returns the point found; the last evaluation may have been elsewhere. */
  Point search(double firstStep) {
    Point previous = start;
    Point point = look(firstStep);
    for (int k = 0; k < LIMIT; k++) {
      if (isTooHigh(point) || (k > 1 && point.loss() >= previous.loss())) {
        return zoom(previous, point, k);
      }
      if (isFlat(point)) {
        return point;
      }
      if (point.slope() >= 0) {
        return zoom(previous, point, k);
      }
      double least = point.step() + 0.01 * (point.step() - previous.step());
      double step = minimum(previous, point, least, 10 * point.step());
      previous = point;
      point = look(step);
    }
    return start.loss() <= point.loss() ? start : point;
  }

  /** Makes the interval between two points smaller, which contains a good step. */
  private Point zoom(Point first, Point second, int count) {
    // Written such that a loss that is NaN is the higher one.
    Point low = second.loss() < first.loss() ? second : first;
    Point high = low == first ? second : first;
    boolean stalled = false;
    for (int k = count; k < LIMIT; k++) {
      double least = Math.min(low.step(), high.step());
      double most = Math.max(low.step(), high.step());
      if ((most - least) * length < tolerance) {
        break;
      }
      double step = minimum(low, high, least, most);
      double margin = 0.1 * (most - least);
      if (Math.min(most - step, step - least) < margin) {
        // Twice in a row too close to an end: move away from it.
        if (stalled || step >= most || step <= least) {
          step = most - step < step - least ? most - margin : least + margin;
          stalled = false;
        } else {
          stalled = true;
        }
      } else {
        stalled = false;
      }
      Point point = look(step);
      if (isTooHigh(point) || point.loss() >= low.loss()) {
        high = point;
        if (high.loss() < low.loss()) {
          high = low;
          low = point;
        }
      } else {
        if (isFlat(point)) {
          return point;
        }
        if (point.slope() * (high.step() - low.step()) >= 0) {
          high = low;
        }
        low = point;
      }
    }
    return low;
  }

  /**
   * Returns where the cubic through two points with these slopes is least, within limits; their
   * middle if it has no minimum.
   */
  private static double minimum(Point a, Point b, double least, double most) {
    Point left = a.step() <= b.step() ? a : b;
    Point right = left == a ? b : a;
    double width = right.step() - left.step();
    double d = left.slope() + right.slope() + 3 * (left.loss() - right.loss()) / width;
    double square = d * d - left.slope() * right.slope();
    double step =
        right.step()
            - width
                * ((right.slope() + Math.sqrt(square) - d)
                    / (right.slope() - left.slope() + 2 * Math.sqrt(square)));
    return Double.isNaN(step) ? (least + most) / 2 : Math.min(Math.max(step, least), most);
  }
}
