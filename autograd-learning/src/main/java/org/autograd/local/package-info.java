/**
 * Local and biologically plausible learning, and several ways to learn in one model.
 *
 * <p><b>What it is.</b> Backpropagation hands errors down through the transposes of the weights
 * that took activities up, which nerve cells hardly can, and keeps all activations until the error
 * arrives. The rules here do without one or both. For a layer {@code h = f(z), z = W x + b} with
 * the error {@code delta} of z, whose gradient is {@code delta^T x}:
 *
 * <table>
 *   <caption>Where the error comes from</caption>
 *   <tr><th>rule</th><th>delta</th></tr>
 *   <tr><td>backpropagation</td><td>(delta above) W f'(z), W of the layer above</td></tr>
 *   <tr><td>{@link org.autograd.local.FeedbackAlignment}</td>
 *       <td>(delta above) B f'(z), B fixed, or with the signs of W</td></tr>
 *   <tr><td>{@link org.autograd.local.DirectFeedback}</td>
 *       <td>e B f'(z), e the error of the predictions; or -y B f'(z), y the targets</td></tr>
 *   <tr><td>{@link org.autograd.local.LocalLoss}</td>
 *       <td>from a loss of the layer's own, of its classes or similarities</td></tr>
 *   <tr><td>{@link org.autograd.local.TargetPropagation}</td>
 *       <td>h less a target that learned inverses bring down</td></tr>
 *   <tr><td>{@link org.autograd.local.PredictiveCoding}</td>
 *       <td>what the layer below predicts less where the values have settled</td></tr>
 *   <tr><td>{@link org.autograd.local.EquilibriumPropagation}</td>
 *       <td>the difference of two states of rest, one of them nudged to the target</td></tr>
 * </table>
 *
 * <p>All are {@link org.autograd.training.LearningRule}s: the model, the data, the optimizer and
 * the loop stay as they are. {@link org.autograd.local.BlockwiseLearning} gives each block of a
 * model a {@link org.autograd.local.BlockRule} of its own, so that rules mix. {@link
 * org.autograd.local.Alignment} measures the angle between a rule's gradients and the true ones.
 * Each class names its source.
 *
 * <p><b>Example.</b>
 *
 * <pre>{@code
 * Sequential model =
 *     new Sequential(
 *         new Sequential(new Linear(64, 128), Activation.tanh()),
 *         new Sequential(new Linear(128, 128), Activation.tanh()),
 *         new Linear(128, 10));
 * List<BlockRule> rules =
 *     List.of(
 *         DirectFeedback.errors(10, 128, new Generator(1)),
 *         LocalLoss.predsim(128, 10, Linear.options()),
 *         BlockRule.backpropagation());
 * Adam optimizer = new Adam(BlockwiseLearning.parameters(model, rules), Adam.options());
 * LearningRule rule =
 *     new BlockwiseLearning(model, rules, Losses::crossEntropy, optimizer);
 * new Trainer(rule, DataLoader.of(train, 64).shuffle(1)).fit(30);
 * }</pre>
 *
 * <p><b>What it is good for.</b> To study how little of backpropagation learning needs; local
 * losses also to train a deep model with the activations of one block, and direct random target
 * projection to update a block before the blocks above have computed anything.
 *
 * <p><b>What it is not.</b> A way to better or faster models. On small tasks most rules come close
 * to backpropagation ({@code ./autograd train compare}); feedback alignment and its kin are known
 * to fall behind in deep convolutional networks. Predictive coding and equilibrium propagation take
 * many passes for a step on a machine that computes one after the other. Predictive coding with
 * fixed predictions equals backpropagation exactly, and costs more.
 */
@NullMarked
package org.autograd.local;

import org.jspecify.annotations.NullMarked;
