package org.autograd.learning;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.Module;
import org.autograd.nn.ModuleHook;
import org.autograd.training.LearningRule;

/** The largest number of bytes that graphs hold at once for their backward passes. */
public final class LiveBytes {
  /** A saved value, reachable from the graph alone. */
  private record Kept(Variable value) {}

  private final List<WeakReference<Kept>> kept = new ArrayList<>();
  private long peak;

  private LiveBytes() {}

  private Kept keep(Variable value) {
    Kept result = new Kept(value);
    kept.add(new WeakReference<>(result));
    return result;
  }

  private void measure() {
    System.gc();
    kept.removeIf(reference -> reference.get() == null);
    long live = 0;
    for (WeakReference<Kept> reference : kept) {
      Kept present = reference.get();
      if (present != null) {
        live += present.value().elementCount() * present.value().dtype().byteSize();
      }
    }
    peak = Math.max(peak, live);
  }

  /** Returns the peak while a rule learns from a batch, as seen when each of some modules ends. */
  public static long peak(LearningRule rule, Batch batch, List<? extends Module> observed) {
    LiveBytes bytes = new LiveBytes();
    List<ModuleHook> hooks = new ArrayList<>();
    observed.forEach(module ->
        hooks.add(
            module.afterForward((_, _) -> {
              bytes.measure();
              return null;
            })));
    try (var _ = Autograd.savedValueHooks(bytes::keep, Kept::value)) {
      rule.learn(batch);
    } finally {
      hooks.forEach(ModuleHook::close);
    }
    return bytes.peak;
  }
}
