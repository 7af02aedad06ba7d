package org.autograd.internal.kernel.compiler;

import java.util.Set;

/**
 * Whether and how wide vectors are used. The module {@code jdk.incubator.vector} is looked up at
 * run time: nothing here is linked to it.
 */
public final class Simd {
  private static final String MODULE = "jdk.incubator.vector";
  private static final String PROPERTY = "autograd.simd";
  private static final Set<String> WIDTHS = Set.of("64", "128", "256", "512");

  private static final int BITS;
  private static final String REASON;

  static {
    String wanted = System.getProperty(PROPERTY, "auto");
    int bits = 0;
    String reason;
    if (wanted.equals("off")) {
      reason = "by the system property " + PROPERTY;
    } else if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      reason = "add --add-modules " + MODULE + " to the java command or to JDK_JAVA_OPTIONS";
    } else if (WIDTHS.contains(wanted)) {
      bits = Integer.parseInt(wanted);
      reason = "as wide as the system property " + PROPERTY + " says";
    } else {
      int preferred = preferredBits();
      bits = preferred >= 128 ? preferred : 0;
      reason = preferred >= 128 ? "as wide as this processor prefers" : "this JVM has no vectors";
    }
    BITS = bits;
    REASON = reason;
  }

  private Simd() {}

  private static int preferredBits() {
    try {
      Object species =
          Class.forName(MODULE + ".FloatVector").getField("SPECIES_PREFERRED").get(null);
      return (int)
          Class.forName(MODULE + ".VectorSpecies").getMethod("vectorBitSize").invoke(species);
    } catch (ReflectiveOperationException | LinkageError e) {
      return 0;
    }
  }

  /** Returns the width of the vectors to use, 0 for none. */
  public static int bits() {
    return BITS;
  }

  /** Returns a line for people: the lanes in use, or what to do to get them. */
  public static String description() {
    if (BITS == 0) {
      return "SIMD off: " + REASON;
    }
    return "SIMD on: %d bits, %d lanes of float32, %d lanes of float64 (%s)"
        .formatted(BITS, BITS / 32, BITS / 64, REASON);
  }
}
