/** Layers, optimizers and data loading. */
module org.autograd.nn {
  requires transitive static org.jspecify;
  requires transitive org.autograd.core;

  exports org.autograd.data;
  exports org.autograd.nn;
  exports org.autograd.optim;
}
