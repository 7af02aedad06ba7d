package org.autograd.local;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Function;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.training.TrainingState;
import org.autograd.type.DType;

/**
 * The angles between the gradients that a rule makes and those of backpropagation, in degrees.
 * Below 90 a small step along the rule's gradient makes the loss smaller; random directions of many
 * elements are at 90.
 *
 * <pre>{@code
 * Alignment alignment =
 *     Alignment.of(rule, b -> Losses.crossEntropy(model.apply(b.inputs()), b.targets()), batch);
 * }</pre>
 *
 * @param angles by the names of the parameters; NaN where one of the gradients is zero
 * @param total the angle of all those gradients taken as one vector
 */
public record Alignment(SequencedMap<String, Double> angles, double total) {
  /** Copies the angles. */
  public Alignment {
    angles = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(angles));
  }

  /**
   * Measures a rule on a batch, without learning from it: the rule and its model are afterwards as
   * they were, but for the gradients, which are gone, and so is {@link Autograd#generator()}.
   *
   * @param loss whose gradient is the true one, a scalar
   */
  public static Alignment of(GradientRule rule, Function<Batch, Variable> loss, Batch batch) {
    TrainingState state = new TrainingState();
    rule.addTo(state);
    SequencedMap<String, Variable> before = new LinkedHashMap<>();
    state.save().forEach((name, value) -> before.put(name, value.detach().copy()));
    Generator.State random = Autograd.generator().state();
    SequencedMap<String, Variable> made;
    SequencedMap<String, Variable> right;
    try {
      made = rule.gradients(batch);
      loss.apply(batch).backward();
      right = rule.takeGradients();
    } finally {
      state.load(before);
      Autograd.generator().restore(random);
    }

    SequencedMap<String, Double> angles = new LinkedHashMap<>();
    double product = 0;
    double madeSquare = 0;
    double rightSquare = 0;
    for (var entry : made.entrySet()) {
      Variable other = right.get(entry.getKey());
      if (other == null) {
        continue;
      }
      Variable a = entry.getValue().to(DType.FLOAT64).flatten();
      Variable b = other.to(DType.FLOAT64).flatten();
      angles.put(entry.getKey(), angle(a.dot(b).item(), a.dot(a).item(), b.dot(b).item()));
      product += a.dot(b).item();
      madeSquare += a.dot(a).item();
      rightSquare += b.dot(b).item();
    }
    return new Alignment(angles, angle(product, madeSquare, rightSquare));
  }

  private static double angle(double product, double firstSquare, double secondSquare) {
    double cosine = product / Math.sqrt(firstSquare * secondSquare);
    return Math.toDegrees(Math.acos(Math.clamp(cosine, -1, 1)));
  }
}
