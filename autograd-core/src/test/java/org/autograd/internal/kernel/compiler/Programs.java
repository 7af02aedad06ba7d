package org.autograd.internal.kernel.compiler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.autograd.expression.Expression;
import org.autograd.internal.kernel.Program;
import org.autograd.internal.kernel.Program.Access;
import org.autograd.internal.kernel.Program.Combine;

/** Programs for tests, by name. */
public final class Programs {
  private static final Expression X = Expression.input(0);
  private static final Expression Y = Expression.input(1);

  private static final Set<String> INTEGER_OPERATORS =
      Set.of(
          "copy",
          "neg",
          "abs",
          "add",
          "sub",
          "mul",
          "minimum",
          "maximum",
          "maximum 0.0",
          "lt",
          "le",
          "eq",
          "and",
          "or",
          "not",
          "where");

  private Programs() {}

  public static Program of(Expression function) {
    return of(0, function);
  }

  /** Returns {@code out = function(in0, in1)}. */
  public static Program of(int parameters, Expression function) {
    Program.Builder builder = Program.builder(parameters);
    builder.full();
    builder.full();
    builder.store(builder.full(), function);
    return builder.build();
  }

  /** Returns every operator on its own. */
  public static Map<String, Program> operators() {
    Map<String, Expression> functions = new LinkedHashMap<>();
    functions.put("copy", X);
    functions.put("constant", Expression.constant(0.1));
    functions.put("neg", X.neg());
    functions.put("abs", X.abs());
    functions.put("sqrt", X.sqrt());
    functions.put("exp", X.exp());
    functions.put("expm1", X.expm1());
    functions.put("log", X.log());
    functions.put("log1p", X.log1p());
    functions.put("sin", X.sin());
    functions.put("cos", X.cos());
    functions.put("tanh", X.tanh());
    functions.put("sigmoid", X.sigmoid());
    functions.put("erf", X.erf());
    functions.put("lgamma", X.lgamma());
    functions.put("digamma", X.polygamma(0));
    functions.put("polygamma 2", X.polygamma(2));
    functions.put("floor", X.floor());
    functions.put("add", X.add(Y));
    functions.put("sub", X.sub(Y));
    functions.put("mul", X.mul(Y));
    functions.put("div", X.div(Y));
    functions.put("minimum", X.minimum(Y));
    functions.put("maximum", X.maximum(Y));
    functions.put("pow", X.pow(Y));
    functions.put("lt", number(X.lt(Y)));
    functions.put("le", number(X.le(Y)));
    functions.put("eq", number(X.eq(Y)));
    functions.put("and", number(X.lt(Y).and(X.lt(0))));
    functions.put("or", number(X.lt(Y).or(X.eq(0))));
    functions.put("not", number(X.lt(Y).not()));
    functions.put("where", Expression.where(X.lt(Y), X, Y));
    for (double exponent : new double[] {0, 0.5, 1, 1.5, 2, 3, 4, 5, -0.5, -1, -1.5, -2, -3}) {
      functions.put("pow " + exponent, X.pow(Expression.constant(exponent)));
    }
    for (double bound : new double[] {0.0, -0.0, 1, Double.NaN}) {
      functions.put("maximum " + bound, X.maximum(Expression.constant(bound)));
      functions.put("minimum " + bound, Expression.constant(bound).minimum(X));
    }
    Map<String, Program> programs = new LinkedHashMap<>();
    functions.forEach((name, function) -> programs.put(name, of(function)));
    return programs;
  }

  /** Returns programs over integers. */
  public static Map<String, Program> ofIntegers() {
    Map<String, Program> programs = new LinkedHashMap<>();
    operators()
        .forEach((name, program) -> {
          if (INTEGER_OPERATORS.contains(name)) {
            programs.put(name, program);
          }
        });
    programs.put("scalars", of(2, X.mul(Expression.parameter(0)).add(Expression.parameter(1))));
    programs.put("constants", of(Expression.constant(1000).sub(X.maximum(Y).mul(3))));
    for (Combine combine : Combine.values()) {
      Program.Builder builder = Program.builder(0);
      builder.full();
      builder.full();
      int out = builder.row();
      Expression result = builder.reduce(combine, X.mul(2));
      programs.put(combine + " of rows", builder.store(out, result).build());
    }
    programs.put("row input", product());
    programs.put("masks", masks());
    programs.put("row mask", rowMask());
    programs.put("in place", inPlace());
    return programs;
  }

