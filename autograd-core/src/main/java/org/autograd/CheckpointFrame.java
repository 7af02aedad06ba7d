package org.autograd;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.autograd.internal.ndarray.NdArray;
import org.jspecify.annotations.Nullable;

/**
 * One call of a checkpointed function. While it runs, each value that an operation saves is
 * replaced by its number; when a backward pass asks for one, the function runs again, its values
 * are kept under the same numbers, and each is forgotten when the operation that needs it is done.
 *
 * <p>The inputs are saved as an operation's would be. Inside another checkpoint they are therefore
 * numbers too, and asking for them makes that one run again first.
 */
final class CheckpointFrame implements SavedValueHooks {
  private static final ThreadLocal<Boolean> RECOMPUTING = ThreadLocal.withInitial(() -> false);

  private final Function<Variable[], List<Variable>> function;
  private final Predicate<String> keeps;
  private final Saved[] inputs;
  private final boolean[] requiresGrad;
  private final Generator.State before;

  /** Whether the function has drawn random numbers. */
  private boolean random;

  /** Whether the first call is over. */
  private boolean complete;

  /** How many values the function has saved. */
  private int count;

  /** How many values a later call has to come to: up to the last that is not kept. */
  private int needed;

  /** The operations whose results the values are, null for leaves; they have to come again. */
  private final List<@Nullable String> operations = new ArrayList<>();

  /** The results that are not computed again, in the order in which they were computed. */
  private final List<Kept> kept = new ArrayList<>();

  /** The numbers of those that will not be asked for again. */
  private final BitSet released = new BitSet();

  /** The values that were computed again and are not forgotten yet. */
  private @Nullable Saved[] values = {};

  /**
   * Creates a frame.
   *
   * @param keeps whether the results of an operation, of which it is given the name, are kept
   */
  CheckpointFrame(
      Function<Variable[], List<Variable>> function, Predicate<String> keeps, Variable[] inputs) {
    this.function = function;
    this.keeps = keeps;
    this.inputs = new Saved[inputs.length];
    this.requiresGrad = new boolean[inputs.length];
    for (int k = 0; k < inputs.length; k++) {
      this.inputs[k] = new Saved(inputs[k]);
      requiresGrad[k] = inputs[k].requiresGrad();
    }
    this.before = Autograd.generator().state();
  }

  static boolean isRecomputing() {
    return RECOMPUTING.get();
  }

  /** A result, and the version of its storage, which shows whether it still is one. */
  private record Kept(String operation, NdArray result, int version) {}

  /**
   * Returns the result of an operation of this thread, if a checkpoint has kept it; null if it has
   * to be computed.
   */
  static @Nullable NdArray known(String operation) {
    return GradMode.hooks() instanceof Recorder recorder ? recorder.known(operation) : null;
  }

  /** Offers the result of an operation to the checkpoint that this thread is in, if it is. */
  static void offer(String operation, NdArray result) {
    if (GradMode.hooks() instanceof CheckpointFrame frame && frame.keeps.test(operation)) {
      synchronized (frame) {
        frame.kept.add(new Kept(operation, result, result.storage().version()));
      }
    }
  }

  /** What stands for a value in the graph. */
  private static final class Place {
    final int number;

    /** A leaf, which the graph keeps anyway, or a kept result; null once released. */
    @Nullable Saved kept;

    Place(int number, @Nullable Saved kept) {
      this.number = number;
      this.kept = kept;
    }
  }

  /** Calls the function for the first time. */
  List<Variable> forward(Variable[] arguments) {
    List<Variable> results;
    try (var _ = GradMode.setHooks(this)) {
      results = function.apply(arguments);
    }
    synchronized (this) {
      random = !Autograd.generator().state().equals(before);
      complete = true;
      releaseUnlessNeeded();
    }
    return results;
  }

  @Override
  public synchronized Object pack(Variable value) {
    boolean leaf = value.requiresGrad() && value.isLeaf();
    String operation = value.operation();
    operations.add(operation);
    if (leaf || (operation != null && keeps.test(operation))) {
      return new Place(count++, Saved.asItIs(leaf ? value : value.detach()));
    }
    Place place = new Place(count++, null);
    needed = count;
    return place;
  }

  @Override
  public synchronized Variable unpack(Object packed, Node owner) {
    Place place = (Place) packed;
    if (place.kept != null) {
      return place.kept.get(owner);
    }
    if (place.number >= values.length || values[place.number] == null) {
      recompute(owner);
    }
    Saved value = values[place.number];
    if (value == null) {
      throw new IllegalStateException(
          "checkpoint: the function saved "
              + count
              + " values when it was called first, and fewer when it was called again for the"
              + " backward pass of "
              + owner.operation()
              + "; it must compute the same thing each time");
    }
    return value.get(owner);
  }

