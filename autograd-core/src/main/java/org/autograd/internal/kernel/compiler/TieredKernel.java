package org.autograd.internal.kernel.compiler;

import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Simd;
import org.autograd.type.DType;

/**
 * A kernel that begins with scalar code and goes over to SIMD code when it is hot. Until HotSpot
 * has compiled it, code of the Vector API is about a hundred times slower, while scalar loops are
 * usable from the first call. The bits are the same, so the change does not show.
 */
public final class TieredKernel implements Kernel {
  /** What has to be done before SIMD code is worth its compilation: elements, and 64 for a call. */
  private static final int HOT = 20_000;

  private final Program program;
  private final DType dtype;

  /** Not volatile: it does not matter when a thread sees the other one. */
  private Kernel current;

  /**
   * Only roughly counted when there are several threads; at least HOT if training was asked for.
   */
  private int work;

  /** Compiles the scalar variant of a program. */
  public TieredKernel(Program program, DType dtype) {
    this.program = program;
    this.dtype = dtype;
    this.current = KernelCompiler.compile(program, dtype, 0);
  }

  @Override
  public void run(
      Object[] buffers,
      int[] offsets,
      int[] rowStrides,
      double[] parameters,
      int rows,
      int columns) {
    if (work < HOT) {
      count(rows, columns);
    }
    current.run(buffers, offsets, rowStrides, parameters, rows, columns);
  }

  private void count(int rows, int columns) {
    long more = 64 + (long) rows * columns;
    work = (int) Math.min(HOT, work + more);
    if (work >= HOT) {
      Trainer.submit(this);
    }
  }

  /** Returns whether the SIMD variant is in use. */
  boolean isVector() {
    return current.getClass().getName().contains("VectorKernel");
  }

  /** Compiles the SIMD variant, warms it up, and uses it from then on if it has become faster. */
  void train() throws InterruptedException {
    Kernel vector = KernelCompiler.compile(program, dtype, Simd.bits());
    if (new Trainer(program, dtype, current, vector).train()) {
      current = vector;
    }
  }
}
