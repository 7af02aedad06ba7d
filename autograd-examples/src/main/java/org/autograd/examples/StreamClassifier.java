package org.autograd.examples;

import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.liquid.CfcCell;
import org.autograd.liquid.LiquidLayer;
import org.autograd.nn.Gru;
import org.autograd.nn.Linear;
import org.autograd.nn.Module;
import org.autograd.nn.Recurrent;

/** A logit for each of some {@link BitStreams}, from the state of a recurrent layer at its end. */
abstract sealed class StreamClassifier extends Module {
  private final Linear head;

  private StreamClassifier(int units, Generator rng) {
    this.head = child("head", new Linear(units, 1, Linear.options().generator(rng)));
  }

  /** Returns a liquid network, to which time spans are time. */
  static StreamClassifier cfc(int units, Generator rng) {
    return new Liquid(units, rng);
  }

  /** Returns gated recurrent units, to which time spans are a second feature. */
  static StreamClassifier gru(int units, Generator rng) {
    return new Gated(units, rng);
  }

  /** Returns logits of shape [size]. */
  final Variable apply(Batch batch) {
    return head.apply(state(batch)).squeeze(1);
  }

  abstract Variable state(Batch batch);

  static Variable spans(Batch batch) {
    return batch.tensors().get(2);
  }

  static Variable lengths(Batch batch) {
    return batch.tensors().get(3);
  }

  private static final class Liquid extends StreamClassifier {
    private final LiquidLayer layer;

    Liquid(int units, Generator rng) {
      super(units, rng);
      CfcCell cell = new CfcCell(1, units, CfcCell.options().generator(rng));
      layer = child("layer", new LiquidLayer(cell));
    }

    @Override
    Variable state(Batch batch) {
      return layer.apply(batch.inputs(), spans(batch), lengths(batch)).state();
    }
  }

  private static final class Gated extends StreamClassifier {
    private final Gru layer;

    Gated(int units, Generator rng) {
      super(units, rng);
      layer =
          child("layer", new Gru(2, units, Recurrent.options().batchFirst(true).generator(rng)));
    }

    @Override
    Variable state(Batch batch) {
      Variable features = Variable.cat(2, batch.inputs(), spans(batch).unsqueeze(2));
      return layer.apply(features, null, lengths(batch)).hidden().select(0, 0);
    }
  }
}
