package org.autograd.forwardforward;

import java.util.ArrayList;
import java.util.List;
import org.autograd.Variable;
import org.autograd.nn.Linear;
import org.autograd.nn.ModuleList;
import org.autograd.nn.UnaryModule;
import org.autograd.type.DType;

/**
 * Layers that each see the one below and the one above a moment before, between an input at the
 * bottom and a class at the top, which are both held still: Hinton's treatment of an image as a
 * video that does not move. With {@code norm} the normalisation of the {@link Objective},
 *
 * <pre>{@code
 * s_k(t) = 0.7 relu(W_k norm(s_{k-1}(t-1)) + b_k + V_k norm(s_{k+1}(t-1))) + 0.3 s_k(t-1)
 * }</pre>
 *
 * <p>It begins with one pass from the bottom up, without V. As a module it computes the sum of the
 * layers' goodness in steps 3 to 5 with each class. {@link RecurrentForwardForward} trains it.
 */
public final class RecurrentForwardForwardNetwork extends UnaryModule {
  private static final double NEW_SHARE = 0.7;
  private static final int FIRST_SCORED = 3;
  private static final int LAST_SCORED = 5;

  private final ModuleList<ForwardForwardLayer> layers;
  private final ModuleList<Linear> above;
  private final int classes;

  /**
   * Creates a network.
   *
   * @param linear the options of all weights, which start as {@link Objective#hinton} says if there
   *     is no initializer
   * @param classes the number of classes
   * @param sizes the length of an input, and the number of units of each layer
   */
  public RecurrentForwardForwardNetwork(
      Objective objective, Linear.Options linear, int classes, long... sizes) {
    if (sizes.length < 2 || classes < 2) {
      throw new IllegalArgumentException(
          "RecurrentForwardForwardNetwork: needs the length of an input, the size of at least one"
              + " layer and at least 2 classes");
    }
    Linear.Options initialized = objective.initialized(linear);
    List<ForwardForwardLayer> bottomUp = new ArrayList<>();
    List<Linear> topDown = new ArrayList<>();
    for (int k = 1; k < sizes.length; k++) {
      long upper = k + 1 < sizes.length ? sizes[k + 1] : classes;
      bottomUp.add(
          new ForwardForwardLayer(new Linear(sizes[k - 1], sizes[k], initialized), objective));
      topDown.add(new Linear(upper, sizes[k], initialized.bias(false)));
    }
    this.layers = child("layers", new ModuleList<>(bottomUp));
    this.above = child("above", new ModuleList<>(topDown));
    this.classes = classes;
  }

  /** Returns the layers, from the input on. */
  List<ForwardForwardLayer> layers() {
    List<ForwardForwardLayer> result = new ArrayList<>();
    layers.forEach(result::add);
    return List.copyOf(result);
  }

  /** Returns the number of classes. */
  public int classes() {
    return classes;
  }

  /** What becomes of a layer in a step: what its units are given, and what they make of it. */
  @FunctionalInterface
  interface Observer {
    /** Sees a layer in a step, counted from 1. */
    void see(int step, ForwardForwardLayer layer, Variable z, Variable activity);
  }

  /**
   * Lets the activities develop. No gradient passes from a step to the next or between layers.
   *
   * @param inputs of shape [size, length]
   * @param labels int64, of shape [size]
   */
  void run(Variable inputs, Variable labels, int steps, Observer observer) {
    Variable top = labels.oneHot(classes).to(inputs.dtype());
    List<Variable> states = new ArrayList<>();
    Variable below = inputs.detach();
    for (ForwardForwardLayer layer : layers) {
      below = layer.apply(below).detach();
      states.add(below);
    }
    for (int step = 1; step <= steps; step++) {
      List<Variable> next = new ArrayList<>();
      for (int k = 0; k < layers.size(); k++) {
        ForwardForwardLayer layer = layers.get(k);
        Variable lower = k == 0 ? inputs.detach() : states.get(k - 1);
        Variable upper = k + 1 == layers.size() ? top : states.get(k + 1);
        Variable fromAbove = above.get(k).apply(layer.objective().normalize(upper));
        Variable z = layer.input(lower).add(fromAbove);
        Variable activity = z.relu().mul(NEW_SHARE).add(states.get(k).mul(1 - NEW_SHARE));
        observer.see(step, layer, z, activity);
        next.add(activity.detach());
      }
      states = next;
    }
  }

  @Override
  protected Variable forward(Variable input) {
    List<Variable> columns = new ArrayList<>();
    for (int label = 0; label < classes; label++) {
      Variable[] sum = {Variable.zeros(input.dtype(), input.size(0))};
      run(
          input,
          Variable.full(DType.INT64, label, input.size(0)),
          LAST_SCORED,
          (step, layer, _, activity) -> {
            if (step >= FIRST_SCORED) {
              sum[0] = sum[0].add(layer.objective().goodness(activity));
            }
          });
      columns.add(sum[0]);
    }
    return Variable.stack(1, columns);
  }
}
