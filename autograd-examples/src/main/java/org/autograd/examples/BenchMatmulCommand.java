package org.autograd.examples;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "matmul", description = "Compare the matrix product with EJML's and a plain loop.")
final class BenchMatmulCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return 0;
  }
}
