package org.autograd.internal.kernel.compiler;

import java.util.function.Consumer;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Simd;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that begins with scalar code and goes over to SIMD code when it is hot. Until HotSpot
 * has compiled it, code of the Vector API is about a hundred times slower, while scalar loops are
 * usable from the first call. The bits are the same, so the change does not show.
 */
public final class TieredKernel implements Kernel {
  /** What has to be done before SIMD code is worth its compilation: elements, and 64 for a call. */
  private static final long HOT = 20_000;

  /** So few elements do not fill a vector: scalar code is faster for them, warm or not. */
  private static final int FEW = 2;

  /** When a turn of training was not enough, the next one comes after so many times more work. */
  private static final int BACK_OFF = 8;

  private static final long MOST = Long.MAX_VALUE / 2 / BACK_OFF;

  private final Program program;
  private final DType dtype;
  private final Consumer<TieredKernel> queue;
  private final Kernel scalar;

  /** Not volatile: it does not matter when a thread sees the other one. */
  private Kernel current;

  /** The work between the last turn of training and the next one. */
  private long pause = HOT;

  /**
   * The work that is left until a turn of training, only roughly counted when there are several
   * threads. Who makes it 0 or less asks for the turn, and then nobody counts until it is over.
   */
  private long remaining = HOT;

  /** Kept from turn to turn, for HotSpot goes on compiling in between. */
  private @Nullable Trainer trainer;

  /** Compiles the scalar variant of a program. */
  public TieredKernel(Program program, DType dtype) {
    this(program, dtype, Trainer::submit);
  }

  /** Asks {@code queue} for {@link #train}, once in a while. */
  TieredKernel(Program program, DType dtype, Consumer<TieredKernel> queue) {
    this.program = program;
    this.dtype = dtype;
    this.queue = queue;
    this.scalar = KernelCompiler.compile(program, dtype, 0);
    this.current = scalar;
  }

  @Override
  public void run(
      Object[] buffers,
      int[] offsets,
      int[] rowStrides,
      double[] parameters,
      int rows,
      int columns) {
    if (rows * columns <= FEW) {
      scalar.run(buffers, offsets, rowStrides, parameters, rows, columns);
      return;
    }
    if (remaining > 0) {
      count(rows, columns);
    }
    current.run(buffers, offsets, rowStrides, parameters, rows, columns);
  }

  private void count(int rows, int columns) {
    long left = remaining - 64 - (long) rows * columns;
    remaining = left;
    if (left <= 0) {
      queue.accept(this);
    }
  }

  /** Returns whether the SIMD variant is in use. */
  boolean isVector() {
    return current != scalar;
  }

  /**
   * Has the SIMD variant trained for a turn. If it has become fast it is used from then on, if not
   * there will be another turn.
   */
  void train() throws InterruptedException {
    Trainer mine = trainer;
    if (mine == null) {
      Kernel vector = KernelCompiler.compile(program, dtype, Simd.bits());
      mine = new Trainer(program, dtype, scalar, vector);
    }
    endTurn(mine, mine.turn());
  }

  /** What {@link #train} does after the turn. */
  void endTurn(Trainer mine, boolean ready) {
    if (ready) {
      trainer = null;
      current = mine.vector();
      return;
    }
    trainer = mine;
    postpone();
  }

  /** Goes on with scalar code and has the next turn later than the one before. */
  void postpone() {
    pause = Math.min(MOST, pause * BACK_OFF);
    System.getLogger(TieredKernel.class.getName())
        .log(
            System.Logger.Level.DEBUG,
            "SIMD code is not compiled yet, scalar code runs {0} more elements of {1}",
            pause,
            program);
    remaining = pause;
  }
}
