/**
 * Liquid networks: recurrent networks in continuous time, whose neurons' time constants depend on
 * the input.
 *
 * <p><b>What it is.</b> A neuron is a leaky membrane, its synapses conductances that depend on the
 * neuron before them (Hasani, Lechner, Amini, Rus, Grosu, "Liquid time-constant networks", 2021):
 *
 * <pre>
 * dv/dt = -(1/tau + f(v, I)) v + f(v, I) A
 * </pre>
 *
 * <p>{@link org.autograd.liquid.LtcCell} solves this in a few semi-implicit parts per step; {@link
 * org.autograd.liquid.CfcCell} replaces the solution by a formula (Hasani et al., "Closed-form
 * continuous-time neural networks", 2022), one step instead of several dependent ones. {@link
 * org.autograd.liquid.Wiring} says which neurons are connected: fully, at random, or as a neural
 * circuit policy, in which few neurons lie in layers as in a nematode. {@link
 * org.autograd.liquid.LiquidLayer} runs a cell over sequences.
 *
 * <p><b>Source.</b> The two papers above; for the wirings M. Lechner et al., "Neural circuit
 * policies enabling auditable autonomy", 2020. Equations, names and starting values are those of
 * the authors' library ncps.
 *
 * <p><b>Example.</b>
 *
 * <pre>{@code
 * Wiring wiring = Wiring.autoNcp(2, 16, 1, 0.5, new Generator(0)); // inputs, neurons, outputs
 * LiquidLayer layer = new LiquidLayer(new LtcCell(wiring));
 * Adam optimizer = new Adam(layer.parameters(), Adam.options().learningRate(0.01));
 * for (int step = 0; step < 300; step++) {
 *   Variable prediction = layer.apply(x, timespans, null).output();    // [n, length, 1]
 *   Variable loss = Losses.mse(prediction, y);
 *   optimizer.zeroGrad();
 *   loss.backward();
 *   optimizer.step();
 * }
 * }</pre>
 *
 * <p><b>What it is good for.</b> Sequences that are sampled at irregular times, and small networks
 * whose neurons one wants to look at. The time that has passed is part of the formula, not one more
 * feature.
 *
 * <p><b>What it is not.</b> Nothing is learned after training: the time constants change with the
 * input, the weights do not. LTC is slow, for every step is several dependent ones, and needs a
 * learning rate of about 0.01. Neither remembers over long times: what happened many steps ago is
 * forgotten exponentially; {@link org.autograd.liquid.LiquidLayer#withMemory} puts an LSTM in front
 * for that. Where samples come at a regular pace, try a GRU or an LSTM of the same size first: its
 * step is simpler. At irregular times the difference shows: by {@code train liquid --task xor}, the
 * parity of bits of which only changes and their times are told, a CfC is right in 0.973 of the
 * tests and a GRU with the times as a feature in 0.853 (seed 0).
 */
@NullMarked
package org.autograd.liquid;

import org.jspecify.annotations.NullMarked;
