package org.autograd.training;

/** The usual metrics. */
public final class Metrics {
  private Metrics() {}
}
