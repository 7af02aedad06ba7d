package org.autograd.forwardforward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.data.DataLoader;
import org.autograd.data.Digits;
import org.autograd.data.Split;
import org.autograd.data.TensorDataset;
import org.autograd.learning.LiveBytes;
import org.autograd.local.BlockRule;
import org.autograd.local.BlockwiseLearning;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.nn.Sequential;
import org.autograd.optim.Adam;
import org.autograd.optim.Sgd;
import org.autograd.training.Backpropagation;
import org.autograd.training.LearningRule;
import org.autograd.training.Outcome;
import org.autograd.training.TrainingState;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;

class ForwardForwardTest {
  private static final Split<TensorDataset> DIGITS = Digits.split(1);

  private static ForwardForwardNetwork.Options options(Objective objective) {
    return ForwardForwardNetwork.options()
        .objective(objective)
        .linear(Linear.options().generator(new Generator(1)));
  }

  private static ForwardForwardNetwork network(Objective objective, long... sizes) {
    return new ForwardForwardNetwork(LabelOverlay.concatenated(10), options(objective), sizes);
  }

  private static ForwardForward rule(ForwardForwardNetwork network, Negatives negatives) {
    return new ForwardForward(
        network,
        negatives,
        new Adam(network.parameters(), Adam.options().learningRate(1e-2)),
        new Generator(2));
  }

