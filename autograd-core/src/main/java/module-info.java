/** Arrays and reverse-mode automatic differentiation. */
module org.autograd.core {
  requires transitive static org.jspecify;
  requires com.google.common;

  // What a thread has allocated, for the profiler; without it that counts as 0.
  requires static jdk.management;

  // Needed only for the vector kernels; without --add-modules jdk.incubator.vector plain loops run.
  requires static jdk.incubator.vector;

  // EJML is read from the class path, see autograd-core/pom.xml.

  exports org.autograd;
  exports org.autograd.expression;
  exports org.autograd.type;
}
