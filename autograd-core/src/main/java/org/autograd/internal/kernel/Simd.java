package org.autograd.internal.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Whether and how wide vectors are used, in all kernels. The module {@code jdk.incubator.vector} is
 * looked up at run time: nothing here is linked to it.
 */
public final class Simd {
  private static final String MODULE = "jdk.incubator.vector";

  /** What was decided at first use. */
  private record Choice(int bits, String reason) {}

  private static volatile @Nullable Choice choice;

  private Simd() {}

  /** If the setting is wrong, this throws at each use. */
  private static Choice choice() {
    Choice decided = choice;
    return decided != null ? decided : decide();
  }

  private static synchronized Choice decide() {
    Choice decided = choice;
    if (decided != null) {
      return decided;
    }
    String wanted = Settings.simd();
    decided = choose(wanted);
    choice = decided;
    if (decided.bits() == 0 && !wanted.equals("off")) {
      System.getLogger(Simd.class.getName())
          .log(System.Logger.Level.WARNING, "operations are slow, SIMD off: " + decided.reason());
    }
    return decided;
  }

  private static Choice choose(String wanted) {
    if (wanted.equals("off")) {
      return new Choice(0, "by the system property autograd.simd");
    }
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return new Choice(
          0, "add --add-modules " + MODULE + " to the java command or to JDK_JAVA_OPTIONS");
    }
    if (wanted.equals("auto")) {
      int preferred = bits("SPECIES_PREFERRED");
      return preferred >= 128
          ? new Choice(preferred, "as wide as this processor prefers")
          : new Choice(0, "this JVM has no vectors");
    }
    int bits = Integer.parseInt(wanted);
    int most = bits("SPECIES_MAX");
    // Wider ones would work, but without the processor's help: a hundred times slower.
    return bits <= most || most < 64
        ? new Choice(bits, "as wide as the system property autograd.simd says")
        : new Choice(most, "the widest of this processor, autograd.simd asks for " + wanted);
  }

  private static int bits(String species) {
    try {
      Object constant = Class.forName(MODULE + ".FloatVector").getField(species).get(null);
      return (int)
          Class.forName(MODULE + ".VectorSpecies").getMethod("vectorBitSize").invoke(constant);
    } catch (ReflectiveOperationException | LinkageError e) {
      return 0;
    }
  }

  /**
   * Returns the width of the vectors to use, 0 for none.
   *
   * @throws IllegalArgumentException if the system property {@code autograd.simd} is wrong
   */
  public static int bits() {
    return choice().bits();
  }

  /** Returns a line for people: the lanes in use, or what to do to get them. */
  public static String description() {
    Choice decided = choice();
    if (decided.bits() == 0) {
      return "SIMD off: " + decided.reason();
    }
    return "SIMD on: %d bits, %d lanes of float32, %d lanes of float64 (%s)"
        .formatted(decided.bits(), decided.bits() / 32, decided.bits() / 64, decided.reason());
  }
}
