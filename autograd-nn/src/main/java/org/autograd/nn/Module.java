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
import org.autograd.Autograd;
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
  private final SequencedMap<String, Variable> parameters = new LinkedHashMap<>();
  private final SequencedMap<String, Variable> buffers = new LinkedHashMap<>();
  private final SequencedMap<String, Module> children = new LinkedHashMap<>();
  private boolean training = true;

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
    if (parameters.containsKey(name) || buffers.containsKey(name) || children.containsKey(name)) {
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
   * Copies the elements of all parameters and buffers from a state dict, which must have exactly
   * the names, shapes and dtypes of {@link #stateDict()}.
   *
   * @throws IllegalArgumentException if it has not: the message lists every name that is missing,
   *     unexpected or of another shape or dtype, and nothing is changed
   */
  public final void loadStateDict(Map<String, Variable> state) {
    SequencedMap<String, Variable> own = stateDict();
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
    SequencedMap<String, Variable> own = stateDict();
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

  /** Returns whether this module is in training mode. */
  public final boolean isTraining() {
    return training;
  }

  /** Forgets the gradients of all parameters. */
  public final void zeroGrad() {
    parameters().forEach(Variable::zeroGrad);
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