  @Override
  public synchronized void done(Object packed, boolean forGood) {
    Place place = (Place) packed;
    if (place.number < values.length) {
      values[place.number] = null;
    }
    if (forGood) {
      place.kept = null;
      released.set(place.number);
      releaseUnlessNeeded();
    }
  }

  private void releaseUnlessNeeded() {
    if (complete && released.cardinality() == count) {
      kept.clear();
      for (Saved input : inputs) {
        input.release();
      }
    }
  }

  /** Calls the function again, which fills in the values. */
  private void recompute(Node owner) {
    Variable[] arguments = new Variable[inputs.length];
    for (int k = 0; k < inputs.length; k++) {
      if (inputs[k].isChanged()) {
        throw new IllegalStateException(
            "checkpoint: input "
                + k
                + " was changed in place before the backward pass of "
                + owner.operation()
                + ", for which the function has to be called again; use the out-of-place form of"
                + " that operation, or copy() the input first");
      }
      arguments[k] = inputs[k].get(owner).detach().requiresGrad(requiresGrad[k]);
    }
    Recorder recorder = new Recorder(needed, operations, List.copyOf(kept));
    boolean outer = RECOMPUTING.get();
    RECOMPUTING.set(true);
    try {
      if (random) {
        replay(recorder, arguments);
      } else {
        run(recorder, arguments);
      }
    } finally {
      RECOMPUTING.set(outer);
    }
    values = recorder.values;
    for (int k = released.nextSetBit(0);
        k >= 0 && k < values.length;
        k = released.nextSetBit(k + 1)) {
      values[k] = null;
    }
    // Inside another checkpoint, that one need not keep them any longer.
    for (Saved input : inputs) {
      input.rest();
    }
  }

  /** Draws the same random numbers again; other threads wait, and then go on where they were. */
  private void replay(Recorder recorder, Variable[] arguments) {
    Generator rng = Autograd.generator();
    synchronized (rng) {
      Generator.State now = rng.state();
      rng.restore(before);
      try {
        run(recorder, arguments);
      } finally {
        rng.restore(now);
      }
    }
  }

  private void run(Recorder recorder, Variable[] arguments) {
    try (var _ = GradMode.record(recorder)) {
      var _ = function.apply(arguments);
    } catch (Finished _) {
      // All values are there.
    }
  }

  /** Keeps the values of a later call by their numbers, and ends the call with the last of them. */
  private static final class Recorder implements SavedValueHooks {
    final @Nullable Saved[] values;
    private final List<@Nullable String> operations;
    private final List<Kept> kept;
    private int next;
    private int nextKept;

    Recorder(int count, List<@Nullable String> operations, List<Kept> kept) {
      this.values = new Saved[count];
      this.operations = operations;
      this.kept = kept;
    }

    @Nullable NdArray known(String operation) {
      if (nextKept >= kept.size() || !kept.get(nextKept).operation.equals(operation)) {
        return null;
      }
      Kept result = kept.get(nextKept++);
      // Changed in place since, it is no longer what the operation computed.
      return result.result.storage().version() == result.version ? result.result : null;
    }

    @Override
    public Object pack(Variable value) {
      int number = next++;
      if (number < values.length) {
        String before = operations.get(number);
        String now = value.operation();
        // Arguments and leaves have no operation, at least not the second time.
        if (before != null && now != null && !before.equals(now)) {
          throw new IllegalStateException(
              "checkpoint: value "
                  + number
                  + " that the function saved was the result of "
                  + before
                  + " when it was called first, and is the result of "
                  + now
                  + " now that it is called again; it must compute the same thing each time");
        }
        // A later change in place, in the function itself, is noticed by the version.
        values[number] = Saved.asItIs(value.detach());
      }
      if (next >= values.length) {
        throw new Finished();
      }
      return number;
    }

    @Override
    public Variable unpack(Object packed, Node owner) {
      // The function itself runs a backward pass.
      Saved value = values[(Integer) packed];
      return value == null ? Saved.check(null, 0, owner) : value.get(owner);
    }

    @Override
    public void done(Object packed, boolean released) {}
  }

  /** Ends the later call of a function; carries no stack trace, being nobody's mistake. */
  private static final class Finished extends RuntimeException {
    private static final long serialVersionUID = 1;

    private Finished() {
      super("a checkpoint has all its values", null, false, false);
    }
  }
}
