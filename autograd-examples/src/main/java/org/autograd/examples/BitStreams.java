package org.autograd.examples;

import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.TensorDataset;

/**
 * Streams of random bits of which only changes are told: an event is a bit and for how long it has
 * lasted. The task is their parity (Hasani et al., "Closed-form continuous-time neural networks",
 * 2022).
 */
final class BitStreams {
  private BitStreams() {}

  /**
   * Returns streams of 2 to {@code pad - 1} bits: events float32 [size, pad - 1, 1], the parity of
   * all bits, 0 or 1, float32 [size], the events' time spans, as shares of {@code pad}, float32
   * [size, pad - 1], and their numbers int64 [size].
   */
  static TensorDataset create(int size, int pad, Generator rng) {
    if (pad < 3) {
      throw new IllegalArgumentException("--pad must be at least 3, got " + pad);
    }
    int most = pad - 1;
    float[] events = new float[size * most];
    float[] spans = new float[size * most];
    long[] lengths = new long[size];
    float[] parities = new float[size];
    for (int i = 0; i < size; i++) {
      int bits = 2 + rng.nextInt(pad - 2);
      int ones = 0;
      int event = -1;
      int last = -1;
      for (int k = 0; k < bits; k++) {
        int bit = rng.nextInt(2);
        ones += bit;
        if (bit != last) {
          event++;
          last = bit;
          events[i * most + event] = bit;
        }
        spans[i * most + event] += 1f / pad;
      }
      lengths[i] = event + 1;
      parities[i] = ones % 2;
    }
    return TensorDataset.of(
        Variable.fromArray(events, size, most, 1),
        Variable.of(parities),
        Variable.fromArray(spans, size, most),
        Variable.of(lengths));
  }
}
