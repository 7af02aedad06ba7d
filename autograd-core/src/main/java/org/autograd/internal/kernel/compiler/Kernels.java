package org.autograd.internal.kernel.compiler;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.type.DType;

/**
 * Finds the kernel of a program, compiling it at first use.
 *
 * <p>The system property {@code autograd.simd} is {@code off} for scalar code only, or a width in
 * bits. For tests and measurements {@code autograd.kernel} is one of {@code tiered} (the default),
 * {@code scalar}, {@code vector} and {@code interpreter}.
 */
public final class Kernels {
  /**
   * When a cache has become so large, it is emptied. Programs are written by people, so there are
   * few; but a user might make one for each new number that he puts into an expression.
   */
  private static final int LIMIT = 2048;

  private enum Mode {
    TIERED,
    SCALAR,
    VECTOR,
    INTERPRETER
  }

  private static final Mode MODE = mode();
  private static final Map<Program, Kernel> FLOAT32 = new ConcurrentHashMap<>();
  private static final Map<Program, Kernel> FLOAT64 = new ConcurrentHashMap<>();

  private Kernels() {}

  private static Mode mode() {
    // A native image cannot define classes.
    if (System.getProperty("org.graalvm.nativeimage.imagecode") != null) {
      return Mode.INTERPRETER;
    }
    Mode mode =
        switch (System.getProperty("autograd.kernel", "tiered")) {
          case "scalar" -> Mode.SCALAR;
          case "vector" -> Mode.VECTOR;
          case "interpreter" -> Mode.INTERPRETER;
          default -> Mode.TIERED;
        };
    return mode != Mode.INTERPRETER && Simd.bits() == 0 ? Mode.SCALAR : mode;
  }

  /** Returns the kernel of {@code program} for float32 or float64 arrays. */
  public static Kernel of(Program program, DType dtype) {
    Map<Program, Kernel> cache =
        switch (dtype) {
          case FLOAT32 -> FLOAT32;
          case FLOAT64 -> FLOAT64;
          default -> throw new IllegalArgumentException("no kernels for " + dtype);
        };
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
    try {
      return switch (MODE) {
        case TIERED -> new TieredKernel(program, dtype);
        case SCALAR -> KernelCompiler.compile(program, dtype, 0);
        case VECTOR -> KernelCompiler.compile(program, dtype, Simd.bits());
        case INTERPRETER -> new Interpreter(program, dtype);
      };
    } catch (UnsupportedOperationException e) {
      // Right all the same, but slow, which is not to go unnoticed.
      System.getLogger(Kernels.class.getName())
          .log(System.Logger.Level.WARNING, "a program is interpreted", e);
      return new Interpreter(program, dtype);
    }
  }

  /** Returns a line for people: which kernels run, or what to do to get faster ones. */
  public static String description() {
    return switch (MODE) {
      case TIERED -> Simd.description();
      case SCALAR -> Simd.bits() == 0 ? Simd.description() : "scalar kernels only, by request";
      case VECTOR -> Simd.description() + ", without warming up";
      case INTERPRETER -> "expressions are interpreted";
    };
  }
}
