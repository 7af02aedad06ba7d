package org.autograd.examples;

import java.io.PrintWriter;
import org.autograd.Autograd;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Tells what runs here, and how to make it faster. */
@Command(name = "info", description = "Show versions, kernels, SIMD and threads.")
final class InfoCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    out.println(String.join("\n", new Main.Version().getVersion()));
    out.println(Autograd.info());
  }
}
