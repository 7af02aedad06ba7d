package org.autograd.examples;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.forwardforward.ForwardForwardBlock;
import org.autograd.forwardforward.ForwardForwardNetwork;
import org.autograd.forwardforward.LabelOverlay;
import org.autograd.forwardforward.Negatives;
import org.autograd.gradientfree.EvolutionStrategy;
import org.autograd.local.BlockRule;
import org.autograd.local.BlockwiseLearning;
import org.autograd.local.DirectFeedback;
import org.autograd.local.EquilibriumPropagation;
import org.autograd.local.Feedback;
import org.autograd.local.FeedbackAlignment;
import org.autograd.local.LocalLoss;
import org.autograd.local.PredictiveCoding;
import org.autograd.local.TargetPropagation;
import org.autograd.nn.Activation;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Sequential;
import org.autograd.nn.UnaryModule;
import org.autograd.optim.Optimizer;
import org.autograd.training.Backpropagation;
import org.autograd.training.LearningRule;

/** The ways in which a chain of layers can learn. The model is the same for most of them. */
enum ChainRule {
  /** Backpropagation. */
  BACKPROPAGATION("backpropagation"),
  /** Feedback alignment. */
  FA("feedback alignment"),
  /** Feedback of uniform size with the weights' signs. */
  USF("sign symmetry, uniform"),
  /** Feedback of fixed random sizes with the weights' signs. */
  FRSF("sign symmetry, fixed sizes"),
  /** Feedback of sizes that are random in each batch, with the weights' signs. */
  BRSF("sign symmetry, random sizes"),
  /** Direct feedback alignment. */
  DFA("direct feedback alignment"),
  /** The same by the errors' signs. */
  SDFA("direct feedback of signs"),
  /** Direct random target projection. */
  DRTP("direct random target projection"),
  /** A local classifier for each block. */
  PRED("local loss pred"),
  /** Local similarity matching. */
  SIM("local loss sim"),
  /** Both. */
  PREDSIM("local loss predsim"),
  /** Equilibrium propagation, symmetric. */
  EP("equilibrium propagation"),
  /** Predictive coding, strict. */
  PC("predictive coding, strict"),
  /** Predictive coding with fixed predictions, which equals backpropagation. */
  PC_FIXED("predictive coding, fixed"),
  /** Difference target propagation. */
  DTP("target propagation"),
  /** A body by Forward-Forward, a classifier by backpropagation. */
  FF_BACKPROPAGATION("Forward-Forward body"),
  /** A body by direct feedback alignment, the last two layers by backpropagation. */
  DFA_BACKPROPAGATION("DFA body, backprop on top"),
  /** A body by a local loss, a classifier by an evolution strategy. */
  PREDSIM_ES("predsim body, ES on top");

  private final String title;

  ChainRule(String title) {
    this.title = title;
  }

  /** Returns what tables call it. */
  String title() {
    return title;
  }

  /**
   * What a rule is made for.
   *
   * @param inputs the length of an input
   * @param hidden the sizes of the hidden layers
   * @param classes the number of outputs
   * @param rng draws initial weights, feedback and noise
   * @param optimizer creates one of some parameters
   */
  record Task(
      int inputs,
      List<Integer> hidden,
      int classes,
      Generator rng,
      Function<Collection<Variable>, Optimizer<?>> optimizer) {}

  /** Returns the rule with a fresh model. */
  LearningRule create(Task task) {
    Linear.Options linear = Linear.options().generator(task.rng());
    Generator rng = task.rng().split();
    if (this == FF_BACKPROPAGATION) {
      return forwardForwardBody(task, linear, rng);
    }
    Sequential model = model(task, linear);
    return switch (this) {
      case BACKPROPAGATION ->
          new Backpropagation(model, Losses::crossEntropy, optimizer(task, model));
      case FA -> alignment(task, model, Feedback.RANDOM, rng);
      case USF -> alignment(task, model, Feedback.UNIFORM_SIGN, rng);
      case FRSF -> alignment(task, model, Feedback.FIXED_MAGNITUDE, rng);
      case BRSF -> alignment(task, model, Feedback.BATCH_MAGNITUDE, rng);
      case EP ->
          new EquilibriumPropagation(
              model, optimizer(task, model), EquilibriumPropagation.options());
      case PC ->
          new PredictiveCoding(
              model, Losses::crossEntropy, optimizer(task, model), PredictiveCoding.options());
      case PC_FIXED ->
          new PredictiveCoding(
              model,
              Losses::crossEntropy,
              optimizer(task, model),
              PredictiveCoding.options()
                  .fixedPrediction(true)
                  .rate(1)
                  .steps(model.layers().size()));
      case DTP -> targetPropagation(task, model, linear, rng);
      default -> blockwise(task, model, blockRules(task, model, linear, rng));
    };
  }

