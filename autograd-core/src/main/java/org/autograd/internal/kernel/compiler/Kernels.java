package org.autograd.internal.kernel.compiler;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Settings;
import org.autograd.internal.kernel.Settings.KernelMode;
import org.autograd.internal.kernel.Simd;
import org.autograd.type.DType;

/**
 * Finds the kernel of a program, compiling it at first use. How, is up to {@link Settings#simd} and
 * {@link Settings#kernel}.
 */
public final class Kernels {
  /**
   * When a cache has become so large, it is emptied. Programs are written by people, so there are
   * few; but a user might make one for each new number that he puts into an expression.
   */
  private static final int LIMIT = 2048;

  private static final List<Map<Program, Kernel>> CACHES =
      Stream.of(DType.values())
          .<Map<Program, Kernel>>map(dtype -> new ConcurrentHashMap<>())
          .toList();

  private Kernels() {}

  /** Asked only where a kernel is compiled; if a setting is wrong, this throws each time. */
  private static KernelMode mode() {
    KernelMode mode = Settings.kernel();
    // A native image cannot define classes.
    if (System.getProperty("org.graalvm.nativeimage.imagecode") != null) {
      return KernelMode.INTERPRETER;
    }
    return switch (mode) {
      case SCALAR, INTERPRETER -> mode;
      case TIERED, VECTOR -> Simd.bits() == 0 ? KernelMode.SCALAR : mode;
    };
  }

  /**
   * Returns the kernel of {@code program} for arrays of a dtype; of a program that has only masks,
   * for bool.
   *
   * @throws IllegalArgumentException if a system property is wrong
   */
  public static Kernel of(Program program, DType dtype) {
    Map<Program, Kernel> cache = CACHES.get(dtype.ordinal());
    Kernel kernel = cache.get(program);
    if (kernel != null) {
      return kernel;
    }
    if (cache.size() >= LIMIT) {
      cache.clear();
    }
    return cache.computeIfAbsent(program, p -> compile(p, dtype));
  }

  private static Kernel compile(Program program, DType dtype) {
    KernelMode mode = mode();
    try {
      return switch (mode) {
        case TIERED -> new TieredKernel(program, dtype);
        case SCALAR -> KernelCompiler.compile(program, dtype, 0);
        case VECTOR -> KernelCompiler.compile(program, dtype, Simd.bits());
        case INTERPRETER -> interpreter(program, dtype);
      };
    } catch (UnsupportedOperationException e) {
      // Right all the same, but slow, which is not to go unnoticed.
      System.getLogger(Kernels.class.getName())
          .log(System.Logger.Level.WARNING, "a program is interpreted", e);
      return interpreter(program, dtype);
    }
  }

  private static Kernel interpreter(Program program, DType dtype) {
    return dtype.isFloating()
        ? new Interpreter(program, dtype)
        : new IntegerInterpreter(program, dtype);
  }

  /** Returns a line for people: which kernels run, or what to do to get faster ones. */
  public static String description() {
    return switch (mode()) {
      case TIERED -> Simd.description() + progress();
      case SCALAR ->
          Settings.kernel() == KernelMode.SCALAR
              ? "scalar kernels only, by request"
              : Simd.description();
      case VECTOR -> Simd.description() + ", without warming up";
      case INTERPRETER -> "expressions are interpreted";
    };
  }

  /** Scalar kernels are either cold or still training. */
  private static String progress() {
    List<Kernel> kernels = CACHES.stream().flatMap(cache -> cache.values().stream()).toList();
    long vectors =
        kernels.stream()
            .filter(kernel -> kernel instanceof TieredKernel tiered && tiered.isVector())
            .count();
    return kernels.isEmpty()
        ? ""
        : ", used by %d of %d kernels so far".formatted(vectors, kernels.size());
  }
}
