package org.autograd.spiking;

import static org.autograd.expression.Expression.input;
import static org.autograd.expression.Expression.where;

import java.util.function.UnaryOperator;
import org.autograd.Pointwise;
import org.autograd.Variable;
import org.autograd.expression.Expression;

/**
 * Izhikevich's neurons, which fire regularly, in bursts, fast or otherwise, depending on four
 * numbers (E. Izhikevich, <i>Simple model of spiking neurons</i>, 2003). In millivolts and
 * milliseconds, by Euler's method,
 *
 * <pre>{@code
 * V1 = V + dt (0.04 V^2 + 5 V + 140 - U + I)
 * U1 = U + dt a (b V - U)
 * S  = 1 if V1 >= 30, else 0
 * V' = c where it spikes, else V1;  U' = U1 + d S          no gradient goes through the reset
 * }</pre>
 */
public final class Izhikevich extends Neuron<Izhikevich.State> {
  private static final double PEAK = 30;

  /**
   * What is handed on from step to step.
   *
   * @param spikes of this step
   * @param membrane the potentials in millivolts
   * @param recovery U
   */
  public record State(Variable spikes, Variable membrane, Variable recovery)
      implements NeuronState<State> {
    @Override
    public State map(UnaryOperator<Variable> change) {
      return new State(change.apply(spikes), change.apply(membrane), change.apply(recovery));
    }
  }

  /**
   * The kind of neuron.
   *
   * @param a how fast the recovery is
   * @param b how the recovery follows the membrane
   * @param c the potential after a spike
   * @param d what a spike adds to the recovery
   */
  public record Kind(double a, double b, double c, double d) {
    /** The commonest in the cortex. */
    public static final Kind REGULAR_SPIKING = new Kind(0.02, 0.2, -65, 8);

    /** Short interspike intervals after a first burst. */
    public static final Kind INTRINSICALLY_BURSTING = new Kind(0.02, 0.2, -55, 4);

    /** Bursts again and again. */
    public static final Kind CHATTERING = new Kind(0.02, 0.2, -50, 2);

    /** Inhibitory, at high rates. */
    public static final Kind FAST_SPIKING = new Kind(0.1, 0.2, -65, 2);
  }

  private static final Expression V = input(0);
  private static final Expression U = input(1);
  private static final Pointwise CHARGE =
      Pointwise.of(
          "izhikevich",
          3,
          1,
          V.add(
              V.square()
                  .mul(0.04)
                  .add(V.mul(5))
                  .add(140)
                  .sub(U)
                  .add(input(2))
                  .mul(Expression.parameter(0))));
  private static final Pointwise RECOVER =
      Pointwise.of(
          "recover",
          2,
          2,
          U.add(V.mul(Expression.parameter(1)).sub(U).mul(Expression.parameter(0))));
  private static final Pointwise RESET =
      Pointwise.of(
          "reset", 1, 1, where(V.ge(Expression.constant(PEAK)), Expression.parameter(0), V));

  /** Of the recovery and the membrane that may have reached the peak. */
  private static final Pointwise RAISE =
      Pointwise.of(
          "raise",
          2,
          1,
          where(
              input(1).ge(Expression.constant(PEAK)),
              input(0).add(Expression.parameter(0)),
              input(0)));

  private final Kind kind;
  private final double timeStep;
  private final Surrogate surrogate;

  /**
   * Creates neurons.
   *
   * @param timeStep dt in milliseconds, at most 1
   * @param surrogate the derivative of a spike, of a distance in millivolts
   */
  public Izhikevich(Kind kind, double timeStep, Surrogate surrogate) {
    super(State.class);
    if (!(timeStep > 0 && timeStep <= 1)) {
      throw new IllegalArgumentException(
          "Izhikevich: the time step must be in (0, 1] milliseconds, got " + timeStep);
    }
    this.kind = kind;
    this.timeStep = timeStep;
    this.surrogate = surrogate.inclusive(true);
  }

  @Override
  public State initial(Variable input) {
    Variable zeros = Variable.zerosLike(input.detach());
    return new State(
        zeros, Variable.fullLike(zeros, kind.c()), Variable.fullLike(zeros, kind.b() * kind.c()));
  }

  @Override
  protected State next(Variable input, State state) {
    Variable charged =
        CHARGE.apply(new Variable[] {state.membrane(), state.recovery(), input}, timeStep);
    Variable recovered =
        RECOVER.apply(state.membrane(), state.recovery(), timeStep * kind.a(), kind.b());
    return new State(
        surrogate.apply(charged, PEAK),
        RESET.apply(charged, kind.c()),
        RAISE.apply(recovered, charged, kind.d()));
  }
}
