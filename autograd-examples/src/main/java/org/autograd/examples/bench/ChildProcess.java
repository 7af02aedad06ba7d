package org.autograd.examples.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.autograd.bench.FirstSteps;

/** A JVM of its own that runs {@link FirstSteps}. */
final class ChildProcess {
  private ChildProcess() {}

  /**
   * What a process has left.
   *
   * @param status its exit status
   * @param output of it, with its errors
   */
  record Outcome(int status, String output) {
    /** Returns the last line of the output. */
    String lastLine() {
      return output.lines().reduce("", (_, line) -> line);
    }
  }

  /** Runs steps with further options of the JVM. */
  static Outcome run(List<String> options, Object network, int steps)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-modules=jdk.incubator.vector");
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(), FirstSteps.class.getName()));
    command.addAll(List.of(network.toString(), Integer.toString(steps)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), output);
  }

  /**
   * Returns the jars of this process's class path that a user would have, so without the peers. A
   * directory among them would keep the JVM from using an AOT cache.
   */
  private static String classPath() {
    return String.join(
        File.pathSeparator,
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> entry.endsWith(".jar") && !entry.contains("autograd-peers"))
            .toList());
  }
}
