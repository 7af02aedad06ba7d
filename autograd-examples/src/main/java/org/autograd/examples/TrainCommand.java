package org.autograd.examples;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains one of the example models. */
@Command(
    name = "train",
    description = "Train a model.",
    subcommands = {
      DigitsCommand.class,
      ParabolaCommand.class,
      FashionMnistCommand.class,
      ForwardForwardCommand.class,
      SpikingCommand.class,
      LiquidCommand.class,
      LocalCommand.class,
      GradientFreeCommand.class,
      CompareCommand.class,
      DeepCommand.class,
      AirPassengersCommand.class,
      TextCommand.class
    })
final class TrainCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing model: what is to be trained?");
  }
}
