package org.autograd.spiking;

/**
 * Lapicque's neurons: {@link Leaky} in terms of a resistance, a capacitance and a time step;
 * snnTorch's {@code Lapicque}.
 *
 * <pre>{@code
 * U' = I dt / C + (1 - dt / (R C)) U - R threshold
 * }</pre>
 */
public final class Lapicque extends Leaky {
  private final double resistance;
  private final double capacitance;
  private final double timeStep;

  /**
   * Creates neurons.
   *
   * @param resistance R
   * @param capacitance C
   * @param timeStep dt, at most R C
   */
  public Lapicque(double resistance, double capacitance, double timeStep, NeuronOptions options) {
    super(
        Decay.scalar("1 - dt / (RC)", 1 - timeStep / (resistance * capacitance), options.dtype()),
        options,
        new double[] {gain(resistance, capacitance, timeStep)});
    this.resistance = resistance;
    this.capacitance = capacitance;
    this.timeStep = timeStep;
  }

  private static double gain(double resistance, double capacitance, double timeStep) {
    if (!(resistance > 0 && capacitance > 0 && timeStep > 0)) {
      throw new IllegalArgumentException(
          "Lapicque: resistance, capacitance and time step must be positive, got "
              + resistance
              + ", "
              + capacitance
              + " and "
              + timeStep);
    }
    return timeStep / capacitance;
  }

  /**
   * Returns neurons of resistance 1 whose membrane would decay to beta in a step if time were
   * continuous: {@code C = dt / ln(1 / beta)}. As in snnTorch the step itself is Euler's and
   * multiplies by {@code 1 - dt / C}, which is less than beta.
   *
   * @param beta in [1/e, 1)
   */
  public static Lapicque ofDecay(double beta, NeuronOptions options) {
    if (!(beta > 0 && beta < 1)) {
      throw new IllegalArgumentException("Lapicque: beta must be in (0, 1), got " + beta);
    }
    return new Lapicque(1, 1 / Math.log(1 / beta), 1, options);
  }

  @Override
  protected String settings() {
    return "R=" + resistance + ", C=" + capacitance + ", dt=" + timeStep + ", " + super.settings();
  }
}
