package org.autograd;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.autograd.internal.ndarray.NdArray;
import org.jspecify.annotations.Nullable;

/**
 * Where a node of the graph comes from: the part of the model and, in anomaly mode, the stack of
 * the forward call and the range of its result. Nodes have one only while somebody asks for it, a
 * profiler or an anomaly scope; else one counter is looked at and nothing is done.
 */
final class Origin {
  private static final AtomicInteger FOLLOWERS = new AtomicInteger();
  private static final ThreadLocal<Position> POSITION = ThreadLocal.withInitial(Position::new);

  /** The frames above the operation in a stack trace, which say nothing to a user. */
  private static final Set<String> ENGINE =
      Set.of("Origin", "Node", "Node$EdgeNode", "PointwiseNode", "FunctionNode", "Pointwise");

  private final String path;
  private final @Nullable Throwable call;
  private final @Nullable Statistics result;

  private Origin(String path, @Nullable Throwable call, @Nullable Statistics result) {
    this.path = path;
    this.call = call;
    this.result = result;
  }

  /** Where a thread is. */
  private static final class Position {
    String path = "";
    boolean detecting;
  }

  /** Returns the origin of a node that is being made for a result, null if nobody asks. */
  static @Nullable Origin of(NdArray data) {
    if (FOLLOWERS.get() == 0) {
      return null;
    }
    Position position = POSITION.get();
    return position.detecting
        ? new Origin(position.path, new Throwable(), Statistics.of(data))
        : new Origin(position.path, null, null);
  }

  /** Returns whether somebody asks for paths. */
  static boolean isFollowed() {
    return FOLLOWERS.get() != 0;
  }

  /** Begins to follow all threads. */
  static void follow() {
    FOLLOWERS.incrementAndGet();
  }

  /** Ends what {@link #follow} began. */
  static void unfollow() {
    FOLLOWERS.decrementAndGet();
  }

  /** Returns the path of this thread, "" outside of all scopes. */
  static String currentPath() {
    return POSITION.get().path;
  }

  /** See {@link Autograd#scope}. */
  static GradScope scope(String name) {
    if (FOLLOWERS.get() == 0 || name.isEmpty()) {
      return GradScope.NONE;
    }
    Position position = POSITION.get();
    String before = position.path;
    position.path = before.isEmpty() ? name : before + "." + name;
    return new GradScope(() -> position.path = before);
  }

  /** See {@link Autograd#detectAnomaly}. */
  static GradScope detect() {
    Position position = POSITION.get();
    boolean before = position.detecting;
    position.detecting = true;
    follow();
    return new GradScope(() -> {
      position.detecting = before;
      unfollow();
    });
  }

  /** Returns whether this thread is in anomaly mode. */
  static boolean isDetecting() {
    return FOLLOWERS.get() != 0 && POSITION.get().detecting;
  }

  String path() {
    return path;
  }

  /** Returns the range of the result when it was computed, null outside of anomaly mode. */
  @Nullable Statistics result() {
    return result;
  }

  /** Returns a throwable with the stack of the forward call, null outside of anomaly mode. */
  @Nullable Throwable call(String operation) {
    Throwable captured = call;
    if (captured == null) {
      return null;
    }
    StackTraceElement[] frames = captured.getStackTrace();
    int first = 0;
    while (first < frames.length - 1 && isEngine(frames[first].getClassName())) {
      first++;
    }
    Throwable named = new ForwardCall(operation);
    named.setStackTrace(Arrays.copyOfRange(frames, first, frames.length));
    return named;
  }

  private static boolean isEngine(String className) {
    String prefix = Origin.class.getPackageName() + ".";
    return className.startsWith(prefix) && ENGINE.contains(className.substring(prefix.length()));
  }

  /** Stands as the cause of an error in a backward pass for the call that it goes back to. */
  private static final class ForwardCall extends Exception {
    private static final long serialVersionUID = 1;

    ForwardCall(String operation) {
      super("the forward call of " + operation);
    }
  }
}
