package org.autograd.internal.kernel;

import java.util.concurrent.ConcurrentHashMap;
import org.autograd.internal.kernel.compiler.KernelCompiler;
import org.autograd.type.DType;

/** Finds the kernel of a program, compiling it at first use. */
public final class Kernels {
  private record Key(Program program, DType dtype) {}

  private static final ConcurrentHashMap<Key, Kernel> CACHE = new ConcurrentHashMap<>();

  private Kernels() {}

  /** Returns the kernel of {@code program} for float32 or float64 arrays. */
  public static Kernel of(Program program, DType dtype) {
    return CACHE.computeIfAbsent(
        new Key(program, dtype), k -> KernelCompiler.compile(program, dtype, 0));
  }
}
