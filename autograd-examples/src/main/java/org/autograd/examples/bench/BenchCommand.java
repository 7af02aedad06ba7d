package org.autograd.examples.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures how fast something is here. */
@Command(
    name = "bench",
    description = "Measure speed.",
    subcommands = {
      MatmulMode.class,
      PointwiseMode.class,
      ReductionsMode.class,
      StepMode.class,
      LearningMode.class,
      GraphMode.class,
      StartupMode.class,
      MemoryMode.class
    })
public final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing benchmark: what is to be measured?");
  }
}
