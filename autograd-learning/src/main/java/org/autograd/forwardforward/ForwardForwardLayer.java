package org.autograd.forwardforward;

import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.nn.Linear;
import org.autograd.nn.UnaryModule;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * A layer that learns by itself: {@code s = relu(z)}, {@code z = transform(normalize(x))}, with an
 * {@link Objective} for the activity s. As an ordinary module it computes s.
 *
 * <pre>{@code
 * ForwardForwardLayer layer = new ForwardForwardLayer(new Linear(784, 500), Objective.hinton());
 * layer.loss(positive, negative).backward();
 * }</pre>
 */
public final class ForwardForwardLayer extends UnaryModule {
  private static final double DECAY = 0.9;
  private static final double FIRST_MEAN = 0.5;

  private final UnaryModule transform;
  private final Objective objective;

  /** The running mean of each unit's activity, which peer normalisation evens out. */
  private final Variable meanActivity;

  /** Creates a layer with a unit for each output of a linear one. */
  public ForwardForwardLayer(Linear transform, Objective objective) {
    this(transform, objective, Shape.of(transform.weight().size(0)));
  }

  /**
   * Creates a layer.
   *
   * @param transform the part with the parameters, a convolution for example
   * @param units the shape of what it gives for one example
   */
  public ForwardForwardLayer(UnaryModule transform, Objective objective, Shape units) {
    DType dtype =
        transform.parameters().stream().map(Variable::dtype).findFirst().orElse(DType.FLOAT32);
    this.transform = child("transform", transform);
    this.objective = objective;
    this.meanActivity = buffer("mean_activity", Variable.full(dtype, FIRST_MEAN, units.toArray()));
  }

  /** Returns the part with the parameters. */
  public UnaryModule transform() {
    return transform;
  }

  /** Returns what the layer tries to reach. */
  public Objective objective() {
    return objective;
  }

  /** Returns the number of units. */
  public long units() {
    return meanActivity.elementCount();
  }

  @Override
  protected Variable forward(Variable input) {
    return input(input).relu();
  }

  /** Returns what the units are given, before relu. */
  Variable input(Variable x) {
    return transform.apply(objective.normalize(x));
  }

  /**
   * Returns the loss of the objective, without peer normalisation. No gradient reaches what the
   * examples were computed from.
   *
   * @param positive examples that the layer is to find good, of shape [size, ...]
   * @param negative examples that it is to find bad, of the same shape
   */
  public Variable loss(Variable positive, Variable negative) {
    Variable examples = Variable.cat(0, positive.detach(), negative.detach());
    return contrast(apply(examples));
  }

  /**
   * Returns the loss of the objective.
   *
   * @param activity of as many positive examples, which come first, as negative ones
   */
  Variable contrast(Variable activity) {
    Variable goodness = objective.goodness(activity);
    long half = goodness.size(0) / 2;
    return objective.loss(goodness.narrow(0, 0, half), goodness.narrow(0, half, half), units());
  }

  /**
   * Computes the gradients of the layer's parameters, and of nothing else. If the loss is NaN or
   * infinite there are none, and the running mean stays as it is.
   *
   * @param z what the units were given, of as many positive examples, which come first, as negative
   *     ones
   * @param activity what they made of it
   * @return the loss of the objective
   */
  double backward(Variable z, Variable activity) {
    Variable loss = contrast(activity);
    double value = loss.item();
    if (Double.isFinite(value)) {
      updateMeanActivity(positiveMean(activity));
      withPeers(loss, z).backward();
    }
    return value;
  }

  /** Returns a loss with peer normalisation. */
  Variable withPeers(Variable loss, Variable z) {
    if (objective.peerStrength() == 0) {
      return loss;
    }
    long half = z.size(0) / 2;
    // Of z rather than of the activity, so that it also reaches units that are never active.
    Variable excess = meanActivity.sub(meanActivity.mean());
    return loss.add(z.narrow(0, 0, half).mul(excess).sum().mul(objective.peerStrength() / half));
  }

  /** Returns the mean activity of each unit over the positive examples, which come first. */
  static Variable positiveMean(Variable activity) {
    return activity.detach().narrow(0, 0, activity.size(0) / 2).mean(0);
  }

  /** Takes the mean activity over a batch's positive examples into the running mean. */
  void updateMeanActivity(Variable positiveMean) {
    if (objective.peerStrength() > 0) {
      try (var _ = Autograd.noGrad()) {
        meanActivity.mul_(DECAY).add_(positiveMean.mul(1 - DECAY));
      }
    }
  }

  @Override
  protected String settings() {
    return "objective=" + objective;
  }
}
