package org.autograd.forwardforward;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.local.GradientRule;
import org.autograd.optim.Optimizer;
import org.autograd.training.Outcome;
import org.autograd.training.TrainingState;

/**
 * The Forward-Forward algorithm for a recurrent network: in each of eight steps every layer learns
 * to find its input good if the class at the top is right, and bad if it is not. What a layer
 * learns from below and from above depends on its own activity only.
 *
 * <p>Wrong classes are drawn at random. The loss is the mean over the steps of the sum over the
 * layers, and the gradients are those of this mean; peer normalisation takes a batch's mean
 * activity over all steps into the running mean, for the next batch. There are no predictions,
 * since each would cost a run for each class. {@link #predict} makes those runs: it gives the
 * goodness of each class, of shape [size, classes].
 */
public final class RecurrentForwardForward extends GradientRule {
  private static final int STEPS = 8;

  private final RecurrentForwardForwardNetwork network;
  private final Generator rng;

  /**
   * Creates the rule.
   *
   * @param optimizer of the network's parameters
   * @param rng draws wrong classes
   */
  public RecurrentForwardForward(
      RecurrentForwardForwardNetwork network, Optimizer<?> optimizer, Generator rng) {
    super(network, optimizer);
    this.network = network;
    this.rng = rng;
  }

  @Override
  protected Outcome addGradients(Batch batch) {
    Variable targets = batch.targets();
    Variable wrong = Negatives.random(targets, network.classes(), rng);
    double[] total = {0};
    SequencedMap<ForwardForwardLayer, Variable> means = new LinkedHashMap<>();
    network.run(
        Variable.cat(0, batch.inputs(), batch.inputs()),
        Variable.cat(0, targets, wrong),
        STEPS,
        (_, layer, z, activity) -> {
          Variable loss = layer.contrast(activity);
          total[0] += loss.item() / STEPS;
          if (Double.isFinite(total[0])) {
            layer.withPeers(loss, z).div(STEPS).backward();
            means.merge(
                layer, ForwardForwardLayer.positiveMean(activity).div(STEPS), Variable::add);
          }
        });
    if (Double.isFinite(total[0])) {
      means.forEach(ForwardForwardLayer::updateMeanActivity);
    }
    return Outcome.of(total[0], null);
  }

  @Override
  public void addTo(TrainingState state) {
    super.addTo(state);
    state.add("negatives", rng);
  }
}
