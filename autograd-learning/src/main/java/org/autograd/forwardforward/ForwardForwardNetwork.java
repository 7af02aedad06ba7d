package org.autograd.forwardforward;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.autograd.Variable;
import org.autograd.nn.Linear;
import org.autograd.nn.ModuleList;
import org.autograd.nn.UnaryModule;
import org.jspecify.annotations.Nullable;

/**
 * Layers that each learn by themselves, one on top of the other, and a linear softmax head on their
 * activities. {@link ForwardForward} trains it.
 *
 * <p>There are two ways to classify an input. By {@linkplain Prediction#GOODNESS goodness} it is
 * shown with each class in turn, which costs a pass for each, and the class wins with which the
 * layers find it best. By the {@linkplain Prediction#HEAD head} it is shown once, without a class.
 *
 * <pre>{@code
 * ForwardForwardNetwork network =
 *     new ForwardForwardNetwork(LabelOverlay.concatenated(10), 64, 200, 200);
 * Variable classes = network.apply(inputs).argmax(1);
 * }</pre>
 */
public final class ForwardForwardNetwork extends UnaryModule {
  private final ModuleList<ForwardForwardLayer> layers;
  private final @Nullable LabelOverlay overlay;
  private final int firstScored;
  private final Prediction prediction;
  private final Linear head;

  /** What the network computes as a module. */
  public enum Prediction {
    /** The sum of the layers' goodness with each class, of shape [size, classes]. */
    GOODNESS,
    /** The logits of the softmax head, of shape [size, classes]. */
    HEAD,
    /** What the head is given: the normalised activities of the layers, of shape [size, units]. */
    FEATURES
  }

  /**
   * What may be chosen about a network; {@link ForwardForwardNetwork#options()} has the defaults.
   *
   * @param objective what each layer tries to reach
   * @param firstScored the number of the first layer whose goodness and activity count for
   *     predictions; Hinton leaves out layer 0 of deeper networks
   * @param prediction what the network computes as a module
   * @param linear the options of the layers, which start as {@link Objective#hinton} says if there
   *     is no initializer; the head starts at 0
   */
  public record Options(
      Objective objective, int firstScored, Prediction prediction, Linear.Options linear) {
    /** Returns these options with another objective. */
    public Options objective(Objective value) {
      return new Options(value, firstScored, prediction, linear);
    }

    /** Returns these options with another first layer that counts for predictions. */
    public Options firstScored(int value) {
      return new Options(objective, value, prediction, linear);
    }

    /** Returns these options with another thing to compute. */
    public Options prediction(Prediction value) {
      return new Options(objective, firstScored, value, linear);
    }

    /** Returns these options with others for the layers. */
    public Options linear(Linear.Options value) {
      return new Options(objective, firstScored, prediction, value);
    }
  }

  /** Returns the default options: Hinton's objective, all layers count, classes by goodness. */
  public static Options options() {
    return new Options(Objective.hinton(), 0, Prediction.GOODNESS, Linear.options());
  }

  /** Creates a network of linear layers with the default options. */
  public ForwardForwardNetwork(LabelOverlay overlay, long... sizes) {
    this(overlay, options(), sizes);
  }

  /**
   * Creates a network of linear layers.
   *
   * @param overlay how inputs show a class
   * @param sizes the length of an input without what the overlay adds, and the number of units of
   *     each layer
   */
  public ForwardForwardNetwork(LabelOverlay overlay, Options options, long... sizes) {
    this(linear(overlay.addedLength(), options, sizes), overlay, overlay.classes(), options);
  }

  /**
   * Creates a network of linear layers whose inputs show no class, to be trained by {@link
   * Negatives#hybridImages}. It classifies by its head.
   *
   * @param classes the number of classes that the head tells apart
   * @param sizes the length of an input, and the number of units of each layer
   */
  public static ForwardForwardNetwork withoutLabels(int classes, Options options, long... sizes) {
    Options byHead =
        options.prediction() == Prediction.GOODNESS ? options.prediction(Prediction.HEAD) : options;
    return new ForwardForwardNetwork(linear(0, options, sizes), null, classes, byHead);
  }

