package org.autograd.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.autograd.Variable;
import org.junit.jupiter.api.Test;

class SimdTest {
  private static final String FLAG = "--add-modules jdk.incubator.vector";

  @Test
  void withoutTheModuleOneLineSaysWhichFlagToAdd() throws Exception {
    String output = ChildJvm.run(Operations.class);
    assertEquals(1, ChildJvm.count(output, FLAG), output);
    assertEquals(1, ChildJvm.count(output, "end"), output);
  }

  @Test
  void nothingIsSaidWhereSimdIsOffByRequest() throws Exception {
    String output = ChildJvm.run(Operations.class, "-Dautograd.simd=off");
    assertEquals("end", output.strip());
  }

  @Test
  void nothingIsSaidWhereTheModuleIsThere() throws Exception {
    String output = ChildJvm.run(Operations.class, "--add-modules", "jdk.incubator.vector");
    assertEquals(0, ChildJvm.count(output, FLAG), output);
  }

  static final class Operations {
    private Operations() {}

    public static void main(String[] args) throws InterruptedException {
      Thread[] threads = new Thread[4];
      for (int i = 0; i < threads.length; i++) {
        threads[i] = new Thread(Operations::compute);
        threads[i].start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      System.out.println("end");
    }

    private static void compute() {
      for (int i = 0; i < 10; i++) {
        Variable x = Variable.ones(20, 20).requiresGrad(true);
        x.matmul(x).exp().add(x.tanh()).sum().backward();
      }
    }
  }
}
