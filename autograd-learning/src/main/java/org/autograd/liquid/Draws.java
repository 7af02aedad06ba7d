package org.autograd.liquid;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.autograd.Generator;

/** Random choices. */
final class Draws {
  private Draws() {}

  /** Returns that many of the candidates, each at most once, in random order. */
  static List<Integer> distinct(List<Integer> candidates, int count, Generator rng) {
    List<Integer> rest = new ArrayList<>(candidates);
    for (int k = 0; k < count; k++) {
      Collections.swap(rest, k, k + rng.nextInt(rest.size() - k));
    }
    return List.copyOf(rest.subList(0, count));
  }
}
