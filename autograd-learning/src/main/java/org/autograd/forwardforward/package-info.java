/**
 * Forward-Forward: learning with two forward passes in place of a forward and a backward one.
 *
 * <p><b>What it is.</b> Each layer has a goal of its own: to be active for positive (real) data and
 * not for negative (wrong) data. With the activity s of its n units, its goodness and the
 * probability that the data are real are
 *
 * <pre>
 * g = sum of s^2,    p = sigmoid(g - n),    s = relu(W x / rms(x) + b)
 * </pre>
 *
 * <p>and the layer learns to tell the two by cross-entropy. Its gradient ends at its own input, so
 * no graph is deeper than a layer. A label is part of the input ({@link
 * org.autograd.forwardforward.LabelOverlay}); negative data are inputs with a wrong label, or
 * mixtures of two images where there are no labels ({@link org.autograd.forwardforward.Negatives}).
 * {@link org.autograd.forwardforward.Objective} has Hinton's form, the squared-norm form and SymBa;
 * {@link org.autograd.forwardforward.RecurrentForwardForward} the form in which layers also hear
 * from above.
 *
 * <p><b>Source.</b> G. Hinton, "The Forward-Forward Algorithm: Some Preliminary Investigations",
 * 2022.
 *
 * <p><b>Example.</b>
 *
 * <pre>{@code
 * ForwardForwardNetwork network =
 *     new ForwardForwardNetwork(LabelOverlay.concatenated(10), 64, 200, 200);
 * Adam optimizer = new Adam(network.parameters(), Adam.options());
 * LearningRule rule =
 *     new ForwardForward(network, Negatives.hardLabels(), optimizer, new Generator(1));
 * for (int epoch = 0; epoch < 60; epoch++) {
 *   for (Batch batch : DataLoader.of(Digits.split(1).train(), 64).shuffle(epoch)) {
 *     rule.learn(batch);
 *   }
 * }
 * Variable classes = rule.predict(inputs).argmax(1);
 * }</pre>
 *
 * <p><b>What it is good for.</b> Memory that does not grow with depth: while a network learns, the
 * activations of one layer are kept and not those of all (a softmax head, where one is used, sees
 * them all once). Layers that cannot be differentiated as a whole, or that lie on different
 * machines, since nothing is sent back.
 *
 * <p><b>What it is not.</b> As good as backpropagation of the same widths, in accuracy, in the
 * number of epochs or in time: {@code ./autograd train forward-forward} shows both. To predict by
 * goodness takes a pass for each class. It is sensitive to how inputs are normalised ({@link
 * org.autograd.forwardforward.Objective} says why), and the two passes cannot be separated in time.
 */
@NullMarked
package org.autograd.forwardforward;

import org.jspecify.annotations.NullMarked;
