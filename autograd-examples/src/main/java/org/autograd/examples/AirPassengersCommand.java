package org.autograd.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.autograd.Generator;
import org.autograd.data.Datasets;
import org.autograd.data.Windows;
import org.autograd.monitor.LineChart;
import org.autograd.nn.Losses;
import org.autograd.training.Backpropagation;
import org.autograd.training.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Forecasts two years of air traffic from the ten before. */
@Command(
    name = "airpassengers",
    description =
        "Train an LSTM on the airline passengers of 1949 to 1958, forecast the 24 months of 1959"
            + " and 1960, and compare with the seasonal naive forecast, the last known year again.")
final class AirPassengersCommand implements Callable<Integer> {
  private static final double FIRST_YEAR = 1949;
  private static final int FORECAST = 24;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "The number of the LSTM's units (default: ${DEFAULT-VALUE}).")
  private int hidden = 16;

  @Option(
      names = "--window",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "It learns from so many months in a row (default: ${DEFAULT-VALUE}).")
  private int window = 24;

  @Mixin private final TrainingOptions options = new TrainingOptions("airpassengers", 100, 16);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    TrainingRun run = new TrainingRun(spec, options, "Air passengers");
    double[] passengers = Datasets.airPassengers().toDoubleArray();
    int known = passengers.length - FORECAST;
    double[] truth = Arrays.copyOfRange(passengers, known, passengers.length);
    // From here on nothing sees the truth before the forecast is made.
    SeasonalForecast past = new SeasonalForecast(Arrays.copyOf(passengers, known));

    SeasonalForecast.Network network =
        new SeasonalForecast.Network(hidden, new Generator(options.seed).split());
    run.train(
        new Trainer(
            new Backpropagation(network, Losses::mse, options.optimizer(network.parameters())),
            options.loader(Windows.next(past.series(), window))));

    double[] forecast = past.forecast(network, FORECAST);
    double[] naive = past.naive(FORECAST);
    draw(passengers, naive, forecast).write(run.file("forecast.png"));
    PrintWriter out = spec.commandLine().getOut();
    out.printf("1959 and 1960, all 24 months forecast at the end of 1958:%n");
    out.printf("%-16s%8s%8s%n", "thousands", "RMSE", "MAE");
    print(out, "seasonal naive", naive, truth);
    print(out, "LSTM", forecast, truth);
    run.result("RMSE", SeasonalForecast.rmse(forecast, truth), 2);
    return 0;
  }

  private static void print(PrintWriter out, String name, double[] forecast, double[] truth) {
    out.printf(
        Locale.ROOT,
        "%-16s%8.2f%8.2f%n",
        name,
        SeasonalForecast.rmse(forecast, truth),
        SeasonalForecast.mae(forecast, truth));
  }

  private static LineChart draw(double[] passengers, double[] naive, double[] forecast) {
    int known = passengers.length - forecast.length;
    return new LineChart("Air passengers", "year", "thousands a month")
        .line("truth", years(0, passengers.length), passengers)
        .line("seasonal naive", years(known, passengers.length), naive)
        .line("LSTM", years(known, passengers.length), forecast)
        .xRange(FIRST_YEAR, FIRST_YEAR + passengers.length / (double) SeasonalForecast.SEASON);
  }

  private static double[] years(int from, int to) {
    return IntStream.range(from, to)
        .mapToDouble(month -> FIRST_YEAR + month / (double) SeasonalForecast.SEASON)
        .toArray();
  }
}
