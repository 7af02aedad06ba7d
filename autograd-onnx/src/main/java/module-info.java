/** Models as ONNX files. */
module org.autograd.onnx {
  requires transitive static org.jspecify;
  requires transitive org.autograd.nn;
  requires com.google.protobuf;

  exports org.autograd.onnx;
}