  private ForwardForwardNetwork(
      List<ForwardForwardLayer> layers,
      @Nullable LabelOverlay overlay,
      int classes,
      Options options) {
    if (options.firstScored() < 0 || options.firstScored() >= layers.size()) {
      throw new IllegalArgumentException(
          "ForwardForwardNetwork: firstScored must be in [0, "
              + layers.size()
              + "), the number of layers, got "
              + options.firstScored());
    }
    this.layers = child("layers", new ModuleList<>(layers));
    this.overlay = overlay == null ? null : overlay.copy();
    if (this.overlay != null) {
      // Not learned, but a network is of no use with other patterns.
      buffer("patterns", this.overlay.patterns());
    }
    this.firstScored = options.firstScored();
    this.prediction = options.prediction();
    long features = layers.stream().skip(firstScored).mapToLong(ForwardForwardLayer::units).sum();
    this.head =
        child("head", new Linear(features, classes, options.linear().initializer((_, _) -> {})));
  }

  private static List<ForwardForwardLayer> linear(int added, Options options, long... sizes) {
    if (sizes.length < 2) {
      throw new IllegalArgumentException(
          "ForwardForwardNetwork: needs the length of an input and the size of at least one layer");
    }
    Linear.Options linear = options.objective().initialized(options.linear());
    List<ForwardForwardLayer> layers = new ArrayList<>();
    for (int k = 1; k < sizes.length; k++) {
      long in = sizes[k - 1] + (k == 1 ? added : 0);
      layers.add(new ForwardForwardLayer(new Linear(in, sizes[k], linear), options.objective()));
    }
    return layers;
  }

  /** Returns the layers, from the input on. */
  public List<ForwardForwardLayer> layers() {
    List<ForwardForwardLayer> result = new ArrayList<>();
    layers.forEach(result::add);
    return List.copyOf(result);
  }

  /** Returns the softmax head. */
  public Linear head() {
    return head;
  }

  /** Returns what the network computes as a module. */
  public Prediction prediction() {
    return prediction;
  }

  /**
   * Returns how inputs show a class, if they do: as the overlay that the network was created with,
   * with the patterns of its state dict, which has a copy of them.
   */
  public Optional<LabelOverlay> overlay() {
    return Optional.ofNullable(overlay);
  }

  private LabelOverlay requireOverlay() {
    if (overlay == null) {
      throw new IllegalStateException(
          "the inputs of this network show no class; it can be trained with hybridImages only, and"
              + " classify by its head only");
    }
    return overlay;
  }

  @Override
  protected Variable forward(Variable input) {
    return switch (prediction) {
      case GOODNESS -> goodness(input);
      case HEAD -> head.apply(features(input));
      case FEATURES -> features(input);
    };
  }

  /**
   * Returns the sum of the layers' goodness for each input with each class.
   *
   * @param inputs of shape [size, ...], without classes
   * @return of shape [size, classes]
   */
  public Variable goodness(Variable inputs) {
    LabelOverlay shown = requireOverlay();
    List<Variable> columns = new ArrayList<>();
    for (int label = 0; label < shown.classes(); label++) {
      Variable x = shown.apply(inputs, label);
      @Nullable Variable sum = null;
      for (int k = 0; k < layers.size(); k++) {
        x = layers.get(k).apply(x);
        if (k >= firstScored) {
          Variable goodness = layers.get(k).objective().goodness(x);
          sum = sum == null ? goodness : sum.add(goodness);
        }
      }
      columns.add(Objects.requireNonNull(sum));
    }
    return Variable.stack(1, columns);
  }

  /**
   * Returns the normalised activities of the layers for inputs without a class, beside each other.
   *
   * @param inputs of shape [size, ...]
   * @return of shape [size, units]
   */
  public Variable features(Variable inputs) {
    Variable x = overlay == null ? inputs : overlay.neutral(inputs);
    List<Variable> parts = new ArrayList<>();
    for (int k = 0; k < layers.size(); k++) {
      ForwardForwardLayer layer = layers.get(k);
      x = layer.apply(x);
      if (k >= firstScored) {
        parts.add(layer.objective().normalize(x).flatten(1, -1));
      }
    }
    return Variable.cat(1, parts);
  }
}
