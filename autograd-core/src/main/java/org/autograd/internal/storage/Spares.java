package org.autograd.internal.storage;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * Arrays that nobody can see any more, for what a thread computes next. A new Java array has to be
 * filled with zeros and lies in no cache, which costs more than most operations on it.
 *
 * <p>Each thread has its own. What is not used again until the end of the backward pass after the
 * one in which it was given is forgotten, and when memory runs short the collector takes all of
 * them.
 */
public final class Spares {
  /** Smaller arrays are not worth the search; tests reuse all. */
  private static final int SMALLEST = Integer.getInteger("autograd.smallestSpare", 1024);

  private static final ThreadLocal<@Nullable SoftReference<Spares>> CURRENT = new ThreadLocal<>();

  /** By dtype and length: what was given since the last pass ended, and during that one. */
  private Map<Long, ArrayDeque<Object>> recent = new HashMap<>();

  private Map<Long, ArrayDeque<Object>> earlier = new HashMap<>();

  private Spares() {}

  /**
   * Takes the array of a storage that nobody uses any more. Whoever still does gets an error, not
   * somebody else's numbers.
   */
  public static void give(Storage storage) {
    if (storage.length() < SMALLEST || storage.isSurrendered()) {
      return;
    }
    Spares spares = current();
    if (spares == null) {
      spares = new Spares();
      CURRENT.set(new SoftReference<>(spares));
    }
    spares
        .recent
        .computeIfAbsent(kind(storage.dtype(), storage.length()), _ -> new ArrayDeque<>())
        .push(storage.surrender());
  }

  /** Notes the end of a backward pass. */
  public static void age() {
    Spares spares = current();
    if (spares != null) {
      Map<Long, ArrayDeque<Object>> forgotten = spares.earlier;
      forgotten.clear();
      spares.earlier = spares.recent;
      spares.recent = forgotten;
    }
  }

  /** Returns an array that was given, the last first, or null if there is none like that. */
  static @Nullable Object take(DType dtype, int length) {
    if (length < SMALLEST) {
      return null;
    }
    Spares spares = current();
    if (spares == null) {
      return null;
    }
    Long kind = kind(dtype, length);
    Object array = poll(spares.recent, kind);
    return array != null ? array : poll(spares.earlier, kind);
  }

  private static @Nullable Object poll(Map<Long, ArrayDeque<Object>> arrays, Long kind) {
    ArrayDeque<Object> alike = arrays.get(kind);
    return alike == null ? null : alike.poll();
  }

  private static @Nullable Spares current() {
    SoftReference<Spares> reference = CURRENT.get();
    return reference == null ? null : reference.get();
  }

  private static Long kind(DType dtype, int length) {
    return (long) length * DType.values().length + dtype.ordinal();
  }
}
