package org.autograd;

import static com.google.common.base.Preconditions.checkState;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.autograd.internal.kernel.KernelMeter;
import org.autograd.internal.kernel.KernelMeter.Costs;
import org.autograd.internal.kernel.KernelMeter.Mark;
import org.jspecify.annotations.Nullable;

/**
 * Counts what operations cost, in all threads, from {@link #start()} until it is closed.
 *
 * <pre>{@code
 * try (var profiler = Profiler.start()) {
 *   Losses.mse(model.apply(x), target).backward();
 *   System.out.println(profiler);                          // by operation, and by module
 *   profiler.writeTrace(Path.of("trace.json"));            // for ui.perfetto.dev, chrome://tracing
 * }
 * }</pre>
 *
 * <p>What is counted:
 *
 * <ul>
 *   <li><b>forward</b>: the time that an operation's kernels take on the calling thread, and
 *       nothing between them. An operation that is made of others is counted as those others.
 *   <li><b>backward</b>: the time of a node's turn in a backward pass: its rule with all operations
 *       that this calls, adding up its result, and hooks. A checkpointed function that is called
 *       again counts for the operation that asked for its values.
 *   <li><b>allocated</b>: by the calling thread during these times, on the heap; 0 where the JVM
 *       does not tell (it needs the module {@code jdk.management}).
 *   <li><b>saved</b>: the size of the values that the operation keeps for its backward pass, be it
 *       that another operation keeps the same.
 *   <li>a {@link org.autograd.Function} is one operation, whatever it calls; and in {@link
 *       Functional#jvp} an operation's tangent is a part of it.
 * </ul>
 *
 * <p>Operations that return a view without copying have no kernel and take no time here. A pass has
 * the paths ({@link Autograd#scope}) of the forward calls, if those were made while a profiler ran.
 * The first calls of an operation include the compilation of its kernels. While no profiler runs,
 * this costs nothing that can be measured.
 */
public final class Profiler implements AutoCloseable {
  /** So many events are kept for {@link #toTraceJson}, some 30 MB; the table counts all. */
  private static final int MOST_EVENTS = 500_000;

  private static volatile @Nullable Profiler active;

  private final long started = System.nanoTime();
  private final Map<Key, Row> rows = new TreeMap<>();
  private final List<Event> events = new ArrayList<>();
  private long dropped;

  private Profiler() {}

