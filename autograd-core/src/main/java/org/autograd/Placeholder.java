package org.autograd;

/** Keeps the package non-empty until its first real class is here; delete it then. */
final class Placeholder {
  private Placeholder() {}
}
