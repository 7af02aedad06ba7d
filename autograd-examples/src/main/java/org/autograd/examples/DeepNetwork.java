package org.autograd.examples;

import java.util.stream.Stream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.nn.Linear;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.type.DType;

/** A classifier with many hidden layers of one kind, from {@code [batch, inputs]} to logits. */
final class DeepNetwork extends UnaryModule {
  private final UnaryModule first;
  private final UnaryModule hidden;
  private final UnaryModule last;

  DeepNetwork(DeepLayer layer, int depth, int inputs, int width, int classes, Generator rng) {
    Linear.Options linear = Linear.options().generator(rng);
    first = child("first", new Linear(inputs, width, linear));
    hidden =
        child(
            "hidden",
            new Sequential(
                Stream.generate(() -> layer.create(width, DType.FLOAT32, rng))
                    .limit(depth)
                    .toList()));
    // What residual layers add up to has been normalised nowhere.
    UnaryModule head = new Linear(width, classes, linear);
    last =
        child(
            "last",
            layer.residual() ? new Sequential(layer.createNorm(width, DType.FLOAT32), head) : head);
  }

  @Override
  protected Variable forward(Variable input) {
    return last.apply(hidden.apply(first.apply(input)));
  }
}
