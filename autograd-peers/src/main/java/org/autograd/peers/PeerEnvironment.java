package org.autograd.peers;

import java.util.List;

/**
 * The environment variables that native peers need in order to be as fast as they can be, and that
 * only the start of the process can set: {@code ./autograd bench --peers} does.
 */
final class PeerEnvironment {
  private PeerEnvironment() {}

  /**
   * Checks that OpenBLAS chooses its kernels by itself, uses so many threads, and that memory is
   * kept instead of being returned to the system and faulted in again. Tells JavaCPP not to watch
   * for forgotten pointers, which costs time for each.
   *
   * @throws IllegalStateException if not
   */
  static void check(int threads) {
    for (String name : List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")) {
      if (System.getenv(name) != null) {
        throw new IllegalStateException(name + " is set, which slows OpenBLAS down: unset it");
      }
    }
    System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
    String wanted = Integer.toString(threads);
    for (String name : List.of("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")) {
      require(name, wanted);
    }
    require("MALLOC_MMAP_THRESHOLD_", "4000000000");
    require("MALLOC_TRIM_THRESHOLD_", "8000000000");
    require("MALLOC_TOP_PAD_", "200000000");
  }

  private static void require(String name, String wanted) {
    String value = System.getenv(name);
    if (!wanted.equals(value)) {
      throw new IllegalStateException(
          name
              + " is "
              + (value == null ? "not set" : value)
              + ", which would be unfair: start with "
              + name
              + "="
              + wanted
              + ", as ./autograd bench --peers does");
    }
  }
}
