package org.autograd.liquid;

import java.util.List;
import java.util.TreeSet;
import org.autograd.Generator;

/** Draws the synapses of {@link Wiring#ncp}, layer by layer. */
final class NcpWiring {
  private final NcpOptions options;
  private final Generator rng;
  private final List<Integer> motor;
  private final List<Integer> command;
  private final List<Integer> inter;
  private final int[][] sensory;
  private final int[][] synapses;

  private NcpWiring(int inputs, NcpOptions options, Generator rng) {
    this.options = options;
    this.rng = rng;
    int motorEnd = options.motorNeurons();
    int commandEnd = motorEnd + options.commandNeurons();
    motor = Wiring.range(0, motorEnd);
    command = Wiring.range(motorEnd, commandEnd);
    inter = Wiring.range(commandEnd, options.units());
    sensory = new int[inputs][options.units()];
    synapses = new int[options.units()][options.units()];
  }

  static Wiring create(int inputs, NcpOptions options, Generator rng) {
    Wiring.checkSizes(inputs, options.units(), options.motorNeurons());
    NcpWiring wiring = new NcpWiring(inputs, options, rng);
    List<Integer> sensors = Wiring.range(0, inputs);
    wiring.fanOut(wiring.sensory, sensors, wiring.inter, options.sensoryFanOut());
    wiring.fanOut(wiring.synapses, wiring.inter, wiring.command, options.interFanOut());
    wiring.connectCommandNeurons();
    wiring.connectMotorNeurons();
    return Wiring.ofLayers(
        wiring.sensory,
        wiring.synapses,
        options.motorNeurons(),
        List.of(
            new Wiring.Layer("inter", wiring.inter),
            new Wiring.Layer("command", wiring.command),
            new Wiring.Layer("motor", wiring.motor)));
  }

  /** Connects each source to some targets, and each target that none reached to some sources. */
  private void fanOut(int[][] matrix, List<Integer> sources, List<Integer> targets, int count) {
    TreeSet<Integer> unreached = new TreeSet<>(targets);
    for (int from : sources) {
      for (int to : Draws.distinct(targets, count, rng)) {
        matrix[from][to] = polarity();
        unreached.remove(to);
      }
    }
    int mean = Math.clamp((long) sources.size() * count / targets.size(), 1, sources.size());
    for (int to : unreached) {
      for (int from : Draws.distinct(sources, mean, rng)) {
        matrix[from][to] = polarity();
      }
    }
  }

  private void connectCommandNeurons() {
    int size = command.size();
    int count = options.recurrentCommandSynapses();
    for (int pair : Draws.distinct(Wiring.range(0, size * size), count, rng)) {
      synapses[command.get(pair / size)][command.get(pair % size)] = polarity();
    }
  }

  /** Connects each motor neuron to some command neurons, and each of those to some motor neuron. */
  private void connectMotorNeurons() {
    int count = options.motorFanIn();
    TreeSet<Integer> unused = new TreeSet<>(command);
    for (int to : motor) {
      for (int from : Draws.distinct(command, count, rng)) {
        synapses[from][to] = polarity();
        unused.remove(from);
      }
    }
    int mean = Math.clamp((long) motor.size() * count / command.size(), 1, motor.size());
    for (int from : unused) {
      for (int to : Draws.distinct(motor, mean, rng)) {
        synapses[from][to] = polarity();
      }
    }
  }

  private int polarity() {
    return rng.nextBoolean() ? 1 : -1;
  }
}