  private record Key(String path, String operation) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::path).thenComparing(Key::operation);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /** A stretch of time on one thread. */
  private record Event(Key key, boolean forward, long thread, long start, long nanos, long bytes) {}

  /**
   * What an operation has cost in a part of a model.
   *
   * @param path of the part, "" outside of all; see {@link Autograd#scope}
   * @param operation its name
   * @param calls how often it was called
   * @param forwardNanos how long that took
   * @param backwardCalls how often it had its turn in a backward pass
   * @param backwardNanos how long that took
   * @param allocatedBytes what was allocated in both directions
   * @param savedBytes what was kept for the backward pass
   */
  public record Row(
      String path,
      String operation,
      long calls,
      long forwardNanos,
      long backwardCalls,
      long backwardNanos,
      long allocatedBytes,
      long savedBytes) {
    /** Returns the time of both directions. */
    public long totalNanos() {
      return forwardNanos + backwardNanos;
    }

    private Row plus(Row other) {
      return new Row(
          path,
          operation,
          calls + other.calls,
          forwardNanos + other.forwardNanos,
          backwardCalls + other.backwardCalls,
          backwardNanos + other.backwardNanos,
          allocatedBytes + other.allocatedBytes,
          savedBytes + other.savedBytes);
    }
  }

  /**
   * Starts to count.
   *
   * @throws IllegalStateException if another profiler runs
   */
  public static synchronized Profiler start() {
    checkState(active == null, "Profiler: another one is running; close it first");
    Profiler profiler = new Profiler();
    active = profiler;
    Origin.follow();
    KernelMeter.turnOn();
    return profiler;
  }

  /** Ends counting; what was counted can still be read. Closing it again does nothing. */
  @Override
  public void close() {
    synchronized (Profiler.class) {
      if (active == this) {
        KernelMeter.turnOff();
        Origin.unfollow();
        active = null;
      }
    }
  }

  // What the engine tells.

  /** Notes that an operation has been computed by the kernels that are pending on this thread. */
  static void computed(String operation) {
    if (KernelMeter.isOn()) {
      Costs costs = KernelMeter.pending();
      if (!costs.isEnclosed()) {
        long first = costs.nanos() == 0 ? System.nanoTime() : costs.first();
        forward(operation, first, costs.nanos(), costs.bytes(), costs.saved());
        costs.clear();
      }
    }
  }

  /** Notes that an operation has been computed since a mark. */
  static void computed(String operation, @Nullable Mark mark) {
    if (mark != null && !KernelMeter.pending().isEnclosed()) {
      long nanos = mark.elapsedNanos();
      forward(operation, mark.startNanos(), nanos, mark.allocatedBytes(), mark.savedBytes());
      mark.restore();
    }
  }

  private static void forward(String operation, long start, long nanos, long bytes, long saved) {
    Profiler profiler = active;
    if (profiler != null) {
      Row row = new Row(Origin.currentPath(), operation, 1, nanos, 0, 0, bytes, saved);
      profiler.add(row, start, nanos);
    }
  }

  /** Notes that a node has had its turn in a backward pass, since a mark. */
  static void passed(Node node, Mark mark) {
    Profiler profiler = active;
    if (profiler != null && !KernelMeter.pending().isEnclosed()) {
      Origin origin = node.origin();
      String path = origin == null ? "" : origin.path();
      long nanos = mark.elapsedNanos();
      Row row = new Row(path, node.operation(), 0, 0, 1, nanos, mark.allocatedBytes(), 0);
      mark.restore();
      profiler.add(row, mark.startNanos(), nanos);
    }
  }

  /** Notes that an operation keeps a value for its backward pass. */
  static void saved(Variable value) {
    if (KernelMeter.isOn()) {
      KernelMeter.pending().addSaved(value.elementCount() * value.dtype().byteSize());
    }
  }

  private synchronized void add(Row row, long start, long nanos) {
    Key key = new Key(row.path, row.operation);
    rows.merge(key, row, Row::plus);
    if (events.size() < MOST_EVENTS) {
      long thread = Thread.currentThread().threadId();
      events.add(new Event(key, row.calls > 0, thread, start, nanos, row.allocatedBytes));
    } else {
      dropped++;
    }
  }

  // What users ask.

  /** Returns what was counted so far, a row for each operation in each part, the slowest first. */
  public synchronized List<Row> rows() {
    return sorted(rows.values().stream().toList());
  }

  private static List<Row> sorted(List<Row> rows) {
    return rows.stream().sorted(Comparator.comparingLong(Row::totalNanos).reversed()).toList();
  }

  private List<Row> totals(Function<Row, Row> group) {
    Map<Key, Row> result = new TreeMap<>();
    for (Row row : rows()) {
      Row grouped = group.apply(row);
      result.merge(new Key(grouped.path, grouped.operation), grouped, Row::plus);
    }
    return sorted(List.copyOf(result.values()));
  }

  private static Row renamed(Row row, String path, String operation) {
    return new Row(path, operation, 0, 0, 0, 0, 0, 0).plus(row);
  }

  /** Returns two tables, of operations in all parts and of parts with all their operations. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    append(text, "operation", totals(row -> renamed(row, "", row.operation)), Row::operation);
    List<Row> modules = totals(row -> renamed(row, row.path, ""));
    if (modules.stream().anyMatch(row -> !row.path.isEmpty())) {
      text.append('\n');
      append(text, "module", modules, row -> row.path.isEmpty() ? "(none)" : row.path);
    }
    return text.toString();
  }

  private static void append(
      StringBuilder text, String what, List<Row> rows, Function<Row, String> name) {
    TextTable table =
        new TextTable(
            "lrrrrrr", what, "calls", "forward", "backward", "time", "allocated", "saved");
    long total = Math.max(1, rows.stream().mapToLong(Row::totalNanos).sum());
    for (Row row : rows) {
      table.add(
          name.apply(row),
          Long.toString(Math.max(row.calls, row.backwardCalls)),
          milliseconds(row.forwardNanos),
          milliseconds(row.backwardNanos),
          Math.round(100.0 * row.totalNanos() / total) + "%",
          TextTable.bytes(row.allocatedBytes),
          TextTable.bytes(row.savedBytes));
    }
    text.append(table);
  }

  private static String milliseconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f ms", nanos / 1e6);
  }

  /**
   * Returns the single calls in the Trace Event Format, which ui.perfetto.dev and chrome://tracing
   * show: a bar for each forward call and for each turn in a backward pass, with operation, module
   * and bytes, by thread. The last ones are left out beyond some hundred thousand.
   */
  public synchronized String toTraceJson() {
    StringBuilder json = new StringBuilder("{\"displayTimeUnit\":\"ns\",\"otherData\":{");
    json.append("\"droppedEvents\":").append(dropped).append("},\"traceEvents\":[");
    String separator = "\n";
    for (Event event : events) {
      json.append(separator).append("{\"ph\":\"X\",\"pid\":1,\"tid\":").append(event.thread);
      json.append(",\"name\":").append(quoted(event.key.operation));
      json.append(",\"cat\":\"").append(event.forward ? "forward" : "backward");
      json.append("\",\"ts\":").append(microseconds(event.start - started));
      json.append(",\"dur\":").append(microseconds(event.nanos));
      json.append(",\"args\":{\"module\":").append(quoted(event.key.path));
      json.append(",\"allocatedBytes\":").append(event.bytes).append("}}");
      separator = ",\n";
    }
    return json.append("\n]}\n").toString();
  }

  private static String microseconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / 1e3);
  }

  private static String quoted(String text) {
    StringBuilder result = new StringBuilder("\"");
    for (int k = 0; k < text.length(); k++) {
      char c = text.charAt(k);
      if (c == '"' || c == '\\') {
        result.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        result.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        result.append(c);
      }
    }
    return result.append('"').toString();
  }

  /**
   * Writes {@link #toTraceJson} to a file, which is replaced in one step or not at all.
   *
   * @throws IOException if that fails; a file that was there is unchanged
   */
  public void writeTrace(Path file) throws IOException {
    Path target = file.toAbsolutePath();
    // In the same directory, as a move in one step needs.
    Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    try {
      byte[] content = toTraceJson().getBytes(StandardCharsets.UTF_8);
      Files.write(temporary, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
