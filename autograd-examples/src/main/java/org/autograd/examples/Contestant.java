package org.autograd.examples;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.LongFunction;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Digits;
import org.autograd.forwardforward.ForwardForward;
import org.autograd.forwardforward.ForwardForwardNetwork;
import org.autograd.forwardforward.LabelOverlay;
import org.autograd.forwardforward.Negatives;
import org.autograd.forwardforward.Objective;
import org.autograd.forwardforward.RecurrentForwardForward;
import org.autograd.forwardforward.RecurrentForwardForwardNetwork;
import org.autograd.gradientfree.EvolutionStrategy;
import org.autograd.gradientfree.ForwardGradient;
import org.autograd.gradientfree.GradientFree;
import org.autograd.gradientfree.Mezo;
import org.autograd.gradientfree.Minimizer;
import org.autograd.gradientfree.Spsa;
import org.autograd.liquid.CfcCell;
import org.autograd.liquid.LiquidLayer;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.nn.UnaryModule;
import org.autograd.optim.Adam;
import org.autograd.optim.Sgd;
import org.autograd.spiking.BackpropagationThroughTime;
import org.autograd.spiking.Leaky;
import org.autograd.spiking.SpikeLosses;
import org.autograd.spiking.SpikingNetwork;
import org.autograd.training.Backpropagation;
import org.autograd.training.LearningRule;

/**
 * A way to learn to read digits.
 *
 * @param name of the rule
 * @param model the sizes of what learns
 * @param rule creates it from a seed
 */
record Contestant(String name, String model, LongFunction<LearningRule> rule) {
  private static final int STEPS = 25;

  /** Returns all, backpropagation first. */
  static List<Contestant> all() {
    List<Contestant> result = new ArrayList<>();
    for (ChainRule rule : ChainRule.values()) {
      result.add(new Contestant(rule.title(), "64-128-128-10", seed -> chain(rule, seed)));
    }
    result.add(forwardForward("Forward-Forward, Hinton", Objective.hinton(), 1e-3));
    result.add(forwardForward("Forward-Forward, SymBa", Objective.symba(), 1e-3));
    result.add(forwardForward("Forward-Forward, squared", Objective.squaredNorm(), 0.03));
    result.add(
        new Contestant("Forward-Forward, recurrent", "64-128-128-10", Contestant::recurrent));
    result.add(
        new Contestant(
            "evolution strategy",
            "64-32-10",
            seed -> gradientFree(seed, Contestant::evolutionStrategy)));
    result.add(
        new Contestant(
            "MeZO",
            "64-32-10",
            seed ->
                gradientFree(
                    seed,
                    (parameters, rng) ->
                        new Mezo(parameters, Mezo.options().learningRate(5e-3).generator(rng)))));
    result.add(
        new Contestant(
            "SPSA",
            "64-32-10",
            seed ->
                gradientFree(
                    seed,
                    (parameters, rng) ->
                        new Spsa(parameters, Spsa.options().perturbation(1e-3).generator(rng))
                            .with(new Sgd(parameters, Sgd.options().learningRate(5e-3))))));
    result.add(
        new Contestant(
            "forward gradient, 8 tangents",
            "64-32-10",
            seed ->
                gradientFree(
                    seed,
                    (parameters, rng) ->
                        new ForwardGradient(
                                parameters, ForwardGradient.options().tangents(8).generator(rng))
                            .with(adam(parameters, 1e-3)))));
    result.add(new Contestant("spiking, BPTT", "64-128-10, 25 steps", Contestant::spiking));
    result.add(new Contestant("liquid (CfC), BPTT", "8 rows of 8, 64 units", Contestant::liquid));
    return result;
  }

  private static Adam adam(Collection<Variable> parameters, double rate) {
    return new Adam(parameters, Adam.options().learningRate(rate));
  }

  private static LearningRule chain(ChainRule rule, long seed) {
    return rule.create(
        new ChainRule.Task(
            Digits.PIXELS,
            List.of(128, 128),
            Digits.CLASSES,
            new Generator(seed).split(),
            parameters -> adam(parameters, 2e-3)));
  }

  private static Linear.Options linear(Generator rng) {
    return Linear.options().generator(rng);
  }

  private static Contestant forwardForward(String name, Objective objective, double rate) {
    return new Contestant(
        name,
        "74-128-128",
        seed -> {
          Generator rng = new Generator(seed).split();
          ForwardForwardNetwork network =
              new ForwardForwardNetwork(
                  LabelOverlay.concatenated(Digits.CLASSES),
                  ForwardForwardNetwork.options().objective(objective).linear(linear(rng)),
                  Digits.PIXELS,
                  128,
                  128);
          return new ForwardForward(
              network, Negatives.randomLabels(), adam(network.parameters(), rate), rng.split());
        });
  }

  private static LearningRule recurrent(long seed) {
    Generator rng = new Generator(seed).split();
    RecurrentForwardForwardNetwork network =
        new RecurrentForwardForwardNetwork(
            Objective.hinton(), linear(rng), Digits.CLASSES, Digits.PIXELS, 128, 128);
    return new RecurrentForwardForward(network, adam(network.parameters(), 1e-3), rng.split());
  }

  private static Minimizer evolutionStrategy(List<Variable> parameters, Generator rng) {
    return new EvolutionStrategy(parameters, EvolutionStrategy.options().sigma(0.05).generator(rng))
        .with(adam(parameters, 0.02));
  }

  private static LearningRule gradientFree(
      long seed, BiFunction<List<Variable>, Generator, Minimizer> minimizer) {
    Generator rng = new Generator(seed).split();
    Mlp model = new Mlp(Mlp.options().linear(linear(rng)), Digits.PIXELS, 32, Digits.CLASSES);
    return new GradientFree(
        model, Losses::crossEntropy, minimizer.apply(model.parameters(), rng.split()));
  }

  private static LearningRule spiking(long seed) {
    Linear.Options linear = linear(new Generator(seed).split());
    SpikingNetwork network =
        new SpikingNetwork(
            new Linear(Digits.PIXELS, 128, linear),
            new Leaky(0.9),
            new Linear(128, Digits.CLASSES, linear),
            new Leaky(0.9));
    return BackpropagationThroughTime.of(
        network,
        x -> network.repeat(x, STEPS),
        (result, labels) -> SpikeLosses.countMeanSquare(result.spikes(), labels, 0.8, 0.2),
        result -> result.spikes().sum(0),
        adam(network.parameters(), 2e-3));
  }

  /** Reads an image row by row. */
  private static final class RowReader extends UnaryModule {
    private final LiquidLayer layer;
    private final Linear head;

    RowReader(Generator rng) {
      layer = child("layer", new LiquidLayer(new CfcCell(8, 64, CfcCell.options().generator(rng))));
      head = child("head", new Linear(64, Digits.CLASSES, linear(rng)));
    }

    @Override
    protected Variable forward(Variable input) {
      return head.apply(layer.apply(input.reshape(-1, 8, 8), null, null).state());
    }
  }

  private static LearningRule liquid(long seed) {
    RowReader model = new RowReader(new Generator(seed).split());
    return new Backpropagation(model, Losses::crossEntropy, adam(model.parameters(), 2e-3));
  }
}
