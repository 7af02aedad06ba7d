package org.autograd.nn;

/** An error inside a module, whose message begins with the module's place in the model. */
final class ModuleException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  ModuleException(String message, IllegalArgumentException cause) {
    super(message, cause);
  }
}
