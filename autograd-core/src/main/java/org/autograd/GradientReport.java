package org.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The state of a model's parameters and their gradients after a backward pass, a line for each:
 * where gradients vanish, explode, are missing or are not numbers.
 *
 * <pre>{@code
 * loss.backward();
 * System.out.println(GradientReport.of(model.namedParameters()));
 * }</pre>
 */
public final class GradientReport {
  /** A gradient whose elements have a smaller root mean square is called vanishing. */
  public static final double VANISHING = 1e-7;

  /** A gradient with a larger norm is called exploding. */
  public static final double EXPLODING = 1e3;

  private final List<Row> rows;

  private GradientReport(List<Row> rows) {
    this.rows = rows;
  }

  /** What {@link GradientReport} says about a gradient. */
  public enum Verdict {
    /** Nothing is wrong with it. */
    GOOD,
    /** No backward pass has reached the parameter. */
    MISSING,
    /** All its elements are 0. */
    ZERO,
    /** The root of the mean of its squares is below {@link #VANISHING}. */
    VANISHING,
    /** Its norm is above {@link #EXPLODING}. */
    EXPLODING,
    /** An element of the gradient or of the parameter is NaN or infinite. */
    NOT_FINITE
  }

  /**
   * A parameter and its gradient. Norms are Euclidean and leave out what is not finite.
   *
   * @param name the parameter's
   * @param dtype the parameter's
   * @param shape the parameter's
   * @param norm of the parameter
   * @param notFinite how many elements of the parameter are NaN or infinite
   * @param gradientNorm of the gradient, NaN if there is none
   * @param gradientZeros the fraction of the gradient's elements that are 0, NaN if there is none
   * @param gradientNotFinite how many elements of the gradient are NaN or infinite
   * @param verdict on the gradient
   */
  public record Row(
      String name,
      DType dtype,
      Shape shape,
      double norm,
      long notFinite,
      double gradientNorm,
      double gradientZeros,
      long gradientNotFinite,
      Verdict verdict) {}

  /**
   * Returns the report on parameters with their present gradients.
   *
   * @param parameters leaves by name, as {@code Module.namedParameters()} gives them
   * @throws IllegalStateException for the result of an operation that does not retain its gradient
   */
  public static GradientReport of(Map<String, Variable> parameters) {
    List<Row> rows = new ArrayList<>();
    parameters.forEach((name, parameter) -> rows.add(row(name, parameter)));
    return new GradientReport(List.copyOf(rows));
  }

  private static Row row(String name, Variable parameter) {
    Variable kept = parameter.isLeaf() ? parameter.hiddenGrad() : parameter.grad();
    Statistics own = Statistics.of(parameter);
    Statistics gradient = kept == null ? null : Statistics.of(kept);
    return new Row(
        name,
        parameter.dtype(),
        parameter.shape(),
        own.norm(),
        own.nans() + own.infinities(),
        gradient == null ? Double.NaN : gradient.norm(),
        gradient == null ? Double.NaN : (double) gradient.zeros() / Math.max(1, gradient.count()),
        gradient == null ? 0 : gradient.nans() + gradient.infinities(),
        verdict(own, gradient));
  }

  private static Verdict verdict(Statistics own, @Nullable Statistics gradient) {
    if (!own.isFinite() || (gradient != null && !gradient.isFinite())) {
      return Verdict.NOT_FINITE;
    }
    if (gradient == null) {
      return Verdict.MISSING;
    }
    if (gradient.zeros() == gradient.count()) {
      return gradient.count() == 0 ? Verdict.GOOD : Verdict.ZERO;
    }
    if (gradient.rootMeanSquare() < VANISHING) {
      return Verdict.VANISHING;
    }
    return gradient.norm() > EXPLODING ? Verdict.EXPLODING : Verdict.GOOD;
  }

  /** Returns a row for each parameter, in the order of the map. */
  public List<Row> rows() {
    return rows;
  }

  /** Returns the report as a table. */
  @Override
  public String toString() {
    TextTable table =
        new TextTable("llrrrrl", "parameter", "", "norm", "gradient", "zeros", "NaN/Inf", "");
    for (Row row : rows) {
      boolean missing = row.verdict() == Verdict.MISSING;
      String verdict = row.verdict().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
      table.add(
          row.name(),
          row.dtype() + row.shape().toString(),
          Statistics.number(row.norm()),
          missing ? "-" : Statistics.number(row.gradientNorm()),
          missing ? "-" : Math.round(100 * row.gradientZeros()) + "%",
          Long.toString(row.notFinite() + row.gradientNotFinite()),
          row.verdict() == Verdict.GOOD ? "" : verdict);
    }
    return table.toString();
  }
}
