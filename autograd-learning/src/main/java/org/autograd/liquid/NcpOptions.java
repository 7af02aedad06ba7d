package org.autograd.liquid;

/**
 * The sizes of a neural circuit policy, {@link Wiring#ncp}.
 *
 * @param interNeurons how many neurons the inputs reach
 * @param commandNeurons how many neurons those reach
 * @param motorNeurons how many outputs there are
 * @param sensoryFanOut the number of inter neurons that each input reaches
 * @param interFanOut the number of command neurons that each inter neuron reaches
 * @param recurrentCommandSynapses the number of synapses among command neurons
 * @param motorFanIn the number of command neurons that each motor neuron is reached by
 */
public record NcpOptions(
    int interNeurons,
    int commandNeurons,
    int motorNeurons,
    int sensoryFanOut,
    int interFanOut,
    int recurrentCommandSynapses,
    int motorFanIn) {
  /** Checks that there are as many neurons as each is to have synapses to. */
  public NcpOptions {
    between("interNeurons", interNeurons, 1, Integer.MAX_VALUE);
    between("commandNeurons", commandNeurons, 1, 1 << 15);
    between("motorNeurons", motorNeurons, 1, Integer.MAX_VALUE);
    between("sensoryFanOut", sensoryFanOut, 1, interNeurons);
    between("interFanOut", interFanOut, 1, commandNeurons);
    between(
        "recurrentCommandSynapses", recurrentCommandSynapses, 0, commandNeurons * commandNeurons);
    between("motorFanIn", motorFanIn, 1, commandNeurons);
  }

  private static void between(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "NcpOptions: %s must be from %d to %d, got %d".formatted(name, least, most, value));
    }
  }

  /**
   * Returns the sizes that {@link Wiring#autoNcp} derives.
   *
   * @throws IllegalArgumentException if a number is out of its range
   */
  public static NcpOptions auto(int units, int outputs, double sparsity) {
    if (outputs < 1 || units < outputs + 3) {
      throw new IllegalArgumentException(
          ("autoNcp: needs at least one output and three neurons more than outputs, got %d"
                  + " neurons and %d outputs")
              .formatted(units, outputs));
    }
    if (!(sparsity >= 0.1 && sparsity <= 0.9)) {
      throw new IllegalArgumentException(
          "autoNcp: sparsity must be in [0.1, 0.9], got " + sparsity);
    }
    double density = 1 - sparsity;
    int command = Math.max((int) (0.4 * (units - outputs)), 1);
    int inter = units - outputs - command;
    return new NcpOptions(
        inter,
        command,
        outputs,
        Math.max((int) (inter * density), 1),
        Math.max((int) (command * density), 1),
        (int) (command * density * 2),
        Math.max((int) (command * density), 1));
  }

  /** Returns the number of all neurons. */
  public int units() {
    return interNeurons + commandNeurons + motorNeurons;
  }
}
