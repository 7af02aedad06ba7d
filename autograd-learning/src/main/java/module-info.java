/** Learning beside backpropagation: Forward-Forward, spiking, liquid, local, gradient-free. */
module org.autograd.learning {
  requires transitive static org.jspecify;
  requires transitive org.autograd.nn;
  requires com.fasterxml.jackson.core;
  requires com.google.common;

  exports org.autograd.forwardforward;
  exports org.autograd.gradientfree;
  exports org.autograd.liquid;
  exports org.autograd.local;
  exports org.autograd.spiking;
}