  private static Program product() {
    Program.Builder builder = Program.builder(0);
    builder.full();
    builder.row();
    return builder.store(builder.full(), X.mul(Y).abs()).build();
  }

  /** Returns programs that only combine masks. */
  public static Map<String, Program> ofMasks() {
    Map<String, Program> programs = new LinkedHashMap<>();
    for (Access access : Access.values()) {
      Program.Builder builder = Program.builder(0);
      Expression a = Expression.mask(builder.buffer(Access.FULL, true));
      Expression b = Expression.mask(builder.buffer(access, true));
      builder.store(builder.buffer(Access.FULL, true), a.and(b.not()));
      builder.store(builder.buffer(Access.FULL, true), a.or(b));
      programs.put("masks, the second " + access, builder.build());
    }
    return programs;
  }

  private static Expression number(Expression mask) {
    return Expression.where(mask, Expression.constant(1), Expression.constant(2));
  }

  /** Returns programs that together use all that a program can have. */
  public static Map<String, Program> structures() {
    Map<String, Program> programs = new LinkedHashMap<>();
    programs.put("softmax", softmax());
    programs.put("layer norm", layerNorm());
    programs.put("adam", adam());
    programs.put("row input", rowInput());
    programs.put("masks", masks());
    programs.put("row mask", rowMask());
    programs.put("in place", inPlace());
    programs.put("reduce what is overwritten", reduceOverwritten());
    programs.put("two reductions", twoReductions());
    programs.put("invariants", invariants());
    programs.put("powers and sines", powersAndSines());
    programs.put("sum", sum());
    return programs;
  }

  public static Program softmax() {
    Program.Builder builder = Program.builder(0);
    builder.full();
    int out = builder.full();
    Expression max = builder.reduce(Combine.MAX, X);
    Expression power = X.sub(max).exp();
    Expression sum = builder.store(out, power).reduce(Combine.SUM, power);
    return builder.store(out, Expression.input(out).div(sum)).build();
  }

  /**
   * Parameters: 1 / columns, epsilon; also stores the mean and the inverse deviation of each row.
   */
  public static Program layerNorm() {
    Program.Builder builder = Program.builder(2);
    builder.full();
    builder.full();
    Expression bias = Expression.input(builder.full());
    int out = builder.full();
    int means = builder.row();
    int deviations = builder.row();
    Expression count = Expression.parameter(0);
    Expression mean = builder.reduce(Combine.SUM, X).mul(count);
    Expression centered = X.sub(mean);
    Expression variance = builder.reduce(Combine.SUM, centered.square()).mul(count);
    Expression inverse = Expression.constant(1).div(variance.add(Expression.parameter(1)).sqrt());
    return builder
        .store(out, centered.mul(inverse).mul(Y).add(bias))
        .store(means, mean)
        .store(deviations, inverse)
        .build();
  }

  /** Buffers: value, gradient, first and second moment. */
  public static Program adam() {
    Program.Builder builder = Program.builder(5);
    int value = builder.full();
    builder.full();
    int first = builder.full();
    int second = builder.full();
    Expression one = Expression.constant(1);
    Expression rate = Expression.parameter(0);
    Expression decay = Expression.parameter(1);
    Expression squareDecay = Expression.parameter(2);
    Expression momentum = decay.mul(Expression.input(first)).add(one.sub(decay).mul(Y));
    Expression square =
        squareDecay
            .mul(Expression.input(second).abs())
            .add(one.sub(squareDecay).abs().mul(Y.square()));
    Expression step =
        rate.mul(momentum)
            .div(square.sqrt().mul(Expression.parameter(3)).add(Expression.parameter(4)));
    return builder.store(value, X.sub(step)).store(first, momentum).store(second, square).build();
  }

  private static Program rowInput() {
    Program.Builder builder = Program.builder(0);
    builder.full();
    builder.row();
    builder.store(builder.full(), X.mul(Y).add(Y.tanh()));
    return builder.build();
  }

