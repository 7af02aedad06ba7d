package org.autograd.forwardforward;

import java.util.Locale;
import java.util.stream.IntStream;
import org.autograd.Variable;
import org.autograd.nn.Initializers;
import org.autograd.nn.Linear;

/**
 * What a layer of its own tries to reach: how its input is normalised, what the goodness of its
 * activity is, and by which loss the goodness of positive data is to exceed that of negative data.
 *
 * <table>
 *   <caption>The forms, for a layer of n units with activity s</caption>
 *   <tr><th></th><th>input</th><th>goodness g</th><th>loss</th></tr>
 *   <tr><td>{@link #hinton}</td><td>mean square 1</td><td>sum of s^2</td>
 *       <td>binary cross-entropy of the logit g - n</td></tr>
 *   <tr><td>{@link #squaredNorm}</td><td>norm 1</td><td>mean of s^2</td>
 *       <td>binary cross-entropy of the logit g - 2</td></tr>
 *   <tr><td>{@link #symba}</td><td>mean square 1</td><td>mean of s^2</td>
 *       <td>softplus(-4 (positive g - negative g))</td></tr>
 * </table>
 *
 * <p>Normalising hides from a layer how good the one below found its input, which it could
 * otherwise simply pass on. With norm 1 the activity of a wide layer is about 1/n, so that a small
 * learning rate never takes the goodness to its threshold; with mean square 1 it does not depend on
 * the width.
 */
public final class Objective {
  /** Keeps a row of zeros from becoming NaN. */
  private static final double TINY = 1e-8;

  private static final double EPSILON = 1e-4;

  private enum Form {
    HINTON,
    SQUARED_NORM,
    SYMBA
  }

  private final Form form;

  /** The threshold of the squared norm, the sharpness of SymBa. */
  private final double parameter;

  private final double peerStrength;

  private Objective(Form form, double parameter, double peerStrength) {
    this.form = form;
    this.parameter = parameter;
    this.peerStrength = peerStrength;
  }

  /**
   * Returns the form of G. Hinton, "The Forward-Forward Algorithm: Some Preliminary
   * Investigations", 2022: the threshold is the number of units, and a weak term, peer
   * normalisation of strength 0.03, keeps units from being always or never active. Unless the
   * networks' options have an initializer, weights start normal with deviation {@code 1 /
   * sqrt(inputs)} and biases at 0, as his.
   */
  public static Objective hinton() {
    return new Objective(Form.HINTON, 0, 0.03);
  }

  /** Returns {@link #squaredNorm(double)} with the usual threshold, 2. */
  public static Objective squaredNorm() {
    return squaredNorm(2);
  }

  /**
   * Returns the form of the first public implementation (M. Pezeshki, pytorch_forward_forward). It
   * needs a large learning rate, about 0.03 with Adam: with 0.003 it does not learn.
   *
   * @param threshold what the mean square is to exceed for positive data
   */
  public static Objective squaredNorm(double threshold) {
    return new Objective(Form.SQUARED_NORM, threshold, 0);
  }

  /** Returns {@link #symba(double)} with sharpness 4. */
  public static Objective symba() {
    return symba(4);
  }

  /**
   * Returns the form of H.-C. Lee and J. Song, "SymBa: Symmetric Backpropagation-Free Contrastive
   * Learning with Forward-Forward Algorithm", 2023: no threshold, but each positive example is
   * compared with the negative one made from it.
   *
   * @param sharpness by how much differences of goodness are multiplied
   */
  public static Objective symba(double sharpness) {
    return new Objective(Form.SYMBA, sharpness, 0);
  }

  /**
   * Returns this objective with another strength of peer normalisation; 0 for none. It is the
   * ascent signal {@code strength (mean of m - m_j)} for the input of each unit j, in positive
   * passes, where m is the running mean of the units' activities.
   */
  public Objective peerStrength(double strength) {
    if (!(strength >= 0)) {
      throw new IllegalArgumentException(
          "peerStrength: must not be negative, got " + strength + "; use 0 for none");
    }
    return new Objective(form, parameter, strength);
  }

  /** Returns the strength of peer normalisation. */
  public double peerStrength() {
    return peerStrength;
  }

  /**
   * Returns options with the form's own initial values, unless they have an initializer: Hinton's
   * weights are normal with deviation {@code 1 / sqrt(inputs)} and his biases 0.
   */
  Linear.Options initialized(Linear.Options linear) {
    return form == Form.HINTON && linear.initializer() == null
        ? linear.initializer(Initializers.kaimingNormal(1))
        : linear;
  }

  /**
   * Returns what a layer is given instead of an input.
   *
   * @param x of shape [size, ...]; each example is normalised by itself
   */
  public Variable normalize(Variable x) {
    int[] axes = exampleAxes(x);
    return switch (form) {
      case HINTON, SYMBA -> x.div(x.square().meanKeepDims(axes).sqrt().add(TINY));
      case SQUARED_NORM -> x.div(x.square().sumKeepDims(axes).sqrt().add(EPSILON));
    };
  }

  /**
   * Returns the goodness of each example.
   *
   * @param activity of shape [size, ...]
   * @return of shape [size]
   */
  public Variable goodness(Variable activity) {
    int[] axes = exampleAxes(activity);
    return form == Form.HINTON ? activity.square().sum(axes) : activity.square().mean(axes);
  }

  /**
   * Returns the loss, a scalar.
   *
   * @param positive the goodness of positive examples, of shape [size]
   * @param negative that of the negative example made from each, of shape [size]
   * @param units the number of a layer's units
   */
  public Variable loss(Variable positive, Variable negative, long units) {
    if (!positive.shape().equals(negative.shape())) {
      throw new IllegalArgumentException(
          "loss: there must be a negative example for each positive one, but the goodness is of"
              + " shapes "
              + positive.shape()
              + " and "
              + negative.shape());
    }
    double threshold = form == Form.HINTON ? units : parameter;
    return switch (form) {
      case SYMBA -> negative.sub(positive).mul(parameter).softplus().mean();
      case HINTON, SQUARED_NORM ->
          positive
              .neg()
              .add(threshold)
              .softplus()
              .mean()
              .add(negative.sub(threshold).softplus().mean())
              .div(2);
    };
  }

  private static int[] exampleAxes(Variable x) {
    if (x.rank() < 2) {
      throw new IllegalArgumentException(
          "Forward-Forward needs inputs of shape [size, ...], got " + x.dtype() + x.shape());
    }
    return IntStream.range(1, x.rank()).toArray();
  }

  /** Returns the name of the form. */
  @Override
  public String toString() {
    return form.name().toLowerCase(Locale.ROOT);
  }
}
