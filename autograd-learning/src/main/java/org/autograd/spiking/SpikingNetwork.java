package org.autograd.spiking;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.autograd.Checkpoint;
import org.autograd.Variable;
import org.autograd.nn.Module;
import org.autograd.nn.UnaryModule;
import org.jspecify.annotations.Nullable;

/**
 * Layers one after the other, ordinary ones and neurons, over time.
 *
 * <pre>{@code
 * SpikingNetwork network =
 *     new SpikingNetwork(new Linear(64, 128), new Leaky(0.95), new Linear(128, 10), new Leaky(0.95));
 * Variable spikes = network.run(SpikeEncoders.rate(images, 25, rng)).spikes();   // [25, n, 10]
 * Variable loss = SpikeLosses.countCrossEntropy(spikes, labels);
 * }</pre>
 *
 * <p>Layers are named "0", "1", ... The last one is made of neurons. A layer without state sees all
 * time steps at once, as a larger batch, which gives the same and is faster; batch norm therefore
 * normalises over time and batch together, and dropout draws anew for each step.
 */
public final class SpikingNetwork extends Module {
  /** The layers that are neurons have their state's place here, in their order. */
  private final List<Module> layers;

  private final int neurons;

  /**
   * The state of each layer of neurons, in their order.
   *
   * @param layers one for each
   */
  public record State(List<NeuronState<?>> layers) {
    /** Copies the list. */
    public State {
      layers = List.copyOf(layers);
    }

    /** Returns the state without its history: the next backward pass ends here. */
    public State detach() {
      return map(Variable::detach);
    }

    private State map(UnaryOperator<Variable> change) {
      List<NeuronState<?>> changed = new ArrayList<>();
      layers.forEach(layer -> changed.add(layer.map(change)));
      return new State(changed);
    }

    private List<Variable> variables() {
      return layers.stream().flatMap(layer -> layer.variables().stream()).toList();
    }
  }

  /**
   * What came out.
   *
   * @param spikes of the last layer, of shape [time, n, ...]
   * @param membranes of the last layer, of the same shape
   * @param state from which to go on
   */
  public record Result(Variable spikes, Variable membranes, State state) {}

  /**
   * Creates a network.
   *
   * @param layers each a {@link UnaryModule} or a {@link Neuron}; the last a neuron
   */
  public SpikingNetwork(Module... layers) {
    this(List.of(layers));
  }

  /** Creates a network, as above. */
  public SpikingNetwork(List<? extends Module> layers) {
    this.layers = List.copyOf(layers);
    int count = 0;
    for (int k = 0; k < this.layers.size(); k++) {
      Module layer = this.layers.get(k);
      checkArgument(
          layer instanceof UnaryModule || layer instanceof Neuron<?>,
          "SpikingNetwork: layer %s must be a UnaryModule or a Neuron, got %s",
          k,
          layer);
      count += layer instanceof Neuron<?> ? 1 : 0;
      child(Integer.toString(k), layer);
    }
    checkArgument(
        !this.layers.isEmpty() && this.layers.getLast() instanceof Neuron<?>,
        "SpikingNetwork: the last layer must be neurons; a LeakyIntegrator reads out without"
            + " spiking");
    neurons = count;
  }

  /** Returns the layers. */
  public List<Module> layers() {
    return layers;
  }

  /**
   * Computes a sequence from the state at rest.
   *
   * @param inputs of shape [time, n, ...]
   */
  public Result run(Variable inputs) {
    return result(record(inputs, null));
  }

  /**
   * Computes a sequence, going on from a state.
   *
   * @param inputs of shape [time, n, ...]
   * @param state what the sequence before led to, which keeps its history unless it is detached
   * @throws IllegalArgumentException if the state is of another network or another batch size
   */
  public Result run(Variable inputs, State state) {
    return result(record(inputs, state));
  }

  /**
   * Computes a sequence of equal inputs from the state at rest, as {@code run} of the input
   * repeated would, but the layers before the first neurons compute once instead of at each step.
   *
   * @param input of shape [n, ...]
   */
  public Result repeat(Variable input, int steps) {
    checkArgument(steps >= 1, "repeat: needs at least 1 time step, got %s", steps);
    Variable current = input;
    int k = 0;
    while (layers.get(k) instanceof UnaryModule layer) {
      current = layer.apply(current);
      k++;
    }
    List<Recording<?>> recordings = new ArrayList<>();
    recordings.add(repeat((Neuron<?>) layers.get(k), current, steps));
    if (k + 1 < layers.size()) {
      recordings.addAll(record(recordings.getFirst().spikes(), null, k + 1));
    }
    return result(recordings);
  }

  private static <S extends NeuronState<S>> Recording<S> repeat(
      Neuron<S> neuron, Variable input, int steps) {
    return neuron.repeat(input, steps, neuron.initial(input));
  }

  /**
   * Computes a sequence and returns what each layer of neurons did, for pictures and counts.
   *
   * @param state null for the state at rest
   */
  public List<Recording<?>> record(Variable inputs, @Nullable State state) {
    checkArgument(
        state == null || state.layers().size() == neurons,
        "SpikingNetwork: a state of %s layers of neurons was given to a network of %s",
        state == null ? 0 : state.layers().size(),
        neurons);
    return record(inputs, state, 0);
  }

