package org.autograd.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** What came of a command line. */
record Invocation(int status, String out, String err) {

  static Invocation of(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    int status = command.execute(arguments);
    return new Invocation(status, out.toString(), err.toString());
  }

  /** Runs a training that must succeed and writes into a directory. */
  static Invocation train(Path output, String... arguments) {
    List<String> all = new ArrayList<>(List.of("train"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--output", output.toString()));
    Invocation invocation = of(all.toArray(String[]::new));
    assertEquals(0, invocation.status, invocation.err);
    return invocation;
  }

  /** Returns the number at the end of the last line. */
  double result() {
    String last = out.lines().toList().getLast();
    return Double.parseDouble(last.substring(last.lastIndexOf(' ') + 1));
  }
}
