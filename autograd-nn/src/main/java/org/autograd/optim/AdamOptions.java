package org.autograd.optim;

/**
 * The options of {@link Adam} and {@link AdamW}, whose {@code options()} have the defaults.
 *
 * @param learningRate the size of a step
 * @param beta1 how much of the gradients' running mean stays at each step
 * @param beta2 how much of the squares' running mean stays at each step
 * @param epsilon what is added to the root of the squares' mean
 * @param weightDecay how much of the parameter is added to its gradient (Adam), or taken from it at
 *     each step, times the learning rate (AdamW)
 * @param amsgrad whether to divide by the largest of the squares' means so far
 * @param maximize whether to climb instead of descend
 */
public record AdamOptions(
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    boolean amsgrad,
    boolean maximize)
    implements MomentumOptions<AdamOptions> {
  /** Checks the values. */
  public AdamOptions {
    Check.notNegative("learningRate", learningRate);
    Check.belowOne("beta1", beta1);
    Check.belowOne("beta2", beta2);
    Check.notNegative("epsilon", epsilon);
    Check.notNegative("weightDecay", weightDecay);
  }

  @Override
  public AdamOptions learningRate(double value) {
    return new AdamOptions(value, beta1, beta2, epsilon, weightDecay, amsgrad, maximize);
  }

  @Override
  public double momentum() {
    return beta1;
  }

  @Override
  public AdamOptions momentum(double value) {
    return betas(value, beta2);
  }

  /** Returns these options with other running means. */
  public AdamOptions betas(double first, double second) {
    return new AdamOptions(learningRate, first, second, epsilon, weightDecay, amsgrad, maximize);
  }

  /** Returns these options with another epsilon. */
  public AdamOptions epsilon(double value) {
    return new AdamOptions(learningRate, beta1, beta2, value, weightDecay, amsgrad, maximize);
  }

  /** Returns these options with another weight decay. */
  public AdamOptions weightDecay(double value) {
    return new AdamOptions(learningRate, beta1, beta2, epsilon, value, amsgrad, maximize);
  }

  /** Returns these options with or without AMSGrad. */
  public AdamOptions amsgrad(boolean value) {
    return new AdamOptions(learningRate, beta1, beta2, epsilon, weightDecay, value, maximize);
  }

  /** Returns these options for climbing or descending. */
  public AdamOptions maximize(boolean value) {
    return new AdamOptions(learningRate, beta1, beta2, epsilon, weightDecay, amsgrad, value);
  }
}
