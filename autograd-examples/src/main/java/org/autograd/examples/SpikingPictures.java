package org.autograd.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.monitor.LineChart;
import org.autograd.monitor.RasterChart;
import org.autograd.spiking.Recording;
import org.autograd.spiking.SpikingNetwork;
import org.autograd.spiking.SynapticOperations;

/** Shows what a spiking network does with one example. */
final class SpikingPictures {
  /** More lines than these cannot be told apart. */
  private static final int MEMBRANES = 6;

  private SpikingPictures() {}

  /**
   * Writes {@code raster.png}, the spikes of all neurons above each other, layer by layer, and
   * {@code membrane.png}, the potentials of some outputs.
   *
   * @param sequence of shape [time, 1, inputs]
   * @param file finds a place for a picture
   */
  static void write(SpikingNetwork network, Variable sequence, Function<String, Path> file)
      throws IOException {
    List<Recording<?>> recordings;
    try (var _ = Autograd.noGrad()) {
      recordings = network.record(sequence, null);
    }
    int steps = (int) sequence.size(0);
    int rows = 0;
    for (Recording<?> recording : recordings) {
      rows += (int) recording.last().spikes().elementCount();
    }
    RasterChart raster = new RasterChart("Spikes of one example", "step", "neuron", steps, rows);
    int first = 0;
    for (int layer = 0; layer < recordings.size(); layer++) {
      Variable spikes = recordings.get(layer).spikes().reshape(steps, -1);
      List<Double> columns = new ArrayList<>();
      List<Double> places = new ArrayList<>();
      double[] values = spikes.toDoubleArray();
      int size = (int) spikes.size(1);
      for (int k = 0; k < values.length; k++) {
        if (values[k] != 0) {
          int step = k / size;
          int neuron = first + k % size;
          columns.add((double) step);
          places.add((double) neuron);
        }
      }
      raster.marks("layer " + (layer + 1), array(columns), array(places));
      first += size;
    }
    raster.write(file.apply("raster.png"));

    Variable membranes = recordings.getLast().membranes().reshape(steps, -1);
    LineChart chart = new LineChart("Membranes of one example", "step", "potential");
    double[] time = IntStream.range(0, steps).asDoubleStream().toArray();
    for (int k = 0; k < Math.min(MEMBRANES, membranes.size(1)); k++) {
      chart.line("output " + k, time, membranes.select(1, k).toDoubleArray());
    }
    // Room above the lines for the legend.
    double low = membranes.min().item();
    double high = membranes.max().item();
    chart.yRange(low, high + 0.7 * (high - low) + 0.1).write(file.apply("membrane.png"));
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * Prints what the linear layers are given for each example, in operations.
   *
   * @param run what the network does with a number of examples
   */
  static void printOperations(PrintWriter out, SpikingNetwork network, int examples, Runnable run) {
    try (var _ = Autograd.noGrad();
        SynapticOperations counter = SynapticOperations.of(network)) {
      run.run();
      SynapticOperations.Count total = counter.total();
      out.printf(
          Locale.ROOT,
          "operations per example: %.0f additions for spikes and %.0f multiplications for other"
              + " inputs, of %.0f synapses and steps (a constant input enters the first layer only"
              + " once)%n",
          (double) total.accumulates() / examples,
          (double) total.multiplyAccumulates() / examples,
          (double) total.dense() / examples);
    }
  }
}