  private static Optimizer<?> optimizer(Task task, Sequential model) {
    return task.optimizer().apply(model.parameters());
  }

  /** Returns layers with tanh, and a linear one at the end. */
  private static Sequential model(Task task, Linear.Options linear) {
    List<UnaryModule> blocks = new ArrayList<>();
    int below = task.inputs();
    for (int units : task.hidden()) {
      blocks.add(new Sequential(new Linear(below, units, linear), Activation.tanh()));
      below = units;
    }
    blocks.add(new Linear(below, task.classes(), linear));
    return new Sequential(blocks);
  }

  private static FeedbackAlignment alignment(
      Task task, Sequential model, Feedback feedback, Generator rng) {
    return new FeedbackAlignment(
        model, Losses::crossEntropy, optimizer(task, model), feedback, rng);
  }

  private static BlockwiseLearning blockwise(Task task, Sequential model, List<BlockRule> rules) {
    return new BlockwiseLearning(
        model,
        rules,
        Losses::crossEntropy,
        task.optimizer().apply(BlockwiseLearning.parameters(model, rules)));
  }

  private List<BlockRule> blockRules(
      Task task, Sequential model, Linear.Options linear, Generator rng) {
    List<BlockRule> rules = new ArrayList<>();
    for (int units : task.hidden()) {
      rules.add(
          switch (this) {
            case DFA, DFA_BACKPROPAGATION -> DirectFeedback.errors(task.classes(), units, rng);
            case SDFA -> DirectFeedback.errorSigns(task.classes(), units, rng);
            case DRTP -> DirectFeedback.targets(task.classes(), units, rng);
            case PRED -> LocalLoss.pred(units, task.classes(), linear);
            case SIM -> LocalLoss.sim(units, task.classes(), linear);
            default -> LocalLoss.predsim(units, task.classes(), linear);
          });
    }
    rules.add(
        this == PREDSIM_ES
            ? BlockRule.estimated(
                new EvolutionStrategy(
                    model.layers().getLast().parameters(),
                    EvolutionStrategy.options().sigma(0.05).generator(rng)))
            : BlockRule.backpropagation());
    if (this == DFA_BACKPROPAGATION && task.hidden().size() > 1) {
      rules.set(task.hidden().size() - 1, BlockRule.backpropagation());
    }
    return rules;
  }

  private static TargetPropagation targetPropagation(
      Task task, Sequential model, Linear.Options linear, Generator rng) {
    List<UnaryModule> inverses = new ArrayList<>();
    for (int k = 1; k < task.hidden().size(); k++) {
      inverses.add(
          new Sequential(
              new Linear(task.hidden().get(k), task.hidden().get(k - 1), linear),
              Activation.tanh()));
    }
    return new TargetPropagation(
        model,
        inverses,
        Losses::crossEntropy,
        task.optimizer().apply(TargetPropagation.parameters(model, inverses)),
        TargetPropagation.options(),
        rng);
  }

  private static BlockwiseLearning forwardForwardBody(
      Task task, Linear.Options linear, Generator rng) {
    long[] sizes = new long[task.hidden().size() + 1];
    sizes[0] = task.inputs();
    long features = 0;
    for (int k = 0; k < task.hidden().size(); k++) {
      sizes[k + 1] = task.hidden().get(k);
      features += task.hidden().get(k);
    }
    ForwardForwardNetwork body =
        new ForwardForwardNetwork(
            LabelOverlay.concatenated(task.classes()),
            ForwardForwardNetwork.options()
                .linear(linear)
                .prediction(ForwardForwardNetwork.Prediction.FEATURES),
            sizes);
    return blockwise(
        task,
        new Sequential(body, new Linear(features, task.classes(), linear)),
        List.of(
            new ForwardForwardBlock(Negatives.randomLabels(), rng), BlockRule.backpropagation()));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
