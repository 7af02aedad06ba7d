package org.autograd.examples;

import java.util.Collection;
import java.util.Locale;
import org.autograd.Variable;
import org.autograd.optim.Adam;
import org.autograd.optim.AdamW;
import org.autograd.optim.Optimizer;
import org.autograd.optim.RmsProp;
import org.autograd.optim.Sgd;

/** The optimizers that the command line offers. */
enum OptimizerChoice {
  /** With a momentum of 0.9. */
  SGD(0.05),
  ADAM(2e-3),
  ADAMW(2e-3),
  RMSPROP(1e-3);

  private final double usualRate;

  OptimizerChoice(double usualRate) {
    this.usualRate = usualRate;
  }

  /** Returns a learning rate that suits most models. */
  double usualRate() {
    return usualRate;
  }

  Optimizer<?> create(Collection<Variable> parameters, double rate) {
    return switch (this) {
      case SGD -> new Sgd(parameters, Sgd.options().learningRate(rate).momentum(0.9));
      case ADAM -> new Adam(parameters, Adam.options().learningRate(rate));
      case ADAMW -> new AdamW(parameters, AdamW.options().learningRate(rate));
      case RMSPROP -> new RmsProp(parameters, RmsProp.options().learningRate(rate));
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
