package org.autograd.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.DataLoader;
import org.autograd.data.TensorDataset;
import org.autograd.nn.Linear;
import org.autograd.nn.Losses;
import org.autograd.nn.Mlp;
import org.autograd.optim.AdamW;
import org.autograd.optim.Lbfgs;
import org.autograd.optim.Muon;
import org.autograd.optim.Optimizer;
import org.autograd.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackpropagationTest {
  private static final Variable INPUTS = Variable.randn(new Generator(1), DType.FLOAT32, 40, 3);
  private static final DataLoader LOADER =
      DataLoader.of(TensorDataset.of(INPUTS, INPUTS.sum(1).gt(0).to(DType.INT64)), 8).shuffle(1);

  @TempDir private Path directory;

  /** A model whose matrices learn by Muon, and its biases by AdamW. */
  private static final class Mixed {
    final Mlp model =
        new Mlp(Mlp.options().linear(Linear.options().generator(new Generator(2))), 3, 8, 2);
    final AdamW adamW =
        new AdamW(model.parameters().stream().filter(p -> p.rank() == 1).toList(), AdamW.options());
    final Muon muon =
        new Muon(model.parameters().stream().filter(p -> p.rank() == 2).toList(), Muon.options());
    final Backpropagation rule = new Backpropagation(model, Losses::crossEntropy, adamW).also(muon);

    float[] weights() {
      return Variable.cat(0, model.parameters().stream().map(Variable::flatten).toList())
          .toFloatArray();
    }
  }

  @Test
  void severalOptimizersDoWhatALoopWrittenByHandDoes() {
    Mixed trained = new Mixed();
    trained.rule.learn(LOADER.epoch(0).iterator().next());
    trained.rule.learn(LOADER.epoch(1).iterator().next());
    assertSame(trained.adamW, trained.rule.optimizer());

    Mixed byHand = new Mixed();
    for (long epoch = 0; epoch < 2; epoch++) {
      var batch = LOADER.epoch(epoch).iterator().next();
      byHand.model.zeroGrad();
      Losses.crossEntropy(byHand.model.apply(batch.inputs()), batch.targets()).backward();
      for (Optimizer<?> optimizer : new Optimizer<?>[] {byHand.adamW, byHand.muon}) {
        optimizer.step();
      }
    }
    assertArrayEquals(byHand.weights(), trained.weights());
  }

  @Test
  void lbfgsIsRefusedWithAdvice() {
    Mlp model = new Mlp(3, 8, 2);
    Lbfgs lbfgs = new Lbfgs(model.parameters(), Lbfgs.options());
    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Backpropagation(model, Losses::crossEntropy, lbfgs));
    assertTrue(error.getMessage().contains("step(closure)"), error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new Mixed().rule.also(lbfgs));
  }

  @Test
  void aCheckpointHasTheStateOfAllOptimizers() throws IOException {
    Mixed whole = new Mixed();
    new Trainer(whole.rule, LOADER).fit(4);

    Mixed first = new Mixed();
    new Trainer(first.rule, LOADER).checkpoints(Checkpoints.in(directory)).fit(2);
    Mixed second = new Mixed();
    Trainer resumed = new Trainer(second.rule, LOADER).checkpoints(Checkpoints.in(directory));
    resumed.resume();
    resumed.fit(4);
    assertArrayEquals(whole.weights(), second.weights());
  }
}
