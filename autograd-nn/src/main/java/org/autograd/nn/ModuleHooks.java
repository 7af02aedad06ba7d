package org.autograd.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.autograd.Autograd;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/** The hooks of one module, and a call of the module with them. */
final class ModuleHooks {
  /** May return null, to keep what it was given. */
  final List<Function<List<Variable>, @Nullable List<Variable>>> beforeForward =
      new CopyOnWriteArrayList<>();

  final List<BiFunction<List<Variable>, List<Variable>, @Nullable List<Variable>>> afterForward =
      new CopyOnWriteArrayList<>();
  final List<Function<List<Variable>, @Nullable List<Variable>>> beforeBackward =
      new CopyOnWriteArrayList<>();
  final List<BackwardHook> afterBackward = new CopyOnWriteArrayList<>();

  /** See {@link Module#afterBackward}. */
  @FunctionalInterface
  interface BackwardHook
      extends BiFunction<
          List<@Nullable Variable>, List<Variable>, @Nullable List<@Nullable Variable>> {}

  static <T> ModuleHook add(List<T> hooks, T hook) {
    // The same object may be registered twice, and each handle removes one.
    hooks.add(hook);
    boolean[] removed = {false};
    return new ModuleHook(() -> {
      if (!removed[0]) {
        removed[0] = true;
        hooks.remove(hook);
      }
    });
  }

  boolean areForward() {
    return !(beforeForward.isEmpty() && afterForward.isEmpty());
  }

  boolean isEmpty() {
    return beforeForward.isEmpty()
        && afterForward.isEmpty()
        && beforeBackward.isEmpty()
        && afterBackward.isEmpty();
  }

  List<Variable> call(UnaryOperator<List<Variable>> forward, List<Variable> given) {
    List<Variable> inputs = given;
    for (Function<List<Variable>, @Nullable List<Variable>> hook : beforeForward) {
      inputs = replaced("beforeForward", "inputs", inputs, hook.apply(inputs));
    }
    boolean tapped =
        Autograd.isGradEnabled() && !(beforeBackward.isEmpty() && afterBackward.isEmpty());
    List<Variable> outputs = tapped ? tapped(forward, inputs) : forward.apply(inputs);
    for (BiFunction<List<Variable>, List<Variable>, @Nullable List<Variable>> hook : afterForward) {
      outputs = replaced("afterForward", "results", outputs, hook.apply(inputs, outputs));
    }
    return outputs;
  }

  private static <T extends @Nullable Variable> List<T> replaced(
      String hook, String what, List<T> old, @Nullable List<T> replacement) {
    if (replacement == null) {
      return old;
    }
    if (replacement.size() != old.size()) {
      throw new IllegalArgumentException(
          hook
              + ": the hook returned "
              + replacement.size()
              + " "
              + what
              + " instead of "
              + old.size()
              + "; return null to keep them");
    }
    return Collections.unmodifiableList(new ArrayList<>(replacement));
  }

  /** Computes between two identities, whose gradients are those of the module. */
  private List<Variable> tapped(UnaryOperator<List<Variable>> forward, List<Variable> inputs) {
    List<Integer> places = new ArrayList<>();
    for (int k = 0; k < inputs.size(); k++) {
      if (inputs.get(k).requiresGrad()) {
        places.add(k);
      }
    }
    OutputTap last = new OutputTap(inputs.size(), places.isEmpty());
    List<Variable> seen = new ArrayList<>(inputs);
    if (!places.isEmpty()) {
      Variable[] differentiable = places.stream().map(inputs::get).toArray(Variable[]::new);
      List<Variable> through = new InputTap(inputs.size(), places, last).applyAll(differentiable);
      for (int k = 0; k < places.size(); k++) {
        seen.set(places.get(k), through.get(k));
      }
    }
    List<Variable> outputs = forward.apply(List.copyOf(seen));
    return outputs.stream().anyMatch(Variable::requiresGrad)
        ? last.applyAll(outputs.toArray(Variable[]::new))
        : outputs;
  }

  private List<@Nullable Variable> afterBackward(
      List<@Nullable Variable> inputGradients, List<Variable> outputGradients) {
    List<@Nullable Variable> result = inputGradients;
    for (BackwardHook hook : afterBackward) {
      result = replaced("afterBackward", "gradients", result, hook.apply(result, outputGradients));
    }
    return result;
  }

  /** Sees the gradients of the results. */
  private final class OutputTap extends org.autograd.Function {
    private final int inputs;
    private final boolean only;

    /** Of this pass; the input tap comes later in the same pass. */
    private List<Variable> gradients = List.of();

    OutputTap(int inputs, boolean only) {
      this.inputs = inputs;
      this.only = only;
    }

    @Override
    public String name() {
      return "moduleOutput";
    }

    @Override
    protected Variable[] forward(Context context, Variable[] values) {
      return values.clone();
    }

    @Override
    protected @Nullable Variable[] backward(Context context, Variable[] incoming) {
      List<Variable> result = List.of(incoming);
      for (Function<List<Variable>, @Nullable List<Variable>> hook : beforeBackward) {
        result = replaced("beforeBackward", "gradients", result, hook.apply(result));
      }
      gradients = result;
      if (only) {
        var _ = afterBackward(Collections.nCopies(inputs, null), result);
      }
      return result.toArray(Variable[]::new);
    }
  }

  /** Sees the gradients of the inputs that have one. */
  private final class InputTap extends org.autograd.Function {
    private final int inputs;
    private final List<Integer> places;
    private final OutputTap last;

    InputTap(int inputs, List<Integer> places, OutputTap last) {
      this.inputs = inputs;
      this.places = places;
      this.last = last;
    }

    @Override
    public String name() {
      return "moduleInput";
    }

    @Override
    protected Variable[] forward(Context context, Variable[] values) {
      return values.clone();
    }

    @Override
    protected @Nullable Variable[] backward(Context context, Variable[] incoming) {
      List<@Nullable Variable> all = new ArrayList<>();
      for (int k = 0; k < inputs; k++) {
        all.add(null);
      }
      for (int k = 0; k < incoming.length; k++) {
        all.set(places.get(k), incoming[k]);
      }
      List<@Nullable Variable> result =
          afterBackward(Collections.unmodifiableList(all), last.gradients);
      // The next pass through the same graph brings others.
      last.gradients = List.of();
      @Nullable Variable[] own = new Variable[incoming.length];
      for (int k = 0; k < own.length; k++) {
        own[k] = result.get(places.get(k));
      }
      return own;
    }
  }
}
