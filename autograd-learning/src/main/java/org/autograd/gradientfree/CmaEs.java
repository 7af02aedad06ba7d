package org.autograd.gradientfree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.autograd.Autograd;
import org.autograd.Eigh;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.training.TrainingState;

/**
 * The evolution strategy with covariance matrix adaptation (Hansen and Ostermeier, 2001) for
 * functions of up to some hundred numbers. Candidates are drawn from a normal distribution; the
 * better half of each generation moves its mean, and shapes its covariance so that good steps
 * become likelier, which finds the scales and the correlations of an ill-conditioned function. The
 * constants and the order of the updates are those of Hansen's {@code purecma}.
 *
 * <pre>{@code
 * CmaEs search = new CmaEs(new double[] {-1.2, 1}, 0.5, CmaEs.options());
 * while (search.bestValue() > 1e-10 && search.evaluations() < 5000) {
 *   List<double[]> candidates = search.ask();
 *   search.tell(candidates, candidates.stream().mapToDouble(rosenbrock).toArray());
 * }
 * double[] x = search.best();
 * }</pre>
 */
public final class CmaEs {
  private final Generator generator;
  private final CmaConstants constants;
  private final int n;
  private final double[] mean;
  private final double[] sigmaPath;
  private final double[] covariancePath;

  /** The covariance without the step size, row by row. */
  private final double[][] covariance;

  private double sigma;

  /** The eigenvectors of the covariance as columns, and the roots of its eigenvalues. */
  private double[][] axes;

  private double[] lengths;

  /** The number of evaluations when the axes were computed. */
  private long decomposed;

  private long evaluations;
  private double[] best;
  private double bestValue = Double.POSITIVE_INFINITY;

  /**
   * What may be chosen; {@link CmaEs#options()} has the defaults.
   *
   * @param candidates of a generation, at least 4; 0 for {@code 4 + 3 ln n}, rounded down
   * @param generator the source of the candidates
   */
  public record Options(int candidates, Generator generator) {
    /** Checks the number. */
    public Options {
      if (candidates != 0 && candidates < 4) {
        throw new IllegalArgumentException(
            "CmaEs: needs at least 4 candidates, or 0 for the usual number, got " + candidates);
      }
    }

    /** Returns these options with another number of candidates. */
    public Options candidates(int value) {
      return new Options(value, generator);
    }

    /** Returns these options with another source of candidates. */
    public Options generator(Generator value) {
      return new Options(candidates, value);
    }
  }

  /** Returns the defaults: the usual number of candidates. */
  public static Options options() {
    return new Options(0, Autograd.generator());
  }

  /**
   * Begins a search.
   *
   * @param start the first mean
   * @param sigma the first standard deviation along every axis: about a third of the distance to
   *     where the minimum is expected
   * @throws IllegalArgumentException if there is no number to be searched, or sigma is not positive
   */
  public CmaEs(double[] start, double sigma, Options options) {
    if (start.length == 0 || !(sigma > 0)) {
      throw new IllegalArgumentException(
          "CmaEs: needs at least one number and a positive sigma, got %d and %s"
              .formatted(start.length, sigma));
    }
    this.n = start.length;
    this.generator = options.generator();
    this.constants =
        CmaConstants.of(
            n, options.candidates() == 0 ? CmaConstants.usualLambda(n) : options.candidates());
    this.mean = start.clone();
    this.best = start.clone();
    this.sigma = sigma;
    this.sigmaPath = new double[n];
    this.covariancePath = new double[n];
    this.covariance = identity(n);
    this.axes = identity(n);
    this.lengths = new double[n];
    Arrays.fill(lengths, 1);
  }

  private static double[][] identity(int n) {
    double[][] result = new double[n][n];
    for (int k = 0; k < n; k++) {
      result[k][k] = 1;
    }
    return result;
  }

