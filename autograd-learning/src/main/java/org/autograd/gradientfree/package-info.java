/**
 * Learning without a backward pass: from losses alone, or from slopes in random directions.
 *
 * <p><b>What it is.</b> A {@link org.autograd.gradientfree.Minimizer} calls a loss and changes its
 * parameters. Five ways to do so, by what they ask of the loss:
 *
 * <pre>
 * ForwardGradient    g = mean of (grad f . v) v            slopes in forward mode, exact
 * Spsa               g = (L(p + c z) - L(p - c z)) / (2c) z     two losses
 * Mezo               the same, in place: p -= rate g       two losses, the memory of inference
 * EvolutionStrategy  g = sum (rank+ - rank-) e / (2n)      2n losses, for n workers
 * CmaEs              a normal distribution that adapts     4 + 3 ln n losses per generation
 * </pre>
 *
 * <p>Sources: Baydin et al. 2022; Spall 1992; Malladi et al. 2023; Salimans et al. 2017; Hansen and
 * Ostermeier 2001. The first, second and fourth are estimates of a gradient ({@link
 * org.autograd.gradientfree.GradientEstimator}) that any optimizer of {@link org.autograd.optim}
 * takes. {@link org.autograd.gradientfree.GradientFree} is the {@link
 * org.autograd.training.LearningRule} of all of them.
 *
 * <p><b>Example.</b> The model, the data and the loop are those of backpropagation:
 *
 * <pre>{@code
 * Mlp model = new Mlp(64, 32, 10);
 * DataLoader loader = DataLoader.of(Digits.split(0).train(), 256).shuffle(0);
 * GradientEstimator estimator =
 *     new ForwardGradient(model.parameters(), ForwardGradient.options().tangents(8));
 * Adam adam = new Adam(model.parameters(), Adam.options().learningRate(1e-3));
 * LearningRule rule = new GradientFree(model, Losses::crossEntropy, estimator.with(adam));
 * new Trainer(rule, loader).metric("accuracy", Metrics::accuracy).fit(100);
 * }</pre>
 *
 * <p><b>What it is good for.</b> Losses without a useful gradient (a simulator, a count of errors),
 * memory for no more than inference, workers that can send each other little, and, CMA-ES, small
 * ill-conditioned problems.
 *
 * <p><b>What it is not.</b> A replacement for backpropagation where there is a gradient. The error
 * of an estimate grows with the number of parameters: with 2,410 of them these rules need tens to
 * hundreds of times as many passes for the same accuracy, and stay below it. On the digits of
 * {@link org.autograd.data.Digits}, 64-32-10, batches of 256, seed 0, by {@code ./autograd train
 * gradient-free --rule ...}:
 *
 * <pre>
 * rule               steps   losses per step   test accuracy
 * es                   360               101          0.961
 * forward-gradient   4,800       8 with slopes          0.947
 * spsa               4,800                 2          0.931
 * mezo               4,800                 2          0.917
 * </pre>
 */
@NullMarked
package org.autograd.gradientfree;

import org.jspecify.annotations.NullMarked;
