package org.autograd.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.GradScope;
import org.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * A part of a model: parameters, buffers and further modules, each under a name. PyTorch's {@code
 * nn.Module}. What a module consists of is registered explicitly where it is created, and names
 * equal PyTorch's, so that its checkpoints fit:
 *
 * <pre>{@code
 * final class Net extends UnaryModule {
 *   private final Linear hidden = child("hidden", new Linear(2, 16));
 *   private final Linear output = child("output", new Linear(16, 1));
 *
 *   @Override
 *   protected Variable forward(Variable input) {
 *     return output.apply(hidden.apply(input).tanh());
 *   }
 * }
 * }</pre>
 *
 * <p>A module with one input and one result extends {@link UnaryModule}; any other extends this
 * class and declares the method that its callers need. Import this class by name: {@code import
 * org.autograd.nn.*} leaves {@code Module} ambiguous with {@code java.lang.Module}.
 */
public abstract class Module {
  private static final String PARAMETRIZATIONS = "parametrizations";

  private final SequencedMap<String, Variable> parameters = new LinkedHashMap<>();
  private final SequencedMap<String, Variable> buffers = new LinkedHashMap<>();
  private final SequencedMap<String, Generator> generators = new LinkedHashMap<>();
  private final SequencedMap<String, Module> children = new LinkedHashMap<>();
  private boolean training = true;
  private @Nullable ModuleHooks hooks;

  /** What is computed instead of a parameter; null if nothing is, which is usual. */
  private @Nullable Map<Variable, Parametrization> parametrizations;

  /** Where this was first registered, for error messages. */
  private @Nullable Module parent;

  private String name = "";

  /** Creates a module without parameters, in training mode. */
  protected Module() {}

  /**
   * Registers a leaf that training changes, and makes it require a gradient.
   *
   * @param name unique among the parameters, buffers and children of this module; without a dot
   * @param value float32 or float64; the same Variable may be registered in several places (tied
   *     weights)
   * @return the value
   * @throws IllegalArgumentException if the name is taken, empty or has a dot, or the value is of
   *     another dtype or the result of a recorded operation
   */
  protected final Variable parameter(String name, Variable value) {
    checkName(name);
    if (!value.isLeaf()) {
      throw new IllegalArgumentException(
          "parameter "
              + name
              + ": "
              + describe(value)
              + " is the result of "
              + value.operation()
              + ", which training cannot change; use detach()");
    }
    value.requiresGrad(true);
    parameters.put(name, value);
    return value;
  }

  /**
   * Registers an array that belongs to the module's state but is not trained, as a running mean.
   *
   * @return the value
   */
  protected final Variable buffer(String name, Variable value) {
    checkName(name);
    buffers.put(name, value);
    return value;
  }

  /**
   * Registers a source of random numbers that this module draws from in training, so that a
   * checkpoint of the training can store where it is.
   *
   * @return the generator
   * @throws IllegalArgumentException if the name is taken, empty or has a dot
   */
  protected final Generator generator(String name, Generator generator) {
    checkName(name);
    generators.put(name, generator);
    return generator;
  }

  /**
   * Registers a part. The same module may be registered in several places and then shares its
   * parameters among them.
   *
   * @return the module
   * @throws IllegalArgumentException if the name is taken, empty or has a dot, or if this module is
   *     itself a part of that one
   */
  protected final <M extends Module> M child(String name, M module) {
    checkName(name);
    if (((Module) module).namedModules().containsValue(this)) {
      throw new IllegalArgumentException(
          "child " + name + ": " + module.label() + " contains this " + label());
    }
    Module registered = module;
    if (registered.parent == null) {
      registered.parent = this;
      registered.name = name;
    }
    children.put(name, module);
    return module;
  }

  private void checkName(String name) {
    if (name.isEmpty() || name.indexOf('.') >= 0) {
      throw new IllegalArgumentException(
          label() + ": the name '" + name + "' must not be empty or contain a dot");
    }
    if (parameters.containsKey(name)
        || buffers.containsKey(name)
        || generators.containsKey(name)
        || children.containsKey(name)) {
      throw new IllegalArgumentException(
          label() + ": the name '" + name + "' is already registered");
    }
  }

  /** Returns all parameters of this module and its parts, each once. */
  public final List<Variable> parameters() {
    return List.copyOf(namedParameters().values());
  }

