package org.autograd.internal.kernel.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Simd;
import org.autograd.internal.kernel.TrainingThread;
import org.autograd.type.DType;

/**
 * Runs a new SIMD kernel beside the scalar one, on data of its own, until it is the faster: then
 * HotSpot has compiled it. It does so in the {@link TrainingThread}.
 */
final class Trainer {
  /** A turn is short, as others wait for theirs; see {@link TieredKernel#endTurn}. */
  private static final long TURN_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final int ROWS = 2;

  /** A round calls a kernel this many times for each number of columns. */
  private static final int CALLS = 20;

  /** Before so many rounds the scalar kernel may be cold itself. */
  private static final int FIRST_ROUNDS = 100;

  /** HotSpot has counted enough; from now on wait for its compiler. */
  private static final int MANY_ROUNDS = 300;

  /** So many rounds in succession must be good, as a single one may be so by chance. */
  private static final int GOOD_ROUNDS = 3;

  /** Where scalar loops are turned into SIMD code as well, neither is faster. */
  private static final double TOLERANCE = 1.25;

  /** One shape that the kernels run over; never compared. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Shape(int columns, Object[] buffers, int[] offsets, int[] rowStrides) {}

  private final Program program;
  private final DType dtype;
  private final Kernel scalar;
  private final Kernel vector;
  private final double[] parameters;
  private final LongSupplier clock;
  private int rounds;

  Trainer(Program program, DType dtype, Kernel scalar, Kernel vector) {
    this(program, dtype, scalar, vector, System::nanoTime);
  }

  /** Tests bring a clock of their own. */
  Trainer(Program program, DType dtype, Kernel scalar, Kernel vector, LongSupplier clock) {
    this.program = program;
    this.dtype = dtype;
    this.scalar = scalar;
    this.vector = vector;
    this.clock = clock;
    this.parameters = new double[program.parameters()];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = 0.5 + i % 3 * 0.25;
    }
  }

  /** Has a kernel trained some time. Without that it works as well, so nothing is ever thrown. */
  static void submit(TieredKernel kernel) {
    try {
      TrainingThread.submit(() -> trainQuietly(kernel));
    } catch (RuntimeException | OutOfMemoryError e) {
      log("no thread for training", e);
      kernel.postpone();
    }
  }

  private static void trainQuietly(TieredKernel kernel) {
    try {
      if (!kernel.isVector()) {
        kernel.train();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      log("a kernel stays with scalar code", e);
    }
  }

  private static void log(String message, Throwable e) {
    System.getLogger(Trainer.class.getName()).log(System.Logger.Level.DEBUG, message, e);
  }

  Kernel vector() {
    return vector;
  }

  /**
   * Trains until the SIMD kernel is as fast as the scalar one, and so is compiled, but not for
   * long.
   *
   * @return whether it is; if not, another turn continues this one
   */
  boolean turn() throws InterruptedException {
    List<Shape> shapes = shapes();
    long start = clock.getAsLong();
    int good = 0;
    for (; clock.getAsLong() - start < TURN_NANOS; rounds++) {
      long scalarNanos = 0;
      long vectorNanos = 0;
      for (Shape shape : shapes) {
        scalarNanos += time(scalar, shape);
        vectorNanos += time(vector, shape);
      }
      good = vectorNanos <= scalarNanos * TOLERANCE ? good + 1 : 0;
      if (rounds >= FIRST_ROUNDS && good >= GOOD_ROUNDS) {
        return true;
      }
      if (rounds >= MANY_ROUNDS) {
        Thread.sleep(1);
      }
    }
    return false;
  }

  private long time(Kernel kernel, Shape shape) {
    // Fresh numbers, as a program that works in place may drive them to infinity.
    fill(shape.buffers());
    long start = clock.getAsLong();
    for (int i = 0; i < CALLS; i++) {
      kernel.run(
          shape.buffers(), shape.offsets(), shape.rowStrides(), parameters, ROWS, shape.columns());
    }
    return clock.getAsLong() - start;
  }

  /** With sizes of one kind only, HotSpot would leave out the code for the others. */
  private List<Shape> shapes() {
    Precision precision = Precision.of(dtype);
    int lanes = new VectorSpecies(Simd.bits()).lanes(precision);
    List<Shape> shapes = new ArrayList<>();
    for (int columns :
        new int[] {
          lanes - 1, 4 * lanes, 2 * precision.partials + lanes + 1, Plan.BLOCK + 2 * lanes - 1
        }) {
      int count = program.buffers().size();
      Object[] buffers = new Object[count];
      int[] rowStrides = new int[count];
      for (int k = 0; k < count; k++) {
        Program.Buffer buffer = program.buffers().get(k);
        rowStrides[k] = buffer.access() == Program.Access.FULL ? columns : 1;
        int length = ROWS * rowStrides[k];
        if (buffer.mask()) {
          buffers[k] = new boolean[length];
        } else {
          buffers[k] = precision.newArray(length);
        }
      }
      shapes.add(new Shape(columns, buffers, new int[count], rowStrides));
    }
    return shapes;
  }

  private static void fill(Object[] buffers) {
    for (Object buffer : buffers) {
      switch (buffer) {
        case float[] array -> {
          for (int i = 0; i < array.length; i++) {
            array[i] = i % 7 * 0.5f - 1.3f;
          }
        }
        case double[] array -> {
          for (int i = 0; i < array.length; i++) {
            array[i] = i % 7 * 0.5 - 1.3;
          }
        }
        case int[] array -> {
          for (int i = 0; i < array.length; i++) {
            array[i] = i % 7 - 3;
          }
        }
        case long[] array -> {
          for (int i = 0; i < array.length; i++) {
            array[i] = i % 7 - 3L;
          }
        }
        case boolean[] array -> {
          for (int i = 0; i < array.length; i++) {
            array[i] = i % 3 == 0;
          }
        }
        default -> throw new AssertionError(buffer.getClass());
      }
    }
  }
}
