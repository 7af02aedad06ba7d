package org.autograd.examples.bench;

/** In what something is measured. */
enum Unit {
  NANOSECONDS("ns"),
  MICROSECONDS("us"),
  MILLISECONDS("ms"),
  MEGABYTES("MB"),
  GIGAFLOPS("GFLOP/s");

  private final String symbol;

  Unit(String symbol) {
    this.symbol = symbol;
  }

  /** Returns how much better ours is: 2 is twice as fast, or half as large. */
  double ratio(double ours, double theirs) {
    return this == GIGAFLOPS ? ours / theirs : theirs / ours;
  }

  @Override
  public String toString() {
    return symbol;
  }
}
