package org.autograd.examples;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.nn.Linear;
import org.autograd.nn.Lstm;
import org.autograd.nn.Recurrent;
import org.autograd.nn.UnaryModule;
import org.autograd.type.DType;

/**
 * Forecasts a series of months from its past alone. An LSTM predicts by which factor a month
 * differs from the same month of the year before; of that the logarithm, brought to mean 0 and
 * deviation 1. Further months are forecast from forecasts.
 */
final class SeasonalForecast {
  static final int SEASON = 12;

  private final double[] known;
  private final double[] growth;
  private final double mean;
  private final double deviation;

  /**
   * Creates a forecaster of what follows some months.
   *
   * @param known all that is known, positive, more than two years
   */
  SeasonalForecast(double[] known) {
    this.known = known.clone();
    growth =
        IntStream.range(SEASON, known.length)
            .mapToDouble(month -> Math.log(known[month] / known[month - SEASON]))
            .toArray();
    mean = Arrays.stream(growth).average().orElseThrow();
    deviation =
        Math.sqrt(Arrays.stream(growth).map(g -> (g - mean) * (g - mean)).average().orElseThrow());
  }

  /** The network: at every month of {@code [n, months, 1]} it predicts the growth of the next. */
  static final class Network extends UnaryModule {
    private final Lstm lstm;
    private final Linear head;

    Network(int hidden, Generator rng) {
      lstm =
          child("lstm", new Lstm(1, hidden, Recurrent.options().batchFirst(true).generator(rng)));
      head = child("head", new Linear(hidden, 1, Linear.options().generator(rng)));
    }

    @Override
    protected Variable forward(Variable input) {
      return head.apply(lstm.apply(input).output());
    }
  }

  /** Returns what the network learns from: the growth in all known months, {@code [months, 1]}. */
  Variable series() {
    return Variable.of(growth).sub(mean).div(deviation).to(DType.FLOAT32).unsqueeze(1);
  }

  /** Returns a network's forecast of the months that follow. */
  double[] forecast(Network network, int months) {
    Variable series = series();
    for (int k = 0; k < months; k++) {
      Variable before = series.unsqueeze(0);
      Variable next = network.evaluate(() -> network.apply(before).select(1, -1));
      series = Variable.cat(0, series, next);
    }
    double[] predicted =
        series.narrow(0, growth.length, months).mul(deviation).add(mean).toDoubleArray();
    double[] all = Arrays.copyOf(known, known.length + months);
    for (int k = 0; k < months; k++) {
      all[known.length + k] = all[known.length + k - SEASON] * Math.exp(predicted[k]);
    }
    return Arrays.copyOfRange(all, known.length, all.length);
  }

  /** Returns the seasonal naive forecast: the last known year again and again. */
  double[] naive(int months) {
    return IntStream.range(0, months)
        .mapToDouble(k -> known[known.length - SEASON + k % SEASON])
        .toArray();
  }

  /** Returns the root of the mean squared error. */
  static double rmse(double[] forecast, double[] truth) {
    return Math.sqrt(
        IntStream.range(0, truth.length)
            .mapToDouble(k -> (forecast[k] - truth[k]) * (forecast[k] - truth[k]))
            .average()
            .orElseThrow());
  }

  /** Returns the mean absolute error. */
  static double mae(double[] forecast, double[] truth) {
    return IntStream.range(0, truth.length)
        .mapToDouble(k -> Math.abs(forecast[k] - truth[k]))
        .average()
        .orElseThrow();
  }
}
