package org.autograd.local;

import org.autograd.nn.ChannelNorm;
import org.autograd.nn.Dropout;
import org.autograd.nn.Module;
import org.autograd.nn.RRelu;
import org.jspecify.annotations.Nullable;

/** Refuses models that rules cannot compute several times for one batch. */
final class RepeatedPasses {
  private RepeatedPasses() {}

  /**
   * Throws if a pass in training mode changes the module, or differs from the pass before.
   *
   * @param remedy what else can be done
   */
  static void check(String rule, Module module, String remedy) {
    module
        .namedModules()
        .forEach((name, part) -> {
          String reason = reason(part);
          if (reason != null) {
            throw new IllegalArgumentException(
                "%s: computes blocks several times for a batch, but %s%s %s; %s"
                    .formatted(
                        rule,
                        part.getClass().getSimpleName(),
                        name.isEmpty() ? "" : " '" + name + "'",
                        reason,
                        remedy));
          }
        });
  }

  private static @Nullable String reason(Module part) {
    if (part instanceof ChannelNorm norm && norm.runningMean() != null) {
      return "would take the batch into its running statistics each time";
    }
    if (part instanceof Dropout || part instanceof RRelu || !part.namedGenerators().isEmpty()) {
      return "would draw other random numbers each time";
    }
    return null;
  }
}
