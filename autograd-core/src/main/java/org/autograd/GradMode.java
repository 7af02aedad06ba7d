package org.autograd;

/** Whether operations are recorded, for each thread by itself. */
final class GradMode {
  private static final ThreadLocal<GradMode> CURRENT = ThreadLocal.withInitial(GradMode::new);

  private boolean enabled = true;

  private GradMode() {}

  static boolean isEnabled() {
    return CURRENT.get().enabled;
  }

  /** Switches recording on or off until the scope is closed, which restores what was before. */
  static GradScope set(boolean enabled) {
    GradMode mode = CURRENT.get();
    GradScope scope = new GradScope(mode, mode.enabled);
    mode.enabled = enabled;
    return scope;
  }

  void restore(boolean before) {
    enabled = before;
  }
}
