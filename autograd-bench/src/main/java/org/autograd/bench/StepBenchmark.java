package org.autograd.bench;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A training step: gradients to zero, forward, cross-entropy, backward and Adam. Libtorch, rapaio
 * and djl are peers.
 */
// A step is many kernels: they are all compiled and fast only after some seconds.
@Warmup(iterations = 10, time = 1)
public class StepBenchmark extends WorkBenchmark {
  /** The network like LeNet, on a batch of 64. */
  public static final String LENET = "lenet/64";

  /** An LSTM from 64 to 128 features, on a batch of 64 sequences of 32. */
  public static final String LSTM = "lstm-64-128/64x32";

  /** Two layers of a transformer of 128 features, on 16 sequences of 64. */
  public static final String TRANSFORMER = "transformer-2x128/16x64";

  /** A {@link Network}, {@link #LENET}, {@link #LSTM} or {@link #TRANSFORMER}. */
  @Param({
    "2-16-16-2/32",
    "784-256-10/64",
    "784-1024-1024-10/128",
    "784-2048-2048-10/256",
    LENET,
    LSTM,
    TRANSFORMER
  })
  public String network;

  @Override
  Work prepare(Library chosen) {
    if (network.equals(LENET)) {
      return chosen.convolutionStep(64, threads);
    }
    if (network.equals(TRANSFORMER)) {
      return chosen.transformerStep(16, 64, threads);
    }
    if (network.equals(LSTM)) {
      return chosen.recurrentStep(64, threads);
    }
    return chosen.step(Network.parse(network), threads);
  }
}
