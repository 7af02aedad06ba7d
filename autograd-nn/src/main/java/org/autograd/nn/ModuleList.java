package org.autograd.nn;

import java.util.Iterator;
import java.util.List;

/**
 * Modules in an order, named "0", "1", ...; what is done with them is up to the module that has
 * them. PyTorch's {@code nn.ModuleList}, but of a length that does not change.
 *
 * <pre>{@code
 * private final ModuleList<Linear> heads = child("heads", new ModuleList<>(a, b));
 * for (Linear head : heads) { results.add(head.apply(x)); }
 * }</pre>
 */
public final class ModuleList<M extends Module> extends Module implements Iterable<M> {
  private final List<M> modules;

  /** Creates a list. */
  @SafeVarargs
  @SuppressWarnings("varargs")
  public ModuleList(M... modules) {
    this(List.of(modules));
  }

  /** Creates a list. */
  public ModuleList(List<? extends M> modules) {
    this.modules = List.copyOf(modules);
    for (int k = 0; k < this.modules.size(); k++) {
      child(Integer.toString(k), this.modules.get(k));
    }
  }

  /** Returns the module at a place. */
  public M get(int k) {
    return modules.get(k);
  }

  /** Returns the number of modules. */
  public int size() {
    return modules.size();
  }

  @Override
  public Iterator<M> iterator() {
    return modules.iterator();
  }
}
