package org.autograd.forwardforward;

import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.local.BlockRule;
import org.autograd.nn.UnaryModule;
import org.autograd.training.TrainingState;

/**
 * Lets a block of a larger model learn by Forward-Forward, for {@link
 * org.autograd.local.BlockwiseLearning}: a {@link ForwardForwardNetwork} that computes {@linkplain
 * ForwardForwardNetwork.Prediction#FEATURES features}, usually the first block, since it is its
 * inputs that show labels.
 *
 * <pre>{@code
 * Sequential model = new Sequential(network, new Linear(400, 10));
 * List<BlockRule> rules =
 *     List.of(
 *         new ForwardForwardBlock(Negatives.randomLabels(), new Generator(1)),
 *         BlockRule.backpropagation());
 * }</pre>
 */
public final class ForwardForwardBlock implements BlockRule {
  private final Negatives negatives;
  private final Generator rng;

  /** Creates the rule. */
  public ForwardForwardBlock(Negatives negatives, Generator rng) {
    this.negatives = negatives;
    this.rng = rng;
  }

  @Override
  public Variable forward(UnaryModule block, Variable input, Variable targets) {
    if (!(block instanceof ForwardForwardNetwork network)) {
      throw new IllegalArgumentException(
          "ForwardForwardBlock: the block must be a ForwardForwardNetwork, got " + block);
    }
    ForwardForward.checkFit(network, negatives);
    Variable x = input.detach();
    Variable features;
    try (var _ = Autograd.noGrad()) {
      features = network.apply(x);
    }
    ForwardForward.addGradients(network, x, targets, negatives, rng);
    return features;
  }

  @Override
  public boolean handsGradientDown() {
    return false;
  }

  @Override
  public void addTo(TrainingState state) {
    state.add("negatives", rng);
  }

  @Override
  public String toString() {
    return "Forward-Forward";
  }
}
