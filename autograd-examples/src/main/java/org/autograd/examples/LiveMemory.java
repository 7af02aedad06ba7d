package org.autograd.examples;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.autograd.data.Batch;
import org.autograd.nn.Module;
import org.autograd.nn.ModuleHook;
import org.autograd.training.LearningRule;

/**
 * How much memory is alive while a rule learns from a batch, beyond what is there between batches.
 * Garbage is collected, and the arrays of floating numbers that are left counted, at up to some
 * thirty places: where an operation keeps a value for the backward pass, and where a part of the
 * model has computed. Whatever a rule keeps is seen, not only graphs; between these places there
 * may be more for a moment.
 */
final class LiveMemory {
  private static final int PLACES = 30;

  /** Lines such as {@code 1: 123 456789 [F (java.base@25)}: number, instances, bytes, class. */
  private static final Pattern ARRAYS = Pattern.compile("(?m)^ *\\d+: +\\d+ +(\\d+) +\\[[FD]\\b");

  /** Every how many places the memory is looked at; 0 only counts places. */
  private final int stride;

  private int places;
  private long peak;

  private LiveMemory(int stride) {
    this.stride = stride;
  }

  /** Returns the peak in bytes. */
  static long peak(LearningRule rule, Batch batch) {
    LiveMemory count = new LiveMemory(0);
    count.learn(rule, batch); // also creates what an optimizer keeps
    LiveMemory memory = new LiveMemory(Math.ceilDiv(Math.max(1, count.places), PLACES));
    long before = used();
    memory.learn(rule, batch);
    return Math.max(0, memory.peak - before);
  }

  private void learn(LearningRule rule, Batch batch) {
    List<ModuleHook> hooks = new ArrayList<>();
    for (Module part : rule.module().namedModules().values()) {
      hooks.add(
          part.afterForward((_, _) -> {
            look();
            return null;
          }));
    }
    try (var _ = Autograd.savedValueHooks(this::keep, value -> value)) {
      rule.learn(batch);
    } finally {
      hooks.forEach(ModuleHook::close);
    }
  }

  private Variable keep(Variable value) {
    look();
    return value;
  }

  private void look() {
    places++;
    if (stride > 0 && places % stride == 0) {
      peak = Math.max(peak, used());
    }
  }

  /** Returns the bytes of the arrays of floating numbers that are reachable. */
  private static long used() {
    // The heap's size would count regions of the collector and what the compiler is doing as well.
    try {
      String histogram =
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName("com.sun.management:type=DiagnosticCommand"),
                      "gcClassHistogram",
                      new Object[] {new String[0]},
                      new String[] {String[].class.getName()});
      long bytes = 0;
      Matcher lines = ARRAYS.matcher(histogram);
      while (lines.find()) {
        bytes += Long.parseLong(lines.group(1));
      }
      return bytes;
    } catch (JMException e) {
      throw new IllegalStateException("this Java cannot list the objects in its heap", e);
    }
  }
}