  /** Draws the candidates of a generation. */
  public List<double[]> ask() {
    // A decomposition takes as long as many evaluations; the covariance changes slowly.
    double patience = 0.5 * constants.lambda() / ((constants.c1() + constants.cmu()) * n);
    if (evaluations > decomposed + patience) {
      decompose();
    }
    List<double[]> candidates = new ArrayList<>();
    for (int k = 0; k < constants.lambda(); k++) {
      double[] candidate = mean.clone();
      for (int axis = 0; axis < n; axis++) {
        double along = sigma * lengths[axis] * generator.nextGaussian();
        for (int i = 0; i < n; i++) {
          candidate[i] += axes[i][axis] * along;
        }
      }
      candidates.add(candidate);
    }
    return candidates;
  }

  private void decompose() {
    decomposed = evaluations;
    double[] elements = Arrays.stream(covariance).flatMapToDouble(Arrays::stream).toArray();
    Eigh eigen;
    try (var _ = Autograd.noGrad()) {
      eigen = Variable.fromArray(elements, n, n).eigh();
    }
    double[] values = eigen.values().toDoubleArray();
    if (!(values[0] > 0)) {
      throw new IllegalStateException(
          ("CmaEs: after %d evaluations the covariance is no longer positive definite (smallest"
                  + " eigenvalue %s); begin again from best()")
              .formatted(evaluations, values[0]));
    }
    lengths = Arrays.stream(values).map(Math::sqrt).toArray();
    axes = rows(eigen.vectors());
  }

  /**
   * Learns from a generation.
   *
   * @param candidates as {@link #ask} gave them
   * @param values of the function for each; NaN counts as the worst
   * @throws IllegalArgumentException if there are not as many as {@link #ask} gives
   */
  public void tell(List<double[]> candidates, double[] values) {
    if (candidates.size() != constants.lambda() || values.length != constants.lambda()) {
      throw new IllegalArgumentException(
          "CmaEs: a generation has %d candidates, got %d and %d values"
              .formatted(constants.lambda(), candidates.size(), values.length));
    }
    evaluations += values.length;
    List<double[]> sorted =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(k -> values[k]))
            .map(candidates::get)
            .toList();
    double least = Arrays.stream(values).boxed().min(Double::compare).orElseThrow();
    if (least < bestValue) {
      bestValue = least;
      best = sorted.getFirst().clone();
    }
    double[] before = mean.clone();
    moveMean(sorted);
    double[] step = new double[n];
    Arrays.setAll(step, i -> (mean[i] - before[i]) / sigma);

