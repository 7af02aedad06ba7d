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
import org.autograd.nn.Convolution;
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
 * <p>These are counts of operations, not of energy. Each application of a layer counts: a layer in
 * front of the first neurons is applied once by {@link SpikingNetwork#repeat}, and at every time
 * step by {@link SpikingNetwork#run(Variable)}. Additions are exact for any stride, padding and
 * dilation; the dense count includes the zeros of the padding.
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
    Variable x = input.detach();
    Variable active = x.ne(0.0);
    Variable weight;
    // How many of a group's inputs, which are all for a linear layer, each of its outputs adds up.
    Variable reached;
    long groups = 1;
    switch (layer) {
      case Linear linear -> {
        weight = linear.weight();
        reached = active.to(DType.INT64).sum(-1);
      }
      case Convolution convolution -> {
        weight = convolution.weight();
        groups = convolution.filters().groups();
        reached = reached(convolution, active.to(weight.dtype())).to(DType.INT64);
      }
      default -> throw new IllegalArgumentException("SynapticOperations: " + layer);
    }
    long outputs = weight.size(0) / groups;
    long synapses = weight.elementCount() / weight.size(0);
    long dense = reached.elementCount() * outputs * synapses;
    boolean binary = x.eq(1.0).logicalOr(active.logicalNot()).all().item() != 0;
    long additions = outputs * (long) reached.sum().item();
    Count count = binary ? new Count(additions, 0, dense) : new Count(0, dense, dense);
    counts.merge(name, count, Count::plus);
  }

  /** Returns the sums over what each place of the filters covers, one for each group. */
  private static Variable reached(Convolution layer, Variable active) {
    long[] shape = layer.weight().shape().toArray();
    shape[0] = layer.filters().groups();
    Variable ones = Variable.ones(active.dtype(), shape);
    return switch (layer) {
      case Conv1d _ -> active.conv1d(ones, null, layer.filters());
      case Conv2d _ -> active.conv2d(ones, null, layer.filters());
      case Conv3d _ -> active.conv3d(ones, null, layer.filters());
      default -> throw new IllegalArgumentException("SynapticOperations: " + layer);
    };
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
