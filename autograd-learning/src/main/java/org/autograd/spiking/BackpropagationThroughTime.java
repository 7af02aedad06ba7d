package org.autograd.spiking;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.Module;
import org.autograd.optim.Optimizer;
import org.autograd.training.LearningRule;
import org.autograd.training.Outcome;
import org.autograd.training.TrainingState;
import org.jspecify.annotations.Nullable;

/**
 * Learning of a {@link SpikingNetwork} by the gradient of a loss of its spikes or membranes, for a
 * {@code Trainer}: through all time steps, or truncated.
 *
 * <pre>{@code
 * LearningRule rule =
 *     BackpropagationThroughTime.of(
 *         network,
 *         images -> network.repeat(images, 25),
 *         (result, labels) -> SpikeLosses.countCrossEntropy(result.spikes(), labels),
 *         result -> result.spikes().sum(0),
 *         optimizer);
 * }</pre>
 *
 * <p>An encoder that draws random numbers takes them from {@code Autograd.generator()}, which a
 * checkpoint of the training stores.
 */
public final class BackpropagationThroughTime implements LearningRule {
  private final SpikingNetwork network;
  private final Function<Variable, SpikingNetwork.Result> forward;
  private final BiFunction<SpikingNetwork.Result, Variable, Variable> loss;
  private final Function<SpikingNetwork.Result, Variable> readout;
  private final Optimizer<?> optimizer;

  /** Makes a sequence of a batch's inputs, if that is to be cut; else null. */
  private final @Nullable UnaryOperator<Variable> encoder;

  private final int window;

  private BackpropagationThroughTime(
      SpikingNetwork network,
      Function<Variable, SpikingNetwork.Result> forward,
      BiFunction<SpikingNetwork.Result, Variable, Variable> loss,
      Function<SpikingNetwork.Result, Variable> readout,
      Optimizer<?> optimizer,
      @Nullable UnaryOperator<Variable> encoder,
      int window) {
    this.network = network;
    this.forward = forward;
    this.loss = loss;
    this.readout = readout;
    this.optimizer = optimizer;
    this.encoder = encoder;
    this.window = window;
  }

  /**
   * Returns the rule that learns once from all time steps of a batch.
   *
   * @param forward what the network does with a batch's inputs, of shape [n, ...]
   * @param loss a scalar, the mean over a batch, of that and the targets
   * @param readout predictions, of shape [n, ...]
   * @param optimizer of the network's parameters
   */
  public static BackpropagationThroughTime of(
      SpikingNetwork network,
      Function<Variable, SpikingNetwork.Result> forward,
      BiFunction<SpikingNetwork.Result, Variable, Variable> loss,
      Function<SpikingNetwork.Result, Variable> readout,
      Optimizer<?> optimizer) {
    return new BackpropagationThroughTime(network, forward, loss, readout, optimizer, null, 0);
  }

  /**
   * Returns the rule that learns after every few time steps. The state goes on from window to
   * window, without its history, so that no gradient goes back further than its window and no more
   * than a window is kept.
   *
   * @param encoder makes of a batch's inputs, of shape [n, ...], a sequence [time, n, ...]
   * @param window the number of time steps between two steps of the optimizer
   * @param loss a scalar, the mean over a batch, of a window and the targets
   * @param readout predictions, of shape [n, ...], of the whole sequence
   */
  public static BackpropagationThroughTime truncated(
      SpikingNetwork network,
      UnaryOperator<Variable> encoder,
      int window,
      BiFunction<SpikingNetwork.Result, Variable, Variable> loss,
      Function<SpikingNetwork.Result, Variable> readout,
      Optimizer<?> optimizer) {
    checkArgument(window >= 1, "truncated: a window needs at least 1 time step, got %s", window);
    return new BackpropagationThroughTime(
        network,
        inputs -> network.run(encoder.apply(inputs)),
        loss,
        readout,
        optimizer,
        encoder,
        window);
  }

  @Override
  public Module module() {
    return network;
  }

  @Override
  public Outcome learn(Batch batch) {
    if (!network.isTraining()) {
      network.train();
    }
    if (encoder == null) {
      SpikingNetwork.Result result = forward.apply(batch.inputs());
      double value = step(result, batch.targets());
      return Outcome.of(value, readout.apply(result).detach());
    }
    Variable inputs = encoder.apply(batch.inputs());
    List<Variable> spikes = new ArrayList<>();
    List<Variable> membranes = new ArrayList<>();
    SpikingNetwork.State state = null;
    double sum = 0;
    for (Variable part : inputs.split(0, window)) {
      SpikingNetwork.Result result =
          state == null ? network.run(part) : network.run(part, state.detach());
      double value = step(result, batch.targets());
      sum += value * part.size(0);
      if (!Double.isFinite(value)) {
        return Outcome.of(value, null);
      }
      spikes.add(result.spikes().detach());
      membranes.add(result.membranes().detach());
      state = result.state();
    }
    if (state == null) {
      throw new IllegalArgumentException("truncated: the encoder made no time steps");
    }
    SpikingNetwork.Result whole =
        new SpikingNetwork.Result(
            Variable.cat(0, spikes), Variable.cat(0, membranes), state.detach());
    return Outcome.of(sum / inputs.size(0), readout.apply(whole));
  }

  /** Changes the parameters, unless the loss is NaN or infinite, and returns it. */
  private double step(SpikingNetwork.Result result, Variable targets) {
    Variable value = loss.apply(result, targets);
    if (Double.isFinite(value.item())) {
      optimizer.zeroGrad();
      value.backward();
      optimizer.step();
    }
    return value.item();
  }

  /** Returns the readout, of shape [n, ...]. */
  @Override
  public Variable predict(Variable inputs) {
    return network.evaluate(() -> readout.apply(forward.apply(inputs)));
  }

  @Override
  public void addTo(TrainingState state) {
    state.add("model", network);
    state.add("optimizer", optimizer);
  }
}
