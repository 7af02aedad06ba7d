package org.autograd.internal.kernel;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long kernels run on a thread and what they allocate there, for a profiler. The place where a
 * kernel begins and ends says so; while no profiler asks, that is one look at a field.
 *
 * <p>An operation learns its name only when it has been computed. The costs of its kernels are
 * therefore pending until somebody takes them. What runs between kernels, user code above all, is
 * never counted.
 */
public final class KernelMeter {
  private static final ThreadLocal<Costs> PENDING = ThreadLocal.withInitial(Costs::new);
  private static final LongSupplier ALLOCATED = allocated();

  /** 0 while nobody asks, else the number of the profile, for what is pending from an older one. */
  private static volatile int profile;

  private static int profiles;

  private KernelMeter() {}

  /** What kernels of this thread have cost and no operation has taken yet. */
  public static final class Costs {
    private int profile;
    private long first;
    private long nanos;
    private long bytes;
    private long saved;
    private int enclosing;

    /** Returns when the first kernel began, as {@link System#nanoTime}. */
    public long first() {
      return first;
    }

    /** Returns the time spent. */
    public long nanos() {
      return nanos;
    }

    /** Returns what was allocated, in bytes; 0 where this JVM does not tell. */
    public long bytes() {
      return bytes;
    }

    /** Returns what was saved for the backward pass, in bytes. */
    public long saved() {
      return saved;
    }

    /** Adds to what was saved. */
    public void addSaved(long count) {
      saved += count;
    }

    /** Forgets everything. */
    public void clear() {
      first = 0;
      nanos = 0;
      bytes = 0;
      saved = 0;
    }

    /** Returns whether something runs that is counted as a whole, by {@link Mark#enclose}. */
    public boolean isEnclosed() {
      return enclosing > 0;
    }
  }

  /** The beginning of something that is measured, with what was pending then. */
  public static final class Mark {
    private final Costs costs;
    private final long first;
    private final long nanos;
    private final long bytes;
    private final long saved;
    private long startBytes;
    private long startNanos;

    private Mark(Costs costs) {
      this.costs = costs;
      this.first = costs.first;
      this.nanos = costs.nanos;
      this.bytes = costs.bytes;
      this.saved = costs.saved;
    }

    /** Returns the beginning, as {@link System#nanoTime}. */
    public long startNanos() {
      return startNanos;
    }

    /** Returns the time since. */
    public long elapsedNanos() {
      return System.nanoTime() - startNanos;
    }

    /** Returns what was allocated since, in bytes. */
    public long allocatedBytes() {
      return ALLOCATED.getAsLong() - startBytes;
    }

    /** Returns what was saved since, in bytes. */
    public long savedBytes() {
      return costs.saved - saved;
    }

    /** Makes everything count as a part of this until {@link #open}. */
    public void enclose() {
      costs.enclosing++;
    }

    /** Ends what {@link #enclose} began. */
    public void open() {
      costs.enclosing--;
    }

    /** Makes pending what was pending at the beginning. */
    public void restore() {
      costs.first = first;
      costs.nanos = nanos;
      costs.bytes = bytes;
      costs.saved = saved;
    }
  }

  /** Begins a profile; only one is on at a time. */
  public static synchronized void turnOn() {
    profiles++;
    profile = profiles;
  }

  /** Ends the profile. */
  public static synchronized void turnOff() {
    profile = 0;
  }

  /** Returns whether a profiler asks. */
  public static boolean isOn() {
    return profile != 0;
  }

  /** Returns what is pending on this thread. */
  public static Costs pending() {
    Costs costs = PENDING.get();
    int current = profile;
    if (costs.profile != current) {
      costs.clear();
      costs.profile = current;
    }
    return costs;
  }

  /** Begins a kernel; returns null while nobody asks. */
  public static @Nullable Mark start() {
    if (profile == 0) {
      return null;
    }
    Mark mark = new Mark(pending());
    mark.startBytes = ALLOCATED.getAsLong();
    mark.startNanos = System.nanoTime();
    return mark;
  }

  /**
   * Ends a kernel. What kernels inside it have added is replaced by its own cost, so nothing counts
   * twice. A kernel that throws is not counted.
   */
  public static void stop(@Nullable Mark mark) {
    if (mark != null) {
      Costs costs = mark.costs;
      costs.nanos = mark.nanos + mark.elapsedNanos();
      costs.bytes = mark.bytes + mark.allocatedBytes();
      costs.first = mark.first == 0 ? mark.startNanos : mark.first;
    }
  }

  /** Chooses how to ask the JVM what a thread has allocated; not every one can tell. */
  private static LongSupplier allocated() {
    try {
      return ThreadAllocation.supplier();
    } catch (LinkageError | UnsupportedOperationException e) {
      // The module jdk.management is not there, or this is another JVM.
      return () -> 0;
    }
  }

  /** Apart, so that its absence is noticed only here. */
  private static final class ThreadAllocation {
    static LongSupplier supplier() {
      var threads = java.lang.management.ManagementFactory.getThreadMXBean();
      if (threads instanceof com.sun.management.ThreadMXBean bean
          && bean.isThreadAllocatedMemorySupported()) {
        bean.setThreadAllocatedMemoryEnabled(true);
        return bean::getCurrentThreadAllocatedBytes;
      }
      return () -> 0;
    }
  }
}
