package org.autograd.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.Variable;
import org.autograd.data.DataLoader;

/**
 * What tells whether a loader gives the same batches as that of another run: without this, a
 * training resumed with another seed or batch size would silently become another one.
 */
final class DataOrder {
  private static final String EXAMPLES = "examples";
  private static final String BATCH_SIZE = "batch_size";
  private static final String BATCHES = "batches";
  private static final String SEED = "seed";
  private static final String ORDER = "first_order_hash";

  private final DataLoader loader;

  /** Made when it is first asked for, since it needs the order of a whole epoch. */
  private SequencedMap<String, Long> values = new LinkedHashMap<>();

  DataOrder(DataLoader loader) {
    this.loader = loader;
  }

  private SequencedMap<String, Long> values() {
    if (values.isEmpty()) {
      SequencedMap<String, Long> made = new LinkedHashMap<>();
      made.put(EXAMPLES, (long) loader.dataset().size());
      made.put(BATCH_SIZE, (long) loader.batchSize());
      made.put(BATCHES, (long) loader.batchCount());
      // Also the examples depend on it, where they vary at random.
      made.put(SEED, loader.seed());
      // A sampler is any function, of which only what it does can be compared.
      made.put(ORDER, (long) Arrays.hashCode(loader.order(0)));
      values = made;
    }
    return values;
  }

  SequencedMap<String, Variable> save() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    values().forEach((name, value) -> result.put(name, Variable.of(value)));
    return result;
  }

  /** Throws unless the loader is like the one that was saved. */
  void check(Map<String, Variable> saved) {
    StateValues read = new StateValues(saved);
    boolean same = true;
    for (Map.Entry<String, Long> entry : values().entrySet()) {
      String name = entry.getKey();
      long now = entry.getValue();
      long before = read.count(name, Long.MIN_VALUE, Long.MAX_VALUE);
      if (before == now) {
        continue;
      }
      if (!name.equals(ORDER)) {
        read.refuse(name, "was " + before + ", now is " + now);
      } else if (same) {
        // Otherwise it follows from the rest.
        read.refuse(name, "the sampler gives another order");
      }
      same = false;
    }
    read.finish();
  }
}
