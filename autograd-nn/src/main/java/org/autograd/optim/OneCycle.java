package org.autograd.optim;

/**
 * One cycle of the learning rate, up and then far down, with the momentum the other way round
 * (Smith and Topin, 2018). It has rates of its own: the optimizer's have no effect. PyTorch's
 * {@code OneCycleLR}, whose {@code max_lr}, {@code pct_start}, {@code div_factor} and {@code
 * final_div_factor} are the greatest rate, the share of the rise and the two divisors. An optimizer
 * without momentum keeps none.
 *
 * <pre>{@code
 * Scheduler scheduler = new Scheduler(optimizer, OneCycle.of(0.1, epochs * batches));
 * }</pre>
 *
 * @param greatest the greatest rate
 * @param steps the number of steps of the whole cycle, at least 2
 * @param rise which part of the steps is spent on the rise
 * @param startDivisor the rate starts with the greatest rate divided by this
 * @param endDivisor the rate ends with its start divided by this
 * @param cosine whether it moves along cosines instead of straight lines
 * @param threePhases whether it first goes back to its start in as many steps as it rose
 * @param leastMomentum the momentum at the greatest rate
 * @param greatestMomentum the momentum at the start and at the end
 */
public record OneCycle(
    double greatest,
    long steps,
    double rise,
    double startDivisor,
    double endDivisor,
    boolean cosine,
    boolean threePhases,
    double leastMomentum,
    double greatestMomentum)
    implements Schedule {
  /** Checks the values. */
  public OneCycle {
    Check.notNegative("greatest", greatest);
    if (steps < 2) {
      throw new IllegalArgumentException("steps must be at least 2, got " + steps);
    }
    Check.atMostOne("rise", rise);
    Check.positive("startDivisor", startDivisor);
    Check.positive("endDivisor", endDivisor);
    Check.belowOne("leastMomentum", leastMomentum);
    Check.belowOne("greatestMomentum", greatestMomentum);
  }

  /**
   * Returns PyTorch's defaults: 0.3 of the steps upwards from a 25th, down to a 10,000th of that,
   * along cosines, momentum between 0.85 and 0.95.
   */
  public static OneCycle of(double greatest, long steps) {
    return new OneCycle(greatest, steps, 0.3, 25, 1e4, true, false, 0.85, 0.95);
  }

  /** Returns this cycle with another share of the rise. */
  public OneCycle rise(double value) {
    return new OneCycle(
        greatest,
        steps,
        value,
        startDivisor,
        endDivisor,
        cosine,
        threePhases,
        leastMomentum,
        greatestMomentum);
  }

  /** Returns this cycle with another start and end. */
  public OneCycle divisors(double start, double end) {
    return new OneCycle(
        greatest, steps, rise, start, end, cosine, threePhases, leastMomentum, greatestMomentum);
  }

  /** Returns this cycle along cosines or straight lines. */
  public OneCycle cosine(boolean value) {
    return new OneCycle(
        greatest,
        steps,
        rise,
        startDivisor,
        endDivisor,
        value,
        threePhases,
        leastMomentum,
        greatestMomentum);
  }

  /** Returns this cycle in two or three phases. */
  public OneCycle threePhases(boolean value) {
    return new OneCycle(
        greatest,
        steps,
        rise,
        startDivisor,
        endDivisor,
        cosine,
        value,
        leastMomentum,
        greatestMomentum);
  }

  /** Returns this cycle with other momenta. */
  public OneCycle momenta(double least, double greatestValue) {
    return new OneCycle(
        greatest, steps, rise, startDivisor, endDivisor, cosine, threePhases, least, greatestValue);
  }

  @Override
  public double learningRate(double base, long step) {
    double start = greatest / startDivisor;
    return at(step, start, greatest, start / endDivisor);
  }

  @Override
  public double momentum(double base, long step) {
    return at(step, greatestMomentum, leastMomentum, greatestMomentum);
  }

  /** Returns a value that goes from its start to the top of the cycle and on to its end. */
  private double at(long step, double start, double top, double end) {
    double last = steps - 1;
    double now = Math.min((double) step, last);
    double up = rise * steps - 1;
    if (now <= up) {
      return between(start, top, now / up);
    }
    double down = threePhases ? 2 * rise * steps - 2 : last;
    if (now <= down) {
      return between(top, threePhases ? start : end, (now - up) / (down - up));
    }
    return between(start, end, (now - down) / (last - down));
  }

  private double between(double from, double to, double share) {
    // A phase of no length is at its end.
    double part = share >= 0 && share <= 1 ? share : 1;
    double way = cosine ? (1 - Math.cos(Math.PI * part)) / 2 : part;
    return from + (to - from) * way;
  }
}