    double cs = constants.cs();
    double[] whitened = whiten(step);
    double pathScale = Math.sqrt(cs * (2 - cs) * constants.mueff());
    Arrays.setAll(sigmaPath, i -> (1 - cs) * sigmaPath[i] + pathScale * whitened[i]);
    double square = Arrays.stream(sigmaPath).map(v -> v * v).sum();
    double generations = (double) evaluations / constants.lambda();
    // Where the step size grows fast, the path would stretch the covariance too far.
    boolean steady = square / n / (1 - Math.pow(1 - cs, 2 * generations)) < 2 + 4 / (n + 1.0);
    updateCovariance(sorted, before, step, steady);
    sigma *= Math.exp(Math.min(1, cs / constants.damps() * (square / n - 1) / 2));
  }

  private void moveMean(List<double[]> sorted) {
    Arrays.fill(mean, 0);
    for (int k = 0; k < constants.weights().size(); k++) {
      for (int i = 0; i < n; i++) {
        mean[i] += constants.weights().get(k) * sorted.get(k)[i];
      }
    }
  }

  /** Returns the covariance's inverse root times a vector. */
  private double[] whiten(double[] vector) {
    double[] result = new double[n];
    for (int axis = 0; axis < n; axis++) {
      double along = 0;
      for (int i = 0; i < n; i++) {
        along += axes[i][axis] * vector[i];
      }
      along /= lengths[axis];
      for (int i = 0; i < n; i++) {
        result[i] += axes[i][axis] * along;
      }
    }
    return result;
  }

  private void updateCovariance(
      List<double[]> sorted, double[] before, double[] step, boolean steady) {
    double cc = constants.cc();
    double c1 = constants.c1();
    double cmu = constants.cmu();
    double scale = steady ? Math.sqrt(cc * (2 - cc) * constants.mueff()) : 0;
    Arrays.setAll(covariancePath, i -> (1 - cc) * covariancePath[i] + scale * step[i]);
    double kept = 1 - c1 * (steady ? 1 : 1 - cc * (2 - cc)) - cmu;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double selected = 0;
        for (int k = 0; k < constants.weights().size(); k++) {
          double[] x = sorted.get(k);
          selected += constants.weights().get(k) * (x[i] - before[i]) * (x[j] - before[j]);
        }
        double value =
            kept * covariance[i][j]
                + c1 * covariancePath[i] * covariancePath[j]
                + cmu * selected / (sigma * sigma);
        covariance[i][j] = value;
        covariance[j][i] = value;
      }
    }
  }

  /**
   * Searches until a value is reached or a number of evaluations used up.
   *
   * @return the best point found
   */
  public double[] minimize(
      ToDoubleFunction<double[]> function, double target, long maxEvaluations) {
    while (!(bestValue <= target) && evaluations < maxEvaluations) {
      List<double[]> candidates = ask();
      tell(candidates, candidates.stream().mapToDouble(function).toArray());
    }
    return best();
  }

  /** Names what a checkpoint must store of this. */
  void addTo(TrainingState state) {
    state.add("cma_generator", generator);
    state.add("cma", this::save, this::load);
  }

  private SequencedMap<String, Variable> save() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    result.put("counts", Variable.of(evaluations, decomposed));
    result.put("scalars", Variable.of(sigma, bestValue));
    result.put(
        "vectors", Variable.of(new double[][] {mean, best, sigmaPath, covariancePath, lengths}));
    result.put("covariance", Variable.of(covariance));
    result.put("axes", Variable.of(axes));
    return result;
  }

  private void load(Map<String, Variable> saved) {
    SequencedMap<String, Variable> own = save();
    own.forEach((name, value) -> {
      Variable other = saved.get(name);
      if (other == null || !other.shape().equals(value.shape()) || other.dtype() != value.dtype()) {
        throw new IllegalArgumentException(
            "cma: %s must be %s%s".formatted(name, value.dtype(), value.shape()));
      }
      own.put(name, other);
    });
    long[] counts = Objects.requireNonNull(own.get("counts")).toLongArray();
    evaluations = counts[0];
    decomposed = counts[1];
    double[] scalars = Objects.requireNonNull(own.get("scalars")).toDoubleArray();
    sigma = scalars[0];
    bestValue = scalars[1];
    double[][] vectors = rows(Objects.requireNonNull(own.get("vectors")));
    System.arraycopy(vectors[0], 0, mean, 0, n);
    best = vectors[1];
    System.arraycopy(vectors[2], 0, sigmaPath, 0, n);
    System.arraycopy(vectors[3], 0, covariancePath, 0, n);
    lengths = vectors[4];
    double[][] loaded = rows(Objects.requireNonNull(own.get("covariance")));
    Arrays.setAll(covariance, i -> loaded[i]);
    axes = rows(Objects.requireNonNull(own.get("axes")));
  }

  private double[][] rows(Variable matrix) {
    double[] elements = matrix.toDoubleArray();
    double[][] result = new double[elements.length / n][];
    Arrays.setAll(result, i -> Arrays.copyOfRange(elements, i * n, (i + 1) * n));
    return result;
  }

  /** Returns the mean of the distribution, which is often better than {@link #best}. */
  public double[] mean() {
    return mean.clone();
  }

  /** Returns the best point of all. */
  public double[] best() {
    return best.clone();
  }

  /** Returns the function's value at the best point; infinite before the first generation. */
  public double bestValue() {
    return bestValue;
  }

  /** Returns the number of values that {@link #tell} was given. */
  public long evaluations() {
    return evaluations;
  }

  /** Returns the step size. */
  public double sigma() {
    return sigma;
  }

  /** Returns the number of candidates of a generation. */
  public int candidates() {
    return constants.lambda();
  }
}
