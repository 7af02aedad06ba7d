package org.autograd.internal.kernel.matmul;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.autograd.internal.kernel.TrainingThread;
import org.jspecify.annotations.Nullable;

/**
 * A product that begins with scalar code and goes over to vector code when it is hot, for each
 * {@link Route} by itself. Until HotSpot has compiled it, code of the Vector API is about a hundred
 * times slower. The bits are the same, so the change does not show.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class TieredMatmul<A> implements MatmulKernel<A> {
  /** So many multiply-adds make vector code worth its compilation. */
  private static final long HOT = 1 << 18;

  /** When there was no thread for the training, it is tried again after so many times more work. */
  private static final int BACK_OFF = 8;

  private static final long MOST = Long.MAX_VALUE / 2 / BACK_OFF;

  /**
   * Training is short, for others wait for theirs, and scalar code takes ten times as long: after
   * that vector code is used, compiled or not, as it soon will be.
   */
  private static final long TRAINING_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** HotSpot has counted enough; from now on wait for its compiler. */
  private static final int MANY_ROUNDS = 100;

  /** So many rounds in succession must be good, as a single one may be so by chance. */
  private static final int GOOD_ROUNDS = 3;

  private final MatmulKernel<A> scalar;
  private final Supplier<MatmulKernel<A>> vector;
  private final IntFunction<A> newArray;
  private final int lanes;
  private final Consumer<Runnable> queue;
  private final LongSupplier clock;
  private final Map<Route, Tier> tiers = new EnumMap<>(Route.class);

  /**
   * Creates it cold.
   *
   * @param vector called when vector code is wanted for the first time, so that its classes need
   *     not be loaded before
   * @param newArray returns an array of a length
   * @param lanes the vectors' number of lanes
   */
  TieredMatmul(
      MatmulKernel<A> scalar,
      Supplier<MatmulKernel<A>> vector,
      IntFunction<A> newArray,
      int lanes) {
    this(scalar, vector, newArray, lanes, TrainingThread::submit, System::nanoTime);
  }

  /** Tests bring a queue and a clock of their own. */
  TieredMatmul(
      MatmulKernel<A> scalar,
      Supplier<MatmulKernel<A>> vector,
      IntFunction<A> newArray,
      int lanes,
      Consumer<Runnable> queue,
      LongSupplier clock) {
    this.scalar = scalar;
    this.vector = vector;
    this.newArray = newArray;
    this.lanes = lanes;
    this.queue = queue;
    this.clock = clock;
    for (Route route : Route.values()) {
      tiers.put(route, new Tier(route));
    }
  }

  @Override
  public void multiply(Matrix<A> a, Matrix<A> b, Matrix<A> c, boolean accumulate) {
    Route route = Route.of(a, b, lanes);
    if (route == Route.PLAIN) {
      scalar.multiply(a, b, c, accumulate);
      return;
    }
    tier(route).use(MatmulKernel.work(a, b)).multiply(a, b, c, accumulate);
  }

  @Override
  public void multiplyPlusRow(Matrix<A> a, Matrix<A> b, A row, int offset, Matrix<A> c) {
    Route route = Route.of(a, b, lanes);
    MatmulKernel<A> kernel =
        route == Route.PLAIN ? scalar : tier(route).use(MatmulKernel.work(a, b));
    kernel.multiplyPlusRow(a, b, row, offset, c);
  }

  @Override
  public RightOperand<A> rightOperand(Matrix<A> b) {
    return new TieredRight(b);
  }

  /** A right operand that goes over to vector code as the products do. */
  private final class TieredRight implements RightOperand<A> {
    private final Matrix<A> b;
    private @Nullable RightOperand<A> prepared;

    TieredRight(Matrix<A> b) {
      this.b = b;
    }

    @Override
    public void multiply(Matrix<A> a, Matrix<A> c, boolean accumulate) {
      Route route = Route.of(a, b, lanes);
      MatmulKernel<A> kernel =
          route == Route.PLAIN ? scalar : tier(route).use(MatmulKernel.work(a, b));
      if (kernel == scalar) {
        scalar.multiply(a, b, c, accumulate);
        return;
      }
      if (prepared == null) {
        prepared = kernel.rightOperand(b);
      }
      prepared.multiply(a, c, accumulate);
    }
  }

  /** Returns whether a route's vector code is in use. */
  boolean isVector(Route route) {
    return tier(route).current != scalar;
  }

  @SuppressWarnings("NullAway") // each route has one
  private Tier tier(Route route) {
    return tiers.get(route);
  }

  /** The state of a route. */
  private final class Tier {
    private final Route route;

    /** Not volatile: it does not matter when a thread sees the other one. */
    private MatmulKernel<A> current = scalar;

    /** The work until training is asked for again. */
    private long pause = HOT;

    /**
     * The work that is left until training, only roughly counted when there are several threads.
     * Who makes it 0 or less asks for it, and then nobody counts any more.
     */
    private long remaining = HOT;

    Tier(Route route) {
      this.route = route;
    }

    MatmulKernel<A> use(long work) {
      if (remaining > 0) {
        remaining -= work;
        if (remaining <= 0) {
          askForTraining();
        }
      }
      return current;
    }

    /** Without training it works as well, so nothing is ever thrown. */
    private void askForTraining() {
      try {
        queue.accept(this::train);
      } catch (RuntimeException | OutOfMemoryError e) {
        log("no thread for training", e);
        postpone();
      }
    }

    private void train() {
      try {
        if (current == scalar) {
          Training training = new Training(route, vector.get());
          training.run();
          current = training.trained;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException | Error e) {
        log("products stay with scalar code", e);
      }
    }

    private void postpone() {
      pause = Math.min(MOST, pause * BACK_OFF);
      remaining = pause;
    }
  }

  private static void log(String message, Throwable e) {
    System.getLogger(TieredMatmul.class.getName()).log(System.Logger.Level.DEBUG, message, e);
  }

  /** One product of the training. */
  private record Sample<A>(Matrix<A> a, Matrix<A> b, Matrix<A> c, boolean accumulate) {}

  /** Runs vector code beside the scalar one until it is the faster, or for a while. */
  private final class Training {
    private final MatmulKernel<A> trained;
    private final List<Sample<A>> samples;

    Training(Route route, MatmulKernel<A> trained) {
      this.trained = trained;
      this.samples = samples(route);
    }

    void run() throws InterruptedException {
      long start = clock.getAsLong();
      int good = 0;
      for (int rounds = 0; clock.getAsLong() - start < TRAINING_NANOS; rounds++) {
        // All together: for some of them, being small, compiled vector code is no faster.
        long difference = 0;
        for (Sample<A> sample : samples) {
          difference += time(scalar, sample) - time(trained, sample);
        }
        good = difference >= 0 ? good + 1 : 0;
        if (good >= GOOD_ROUNDS) {
          return;
        }
        if (rounds >= MANY_ROUNDS) {
          Thread.sleep(1);
        }
      }
    }

    private long time(MatmulKernel<A> kernel, Sample<A> sample) {
      long start = clock.getAsLong();
      kernel.multiply(sample.a(), sample.b(), sample.c(), sample.accumulate());
      return clock.getAsLong() - start;
    }
  }

  /**
   * Returns products for all tiles, edges and ways of packing of a route: with some of them only,
   * HotSpot would leave out the code for the others. They are no larger than that takes, for until
   * their code is compiled they are slow.
   */
  private List<Sample<A>> samples(Route route) {
    int[][] shapes = {
      {20, 66, 2 * lanes},
      {9, 66, lanes - 1},
      {9, 24, 4 * lanes},
      {20, 24, 3 * lanes},
      {16, 24, 3 * lanes},
      {9, 24, 2 * lanes + 3},
      {17, 20, 3 * lanes + 1},
      {17, 20, 2 * lanes},
      {16, 20, lanes},
      {19, 20, 3},
      {6, 8 * lanes + 5, 3},
      {3, 8 * lanes, 7},
      {5 * lanes + 5, 40, 1},
      {1, 40, 5 * lanes + 5},
    };
    List<Sample<A>> samples = new ArrayList<>();
    for (int[] shape : shapes) {
      int rows = shape[0];
      int inner = shape[1];
      int columns = shape[2];
      A left = newArray.apply(rows * inner);
      A right = newArray.apply(inner * columns);
      Matrix<A> c = Matrix.rowMajor(newArray.apply(rows * columns), rows, columns);
      List<Matrix<A>> lefts =
          List.of(
              Matrix.rowMajor(left, rows, inner), Matrix.rowMajor(left, inner, rows).transposed());
      List<Matrix<A>> rights =
          List.of(
              Matrix.rowMajor(right, inner, columns),
              Matrix.rowMajor(right, columns, inner).transposed());
      for (Matrix<A> a : lefts) {
        for (Matrix<A> b : rights) {
          if (Route.of(a, b, lanes) == route) {
            samples.add(new Sample<>(a, b, c, false));
            samples.add(new Sample<>(a, b, c, true));
          }
        }
      }
    }
    if (route == Route.BLOCKS) {
      // Wide enough to be packed several strips at a time.
      int columns = Math.max(4 * lanes, 50);
      samples.add(
          new Sample<>(
              Matrix.rowMajor(newArray.apply(84 * 50), 84, 50).transposed(),
              Matrix.rowMajor(newArray.apply(84 * columns), 84, columns),
              Matrix.rowMajor(newArray.apply(50 * columns), 50, columns),
              false));
    }
    return samples;
  }
}
