package org.autograd.examples;

import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.TensorDataset;

/**
 * Streams of random bits of which only changes are told: an event is the bit that begins and the
 * time since the event before, and a last one says when the stream ends. The task is their parity
 * (Hasani et al., "Closed-form continuous-time neural networks", 2022).
 */
final class BitStreams {
  private BitStreams() {}

  /**
   * Returns streams of 2 to {@code pad - 1} bits: events float32 [size, pad, 1], the parity of all
   * bits, 0 or 1, float32 [size], the times before the events, as shares of {@code pad}, float32
   * [size, pad], and the number of events int64 [size].
   */
  static TensorDataset create(int size, int pad, Generator rng) {
    if (pad < 3) {
      throw new IllegalArgumentException("--pad must be at least 3, got " + pad);
    }
    float[] events = new float[size * pad];
    float[] spans = new float[size * pad];
    long[] counts = new long[size];
    float[] parities = new float[size];
    for (int i = 0; i < size; i++) {
      int bits = 2 + rng.nextInt(pad - 2);
      int ones = 0;
      int place = i * pad;
      int last = -1;
      int elapsed = 0;
      for (int k = 0; k < bits; k++) {
        int bit = rng.nextInt(2);
        ones += bit;
        if (bit != last) {
          events[place] = bit;
          spans[place++] = (float) elapsed / pad;
          elapsed = 0;
        }
        last = bit;
        elapsed++;
      }
      events[place] = last;
      spans[place++] = (float) elapsed / pad;
      counts[i] = place - (long) i * pad;
      parities[i] = ones % 2;
    }
    return TensorDataset.of(
        Variable.fromArray(events, size, pad, 1),
        Variable.of(parities),
        Variable.fromArray(spans, size, pad),
        Variable.of(counts));
  }
}
