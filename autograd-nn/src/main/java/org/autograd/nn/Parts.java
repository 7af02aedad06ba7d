package org.autograd.nn;

import java.util.List;

/** A module of nothing but parts, whose name stands in the paths of theirs. */
final class Parts extends Module {
  /** Registers modules as "0", "1", ... */
  void addAll(List<? extends Module> modules) {
    for (int k = 0; k < modules.size(); k++) {
      child(Integer.toString(k), modules.get(k));
    }
  }
}
