/** Arrays and reverse-mode automatic differentiation. */
module org.autograd.core {
  requires transitive static org.jspecify;
  requires com.google.common;

  // Needed only for the vector kernels; without --add-modules jdk.incubator.vector plain loops run.
  requires static jdk.incubator.vector;

  // EJML is read from the class path, see autograd-core/pom.xml.

  exports org.autograd;
  exports org.autograd.expression;
  exports org.autograd.type;
}
