package org.autograd.examples;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code autograd} command. */
@Command(
    name = "autograd",
    mixinStandardHelpOptions = true,
    version = "autograd 0.1.0-SNAPSHOT",
    description = "Tensors and automatic differentiation in pure Java.")
public final class Main implements Runnable {
  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
