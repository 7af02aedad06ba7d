package org.autograd.gradientfree;

import java.util.Arrays;
import java.util.List;

/**
 * The constants of {@link CmaEs}, under the names of the literature (Hansen, "The CMA evolution
 * strategy: a tutorial", 2016, without negative weights).
 *
 * @param lambda the number of candidates of a generation
 * @param weights of the best of them, the first is the best one's; they add up to 1
 * @param mueff the effective number of those that are selected
 * @param cc the rate of the path of the covariance
 * @param cs the rate of the path of the step size
 * @param c1 the rate of the covariance's update along the path
 * @param cmu the rate of the covariance's update by the selected
 * @param damps the damping of the step size
 * @param chiN the mean length of a normal vector
 */
record CmaConstants(
    int lambda,
    List<Double> weights,
    double mueff,
    double cc,
    double cs,
    double c1,
    double cmu,
    double damps,
    double chiN) {

  /** Returns the usual number of candidates. */
  static int usualLambda(int n) {
    return 4 + (int) (3 * Math.log(n));
  }

  static CmaConstants of(int n, int lambda) {
    double[] weights = new double[lambda / 2];
    Arrays.setAll(weights, i -> Math.log(lambda / 2.0 + 0.5) - Math.log(i + 1.0));
    double sum = Arrays.stream(weights).sum();
    Arrays.setAll(weights, i -> weights[i] / sum);
    double mueff = 1 / Arrays.stream(weights).map(w -> w * w).sum();
    double cc = (4 + mueff / n) / (n + 4 + 2 * mueff / n);
    double cs = (mueff + 2) / (n + mueff + 5);
    double c1 = 2 / ((n + 1.3) * (n + 1.3) + mueff);
    double cmu = Math.min(1 - c1, 2 * (mueff - 2 + 1 / mueff) / ((n + 2.0) * (n + 2) + mueff));
    double damps = 2 * mueff / lambda + 0.3 + cs;
    double chiN = Math.sqrt(n) * (1 - 1 / (4.0 * n) + 1 / (21.0 * n * n));
    return new CmaConstants(
        lambda, Arrays.stream(weights).boxed().toList(), mueff, cc, cs, c1, cmu, damps, chiN);
  }
}
