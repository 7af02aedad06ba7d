/** Watching a training: progress bars, charts, TensorBoard. */
module org.autograd.monitor {
  requires transitive static org.jspecify;
  requires transitive org.autograd.nn;
  requires com.google.protobuf;
  requires java.desktop;
  requires me.tongfei.progressbar;
  requires xchart;

  exports org.autograd.monitor;
}
