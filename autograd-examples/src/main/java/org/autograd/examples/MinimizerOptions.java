package org.autograd.examples;

import java.util.Collection;
import java.util.Locale;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.gradientfree.CmaEs;
import org.autograd.gradientfree.CmaMinimizer;
import org.autograd.gradientfree.EvolutionStrategy;
import org.autograd.gradientfree.ForwardGradient;
import org.autograd.gradientfree.Mezo;
import org.autograd.gradientfree.Minimizer;
import org.autograd.gradientfree.Spsa;
import org.autograd.optim.Adam;
import org.autograd.optim.Sgd;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which way of learning without a backward pass is taken, with the defaults of each. */
final class MinimizerOptions {
  /** The ways. */
  enum Rule {
    /** An evolution strategy and Adam. */
    ES(0.02, 0.05, 60),
    /** In place, by differences. */
    MEZO(5e-3, 1e-3, 800),
    /** Differences and descent. */
    SPSA(5e-3, 1e-3, 800),
    /** Exact slopes in several directions, and Adam. */
    FORWARD_GRADIENT(1e-3, 1, 800),
    /** Covariance matrix adaptation. */
    CMA(1, 0.5, 100);

    private final double learningRate;
    private final double distance;
    private final int epochs;

    Rule(double learningRate, double distance, int epochs) {
      this.learningRate = learningRate;
      this.distance = distance;
      this.epochs = epochs;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Option(
      names = "--rule",
      paramLabel = "NAME",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Rule rule = Rule.ES;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      converter = TrainingOptions.PositiveDouble.class,
      description = "Size of a step (default: one that suits the rule; cma has none).")
  private @Nullable Double learningRate;

  @Option(
      names = "--distance",
      paramLabel = "X",
      converter = TrainingOptions.PositiveDouble.class,
      description =
          "How far from the parameters the loss is computed: the standard deviation of es and cma,"
              + " the step of differences of mezo and spsa (default: one that suits the rule).")
  private @Nullable Double distance;

  @Option(
      names = "--tangents",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Directions per step of forward-gradient (default: ${DEFAULT-VALUE}).")
  private int tangents = 8;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "Pairs of trials per step of es (default: ${DEFAULT-VALUE}).")
  private int pairs = 50;

  Rule rule() {
    return rule;
  }

  /** Returns how often the digits are gone through. */
  int usualEpochs() {
    return rule.epochs;
  }

  Minimizer create(Collection<Variable> parameters, Generator rng) {
    double rate = learningRate == null ? rule.learningRate : learningRate;
    double away = distance == null ? rule.distance : distance;
    return switch (rule) {
      case ES ->
          new EvolutionStrategy(
                  parameters, EvolutionStrategy.options().pairs(pairs).sigma(away).generator(rng))
              .with(new Adam(parameters, Adam.options().learningRate(rate)));
      case MEZO ->
          new Mezo(parameters, Mezo.options().learningRate(rate).epsilon(away).generator(rng));
      case SPSA ->
          new Spsa(parameters, Spsa.options().perturbation(away).generator(rng))
              .with(new Sgd(parameters, Sgd.options().learningRate(rate)));
      case FORWARD_GRADIENT ->
          new ForwardGradient(
                  parameters, ForwardGradient.options().tangents(tangents).generator(rng))
              .with(new Adam(parameters, Adam.options().learningRate(rate)));
      case CMA -> new CmaMinimizer(parameters, away, CmaEs.options().generator(rng));
    };
  }
}
