package org.autograd.data;

/** What the first axis of an image counts. */
public enum Channels {
  /** One channel, the brightness: 0.299 red + 0.587 green + 0.114 blue (ITU-R 601). */
  GREY(1),

  /** Three channels: red, green and blue. */
  RGB(3);

  private final int count;

  Channels(int count) {
    this.count = count;
  }

  /** Returns the number of channels. */
  public int count() {
    return count;
  }
}
