package org.autograd.spiking;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.Variable;
import org.autograd.nn.Conv1d;
import org.autograd.nn.Conv2d;
import org.autograd.nn.Conv3d;
import org.autograd.nn.Linear;
import org.autograd.nn.Module;
import org.autograd.nn.ModuleHook;
import org.autograd.type.DType;

/**
 * Counts what a network's linear and convolutional layers are given: for spikes, one addition per
 * spike and synapse; for other numbers, one multiplication and addition each. Hardware that is
 * driven by events would do the former; this computer does all of it whatever spikes.
 *
 * <pre>{@code
 * try (SynapticOperations counter = SynapticOperations.of(network)) {
 *   network.run(inputs);
 *   System.out.println(counter.total().accumulates() + " of " + counter.total().dense());
 * }
 * }</pre>
 *
 * <p>These are counts of operations, not of energy. At the border of a convolution all synapses of
 * the middle are counted.
 */
public final class SynapticOperations implements AutoCloseable {
  private final SequencedMap<String, Count> counts = new LinkedHashMap<>();
  private final List<ModuleHook> hooks = new ArrayList<>();

  /**
   * What a layer was given.
   *
   * @param accumulates additions that spikes cause: their number times the synapses of each
   * @param multiplyAccumulates multiplications with additions, where the input was not of spikes
   * @param dense multiplications with additions if no zero were left out
   */
  public record Count(long accumulates, long multiplyAccumulates, long dense) {
    private Count plus(Count other) {
      return new Count(
          accumulates + other.accumulates,
          multiplyAccumulates + other.multiplyAccumulates,
          dense + other.dense);
    }

    /**
     * Converts the count by two prices, and nothing else: an arithmetic, not a measurement. For 45
     * nm and 32-bit floats 0.9 and 4.6 picojoules are often cited.
     *
     * @param perAccumulate picojoules of an addition
     * @param perMultiplyAccumulate picojoules of a multiplication with addition
     */
    public double picojoules(double perAccumulate, double perMultiplyAccumulate) {
      return accumulates * perAccumulate + multiplyAccumulates * perMultiplyAccumulate;
    }
  }

  private SynapticOperations() {}

  /** Begins to count the operations of all linear and convolutional layers in a module. */
  public static SynapticOperations of(Module module) {
    SynapticOperations counter = new SynapticOperations();
    module
        .namedModules()
        .forEach((name, part) -> {
          if (part instanceof Linear
              || part instanceof Conv1d
              || part instanceof Conv2d
              || part instanceof Conv3d) {
            counter.counts.put(name, new Count(0, 0, 0));
            counter.hooks.add(
                part.beforeForward(inputs -> {
                  counter.count(name, part, inputs.getFirst());
                  return null;
                }));
          }
        });
    return counter;
  }

  private void count(String name, Module layer, Variable input) {
    Variable weight = layer.stateDict().get("weight");
    if (weight == null) {
      throw new IllegalStateException("SynapticOperations: layer " + name + " has no weight");
    }
    // A weight is [outputs, inputs of a group, ...].
    long channelAxis = layer instanceof Linear ? input.rank() - 1 : 1;
    long groups = input.size((int) channelAxis) / weight.size(1);
    long synapses = weight.elementCount() / weight.size(1) / groups;
    Variable x = input.detach();
    Variable active = x.ne(0.0);
    long spikes = (long) active.to(DType.INT64).sum().item();
    boolean binary = x.eq(1.0).logicalOr(active.logicalNot()).all().item() != 0;
    long dense = input.elementCount() * synapses;
    counts.merge(
        name, new Count(binary ? spikes * synapses : 0, binary ? 0 : dense, dense), Count::plus);
  }

  /** Returns the counts since the beginning or the last reset, by the layers' names. */
  public Map<String, Count> counts() {
    return ImmutableMap.copyOf(counts);
  }

  /** Returns the sum over all layers. */
  public Count total() {
    return counts.values().stream().reduce(new Count(0, 0, 0), Count::plus);
  }

  /** Begins again at 0. */
  public void reset() {
    counts.replaceAll((_, _) -> new Count(0, 0, 0));
  }

  /** Ends counting; the counts remain. */
  @Override
  public void close() {
    hooks.forEach(ModuleHook::close);
  }
}