  private static void learn(LearningRule rule, int epochs) {
    DataLoader loader = DataLoader.of(DIGITS.train().slice(0, 600), 50).shuffle(1);
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (Batch batch : loader) {
        rule.learn(batch);
      }
    }
  }

  private static double accuracy(Variable scores) {
    return scores.argmax(1).eq(DIGITS.test().targets()).to(DType.FLOAT64).mean().item();
  }

  private static double accuracy(LearningRule rule) {
    return accuracy(rule.predict(DIGITS.test().inputs()));
  }

  private static Batch batch(int size) {
    return DIGITS.train().slice(0, size).all();
  }

  @Test
  void noGradientCrossesALayer() {
    ForwardForwardNetwork network = network(Objective.hinton(), 64, 20, 15);
    ForwardForwardLayer first = network.layers().get(0);
    ForwardForwardLayer second = network.layers().get(1);
    Variable positive = LabelOverlay.concatenated(10).apply(batch(8).inputs(), 1);
    Variable negative = LabelOverlay.concatenated(10).apply(batch(8).inputs(), 2);
    Variable loss = second.loss(first.apply(positive), first.apply(negative));
    loss.backward();
    first.parameters().forEach(parameter -> assertNull(parameter.grad()));
    second.parameters().forEach(parameter -> assertNotNull(parameter.grad()));
  }

  @Test
  void aLayerLearnsAsIfItWereTheLast() {
    // What the layers above do must not matter to a layer, bit for bit.
    ForwardForwardNetwork deep = network(Objective.hinton(), 64, 20, 15, 10);
    ForwardForwardNetwork shallow = network(Objective.hinton(), 64, 20);
    LearningRule deepRule = rule(deep, Negatives.randomLabels());
    LearningRule shallowRule = rule(shallow, Negatives.randomLabels());
    for (int step = 0; step < 3; step++) {
      deepRule.learn(batch(30));
      shallowRule.learn(batch(30));
    }
    assertArrayEquals(
        shallow.layers().getFirst().parameters().getFirst().toFloatArray(),
        deep.layers().getFirst().parameters().getFirst().toFloatArray());
  }

  @Test
  void oneLayersActivationsAreAliveAtATime() {
    Batch batch = batch(64);
    long[] peaks = new long[2];
    long[] ofBackpropagation = new long[2];
    int[] depths = {2, 8};
    for (int i = 0; i < 2; i++) {
      long[] sizes = new long[depths[i] + 1];
      Arrays.fill(sizes, 64);
      ForwardForwardNetwork network = network(Objective.hinton(), sizes);
      peaks[i] =
          LiveBytes.peak(
              rule(network, Negatives.randomLabels()),
              batch,
              network.layers().stream().map(ForwardForwardLayer::transform).toList());
      Mlp mlp = new Mlp(Mlp.options(), sizes);
      ofBackpropagation[i] =
          LiveBytes.peak(
              new Backpropagation(
                  mlp, Losses::crossEntropy, new Adam(mlp.parameters(), Adam.options())),
              batch,
              List.copyOf(mlp.children().values()));
    }
    assertTrue(peaks[0] > 0);
    assertEquals(peaks[0], peaks[1]);
    assertTrue(
        ofBackpropagation[1] > 3 * ofBackpropagation[0],
        ofBackpropagation[0] + " and " + ofBackpropagation[1]);
  }

  @Test
  void eachFormLearns() {
    // A few seconds only; that they get much further is shown by `train forward-forward`.
    ForwardForward hinton = rule(network(Objective.hinton(), 64, 100, 100), Negatives.hardLabels());
    learn(hinton, 10);
    assertTrue(accuracy(hinton) > 0.7, "hinton " + accuracy(hinton));
    assertTrue(
        accuracy(network(hinton).head().apply(network(hinton).features(DIGITS.test().inputs())))
            > 0.8);

    ForwardForward symba = rule(network(Objective.symba(), 64, 100, 100), Negatives.randomLabels());
    learn(symba, 6);
    assertTrue(accuracy(symba) > 0.7, "symba " + accuracy(symba));

    ForwardForwardNetwork squared = network(Objective.squaredNorm(), 64, 100, 100);
    ForwardForward squaredRule =
        new ForwardForward(
            squared,
            Negatives.randomLabels(),
            new Adam(squared.parameters(), Adam.options().learningRate(0.03)),
            new Generator(2));
    double first = squaredRule.learn(batch(600)).loss();
    learn(squaredRule, 6);
    double last = squaredRule.learn(batch(600)).loss();
    assertTrue(last < 0.9 * first, "squared " + first + " and " + last);
  }

  private static ForwardForwardNetwork network(ForwardForward rule) {
    return (ForwardForwardNetwork) rule.module();
  }

  @Test
  void withoutLabelsTheHeadLearnsFromHybridImages() {
    ForwardForwardNetwork network =
        ForwardForwardNetwork.withoutLabels(10, options(Objective.hinton()), 64, 100, 100);
    ForwardForward rule = rule(network, Negatives.hybridImages(8, 8));
    learn(rule, 6);
    assertTrue(accuracy(rule) > 0.75, "accuracy " + accuracy(rule));
    assertThrows(IllegalStateException.class, () -> network.goodness(DIGITS.test().inputs()));
  }

  @Test
  void anOutcomeTellsTheLossesOfAllLayersAndTheHeadsPredictions() {
    ForwardForwardNetwork network = network(Objective.hinton(), 64, 20, 15);
    Outcome outcome = rule(network, Negatives.hardLabels()).learn(batch(30));
    Map<String, Double> measures = outcome.measures();
    assertEquals(
        List.of("head_loss", "layer_0_loss", "layer_1_loss", "learning_rate"),
        List.copyOf(measures.keySet()));
    assertEquals(
        measures.get("layer_0_loss") + measures.get("layer_1_loss"), outcome.loss(), 1e-12);
    assertEquals(Math.log(10), measures.get("head_loss"), 1e-6); // it starts at 0
    Variable predictions = outcome.predictions();
    assertNotNull(predictions);
    assertArrayEquals(new long[] {30, 10}, predictions.shape().toArray());
    // A head of no use does not learn.
    Outcome without = rule(network, Negatives.randomLabels()).learn(batch(30));
    assertNull(without.predictions());
    assertEquals(
        List.of("layer_0_loss", "layer_1_loss", "learning_rate"),
        List.copyOf(without.measures().keySet()));
  }

  @Test
  void goodnessIsSummedOverTheScoredLayers() {
    ForwardForwardNetwork all = network(Objective.hinton(), 64, 20, 15);
    ForwardForwardNetwork.Options later = options(Objective.hinton()).firstScored(1);
    ForwardForwardNetwork last =
        new ForwardForwardNetwork(LabelOverlay.concatenated(10), later, 64, 20, 15);
    Variable x = batch(4).inputs();
    ForwardForwardLayer first = all.layers().getFirst();
    Variable difference = all.goodness(x).sub(last.goodness(x)).select(1, 3);
    Variable expected =
        first.objective().goodness(first.apply(LabelOverlay.concatenated(10).apply(x, 3)));
    assertArrayEquals(expected.toFloatArray(), difference.toFloatArray(), 1e-4f);
    assertEquals(35, all.features(x).size(1));
    assertEquals(15, last.features(x).size(1));
  }

  @Test
  void aCheckpointContinuesWithTheSameBits() {
    ForwardForward rule = rule(network(Objective.hinton(), 64, 20, 15), Negatives.hardLabels());
    rule.learn(batch(30));
    TrainingState state = new TrainingState();
    rule.addTo(state);
    Map<String, Variable> saved = new LinkedHashMap<>();
    state.save().forEach((name, value) -> saved.put(name, value.detach().copy()));
    rule.learn(batch(40));

    ForwardForward other = rule(network(Objective.hinton(), 64, 20, 15), Negatives.hardLabels());
    TrainingState otherState = new TrainingState();
    other.addTo(otherState);
    otherState.load(saved);
    other.learn(batch(40));
    rule.module()
        .stateDict()
        .forEach((name, value) ->
            assertArrayEquals(
                value.toFloatArray(), other.module().stateDict().get(name).toFloatArray(), name));
  }

  @Test
  void negativesAndNetworkMustFit() {
    ForwardForwardNetwork labelled = network(Objective.hinton(), 64, 20);
    ForwardForwardNetwork plain =
        ForwardForwardNetwork.withoutLabels(10, options(Objective.hinton()), 64, 20);
    assertThrows(
        IllegalArgumentException.class, () -> rule(labelled, Negatives.hybridImages(8, 8)));
    assertThrows(IllegalArgumentException.class, () -> rule(plain, Negatives.hardLabels()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ForwardForwardNetwork(LabelOverlay.pixels(10), 64));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new ForwardForwardNetwork(
                LabelOverlay.pixels(10), ForwardForwardNetwork.options().firstScored(1), 64, 20));
  }

  @Test
  void aBodyLearnsByForwardForwardAndTheHeadByBackpropagation() {
    ForwardForwardNetwork body =
        new ForwardForwardNetwork(
            LabelOverlay.concatenated(10),
            options(Objective.hinton()).prediction(ForwardForwardNetwork.Prediction.FEATURES),
            64,
            100,
            100);
    Sequential model =
        new Sequential(
            body,
            new Mlp(
                Mlp.options().linear(Linear.options().generator(new Generator(3))), 200, 50, 10));
    List<BlockRule> rules =
        List.of(
            new ForwardForwardBlock(Negatives.randomLabels(), new Generator(1)),
            BlockRule.backpropagation());
    LearningRule rule =
        new BlockwiseLearning(
            model,
            rules,
            Losses::crossEntropy,
            new Adam(
                BlockwiseLearning.parameters(model, rules), Adam.options().learningRate(1e-2)));
    learn(rule, 6);
    assertTrue(accuracy(rule) > 0.85, "accuracy " + accuracy(rule));
    assertThrows(
        IllegalArgumentException.class,
        () -> rules.getFirst().forward(new Linear(2, 2), Variable.zeros(1, 2), Variable.of(0L)));
  }

  @Test
  void theRecurrentNetworkLearns() {
    RecurrentForwardForwardNetwork network =
        new RecurrentForwardForwardNetwork(
            Objective.hinton(), Linear.options().generator(new Generator(1)), 10, 64, 60, 60);
    LearningRule rule =
        new RecurrentForwardForward(
            network,
            new Adam(network.parameters(), Adam.options().learningRate(3e-3)),
            new Generator(2));
    learn(rule, 3);
    assertTrue(accuracy(rule) > 0.3, "accuracy " + accuracy(rule));
  }

  @Test
  void theRecurrentNetworksLayersAndStepsAreLocal() {
    RecurrentForwardForwardNetwork network =
        new RecurrentForwardForwardNetwork(Objective.hinton(), Linear.options(), 10, 64, 20, 15);
    Batch batch = batch(6);
    int[] seen = {0};
    network.run(
        batch.inputs(),
        batch.targets(),
        2,
        (step, layer, z, activity) -> {
          network.zeroGrad();
          layer.withPeers(layer.contrast(activity), z).backward();
          seen[0]++;
          // The layer's own weights, bottom-up and top-down, and nothing else.
          assertEquals(3, network.parameters().stream().filter(p -> p.grad() != null).count());
        });
    assertEquals(4, seen[0]);
  }

  @Test
  void aBatchOfNanChangesNothing() {
    ForwardForwardNetwork network = network(Objective.hinton(), 64, 20, 15);
    LearningRule rule = rule(network, Negatives.hardLabels());
    rule.learn(batch(30));
    Map<String, float[]> before = new LinkedHashMap<>();
    network
        .stateDict()
        .forEach((name, value) -> before.put(name, value.to(DType.FLOAT32).toFloatArray()));
    Batch good = batch(30);
    Batch bad = Batch.of(good.inputs().mul(Double.NaN), good.targets());
    assertTrue(Double.isNaN(rule.learn(bad).loss()));
    network
        .stateDict()
        .forEach((name, value) ->
            assertArrayEquals(before.get(name), value.to(DType.FLOAT32).toFloatArray(), name));
    assertTrue(Double.isFinite(rule.learn(good).loss()));
    network
        .stateDict()
        .forEach((name, value) -> assertTrue(Double.isFinite(value.abs().max().item()), name));
  }

  @Test
  void aBlocksActivationsAreThoseOfOneLayerToo() {
    long[] peaks = new long[2];
    int[] depths = {2, 8};
    for (int i = 0; i < 2; i++) {
      long[] sizes = new long[depths[i] + 1];
      Arrays.fill(sizes, 64);
      ForwardForwardNetwork body =
          new ForwardForwardNetwork(
              LabelOverlay.concatenated(10),
              options(Objective.hinton()).prediction(ForwardForwardNetwork.Prediction.FEATURES),
              sizes);
      Sequential model = new Sequential(body, new Linear(64L * depths[i], 10));
      List<BlockRule> rules =
          List.of(
              new ForwardForwardBlock(Negatives.randomLabels(), new Generator(1)),
              BlockRule.backpropagation());
      LearningRule rule =
          new BlockwiseLearning(
              model,
              rules,
              Losses::crossEntropy,
              new Adam(BlockwiseLearning.parameters(model, rules), Adam.options()));
      peaks[i] =
          LiveBytes.peak(
              rule, batch(64), body.layers().stream().map(ForwardForwardLayer::transform).toList());
    }
    assertTrue(peaks[0] > 0);
    assertEquals(peaks[0], peaks[1]);
  }

  @Test
  void theRecurrentNetworksGradientsAreThoseOfTheMeanOverTheSteps() {
    RecurrentForwardForwardNetwork network =
        new RecurrentForwardForwardNetwork(
            Objective.hinton(),
            Linear.options().dtype(DType.FLOAT64).generator(new Generator(1)),
            10,
            64,
            20,
            15);
    Batch digits = batch(6);
    Batch batch = Batch.of(digits.inputs().to(DType.FLOAT64), digits.targets());
    double[] loss = {0};
    Variable[] mean = {Variable.zeros(DType.FLOAT64, 20)};
    ForwardForwardLayer first = network.layers().getFirst();
    network.run(
        Variable.cat(0, batch.inputs(), batch.inputs()),
        Variable.cat(0, batch.targets(), Negatives.random(batch.targets(), 10, new Generator(2))),
        8,
        (_, layer, z, activity) -> {
          Variable step = layer.contrast(activity);
          loss[0] += step.item() / 8;
          layer.withPeers(step, z).backward();
          if (layer == first) {
            mean[0] = mean[0].add(activity.detach().narrow(0, 0, 6).mean(0).div(8));
          }
        });
    Map<String, double[]> expected = new LinkedHashMap<>();
    network
        .namedParameters()
        .forEach((name, parameter) ->
            expected.put(name, Objects.requireNonNull(parameter.grad()).div(8).toDoubleArray()));
    LearningRule rule =
        new RecurrentForwardForward(
            network,
            new Sgd(network.parameters(), Sgd.options().learningRate(0)),
            new Generator(2));
    assertEquals(loss[0], rule.learn(batch).loss(), 1e-12);
    network
        .namedParameters()
        .forEach((name, parameter) ->
            assertArrayEquals(
                expected.get(name),
                Objects.requireNonNull(parameter.grad()).toDoubleArray(),
                1e-14,
                name));
    // Once per batch, not once per step.
    assertArrayEquals(
        mean[0].mul(0.1).add(0.45).toDoubleArray(),
        first.stateDict().get("mean_activity").toDoubleArray(),
        1e-14);
  }

  @Test
  void hintonsWeightsStartNormalAndHisBiasesAtZero() {
    Linear hinton = (Linear) network(Objective.hinton(), 390, 500).layers().getFirst().transform();
    Variable weight = hinton.weight().detach();
    assertEquals(1.0 / 400, weight.square().mean().item(), 3e-5);
    assertEquals(3.0 / (400 * 400), weight.square().square().mean().item(), 1e-6); // normal
    assertEquals(0, Objects.requireNonNull(hinton.bias()).abs().max().item());
    Linear symba = (Linear) network(Objective.symba(), 390, 500).layers().getFirst().transform();
    assertTrue(symba.weight().abs().max().item() <= 1 / Math.sqrt(400));
  }

  @Test
  void theStateDictHasThePatternsOfTheClasses() {
    ForwardForwardNetwork[] networks = new ForwardForwardNetwork[2];
    LabelOverlay[] overlays = new LabelOverlay[2];
    for (int i = 0; i < 2; i++) {
      overlays[i] =
          LabelOverlay.concatenated(Variable.randn(new Generator(i), DType.FLOAT32, 10, 12));
      networks[i] = new ForwardForwardNetwork(overlays[i], options(Objective.symba()), 64, 20, 15);
    }
    Variable x = batch(4).inputs();
    float[] goodness = networks[0].goodness(x).toFloatArray();
    float[] patterns = overlays[1].patterns().toFloatArray();
    assertTrue(!Arrays.equals(goodness, networks[1].goodness(x).toFloatArray()));
    networks[1].loadStateDict(networks[0].stateDict());
    assertArrayEquals(goodness, networks[1].goodness(x).toFloatArray());
    // What the network was created with is not its own.
    assertArrayEquals(patterns, overlays[1].patterns().toFloatArray());
  }
}
