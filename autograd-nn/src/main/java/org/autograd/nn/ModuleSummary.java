package org.autograd.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.autograd.type.Shape;

/**
 * What a model consists of: {@link UnaryModule#summary} makes one, and {@link #toString} is a
 * table.
 *
 * <pre>{@code
 * layer         output      parameters
 * Sequential    [1, 10]
 *   0 (Linear)  [1, 256]       200,960
 *   1 (Relu)    [1, 256]
 *   2 (Linear)  [1, 10]          2,570
 * 203,530 parameters (814,120 bytes), all trained
 * }</pre>
 *
 * @param rows the model and its parts, in the order of {@link Module#namedModules}
 * @param parameters the number of elements of all parameters, each counted once
 * @param trained of how many of them a gradient is required
 * @param bytes what they take
 */
public record ModuleSummary(List<Row> rows, long parameters, long trained, long bytes) {
  /** Copies the list. */
  public ModuleSummary {
    rows = List.copyOf(rows);
  }

  /**
   * One module.
   *
   * @param name its dotted path, "" for the model
   * @param kind what kind of module it is
   * @param outputs the shapes of its results when it was last called; empty if it was not
   * @param parameters the number of elements of its own parameters, without those of its parts and
   *     those that a row above has already
   */
  public record Row(String name, String kind, List<Shape> outputs, long parameters) {
    /** Copies the list. */
    public Row {
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * Calls a model, in evaluation mode and without recording, and says what happened.
   *
   * <pre>{@code
   * ModuleSummary.of(model, () -> model.apply(source, target));
   * }</pre>
   *
   * @param call calls the model once
   */
  public static ModuleSummary of(Module model, Runnable call) {
    Map<Module, List<Shape>> outputs = new IdentityHashMap<>();
    List<ModuleHook> hooks = new ArrayList<>();
    try {
      for (Module module : model.namedModules().values()) {
        hooks.add(
            module.afterForward((_, results) -> {
              outputs.put(module, results.stream().map(Variable::shape).toList());
              return null;
            }));
      }
      model.evaluate(() -> {
        call.run();
        return outputs;
      });
    } finally {
      hooks.forEach(ModuleHook::close);
    }
    return of(model, outputs);
  }

  private static ModuleSummary of(Module model, Map<Module, List<Shape>> outputs) {
    Set<Variable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Row> rows = new ArrayList<>();
    model
        .namedModules()
        .forEach((name, module) -> {
          long own =
              module.ownParameters().stream()
                  .filter(seen::add)
                  .mapToLong(Variable::elementCount)
                  .sum();
          rows.add(new Row(name, module.label(), outputs.getOrDefault(module, List.of()), own));
        });
    return new ModuleSummary(
        rows,
        seen.stream().mapToLong(Variable::elementCount).sum(),
        seen.stream().filter(Variable::requiresGrad).mapToLong(Variable::elementCount).sum(),
        seen.stream()
            .mapToLong(p -> p.elementCount() * (p.dtype() == DType.FLOAT64 ? 8 : 4))
            .sum());
  }

  @Override
  public String toString() {
    List<String> names = new ArrayList<>();
    Set<String> above = new HashSet<>(rows.stream().map(Row::name).toList());
    for (Row row : rows) {
      names.add(indented(row, above));
    }
    List<String> shapes =
        rows.stream()
            .map(
                row -> row.outputs().stream().map(Shape::toString).collect(Collectors.joining(" ")))
            .toList();
    int nameWidth = width("layer", names);
    int shapeWidth = width("output", shapes);
    StringBuilder text = new StringBuilder();
    line(text, nameWidth, "layer", shapeWidth, "output", "parameters");
    for (int k = 0; k < rows.size(); k++) {
      long own = rows.get(k).parameters();
      line(text, nameWidth, names.get(k), shapeWidth, shapes.get(k), own == 0 ? "" : number(own));
    }
    text.append(number(parameters)).append(" parameters (").append(number(bytes)).append(" bytes)");
    return text.append(
            trained == parameters
                ? ", all trained"
                : ", " + number(trained) + " trained, " + number(parameters - trained) + " frozen")
        .toString();
  }

  /** Returns the last part of the name, indented by the number of modules above it. */
  private static String indented(Row row, Set<String> all) {
    if (row.name().isEmpty()) {
      return row.kind();
    }
    int depth = 1;
    int last = 0;
    for (int dot = row.name().indexOf('.'); dot >= 0; dot = row.name().indexOf('.', dot + 1)) {
      if (all.contains(row.name().substring(0, dot))) {
        depth++;
        last = dot + 1;
      }
    }
    return "  ".repeat(depth) + row.name().substring(last) + " (" + row.kind() + ")";
  }

  private static int width(String title, List<String> cells) {
    return Math.max(title.length(), cells.stream().mapToInt(String::length).max().orElse(0));
  }

  private static void line(
      StringBuilder text, int nameWidth, String name, int shapeWidth, String shape, String count) {
    String format = "%-" + nameWidth + "s  %-" + shapeWidth + "s  %12s";
    text.append(String.format(Locale.ROOT, format, name, shape, count).stripTrailing());
    text.append('\n');
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
