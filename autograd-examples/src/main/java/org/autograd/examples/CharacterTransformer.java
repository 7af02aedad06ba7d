package org.autograd.examples;

import java.util.List;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.data.DataLoader;
import org.autograd.data.Dataset;
import org.autograd.data.Windows;
import org.autograd.nn.AttentionMask;
import org.autograd.nn.Embedding;
import org.autograd.nn.Initializers;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.PositionalEncoding;
import org.autograd.nn.TransformerEncoder;
import org.autograd.nn.TransformerOptions;
import org.autograd.nn.UnaryModule;
import org.autograd.type.DType;

/**
 * A transformer whose every position sees only itself and those before, and predicts the next
 * token: int64 {@code [n, length]} becomes logits {@code [n, length, tokens]}.
 */
final class CharacterTransformer extends UnaryModule {
  private final Size size;
  private final Embedding tokens;
  private final PositionalEncoding positions;
  private final TransformerEncoder layers;
  private final Linear head;

  /**
   * How large a model is.
   *
   * @param context the greatest length of a sequence
   * @param features of a position
   * @param layers one above the other
   * @param heads of each layer's attention
   */
  record Size(int context, int features, int layers, int heads) {}

  CharacterTransformer(int tokenCount, Size size, Generator rng) {
    this.size = size;
    tokens =
        child(
            "tokens",
            new Embedding(tokenCount, size.features(), Embedding.options().generator(rng)));
    positions =
        child(
            "positions",
            PositionalEncoding.learned(size.context(), size.features(), DType.FLOAT32, rng));
    // Small, so that what the layers add counts from the first step on; as in GPT-2.
    for (UnaryModule table : new UnaryModule[] {tokens, positions}) {
      table.parameters().forEach(weight -> Initializers.normal(0, 0.02).fill(weight, rng));
    }
    layers =
        child(
            "layers",
            new TransformerEncoder(
                size.layers(),
                size.features(),
                size.heads(),
                TransformerOptions.defaults()
                    .feedForward(4L * size.features())
                    .dropout(0)
                    .batchFirst(true)
                    .normFirst(true)
                    .generator(rng),
                true));
    head = child("head", new Linear(size.features(), tokenCount, Linear.options().generator(rng)));
  }

  /** Returns the greatest length of a sequence. */
  int context() {
    return size.context();
  }

  /** Returns the matrices of the layers. */
  List<Variable> matrices() {
    return layers.parameters().stream().filter(parameter -> parameter.rank() == 2).toList();
  }

  /** Returns embeddings, head, biases and norms. */
  List<Variable> parametersBesideMatrices() {
    List<Variable> matrices = matrices();
    return parameters().stream()
        .filter(parameter -> matrices.stream().noneMatch(matrix -> matrix == parameter))
        .toList();
  }

  @Override
  protected Variable forward(Variable input) {
    Variable embedded = positions.apply(tokens.apply(input));
    return head.apply(layers.apply(embedded, AttentionMask.none().causal(true)));
  }

  /**
   * Returns the loss: how many bits a token needs, in the mean, if it is coded by the predictions.
   *
   * @param logits {@code [n, length, tokens]}
   * @param targets int64 {@code [n, length]}
   */
  static Variable bits(Variable logits, Variable targets) {
    return Losses.crossEntropy(logits.reshape(-1, logits.size(-1)), targets.reshape(-1))
        .div(Math.log(2));
  }

  /**
   * Returns how many bits a token of a text needs, each predicted from at least half a context and
   * at most a whole one. Up to half a context at the end is left out.
   *
   * @param text int64 {@code [length]}; of its beginning, half a context is not counted
   */
  double bitsPerToken(Variable text) {
    int counted = context() / 2;
    Dataset windows = Windows.next(text, context()).every(counted);
    return evaluate(() -> {
      double sum = 0;
      for (Batch batch : DataLoader.of(windows, 64)) {
        int skipped = context() - counted;
        Variable logits = apply(batch.inputs()).narrow(1, skipped, counted);
        Variable targets = batch.targets().narrow(1, skipped, counted);
        sum += bits(logits, targets).item() * batch.size();
      }
      return sum / windows.size();
    });
  }

  /**
   * Returns a text that goes on by drawing token after token from the predictions.
   *
   * @param text int64 {@code [length]}, at least one token
   * @param temperature what logits are divided by: below 1 what is likely is drawn more often
   */
  Variable sample(Variable text, int count, double temperature, Generator rng) {
    return evaluate(() -> {
      Variable result = text;
      for (int k = 0; k < count; k++) {
        int length = (int) Math.min(result.size(0), context());
        Variable seen = result.narrow(0, result.size(0) - length, length).unsqueeze(0);
        Variable logits = apply(seen).select(1, -1).squeeze(0);
        double[] probabilities =
            logits.to(DType.FLOAT64).div(temperature).softmax(0).toDoubleArray();
        result = Variable.cat(0, result, Variable.of((long) draw(probabilities, rng)));
      }
      return result;
    });
  }

  private static int draw(double[] probabilities, Generator rng) {
    double left = rng.nextDouble();
    for (int k = 0; k < probabilities.length - 1; k++) {
      left -= probabilities[k];
      if (left < 0) {
        return k;
      }
    }
    return probabilities.length - 1;
  }
}
