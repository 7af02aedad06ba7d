/**
 * Spiking neural networks: neurons that are silent until their membrane crosses a threshold, and
 * then say 1 for one time step.
 *
 * <p><b>What it is.</b> Every neuron keeps a membrane potential U over time. Its input charges it,
 * a leak discharges it, and above the threshold it spikes and is reset. The simplest one, {@link
 * org.autograd.spiking.Leaky}, computes at each step
 *
 * <pre>{@code
 * U' = b U + I - R threshold        R = 1 if it spiked in the step before
 * S  = 1 if U' > threshold, else 0
 * }</pre>
 *
 * <p>The step function has the derivative 0, so a <i>surrogate</i> takes its place in the backward
 * pass ({@link org.autograd.spiking.Surrogate}); the rest is backpropagation through time. Sources:
 * E. Neftci, H. Mostafa, F. Zenke, <i>Surrogate gradient learning in spiking neural networks</i>
 * (2019), and J. Eshraghian et al., <i>Training spiking neural networks using lessons from deep
 * learning</i> (2023). Equations and names are those of snnTorch, SpikingJelly and Norse, and each
 * class says whose.
 *
 * <pre>{@code
 * SpikingNetwork network =
 *     new SpikingNetwork(new Linear(64, 128), new Leaky(0.95), new Linear(128, 10), new Leaky(0.95));
 * Adam optimizer = new Adam(network.parameters(), Adam.options().learningRate(2e-3));
 * for (Batch batch : loader) {
 *   Variable spikes = network.repeat(batch.inputs(), 25).spikes();        // [time, n, classes]
 *   optimizer.zeroGrad();
 *   SpikeLosses.countMeanSquare(spikes, batch.targets(), 0.8, 0.2).backward();
 *   optimizer.step();
 * }
 * Variable classes = SpikePredictions.byCount(network.repeat(images, 25).spikes());
 * }</pre>
 *
 * <p>Time is the first axis everywhere. A state is a record that goes in and comes out, and nothing
 * stays in a layer, so batches of any size follow each other, and {@link
 * org.autograd.spiking.NeuronState#detach()} is all there is to truncating backpropagation.
 *
 * <p><b>What it is good for.</b> Signals that are events in time, models of neurons, and networks
 * that are to run on hardware which only works when a spike arrives ({@link
 * org.autograd.spiking.NirGraph} writes them down, {@link org.autograd.spiking.SynapticOperations}
 * counts what such hardware would add up).
 *
 * <p><b>What it is not.</b> Cheaper on this computer: a time step here costs what a step of a
 * recurrent network does, whether anything spikes or not. Nor more accurate: on images an ordinary
 * network of the same size learns faster and usually better.
 */
@NullMarked
package org.autograd.spiking;

import org.jspecify.annotations.NullMarked;