  private static Program masks() {
    Program.Builder builder = Program.builder(0);
    builder.full();
    builder.full();
    Expression mask = Expression.mask(builder.buffer(Access.FULL, true));
    int out = builder.full();
    int maskOut = builder.buffer(Access.FULL, true);
    return builder
        .store(out, Expression.where(mask.and(X.lt(Y).not()), X, Y.neg()))
        .store(maskOut, mask.or(X.le(0)))
        .build();
  }

  private static Program rowMask() {
    Program.Builder builder = Program.builder(1);
    builder.full();
    Expression mask = Expression.mask(builder.buffer(Access.ROW, true));
    int out = builder.full();
    int rowOut = builder.buffer(Access.ROW, true);
    Expression condition = mask.and(Expression.parameter(0).lt(1));
    return builder
        .store(out, Expression.where(condition, X, X.neg()))
        .store(rowOut, condition.not())
        .build();
  }

  private static Program inPlace() {
    Program.Builder builder = Program.builder(0);
    int x = builder.full();
    int y = builder.full();
    return builder.store(x, X.add(Y)).store(y, X.sub(Y)).build();
  }

  private static Program reduceOverwritten() {
    Program.Builder builder = Program.builder(0);
    int x = builder.full();
    int row = builder.row();
    Expression sum = builder.store(x, X.exp()).reduce(Combine.SUM, X);
    return builder.store(row, sum).build();
  }

  private static Program twoReductions() {
    Program.Builder builder = Program.builder(0);
    builder.full();
    int smallest = builder.row();
    int sum = builder.row();
    Program.Stage stage =
        new Program.Stage(
            List.of(),
            List.of(
                new Program.Reduction(Combine.MIN, X.exp(), 0),
                new Program.Reduction(Combine.SUM, X.square(), 1)));
    builder.store(smallest, Expression.parameter(0)).store(sum, Expression.parameter(1));
    Program rest = builder.build();
    return new Program(rest.buffers(), 0, List.of(stage), rest.rowStores());
  }

  private static Program invariants() {
    Program.Builder builder = Program.builder(2);
    builder.full();
    builder.row();
    int out = builder.full();
    int constant = builder.full();
    int row = builder.row();
    Expression scale = Expression.parameter(0).exp().mul(Y.abs().add(1).log());
    Expression product = X.mul(scale);
    Expression sum =
        builder.store(out, product).store(constant, scale).reduce(Combine.SUM, scale.tanh());
    return builder.store(row, sum.add(Expression.parameter(1))).build();
  }

  private static Program powersAndSines() {
    Program.Builder builder = Program.builder(1);
    builder.full();
    builder.full();
    int out = builder.full();
    Expression power = X.abs().add(1).pow(Expression.parameter(0));
    Expression mixed = power.mul(Y.sin()).add(Y.cos().exp().tanh());
    Expression masked = Expression.where(X.lt(Y), mixed.abs().add(1).pow(Y.sin()), mixed);
    return builder.store(out, masked.add(Y)).build();
  }

  public static Program sum() {
    Program.Builder builder = Program.builder(0);
    builder.full();
    int out = builder.row();
    Expression sum = builder.reduce(Combine.SUM, X);
    return builder.store(out, sum).build();
  }

  /** Returns a function of many thousand instructions with many values alive at once. */
  public static Program wide(int size) {
    List<Expression> terms = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Expression mixed = X.mul(0.5 + i % 7).add(Y.mul(1.0 / (i + 1)));
      terms.add(i % 9 == 0 ? mixed.tanh() : mixed);
    }
    Expression sum = terms.getFirst();
    Expression product = terms.getLast().tanh();
    for (int i = 0; i < size; i++) {
      sum = sum.add(terms.get(i));
      Expression condition = X.lt(Y.mul(i % 5 - 2));
      product = Expression.where(condition, product.mul(0.9), product.mul(0.5).add(i));
    }
    return of(sum.div(size).mul(product));
  }

  /** Returns a chain of the given length. */
  public static Program deep(int length) {
    Expression value = X;
    for (int i = 0; i < length; i++) {
      value = i % 2 == 0 ? value.mul(0.999) : value.add(Y.mul(0.001));
    }
    return of(value);
  }
}
