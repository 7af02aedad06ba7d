package org.autograd.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.DoubleBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.autograd.Variable;
import org.autograd.optim.Adagrad;
import org.autograd.optim.Lbfgs;
import org.autograd.optim.Optimizer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.AdagradOptions;
import org.bytedeco.pytorch.LBFGS;
import org.bytedeco.pytorch.LBFGSOptions;
import org.bytedeco.pytorch.LossClosure;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trajectories of optimizers that libtorch has and that no numbers were recorded of. */
class OptimizerOracleTest {
  private static final double[] START = {-1.2, 1, .5, 2};

  /** Rosenbrock's function of four numbers: {@code sum 100 (x[k+1] - x[k]^2)^2 + (1 - x[k])^2}. */
  private static Variable loss(Variable x) {
    Variable head = x.narrow(0, 0, 3);
    Variable tail = x.narrow(0, 1, 3);
    return tail.sub(head.square()).square().mul(100).add(head.rsub(1).square()).sum();
  }

  private static Tensor loss(Tensor x) {
    Tensor head = x.narrow(0, 0, 3);
    Tensor tail = x.narrow(0, 1, 3);
    Tensor far = tail.sub(head.square()).square().mul(new Scalar(100.0));
    return far.add(head.sub(new Scalar(1.0)).square()).sum();
  }

  private static double[] values(Tensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.numel())];
    tensor.detach().contiguous().<DoubleBuffer>createBuffer().get(values);
    return values;
  }

  private static final class Closure extends LossClosure {
    private final Tensor x;
    private final LBFGS optimizer;
    private int calls;

    Closure(Tensor x, LBFGS optimizer) {
      this.x = x;
      this.optimizer = optimizer;
    }

    @Override
    public Tensor call() {
      calls++;
      optimizer.zero_grad();
      Tensor loss = loss(x);
      loss.backward();
      return loss;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "true, 1, 5, 100, 8",
    "true, 0.5, 20, 3, 3",
    "true, 1, 1, 10, 12",
    "false, 0.001, 7, 100, 5",
    "false, 0.002, 20, 4, 3"
  })
  void lbfgsFollowsTheSameWay(
      boolean strongWolfe, double rate, int iterations, int history, int steps) {
    Variable x = Variable.of(START).requiresGrad(true);
    Lbfgs.Options options =
        Lbfgs.options()
            .learningRate(rate)
            .iterations(iterations)
            .history(history)
            .strongWolfe(strongWolfe);
    Lbfgs ours = new Lbfgs(List.of(x), options);
    AtomicInteger calls = new AtomicInteger();
    try (PointerScope _ = new PointerScope()) {
      Tensor t = AbstractTensor.create(START, 4).set_requires_grad(true);
      LBFGSOptions theirOptions = new LBFGSOptions(rate);
      theirOptions.max_iter().put(iterations);
      theirOptions.history_size().put(history);
      if (strongWolfe) {
        theirOptions.line_search_fn().put("strong_wolfe");
      }
      LBFGS theirs = new LBFGS(new TensorVector(t), theirOptions);
      Closure closure = new Closure(t, theirs);
      for (int k = 0; k < steps; k++) {
        double loss =
            ours.step(() -> {
              calls.incrementAndGet();
              return closure(x, ours);
            });
        double expected = values(theirs.step(closure))[0];
        assertEquals(expected, loss, 1e-8 * Math.max(1, expected), "step " + k);
        assertArrayEquals(values(t), x.toDoubleArray(), 1e-7, "step " + k);
        assertEquals(closure.calls, calls.get(), "step " + k);
      }
    }
  }

  private static Variable closure(Variable x, Optimizer<?> optimizer) {
    optimizer.zeroGrad();
    Variable loss = loss(x);
    loss.backward();
    return loss;
  }

  @Test
  void adagradFollowsTheSameWay() {
    Variable x = Variable.of(START).requiresGrad(true);
    Adagrad ours =
        new Adagrad(
            List.of(x),
            Adagrad.options()
                .learningRate(.1)
                .learningRateDecay(.05)
                .weightDecay(.2)
                .initialAccumulator(.3)
                .epsilon(1e-6));
    try (PointerScope _ = new PointerScope()) {
      Tensor t = AbstractTensor.create(START, 4).set_requires_grad(true);
      AdagradOptions options = new AdagradOptions(.1);
      options.lr_decay().put(.05);
      options.weight_decay().put(.2);
      options.initial_accumulator_value().put(.3);
      options.eps().put(1e-6);
      org.bytedeco.pytorch.Adagrad theirs =
          new org.bytedeco.pytorch.Adagrad(new TensorVector(t), options);
      for (int k = 0; k < 20; k++) {
        ours.step(() -> closure(x, ours));
        theirs.zero_grad();
        loss(t).backward();
        theirs.step();
        assertArrayEquals(values(t), x.toDoubleArray(), 1e-12, "step " + k);
      }
    }
  }
}
