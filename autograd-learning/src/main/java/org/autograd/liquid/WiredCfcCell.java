package org.autograd.liquid;

import java.util.ArrayList;
import java.util.List;
import org.autograd.Variable;
import org.autograd.nn.ModuleList;

/**
 * {@link CfcCell}s for the layers of a {@link Wiring}, one after the other: each reads the new
 * states of the layer before, through those synapses that exist, and all states of its own. Within
 * a layer the wiring is not asked, nor is it for the gate, and there is no backbone; as in {@code
 * ncps}. The state has the neurons in the order of the layers; outputs are those of the last.
 */
public final class WiredCfcCell extends LiquidCell {
  private final Wiring wiring;
  private final List<CfcCell> cells;

  /** Creates a cell with the default options. */
  public WiredCfcCell(Wiring wiring) {
    this(wiring, CfcCell.options());
  }

  /**
   * Creates a cell.
   *
   * @param options of which mode, dtype and generator matter
   * @throws IllegalArgumentException unless the motor neurons come first in the last layer
   */
  public WiredCfcCell(Wiring wiring, CfcCell.Options options) {
    super(wiring.inputs(), wiring.units(), options.dtype());
    this.wiring = wiring;
    List<Integer> last = wiring.layers().getLast().neurons();
    List<Integer> motor = Wiring.range(0, wiring.outputs());
    if (last.size() < motor.size() || !last.subList(0, motor.size()).equals(motor)) {
      throw new IllegalArgumentException(
          "WiredCfcCell: the last layer must begin with the motor neurons %s, got %s"
              .formatted(motor, last));
    }
    Variable sensory = wiring.sensoryAdjacency(options.dtype()).abs();
    Variable synapses = wiring.adjacency(options.dtype()).abs();
    List<CfcCell> layers = new ArrayList<>();
    Variable sources = null;
    for (Wiring.Layer layer : wiring.layers()) {
      Variable neurons = positions(layer);
      Variable from =
          sources == null
              ? sensory.indexSelect(1, neurons)
              : synapses.indexSelect(0, sources).indexSelect(1, neurons);
      int size = layer.neurons().size();
      Variable mask = Variable.cat(0, from, Variable.ones(options.dtype(), size, size));
      layers.add(
          new CfcCell(
              Math.toIntExact(from.size(0)),
              size,
              options.backbone(0, 1),
              mask.transpose().contiguous()));
      sources = neurons;
    }
    cells = layers;
    child("layers", new ModuleList<>(layers));
  }

  private static Variable positions(Wiring.Layer layer) {
    return Variable.of(layer.neurons().stream().mapToLong(Integer::longValue).toArray());
  }

  /** Returns the wiring. */
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public int outputSize() {
    return wiring.outputs();
  }

  @Override
  public Variable output(Variable state) {
    long last = cells.getLast().stateSize();
    return state.narrow(-1, stateSize() - last, wiring.outputs());
  }

  @Override
  Steps steps(Variable inputs) {
    List<Variable> sensed = Unbind.of(inputs);
    List<CfcCell.Heads> passes = cells.stream().map(CfcCell::pass).toList();
    long[] sizes = cells.stream().mapToLong(CfcCell::stateSize).toArray();
    return (time, state, elapsed) -> {
      List<Variable> before = state.splitInto(-1, sizes);
      List<Variable> after = new ArrayList<>();
      Variable signal = sensed.get(time);
      for (int k = 0; k < passes.size(); k++) {
        signal = passes.get(k).next(Variable.cat(-1, signal, before.get(k)), elapsed);
        after.add(signal);
      }
      return Variable.cat(-1, after);
    };
  }

  @Override
  protected String settings() {
    return wiring.toString();
  }
}
