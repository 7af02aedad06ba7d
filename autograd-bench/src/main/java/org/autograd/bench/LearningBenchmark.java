package org.autograd.bench;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/** A {@link LearningStep}. Libtorch is a peer. */
// A step is many kernels: they are all compiled and fast only after some seconds.
@Warmup(iterations = 10, time = 1)
public class LearningBenchmark extends WorkBenchmark {
  /** The text of a {@link LearningStep}. */
  @Param({
    "spiking-784-1000-10/128x25",
    "spiking-64-128-10/32x25",
    "cfc-1-64-1/128x11",
    "forward-forward-784-500-500/100"
  })
  public String step;

  @Override
  Work prepare(Library chosen) {
    return chosen.learningStep(LearningStep.named(step), threads);
  }
}
