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
import org.autograd.training.Backpropagation;
import org.autograd.training.LearningRule;
import org.autograd.training.Outcome;
import org.autograd.training.TrainingState;
import org.jspecify.annotations.Nullable;

/**
 * Learning of a {@link SpikingNetwork} by the gradient of a loss of its spikes or membranes, for a
 * {@code Trainer}. Through all time steps this is {@link Backpropagation}, which {@link #of} makes;
 * a rule of this class is truncated.
 *
 * <pre>{@code
 * Backpropagation rule =
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
  private final Run whole;
  private final BiFunction<SpikingNetwork.Result, Variable, Variable> loss;
  private final Function<SpikingNetwork.Result, Variable> readout;
  private final Optimizer<?> optimizer;

  /** Makes a sequence of a batch's inputs. */
  private final UnaryOperator<Variable> encoder;

  private final int window;

  private BackpropagationThroughTime(
      SpikingNetwork network,
      UnaryOperator<Variable> encoder,
      int window,
      BiFunction<SpikingNetwork.Result, Variable, Variable> loss,
      Function<SpikingNetwork.Result, Variable> readout,
      Optimizer<?> optimizer) {
    this.network = network;
    this.loss = loss;
    this.readout = readout;
    this.optimizer = optimizer;
    this.encoder = encoder;
    this.window = window;
    whole = new Run(inputs -> network.run(encoder.apply(inputs)), loss, readout);
  }

  /** A run, whose loss is of more than the predictions that are made of it. */
  private static final class Run {
    private final Function<Variable, SpikingNetwork.Result> forward;
    private final BiFunction<SpikingNetwork.Result, Variable, Variable> loss;
    private final Function<SpikingNetwork.Result, Variable> readout;
    private SpikingNetwork.@Nullable Result last;
    private @Nullable Variable lastPredictions;

    Run(
        Function<Variable, SpikingNetwork.Result> forward,
        BiFunction<SpikingNetwork.Result, Variable, Variable> loss,
        Function<SpikingNetwork.Result, Variable> readout) {
      this.forward = forward;
      this.loss = loss;
      this.readout = readout;
    }

    Variable predictions(Batch batch) {
      SpikingNetwork.Result result = forward.apply(batch.inputs());
      Variable predictions = readout.apply(result);
      last = result;
      lastPredictions = predictions;
      return predictions;
    }

    /** Returns the loss of the run that led to some predictions, usually the last. */
    Variable loss(Variable predictions, Batch batch) {
      SpikingNetwork.Result present = last;
      SpikingNetwork.Result result =
          present != null && predictions == lastPredictions
              ? present
              : forward.apply(batch.inputs());
      // What the backward pass needs is not to be kept until the next one.
      last = null;
      lastPredictions = null;
      return loss.apply(result, batch.targets());
    }
  }

  /**
   * Returns the rule that learns once from all time steps of a batch, with the default options.
   *
   * @param forward what the network does with a batch's inputs, of shape [n, ...]
   * @param loss a scalar, the mean over a batch, of that and the targets
   * @param readout predictions, of shape [n, ...]
   * @param optimizer of the network's parameters
   */
  public static Backpropagation of(
      SpikingNetwork network,
      Function<Variable, SpikingNetwork.Result> forward,
      BiFunction<SpikingNetwork.Result, Variable, Variable> loss,
      Function<SpikingNetwork.Result, Variable> readout,
      Optimizer<?> optimizer) {
    return of(network, forward, loss, readout, optimizer, Backpropagation.options());
  }

  /** Returns the rule that learns once from all time steps, with clipping and all else there is. */
  public static Backpropagation of(
      SpikingNetwork network,
      Function<Variable, SpikingNetwork.Result> forward,
      BiFunction<SpikingNetwork.Result, Variable, Variable> loss,
      Function<SpikingNetwork.Result, Variable> readout,
      Optimizer<?> optimizer,
      Backpropagation.Options options) {
    Run run = new Run(forward, loss, readout);
    return new Backpropagation(network, run::predictions, run::loss, optimizer, options);
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
    return new BackpropagationThroughTime(network, encoder, window, loss, readout, optimizer);
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
    Variable inputs = encoder.apply(batch.inputs());
    List<Variable> spikes = new ArrayList<>();
    List<Variable> membranes = new ArrayList<>();
    SpikingNetwork.State state = null;
    double sum = 0;
    for (Variable part : inputs.split(0, window)) {
      SpikingNetwork.Result made =
          state == null ? network.run(part) : network.run(part, state.detach());
      double value = step(made, batch.targets());
      sum += value * part.size(0);
      if (!Double.isFinite(value)) {
        return outcome(value, null);
      }
      spikes.add(made.spikes().detach());
      membranes.add(made.membranes().detach());
      state = made.state();
    }
    if (state == null) {
      throw new IllegalArgumentException("truncated: the encoder made no time steps");
    }
    SpikingNetwork.Result result =
        new SpikingNetwork.Result(
            Variable.cat(0, spikes), Variable.cat(0, membranes), state.detach());
    return outcome(sum / inputs.size(0), readout.apply(result));
  }

  private Outcome outcome(double value, @Nullable Variable predictions) {
    return Outcome.of(value, predictions)
        .with("learning_rate", optimizer.groups().getFirst().options().learningRate());
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
    return network.evaluate(() -> whole.predictions(Batch.of(inputs)));
  }

  /** Returns the loss of whole sequences. */
  @Override
  public double validationLoss(Variable predictions, Batch batch) {
    return network.evaluate(() -> whole.loss(predictions, batch).item());
  }

  @Override
  public void addTo(TrainingState state) {
    state.add("model", network);
    state.add("optimizer", optimizer);
  }
}
