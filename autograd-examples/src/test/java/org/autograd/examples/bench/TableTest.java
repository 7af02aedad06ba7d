package org.autograd.examples.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.autograd.bench.Network;
import org.junit.jupiter.api.Test;

class TableTest {
  private final StringWriter printed = new StringWriter();

  private Table table(Unit unit, String... peers) {
    return new Table(new PrintWriter(printed), "work", unit, 1, List.of(peers));
  }

  @Test
  void printsMarkdownAndTheMeanAndWorstRatio() {
    Table table = table(Unit.MICROSECONDS, "slow", "fast");
    table.add(BenchMode.params("n", 64), Map.of("autograd", 10.0, "slow", 80.0, "fast", 2.5));
    table.add(BenchMode.params("n", 128), Map.of("autograd", 200.0, "slow", 400.0));
    table.summarize();
    assertEquals(
        """

        ### work, us, one thread

        |  n |    ours |    slow |   ratio |    fast |   ratio |
        |---:|--------:|--------:|--------:|--------:|--------:|
        | 64 |    10.0 |    80.0 |    8.00 |    2.50 |    0.25 |
        | 128 |     200 |     400 |    2.00 |         |         |

        Against slow: geometric mean 4.00, worst 2.00 (128)
        Against fast: geometric mean 0.25, worst 0.25 (64)
        """,
        printed.toString());
    assertEquals(3, table.comparisons().size());
  }

  @Test
  void oursAloneHasNoRatio() {
    Table table = table(Unit.MICROSECONDS);
    table.add(BenchMode.params("n", 64), Map.of("autograd", 10.0));
    assertEquals(null, table.comparisons().getFirst().peer());
  }

  @Test
  void moreFlopsAreBetterAndLessTimeIs() {
    assertEquals(4, Unit.GIGAFLOPS.ratio(8, 2));
    assertEquals(0.25, Unit.MILLISECONDS.ratio(8, 2));
  }

  @Test
  void memoryIsCountedByHand() {
    // Weights and biases 2 * 3 + 3 + 3 * 4 + 4 = 25, four times; 5 examples of 2 + 3 + 4 features.
    assertEquals(4 * (4 * 25 + 5 * 9), MemoryMode.bytes(Network.parse("2-3-4/5")));
  }
}
