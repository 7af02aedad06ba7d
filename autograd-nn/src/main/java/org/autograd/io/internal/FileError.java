package org.autograd.io.internal;

import java.io.IOException;

/** Makes the errors of a file, whose messages begin with its name. */
@FunctionalInterface
public interface FileError {
  /**
   * Returns an error.
   *
   * @param offset where in the file the problem is, in bytes
   */
  IOException at(long offset, String problem);
}
