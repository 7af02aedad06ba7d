package org.autograd.spiking;

import static com.google.common.base.Preconditions.checkArgument;

import org.autograd.Autograd;
import org.autograd.Variable;

/**
 * Spike-timing-dependent plasticity: a synapse grows if its neuron spikes soon after its input, and
 * shrinks if it spikes soon before. Each side leaves a trace that fades (as in Norse; additive, all
 * pairs of spikes):
 *
 * <pre>{@code
 * pre'  = pre + dt/tauPre (-pre + zPre)                     post' likewise
 * dw    = grow (zPost x pre') - shrink (post' x zPre)       summed over the batch
 * w'    = w + dw, clamped to [low, high]
 * }</pre>
 *
 * <pre>{@code
 * Stdp rule = new Stdp(Stdp.options());
 * Stdp.State traces = rule.initial(pre, post);
 * Stdp.Update update = rule.update(weight, pre, post, traces);          // weight: [post, pre]
 * }</pre>
 *
 * <p>It needs no labels and no gradient. It finds inputs that come together again and again; by
 * itself it does not classify.
 */
public final class Stdp {
  private final Options options;

  /**
   * What may be chosen; {@link Stdp#options()} has the defaults.
   *
   * @param timeStep dt
   * @param preTime the time constant of the inputs' trace
   * @param postTime the time constant of the neurons' trace
   * @param grow how much a neuron's spike adds, times the trace of the input
   * @param shrink how much an input's spike takes away, times the trace of the neuron
   * @param low the smallest weight
   * @param high the largest weight
   */
  public record Options(
      double timeStep,
      double preTime,
      double postTime,
      double grow,
      double shrink,
      double low,
      double high) {
    /** Checks times and bounds. */
    public Options {
      checkArgument(
          timeStep > 0 && timeStep <= preTime && timeStep <= postTime && low < high,
          "Stdp: needs 0 < timeStep <= time constants and low < high, got %s, %s, %s, %s and %s",
          timeStep,
          preTime,
          postTime,
          low,
          high);
    }

    /** Returns these options with other times. */
    public Options times(double step, double pre, double post) {
      return new Options(step, pre, post, grow, shrink, low, high);
    }

    /** Returns these options with other rates. */
    public Options rates(double growth, double shrinkage) {
      return new Options(timeStep, preTime, postTime, growth, shrinkage, low, high);
    }

    /** Returns these options with other bounds. */
    public Options bounds(double least, double most) {
      return new Options(timeStep, preTime, postTime, grow, shrink, least, most);
    }
  }

  /** Returns the default options: steps of 1 ms, traces of 20 ms, rates of 1e-3, in [0, 1]. */
  public static Options options() {
    return new Options(1e-3, 2e-2, 2e-2, 1e-3, 1e-3, 0, 1);
  }

  /**
   * The traces.
   *
   * @param pre of the inputs, of shape [n, inputs]
   * @param post of the neurons, of shape [n, neurons]
   */
  public record State(Variable pre, Variable post) {}

  /**
   * What a step leads to.
   *
   * @param weight new, of shape [neurons, inputs]
   * @param state the traces
   */
  public record Update(Variable weight, State state) {}

  /** Creates the rule. */
  public Stdp(Options options) {
    this.options = options;
  }

  /** Returns traces of zero for spikes of these shapes. */
  public State initial(Variable pre, Variable post) {
    return new State(Variable.zerosLike(pre.detach()), Variable.zerosLike(post.detach()));
  }

  /**
   * Computes one time step.
   *
   * @param weight of shape [neurons, inputs], which is not changed itself
   * @param pre spikes of the inputs, of shape [n, inputs]
   * @param post spikes of the neurons, of shape [n, neurons]
   * @param state after the step before
   * @throws IllegalArgumentException if shapes do not fit
   */
  public Update update(Variable weight, Variable pre, Variable post, State state) {
    checkArgument(
        weight.rank() == 2
            && pre.rank() == 2
            && post.rank() == 2
            && pre.size(0) == post.size(0)
            && weight.size(0) == post.size(1)
            && weight.size(1) == pre.size(1)
            && state.pre().shape().equals(pre.shape())
            && state.post().shape().equals(post.shape()),
        "Stdp: needs a weight [neurons, inputs], spikes [n, inputs] and [n, neurons] and traces of"
            + " their shapes, got %s, %s, %s, %s and %s",
        Neuron.describe(weight),
        Neuron.describe(pre),
        Neuron.describe(post),
        Neuron.describe(state.pre()),
        Neuron.describe(state.post()));
    try (var _ = Autograd.noGrad()) {
      Variable preTrace = fade(state.pre(), pre, options.preTime());
      Variable postTrace = fade(state.post(), post, options.postTime());
      Variable growth = post.transpose().matmul(preTrace).mul(options.grow());
      Variable shrinkage = postTrace.transpose().matmul(pre).mul(options.shrink());
      Variable changed = weight.add(growth).sub(shrinkage).clamp(options.low(), options.high());
      return new Update(changed, new State(preTrace, postTrace));
    }
  }

  private Variable fade(Variable trace, Variable spikes, double time) {
    return trace.add(spikes.sub(trace).mul(options.timeStep() / time));
  }
}
