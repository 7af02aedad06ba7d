package org.autograd.io.internal;

import java.io.IOException;

/**
 * The memory that the content of files may take. A file may promise more than any memory, by a hole
 * or by compression; then an error names it instead of an {@link OutOfMemoryError} that hits
 * whatever else the program does.
 *
 * <p>Readers reserve what they are about to allocate, so that nothing is read in vain. Since the
 * rest of the program needs memory too, they also guard what they do.
 */
public final class MemoryBudget {
  /** The remedy that always helps. */
  public static final String MORE_HEAP = "give Java more with -Xmx";

  private final String remedy;
  private final long limit;
  private long used;

  /** Something that allocates memory. */
  @FunctionalInterface
  public interface Reading<T> {
    /** Does it. */
    T run() throws IOException;
  }

  /**
   * Creates a budget of all memory that Java may have.
   *
   * @param remedy ends the message if more is needed
   */
  public MemoryBudget(String remedy) {
    this(remedy, Runtime.getRuntime().maxMemory());
  }

  /** Creates a budget of so many bytes. */
  public MemoryBudget(String remedy, long limit) {
    this.remedy = remedy;
    this.limit = limit;
  }

  /**
   * Says that so many bytes will be allocated, beside those before.
   *
   * @param file makes the error
   * @param offset where the file asks for them
   * @param what needs them
   * @throws IOException if there are not so many
   */
  public void reserve(FileError file, long offset, long bytes, String what) throws IOException {
    if (bytes > limit - used) {
      throw file.at(
          offset,
          "%s needs %d bytes of memory%s, but Java has at most %d; %s"
              .formatted(
                  what, bytes, used == 0 ? "" : " beside " + used + " others", limit, remedy));
    }
    used += bytes;
  }

  /**
   * Does something that may need more memory than is left.
   *
   * @throws IOException if it does
   */
  public <T> T guard(FileError file, long offset, String what, Reading<T> reading)
      throws IOException {
    try {
      return reading.run();
    } catch (OutOfMemoryError e) {
      // What was allocated for it is garbage now, so the rest of the program is as it was.
      IOException error =
          file.at(
              offset,
              "%s needs more memory than Java has left of %d bytes; %s"
                  .formatted(what, limit, remedy));
      error.initCause(e);
      throw error;
    }
  }
}
