package org.autograd.nn;

import java.util.List;
import org.autograd.Variable;

/** Modules applied one after the other, named "0", "1", ... PyTorch's {@code nn.Sequential}. */
public final class Sequential extends UnaryModule {
  private final List<UnaryModule> layers;

  /** Creates a chain; an empty one returns its input. */
  public Sequential(UnaryModule... layers) {
    this(List.of(layers));
  }

  /** Creates a chain; an empty one returns its input. */
  public Sequential(List<? extends UnaryModule> layers) {
    this.layers = List.copyOf(layers);
    for (int k = 0; k < this.layers.size(); k++) {
      child(Integer.toString(k), this.layers.get(k));
    }
  }

  /** Returns the modules in their order. */
  public List<UnaryModule> layers() {
    return layers;
  }

  @Override
  protected Variable forward(Variable input) {
    return Activation.chain(layers, input);
  }
}
