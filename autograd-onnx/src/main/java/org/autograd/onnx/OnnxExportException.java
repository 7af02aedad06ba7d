package org.autograd.onnx;

/** A model that cannot be written as ONNX; the message says which of its modules, and why. */
public final class OnnxExportException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  OnnxExportException(String message) {
    super(message);
  }

  OnnxExportException(String message, Throwable cause) {
    super(message, cause);
  }
}