  /**
   * Returns all parameters of this module and its parts by their dotted names ({@code
   * hidden.weight}). A parameter that is registered several times has its first name only.
   */
  public final SequencedMap<String, Variable> namedParameters() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    Set<Variable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    visit(
        "",
        (prefix, module) ->
            module.parameters.forEach((key, value) -> {
              if (seen.add(value)) {
                result.put(prefix + key, value);
              }
            }));
    return Collections.unmodifiableSequencedMap(result);
  }

  /**
   * Returns the sources of random numbers of this module and its parts by dotted name, each once:
   * of those that draw from one of their own instead of {@link Autograd#generator()}.
   */
  public final SequencedMap<String, Generator> namedGenerators() {
    SequencedMap<String, Generator> result = new LinkedHashMap<>();
    Set<Generator> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    visit(
        "",
        (prefix, module) ->
            module.generators.forEach((key, generator) -> {
              if (seen.add(generator)) {
                result.put(prefix + key, generator);
              }
            }));
    return Collections.unmodifiableSequencedMap(result);
  }

  /** Returns the parts registered directly in this module. */
  public final SequencedMap<String, Module> children() {
    return Collections.unmodifiableSequencedMap(children);
  }

  /** Returns this module, under the name "", and all its parts by dotted name, each once. */
  public final SequencedMap<String, Module> namedModules() {
    SequencedMap<String, Module> result = new LinkedHashMap<>();
    Set<Module> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    visit(
        "",
        (prefix, module) -> {
          if (seen.add(module)) {
            result.put(prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1), module);
          }
        });
    return Collections.unmodifiableSequencedMap(result);
  }

  /** Visits this module and its parts, a shared one as often as it is registered. */
  private void visit(String prefix, BiConsumer<String, Module> visitor) {
    visitor.accept(prefix, this);
    children.forEach((key, module) -> module.visit(prefix + key + ".", visitor));
  }

  /**
   * Returns all parameters and buffers by dotted name, detached. They share their elements with the
   * module: {@code copy()} what is to stay as it is while training goes on.
   */
  public final SequencedMap<String, Variable> stateDict() {
    SequencedMap<String, Variable> result = new LinkedHashMap<>();
    visit(
        "",
        (prefix, module) -> {
          module.parameters.forEach((key, value) -> result.put(prefix + key, value.detach()));
          module.buffers.forEach((key, value) -> result.put(prefix + key, value.detach()));
        });
    return result;
  }

  /**
   * Returns the {@link #stateDict()} with what is registered several times under its first name
   * only, so that a file has it once. {@link #loadStateDict} takes either.
   */
  public final SequencedMap<String, Variable> stateDictWithoutRepeats() {
    SequencedMap<String, Variable> result = stateDict();
    result.keySet().removeAll(repeats().keySet());
    return result;
  }

  /** Returns the first name of what has further ones, by those. */
  private Map<String, String> repeats() {
    Map<String, String> repeats = new LinkedHashMap<>();
    Map<Variable, String> first = new IdentityHashMap<>();
    BiConsumer<String, Variable> visitor =
        (key, value) -> {
          String known = first.putIfAbsent(value, key);
          if (known != null) {
            repeats.put(key, known);
          }
        };
    visit(
        "",
        (prefix, module) -> {
          module.parameters.forEach((key, value) -> visitor.accept(prefix + key, value));
          module.buffers.forEach((key, value) -> visitor.accept(prefix + key, value));
        });
    return repeats;
  }

  /** Returns this module's arrays by name, without further names that the state has not. */
  private SequencedMap<String, Variable> wanted(Map<String, Variable> state) {
    SequencedMap<String, Variable> own = stateDict();
    repeats()
        .forEach((name, first) -> {
          if (!state.containsKey(name) && state.containsKey(first)) {
            own.remove(name);
          }
        });
    return own;
  }

  /**
   * Copies the elements of all parameters and buffers from a state dict, which must have exactly
   * the names, shapes and dtypes of {@link #stateDict()}, or of {@link #stateDictWithoutRepeats()}.
   *
   * @throws IllegalArgumentException if it has not: the message lists every name that is missing,
   *     unexpected or of another shape or dtype, and nothing is changed
   */
  public final void loadStateDict(Map<String, Variable> state) {
    SequencedMap<String, Variable> own = wanted(state);
    StateDifference difference = StateDifference.between(own, state);
    if (!difference.isEmpty()) {
      throw new IllegalArgumentException("loadStateDict of " + label() + ": " + difference);
    }
    copy(own, state);
  }

  /**
   * Copies the elements of those parameters and buffers that the state dict has in the same shape
   * and dtype, as for a changed last layer, and leaves the others as they are.
   *
   * @return what did not match
   */
  public final StateDifference loadMatching(Map<String, Variable> state) {
    SequencedMap<String, Variable> own = wanted(state);
    StateDifference difference = StateDifference.between(own, state);
    difference.missing().forEach(own::remove);
    difference.mismatched().forEach(own::remove);
    copy(own, state);
    return difference;
  }

  private static void copy(Map<String, Variable> targets, Map<String, Variable> sources) {
    try (var _ = Autograd.noGrad()) {
      for (Map.Entry<String, Variable> target : targets.entrySet()) {
        Variable source = sources.get(target.getKey());
        if (source != null) {
          target.getValue().copy_(source);
        }
      }
    }
  }

  /** Switches this module and its parts to training mode, which matters to dropout and the like. */
  public final void train() {
    visit("", (_, module) -> module.training = true);
  }

  /** Switches this module and its parts to evaluation mode. */
  public final void eval() {
    visit("", (_, module) -> module.training = false);
  }

  /**
   * Calls a function with this module and its parts in evaluation mode and without recording, and
   * puts each of them back into the mode that it had.
   *
   * <pre>{@code
   * Variable logits = model.evaluate(() -> model.apply(inputs));
   * }</pre>
   */
  public final <T> T evaluate(Supplier<T> function) {
    List<Module> inTraining = namedModules().values().stream().filter(Module::isTraining).toList();
    try (var _ = Autograd.noGrad()) {
      eval();
      return function.get();
    } finally {
      inTraining.forEach(module -> module.training = true);
    }
  }

  /** Returns whether this module is in training mode. */
  public final boolean isTraining() {
    return training;
  }

  /** Forgets the gradients of all parameters. */
  public final void zeroGrad() {
    parameters().forEach(Variable::zeroGrad);
  }

  /**
   * Says whether training changes the parameters of this module and its parts: false freezes them,
   * true thaws them. PyTorch's {@code requires_grad_}. A frozen parameter gets no gradient and
   * nothing is computed for one, so optimizers leave it alone, weight decay included.
   *
   * <pre>{@code
   * backbone.requiresGrad(false);
   * Adam optimizer = new Adam(model.parameters().stream().filter(Variable::requiresGrad).toList());
   * }</pre>
   */
  public final void requiresGrad(boolean required) {
    for (Variable parameter : parameters()) {
      if (!required) {
        parameter.setGrad(null);
      }
      parameter.requiresGrad(required);
    }
  }

  /**
   * Calls a function before each forward pass of this module, with its inputs. What it returns is
   * what the module is given; null leaves the inputs as they are. PyTorch's {@code
   * register_forward_pre_hook}. Hooks are called in the order in which they were registered.
   *
   * @return removes the hook when closed
   */
  public final ModuleHook beforeForward(Function<List<Variable>, @Nullable List<Variable>> hook) {
    return ModuleHooks.add(hooks().beforeForward, hook);
  }

  /**
   * Calls a function after each forward pass of this module, with its inputs and its results. What
   * it returns takes the place of the results; null leaves them as they are. PyTorch's {@code
   * register_forward_hook}.
   *
   * <pre>{@code
   * List<Variable> activations = new ArrayList<>();
   * try (var _ = layer.afterForward((in, out) -> {
   *   activations.add(out.getFirst().detach());
   *   return null;
   * })) {
   *   model.apply(x);
   * }
   * }</pre>
   *
   * @return removes the hook when closed
   */
  public final ModuleHook afterForward(
      BiFunction<List<Variable>, List<Variable>, @Nullable List<Variable>> hook) {
    return ModuleHooks.add(hooks().afterForward, hook);
  }

  /**
   * Calls a function in each backward pass through this module before it goes through, with the
   * gradients of the results: zeros for one that was not used. What it returns takes their place;
   * null leaves them as they are. PyTorch's {@code register_full_backward_pre_hook}. It applies to
   * forward passes from now on.
   *
   * @return removes the hook when closed
   */
  public final ModuleHook beforeBackward(Function<List<Variable>, @Nullable List<Variable>> hook) {
    return ModuleHooks.add(hooks().beforeBackward, hook);
  }

  /**
   * Calls a function in each backward pass through this module when it has gone through, with the
   * gradients of the inputs (null for one that needs none) and of the results. The list that it
   * returns takes the place of the inputs' gradients; null leaves them as they are. PyTorch's
   * {@code register_full_backward_hook}. It applies to forward passes from now on.
   *
   * @return removes the hook when closed
   */
  public final ModuleHook afterBackward(
      BiFunction<List<@Nullable Variable>, List<Variable>, @Nullable List<@Nullable Variable>>
          hook) {
    return ModuleHooks.add(hooks().afterBackward, hook::apply);
  }

  private ModuleHooks hooks() {
    ModuleHooks present = hooks;
    if (present == null) {
      present = new ModuleHooks();
      hooks = present;
    }
    return present;
  }

  /** Returns whether there are hooks that may change what this module takes or gives. */
  public final boolean hasForwardHooks() {
    return hooks != null && hooks.areForward();
  }

  /** Returns whether {@link #call} would do more than to call. */
  final boolean hasHooks() {
    return hooks != null && !hooks.isEmpty();
  }

  /**
   * Computes, within this module's scope and with its hooks, and puts the place of this module in
   * front of an error: what a module's method that computes consists of, unless it extends {@link
   * UnaryModule}.
   *
   * <pre>{@code
   * public Variable apply(Variable left, Variable right) {
   *   return call(in -> List.of(first.apply(in.get(0)).mul(in.get(1))), left, right).getFirst();
   * }
   * }</pre>
   *
   * @param forward the results for the inputs, which hooks may have replaced
   */
  protected final List<Variable> call(UnaryOperator<List<Variable>> forward, Variable... inputs) {
    try (var _ = scope()) {
      ModuleHooks present = hooks;
      return present == null || present.isEmpty()
          ? forward.apply(List.of(inputs))
          : present.call(forward, List.of(inputs));
    } catch (IllegalArgumentException e) {
      throw located(e);
    }
  }

  /**
   * Returns the value of a parameter that is to be computed with: itself, unless {@link
   * Parametrizations} computes it from others.
   */
  protected final Variable current(Variable parameter) {
    Map<Variable, Parametrization> present = parametrizations;
    if (present == null) {
      return parameter;
    }
    Parametrization computed = present.get(parameter);
    return computed == null ? parameter : computed.compute();
  }

  /** Returns the value of a parameter to compute with, or null if there is none. */
  final @Nullable Variable currentOrNull(@Nullable Variable parameter) {
    return parameter == null ? null : current(parameter);
  }

  /** Returns the parameters of this module without those of its parts. */
  final List<Variable> ownParameters() {
    return List.copyOf(parameters.values());
  }

  /** Returns a parameter of this module itself. */
  final Variable ownParameter(String key) {
    Variable parameter = parameters.get(key);
    if (parameter == null) {
      throw new IllegalArgumentException(
          label() + " has no parameter '" + key + "', only " + parameters.keySet());
    }
    return parameter;
  }

  /** Lets a parameter be computed; one of the parametrisation's parameters is itself. */
  final void parametrize(String key, Parametrization parametrization) {
    Variable parameter = ownParameter(key);
    Module present = children.get(PARAMETRIZATIONS);
    Module parts = present == null ? child(PARAMETRIZATIONS, new Parts()) : present;
    parts.child(key, parametrization);
    parameters.remove(key);
    if (parametrizations == null) {
      parametrizations = new IdentityHashMap<>();
    }
    parametrizations.put(parameter, parametrization);
  }

  /** Undoes {@link #parametrize}. */
  final void removeParametrization(String key) {
    Module parts = children.get(PARAMETRIZATIONS);
    Map<Variable, Parametrization> present = parametrizations;
    Module part = parts == null ? null : parts.children.get(key);
    if (parts == null || present == null || part == null) {
      throw new IllegalArgumentException(
          label() + ": the parameter '" + key + "' is not computed from others");
    }
    Variable parameter =
        present.entrySet().stream()
            .filter(entry -> entry.getValue() == part)
            .findFirst()
            .orElseThrow()
            .getKey();
    try (var _ = Autograd.noGrad()) {
      parameter.copy_(current(parameter));
    }
    present.remove(parameter);
    parts.children.remove(key);
    if (present.isEmpty()) {
      parametrizations = null;
      children.remove(PARAMETRIZATIONS);
    }
    parameters.put(key, parameter);
  }

  /** Returns the name of the kind of module that {@link #toString} and errors show. */
  protected String label() {
    String simple = getClass().getSimpleName();
    return simple.isEmpty() ? "Module" : simple;
  }

  /** Returns the settings that {@link #toString} shows, for example {@code slope=0.01}. */
  protected String settings() {
    return "";
  }

  /** Returns the module as a tree, as PyTorch shows it. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    children.forEach((key, module) -> lines.add("(" + key + "): " + module));
    String settings = settings();
    if (lines.isEmpty()) {
      return label() + "(" + settings + ")";
    }
    if (!settings.isEmpty()) {
      lines.addFirst(settings);
    }
    return label() + "(\n" + String.join("\n", lines).indent(2) + ")";
  }

  /**
   * Says that what is computed until the scope is closed belongs to this module, for the paths that
   * {@link Autograd#scope} describes. {@link UnaryModule#apply} opens it; a module with another
   * signature does so in the method that computes.
   */
  protected final GradScope scope() {
    return Autograd.scope(name);
  }

  /** Returns the error with the place of this module in front, unless it names a place already. */
  final ModuleException located(IllegalArgumentException e) {
    return e instanceof ModuleException located
        ? located
        : new ModuleException("in " + location() + ": " + e.getMessage(), e);
  }

  private String location() {
    String path = name;
    for (Module above = parent; above != null && above.parent != null; above = above.parent) {
      path = above.name + "." + path;
    }
    return path.isEmpty() ? "module " + label() : "module " + path + " (" + label() + ")";
  }

  /** Returns dtype and shape, for messages. */
  static String describe(Variable value) {
    return value.dtype() + value.shape().toString();
  }
}
