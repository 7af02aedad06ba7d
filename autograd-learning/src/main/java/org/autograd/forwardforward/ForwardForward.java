package org.autograd.forwardforward;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.forwardforward.ForwardForwardNetwork.Prediction;
import org.autograd.local.GradientRule;
import org.autograd.nn.Losses;
import org.autograd.optim.Optimizer;
import org.autograd.training.Outcome;
import org.autograd.training.TrainingState;
import org.jspecify.annotations.Nullable;

/**
 * The Forward-Forward algorithm: each layer learns to find positive data good and negative data
 * bad, from what the layer below makes of them and from nothing else. The network's softmax head
 * learns beside it, without a gradient to the layers.
 *
 * <pre>{@code
 * ForwardForwardNetwork network =
 *     new ForwardForwardNetwork(LabelOverlay.concatenated(10), 64, 200, 200);
 * LearningRule rule =
 *     new ForwardForward(
 *         network,
 *         Negatives.randomLabels(),
 *         new Adam(network.parameters(), Adam.options()),
 *         new Generator(1));
 * for (Batch batch : loader) {
 *   rule.learn(batch);
 * }
 * }</pre>
 *
 * <p>The graph of a layer is gone before the next one computes. All layers step together, from
 * activities before the step. The network's softmax head learns beside them, without a gradient to
 * the layers, if the network predicts by it or the negatives ask it; it sees the activities of all
 * layers at once.
 *
 * <p>An outcome's loss is the sum of those of the layers, and its measures the losses {@code
 * layer_0_loss}, ... and {@code head_loss}. Its predictions are the head's logits; there are none
 * if it does not learn, since goodness would take a pass for each class. {@link #predict} gives the
 * goodness of each class or the head's logits, as the network's options say.
 */
public final class ForwardForward extends GradientRule {
  private final ForwardForwardNetwork network;
  private final Negatives negatives;
  private final Generator rng;

  /**
   * Creates the rule.
   *
   * @param network whose inputs show labels, unless the negatives are hybrid images
   * @param optimizer of the network's parameters, those of the head included
   * @param rng draws the negatives
   */
  public ForwardForward(
      ForwardForwardNetwork network, Negatives negatives, Optimizer<?> optimizer, Generator rng) {
    super(network, optimizer);
    checkFit(network, negatives);
    this.network = network;
    this.negatives = negatives;
    this.rng = rng;
  }

  /** Refuses negatives that a network cannot show. */
  static void checkFit(ForwardForwardNetwork network, Negatives negatives) {
    if (negatives.areLabels() != network.overlay().isPresent()) {
      throw new IllegalArgumentException(
          negatives.areLabels()
              ? "ForwardForward: the negatives are wrong labels, but the network's inputs show no"
                  + " label; give it a LabelOverlay, or use Negatives.hybridImages"
              : "ForwardForward: the negatives are hybrid images, which have no label to be shown;"
                  + " use ForwardForwardNetwork.withoutLabels");
    }
  }

  @Override
  protected Outcome addGradients(Batch batch) {
    return addGradients(network, batch.inputs().detach(), batch.targets(), negatives, rng);
  }

  /** Adds the gradients of all layers, and of the head if it has a use. */
  static Outcome addGradients(
      ForwardForwardNetwork network,
      Variable inputs,
      Variable targets,
      Negatives negatives,
      Generator rng) {
    SequencedMap<String, Double> measures = new LinkedHashMap<>();
    @Nullable Variable logits = null;
    if (negatives.needsHead() || network.prediction() == Prediction.HEAD) {
      Variable features;
      try (var _ = Autograd.noGrad()) {
        features = network.features(inputs);
      }
      logits = network.head().apply(features);
      Variable loss = Losses.crossEntropy(logits, targets);
      double value = loss.item();
      if (Double.isFinite(value)) {
        loss.backward();
      }
      logits = logits.detach();
      measures.put("head_loss", value);
    }
    Variable examples = examples(network, inputs, targets, logits, negatives, rng);
    double total = 0;
    int k = 0;
    for (ForwardForwardLayer layer : network.layers()) {
      Variable z = layer.input(examples);
      Variable activity = z.relu();
      double loss = layer.backward(z, activity);
      measures.put("layer_" + k++ + "_loss", loss);
      total += loss;
      examples = activity.detach();
    }
    return new Outcome(total, logits, measures);
  }

  /** Returns the positive examples and behind them the negative ones. */
  private static Variable examples(
      ForwardForwardNetwork network,
      Variable inputs,
      Variable targets,
      @Nullable Variable logits,
      Negatives negatives,
      Generator rng) {
    if (!negatives.areLabels()) {
      return Variable.cat(0, inputs, negatives.mix(inputs, rng));
    }
    LabelOverlay overlay = network.overlay().orElseThrow();
    Variable wrong = negatives.wrongLabels(targets, overlay.classes(), logits, rng);
    return Variable.cat(0, overlay.apply(inputs, targets), overlay.apply(inputs, wrong));
  }

  @Override
  public void addTo(TrainingState state) {
    super.addTo(state);
    state.add("negatives", rng);
  }
}
