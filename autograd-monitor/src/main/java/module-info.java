/** Watching a training: progress bars, charts, TensorBoard. */
module org.autograd.monitor {
  requires transitive static org.jspecify;
  requires transitive org.autograd.nn;
}
