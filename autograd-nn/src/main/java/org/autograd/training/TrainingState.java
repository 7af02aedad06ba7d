package org.autograd.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.nn.Module;
import org.autograd.optim.Optimizer;
import org.autograd.optim.PlateauScheduler;
import org.autograd.optim.Scheduler;
import org.autograd.optim.WeightAverage;

/**
 * Everything that determines how a training goes on, as parts with names. Whoever has state adds
 * it; then all of it can be taken as one map of arrays and put back.
 *
 * <pre>{@code
 * TrainingState state = new TrainingState();
 * state.add("model", model);
 * state.add("optimizer", optimizer);
 * state.add("noise", generator);
 * SafeTensors.of(state.save()).write(file);
 * state.load(SafeTensors.read(file).tensors());
 * }</pre>
 *
 * <p>The arrays of a part are named {@code part.name}. Names are unique: a second part of a name is
 * called {@code name_2}, and so on, in the order in which they are added.
 */
public final class TrainingState {
  private final SequencedMap<String, Part> parts = new LinkedHashMap<>();

  private record Part(
      Supplier<? extends Map<String, Variable>> save, Consumer<Map<String, Variable>> load) {}

  /** Creates a state without parts. */
  public TrainingState() {}

  /**
   * Adds a part.
   *
   * @param name not empty and without a dot
   * @param save returns the part's arrays by name; called for every checkpoint
   * @param load takes over the values of such arrays, or throws an IllegalArgumentException if they
   *     do not fit; it must take what {@code save} returns, which undoes what it did before it
   *     threw
   */
  public void add(
      String name,
      Supplier<? extends Map<String, Variable>> save,
      Consumer<Map<String, Variable>> load) {
    if (name.isEmpty() || name.indexOf('.') >= 0) {
      throw new IllegalArgumentException(
          "TrainingState: the name '" + name + "' must not be empty or contain a dot");
    }
    String unique = name;
    for (int k = 2; parts.containsKey(unique); k++) {
      unique = name + "_" + k;
    }
    parts.put(unique, new Part(save, load));
  }

  /**
   * Adds a module's parameters and buffers, and as a part {@code name_generators} the generators
   * that its parts draw from, if there are any.
   */
  public void add(String name, Module module) {
    add(name, module::stateDictWithoutRepeats, module::loadStateDict);
    SequencedMap<String, Generator> generators = module.namedGenerators();
    if (!generators.isEmpty()) {
      add(name + "_generators", generators);
    }
  }

  /** Adds an optimizer. */
  public void add(String name, Optimizer<?> optimizer) {
    add(name, optimizer::stateDict, optimizer::loadStateDict);
  }

  /** Adds a scheduler. */
  public void add(String name, Scheduler scheduler) {
    add(name, scheduler::stateDict, scheduler::loadStateDict);
  }

  /** Adds a scheduler. */
  public void add(String name, PlateauScheduler scheduler) {
    add(name, scheduler::stateDict, scheduler::loadStateDict);
  }

  /** Adds an average of weights. */
  public void add(String name, WeightAverage average) {
    add(name, average::stateDict, average::loadStateDict);
  }

  /** Adds a source of random numbers. */
  public void add(String name, Generator generator) {
    SequencedMap<String, Generator> single = new LinkedHashMap<>();
    single.put("state", generator);
    add(name, single);
  }

  private void add(String name, SequencedMap<String, Generator> generators) {
    add(
        name,
        () -> {
          SequencedMap<String, Variable> result = new LinkedHashMap<>();
          generators.forEach((key, generator) -> {
            Generator.State state = generator.state();
            result.put(key, Variable.of(state.seed(), state.position()));
          });
          return result;
        },
        saved -> {
          StateValues values = new StateValues(saved);
          SequencedMap<String, long[]> read = new LinkedHashMap<>();
          generators.keySet().forEach(key -> read.put(key, values.longs(key, 2)));
          values.finish();
          read.forEach((key, state) ->
              Objects.requireNonNull(generators.get(key))
                  .restore(new Generator.State(state[0], state[1])));
        });
  }

  /**
   * Returns the arrays of all parts. They may share their elements with the parts: write or {@code
   * copy()} them before training goes on.
   */
  public SequencedMap<String, Variable> save() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    parts.forEach((part, state) ->
        state.save().get().forEach((name, value) -> result.put(part + "." + name, value)));
    return result;
  }

  /**
   * Puts back what {@link #save} has returned.
   *
   * @throws IllegalArgumentException if a part is missing, unexpected or does not fit: the message
   *     lists all of it, and every part is as it was before
   */
  public void load(Map<String, Variable> state) {
    SequencedMap<String, SequencedMap<String, Variable>> found = new LinkedHashMap<>();
    parts.keySet().forEach(part -> found.put(part, new LinkedHashMap<>()));
    List<String> problems = new ArrayList<>();
    state.forEach((name, value) -> {
      SequencedMap<String, Variable> part = found.get(partOf(name));
      if (part == null) {
        problems.add("nothing here takes " + name);
      } else {
        part.put(name.substring(name.indexOf('.') + 1), value);
      }
    });
    throwProblems(problems);
    // What parts have taken over when another one does not fit is undone, and so is what a part has
    // taken over before it threw.
    SequencedMap<String, SequencedMap<String, Variable>> before = new LinkedHashMap<>();
    found.forEach((name, values) -> {
      Part part = Objects.requireNonNull(parts.get(name));
      SequencedMap<String, Variable> copies = new LinkedHashMap<>();
      part.save().get().forEach((key, value) -> copies.put(key, value.detach().copy()));
      before.put(name, copies);
      try {
        part.load().accept(values);
      } catch (IllegalArgumentException e) {
        problems.add(name + ": " + e.getMessage());
      } catch (RuntimeException e) {
        // From a part that does not check all values, such as one of a listener of somebody else's.
        problems.add(name + ": " + e);
      }
    });
    if (!problems.isEmpty()) {
      before.forEach(
          (name, copies) -> Objects.requireNonNull(parts.get(name)).load().accept(copies));
    }
    throwProblems(problems);
  }

  private static String partOf(String name) {
    return name.substring(0, Math.max(0, name.indexOf('.')));
  }

  private static void throwProblems(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "the state is that of another training; use the same model, rule, data, metrics and"
              + " listeners: "
              + String.join("; ", problems));
    }
  }
}