  private List<Recording<?>> record(Variable inputs, @Nullable State state, int from) {
    List<Recording<?>> recordings = new ArrayList<>();
    Variable present = inputs;
    for (int k = from; k < layers.size(); k++) {
      Module layer = layers.get(k);
      if (layer instanceof Neuron<?> neuron) {
        NeuronState<?> before = state == null ? null : state.layers().get(recordings.size());
        Recording<?> recording = run(neuron, present, before);
        recordings.add(recording);
        // Those of the last layer are taken when they are asked for.
        present = k == layers.size() - 1 ? present : recording.spikes();
      } else {
        present = overTime((UnaryModule) layer, present);
      }
    }
    return recordings;
  }

  private static <S extends NeuronState<S>> Recording<S> run(
      Neuron<S> neuron, Variable inputs, @Nullable NeuronState<?> state) {
    if (state == null) {
      return neuron.run(inputs);
    }
    checkArgument(
        neuron.stateType().isInstance(state),
        "SpikingNetwork: %s needs a state of %s, got one of %s",
        neuron.getClass().getSimpleName(),
        neuron.stateType().getName(),
        state.getClass().getName());
    return neuron.run(inputs, neuron.stateType().cast(state));
  }

  /** Applies a layer to all time steps as one batch. */
  private static Variable overTime(UnaryModule layer, Variable sequence) {
    checkArgument(
        sequence.rank() >= 2,
        "SpikingNetwork: the input must be of shape [time, n, ...], got %s",
        Neuron.describe(sequence));
    long[] sizes = sequence.shape().toArray();
    long[] merged = Arrays.copyOfRange(sizes, 1, sizes.length);
    merged[0] *= sizes[0];
    Variable result = layer.apply(sequence.reshape(merged));
    long[] own = result.shape().toArray();
    checkArgument(
        own.length > 0 && own[0] == merged[0],
        "SpikingNetwork: layer %s made %s of the batch %s",
        layer,
        Neuron.describe(result),
        Arrays.toString(merged));
    long[] split = new long[own.length + 1];
    split[0] = sizes[0];
    split[1] = sizes[1];
    System.arraycopy(own, 1, split, 2, own.length - 1);
    return result.reshape(split);
  }

  private static Result result(List<Recording<?>> recordings) {
    Recording<?> last = recordings.getLast();
    List<NeuronState<?>> states = new ArrayList<>();
    recordings.forEach(recording -> states.add(recording.last()));
    return new Result(last.spikes(), last.membranes(), new State(states));
  }

  /**
   * Computes a sequence in segments of which only the states in between are kept for the backward
   * pass, which computes each segment again. What is kept is then a segment and a state for each,
   * instead of all time steps; gradients are those of the segments without {@link Checkpoint}, bit
   * for bit.
   *
   * @param inputs of shape [time, n, ...]
   * @param segment the number of time steps of each but the last; the square root of all takes
   *     least memory
   */
  public Result runCheckpointed(Variable inputs, int segment) {
    return segments(inputs, segment, true);
  }

  /** Computes in segments, with checkpoints or without. */
  Result segments(Variable inputs, int segment, boolean checkpointed) {
    checkArgument(segment >= 1, "SpikingNetwork: a segment needs at least 1 step, got %s", segment);
    List<Variable> parts = inputs.split(0, segment);
    List<Variable> spikes = new ArrayList<>();
    List<Variable> membranes = new ArrayList<>();
    State state = null;
    for (int k = 0; k < parts.size(); k++) {
      Variable part = parts.get(k);
      // The backward pass begins in the last one, which would be computed again at once.
      Result result =
          checkpointed && k < parts.size() - 1
              ? checkpointed(part, state)
              : result(record(part, state));
      spikes.add(result.spikes());
      membranes.add(result.membranes());
      state = result.state();
    }
    return new Result(
        Variable.cat(0, spikes), Variable.cat(0, membranes), Objects.requireNonNull(state));
  }

  private Result checkpointed(Variable part, @Nullable State state) {
    List<Variable> arguments = new ArrayList<>(List.of(part));
    if (state != null) {
      arguments.addAll(state.variables());
    }
    List<State> after = new ArrayList<>();
    List<Variable> results =
        Checkpoint.checkpointAll(
            in -> {
              Iterator<Variable> own = Arrays.asList(in).subList(1, in.length).iterator();
              Result result =
                  result(record(in[0], state == null ? null : state.map(_ -> own.next())));
              if (!Checkpoint.isRecomputing()) {
                after.add(result.state());
              }
              List<Variable> all = new ArrayList<>(List.of(result.spikes(), result.membranes()));
              all.addAll(result.state().variables());
              return all;
            },
            arguments.toArray(Variable[]::new));
    Iterator<Variable> states = results.subList(2, results.size()).iterator();
    return new Result(results.get(0), results.get(1), after.getFirst().map(_ -> states.next()));
  }
}
