package org.autograd.nn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Modules by name, in an order; what is done with them is up to the module that has them. PyTorch's
 * {@code nn.ModuleDict}, but with names that do not change.
 */
public final class ModuleDict<M extends Module> extends Module {
  private final SequencedMap<String, M> modules;

  /**
   * Creates a dictionary in the order of the map.
   *
   * @throws IllegalArgumentException if a name is empty or has a dot
   */
  public ModuleDict(Map<String, ? extends M> modules) {
    this.modules = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(modules));
    this.modules.forEach(this::child);
  }

  /**
   * Returns the module of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  public M get(String name) {
    M module = modules.get(name);
    if (module == null) {
      throw new IllegalArgumentException(
          "ModuleDict: no module " + name + ", only " + modules.keySet());
    }
    return module;
  }

  /** Returns all modules by name. */
  public SequencedMap<String, M> modules() {
    return modules;
  }
}
