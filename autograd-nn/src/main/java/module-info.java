/** Layers, optimizers and data loading. */
module org.autograd.nn {
  requires transitive static org.jspecify;
  requires transitive org.autograd.core;
  requires com.fasterxml.jackson.core;
  requires com.google.common;
  requires de.siegmar.fastcsv;
  requires static java.desktop; // for images in files only

  exports org.autograd.data;
  exports org.autograd.io;
  exports org.autograd.nn;
  exports org.autograd.optim;
  exports org.autograd.training;
}
