package org.autograd;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Whether operations are recorded, and what is done to the values that they save, for each thread
 * by itself.
 */
final class GradMode {
  private static final ThreadLocal<GradMode> CURRENT = ThreadLocal.withInitial(GradMode::new);

  /** The number of open scopes of saved-value hooks, so that without any, saving costs no more. */
  private static final AtomicInteger HOOK_SCOPES = new AtomicInteger();

  private boolean enabled = true;
  private boolean inference;
  private @Nullable SavedValueHooks hooks;

  private GradMode() {}

  static boolean isEnabled() {
    return CURRENT.get().enabled;
  }

  static boolean isInference() {
    return CURRENT.get().inference;
  }

  /** Returns what is done to a value that is saved now, null for nothing. */
  static @Nullable SavedValueHooks hooks() {
    return HOOK_SCOPES.get() == 0 ? null : CURRENT.get().hooks;
  }

  /**
   * Switches recording on or off until the scope is closed, which restores what was before. In
   * inference mode it stays off.
   */
  static GradScope set(boolean enabled) {
    GradMode mode = CURRENT.get();
    boolean before = mode.enabled;
    mode.enabled = enabled && !mode.inference;
    return new GradScope(() -> mode.enabled = before);
  }

  /** Switches recording off such that nothing inside the scope can switch it on. */
  static GradScope inference() {
    GradMode mode = CURRENT.get();
    boolean enabledBefore = mode.enabled;
    boolean inferenceBefore = mode.inference;
    mode.enabled = false;
    mode.inference = true;
    return new GradScope(() -> {
      mode.enabled = enabledBefore;
      mode.inference = inferenceBefore;
    });
  }

  /** Switches recording on, even in inference mode, and applies hooks to what is saved. */
  static GradScope record(@Nullable SavedValueHooks hooks) {
    GradMode mode = CURRENT.get();
    boolean enabledBefore = mode.enabled;
    boolean inferenceBefore = mode.inference;
    GradScope hookScope = setHooks(hooks);
    mode.enabled = true;
    mode.inference = false;
    return new GradScope(() -> {
      mode.enabled = enabledBefore;
      mode.inference = inferenceBefore;
      hookScope.close();
    });
  }

  /** Applies hooks, and no others, to the values that are saved until the scope is closed. */
  static GradScope setHooks(@Nullable SavedValueHooks hooks) {
    GradMode mode = CURRENT.get();
    SavedValueHooks before = mode.hooks;
    mode.hooks = hooks;
    HOOK_SCOPES.incrementAndGet();
    return new GradScope(() -> {
      mode.hooks = before;
      HOOK_SCOPES.decrementAndGet();
    });
  }
}
