package org.autograd.internal.kernel;

/**
 * Lets this module use EJML, whose jars stay on the class path: {@code ejml-ddense} and {@code
 * ejml-fdense} share the package {@code org.ejml.dense.row}, so no module can require both.
 */
public final class Ejml {
  static {
    Module self = Ejml.class.getModule();
    // Does nothing when this class is itself on the class path.
    self.addReads(Ejml.class.getClassLoader().getUnnamedModule());
  }

  private Ejml() {}

  /** Call this in a static initializer of each class that uses EJML. */
  public static void open() {}
}
