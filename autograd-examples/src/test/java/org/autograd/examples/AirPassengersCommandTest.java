package org.autograd.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.autograd.Generator;
import org.autograd.data.Datasets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AirPassengersCommandTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "2", "3", "4"})
  void everyForecastIsBetterThanTheSeasonalNaiveOne(String seed) throws IOException {
    Path output = directory.resolve("run");
    Invocation run = Invocation.train(output, "airpassengers", "--seed", seed);
    assertTrue(run.out().contains("\nseasonal naive     76.99   71.25\n"), run.out());
    assertTrue(run.result() < 70, run.out());
    assertEquals(700, ImageIO.read(output.resolve("forecast.png").toFile()).getWidth());
    assertTrue(Files.exists(output.resolve("model.safetensors")));
  }

  @Test
  void aForecastRepeatsTheYearTimesTheGrowthThatItPredicts() {
    double[] passengers = Datasets.airPassengers().toDoubleArray();
    double[] known = Arrays.copyOf(passengers, 120);
    SeasonalForecast past = new SeasonalForecast(known);
    assertEquals(108, past.series().size(0));
    assertEquals(0, past.series().mean().item(), 1e-6);

    SeasonalForecast.Network network = new SeasonalForecast.Network(4, new Generator(1));
    // A network that predicts the mean, whatever it sees.
    network.parameters().forEach(parameter -> parameter.detach().zero_());
    double mean = 0;
    for (int month = 12; month < 120; month++) {
      mean += Math.log(known[month] / known[month - 12]) / 108;
    }
    double[] expected = new double[24];
    for (int k = 0; k < 24; k++) {
      expected[k] = known[108 + k % 12] * Math.exp(mean * (1 + k / 12));
    }
    assertArrayEquals(expected, past.forecast(network, 24), 1e-3);
    assertEquals(known[108], past.naive(24)[12]);
  }

  @Test
  void errorsAreThoseOfTheTextbook() {
    double[] forecast = {1, 2, 3};
    double[] truth = {1, 5, -1};
    assertEquals(Math.sqrt(25 / 3.0), SeasonalForecast.rmse(forecast, truth), 1e-12);
    assertEquals(7 / 3.0, SeasonalForecast.mae(forecast, truth), 1e-12);
  }
}
