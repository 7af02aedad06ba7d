package org.autograd.expression;

import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.autograd.expression.Operator.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A pointwise function as an immutable directed acyclic graph. Equal expressions are the same
 * object, so shared subexpressions are computed once.
 *
 * <pre>{@code
 * Expression x = Expression.input(0);
 * Expression silu = x.mul(x.sigmoid());
 * Expression derivative = silu.tangent(Map.of(x, Expression.constant(1)));
 * }</pre>
 *
 * <p>Simplifications are only those that are exact for every value, signed zeros, infinities and
 * NaN included.
 */
public final class Expression {
  private static final Interner<Expression> INTERNER = Interners.newWeakInterner();
  private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;

  /** How deep and how long, about, {@link #toString} goes. */
  private static final int TEXT_DEPTH = 24;

  private static final int TEXT_LENGTH = 1000;

  private final Operator operator;
  private final List<Expression> operands;
  private final int index;
  private final double value;
  private final int hash;

  private Expression(Operator operator, List<Expression> operands, int index, double value) {
    this.operator = operator;
    this.operands = operands;
    this.index = index;
    this.value = value;
    int h = operator.ordinal() * 31 + index;
    h = h * 31 + Double.hashCode(value);
    for (Expression operand : operands) {
      h = h * 31 + operand.hash;
    }
    this.hash = h;
  }

  private static Expression leaf(Operator operator, int index, double value) {
    return INTERNER.intern(new Expression(operator, List.of(), index, value));
  }

  private static Expression of(Operator operator, Expression... operands) {
    for (int i = 0; i < operands.length; i++) {
      Kind expected = operandKind(operator, i);
      if (operands[i].kind() != expected) {
        throw new IllegalArgumentException(
            "Expression "
                + operator
                + ": operand "
                + i
                + " must be a "
                + expected
                + ", got "
                + operands[i]);
      }
    }
    return INTERNER.intern(new Expression(operator, List.of(operands), 0, 0));
  }

  private static Kind operandKind(Operator operator, int i) {
    return switch (operator) {
      case AND, OR, NOT -> Kind.MASK;
      case WHERE -> i == 0 ? Kind.MASK : Kind.NUMBER;
      default -> Kind.NUMBER;
    };
  }

  /** Returns the element of the numeric operand number {@code index}. */
  public static Expression input(int index) {
    return leaf(Operator.INPUT, index, 0);
  }

  /** Returns the element of the boolean operand number {@code index}. */
  public static Expression mask(int index) {
    return leaf(Operator.MASK_INPUT, index, 0);
  }

  /** Returns a fixed number. It is part of the compiled code: use a parameter for what varies. */
  public static Expression constant(double value) {
    return leaf(Operator.CONSTANT, 0, value);
  }

  /** Returns the number that is given as parameter {@code index} at each call. */
  public static Expression parameter(int index) {
    return leaf(Operator.PARAMETER, index, 0);
  }

  /** Returns the operator at the root. */
  public Operator operator() {
    return operator;
  }

  /** Returns the operands of the root, empty for a leaf. */
  public List<Expression> operands() {
    return operands;
  }

  /** Returns the number of an input, mask or parameter. */
  public int index() {
    return index;
  }

  /** Returns the value of a constant. */
  public double value() {
    return value;
  }

  /** Returns whether this yields a number or a truth value. */
  public Kind kind() {
    return operator.kind();
  }

  /** Returns whether this is the constant with exactly this value. */
  public boolean isConstant(double other) {
    return operator == Operator.CONSTANT
        && Double.doubleToRawLongBits(value) == Double.doubleToRawLongBits(other);
  }

  /** Returns {@code this + other}. */
  public Expression add(Expression other) {
    return of(Operator.ADD, this, other);
  }

  /** Returns {@code this + other}. */
  public Expression add(double other) {
    return add(constant(other));
  }

  /** Returns {@code this - other}. */
  public Expression sub(Expression other) {
    return other.isConstant(0) ? this : of(Operator.SUB, this, other);
  }

  /** Returns {@code this - other}. */
  public Expression sub(double other) {
    return sub(constant(other));
  }

  /** Returns {@code this * other}. */
  public Expression mul(Expression other) {
    if (other.isConstant(1)) {
      return this;
    }
    if (isConstant(1)) {
      return other;
    }
    if (operator == Operator.CONSTANT && other.operator == Operator.CONSTANT) {
      return constant(value * other.value);
    }
    return of(Operator.MUL, this, other);
  }

  /** Returns {@code this * other}. */
  public Expression mul(double other) {
    return mul(constant(other));
  }

  /** Returns {@code this / other}. */
  public Expression div(Expression other) {
    return other.isConstant(1) ? this : of(Operator.DIV, this, other);
  }

  /** Returns {@code this / other}. */
  public Expression div(double other) {
    return div(constant(other));
  }

  /** Returns {@code -this}. */
  public Expression neg() {
    if (operator == Operator.CONSTANT) {
      return constant(-value);
    }
    return operator == Operator.NEG ? operands.getFirst() : of(Operator.NEG, this);
  }

  /** Returns the absolute value. */
  public Expression abs() {
    return of(Operator.ABS, this);
  }

  /** Returns the square root. */
  public Expression sqrt() {
    return of(Operator.SQRT, this);
  }

  /** Returns {@code this * this}. */
  public Expression square() {
    return mul(this);
  }

  /** Returns {@code e^this}. */
  public Expression exp() {
    return of(Operator.EXP, this);
  }

  /** Returns {@code e^this - 1}, accurate near 0. */
  public Expression expm1() {
    return of(Operator.EXPM1, this);
  }

  /** Returns the natural logarithm. */
  public Expression log() {
    return of(Operator.LOG, this);
  }

  /** Returns the logarithm to base 2, exact of powers of 2. */
  public Expression log2() {
    return of(Operator.LOG2, this);
  }

  /** Returns {@code log(1 + this)}, accurate near 0. */
  public Expression log1p() {
    return of(Operator.LOG1P, this);
  }

  /** Returns the sine. */
  public Expression sin() {
    return of(Operator.SIN, this);
  }

  /** Returns the cosine. */
  public Expression cos() {
    return of(Operator.COS, this);
  }

  /** Returns the tangent. */
  public Expression tan() {
    return of(Operator.TAN, this);
  }

  /** Returns the angle in [-pi/2, pi/2] whose sine this is. */
  public Expression asin() {
    return of(Operator.ASIN, this);
  }

  /** Returns the angle in [0, pi] whose cosine this is. */
  public Expression acos() {
    return of(Operator.ACOS, this);
  }

  /** Returns the angle in [-pi/2, pi/2] whose tangent this is. */
  public Expression atan() {
    return of(Operator.ATAN, this);
  }

  /** Returns the angle of the point {@code (x, this)}. */
  public Expression atan2(Expression x) {
    return of(Operator.ATAN2, this, x);
  }

  /** Returns the hyperbolic sine. */
  public Expression sinh() {
    return of(Operator.SINH, this);
  }

  /** Returns the hyperbolic cosine. */
  public Expression cosh() {
    return of(Operator.COSH, this);
  }

  /** Returns the inverse hyperbolic sine. */
  public Expression asinh() {
    return of(Operator.ASINH, this);
  }

  /** Returns the inverse hyperbolic cosine. */
  public Expression acosh() {
    return of(Operator.ACOSH, this);
  }

  /** Returns the inverse hyperbolic tangent. */
  public Expression atanh() {
    return of(Operator.ATANH, this);
  }

  /** Returns {@code sqrt(this^2 + other^2)} without overflow. */
  public Expression hypot(Expression other) {
    return of(Operator.HYPOT, this, other);
  }

  /** Returns the hyperbolic tangent. */
  public Expression tanh() {
    return of(Operator.TANH, this);
  }

  /** Returns {@code 1 / (1 + e^-this)}. */
  public Expression sigmoid() {
    return of(Operator.SIGMOID, this);
  }

  /** Returns the error function. */
  public Expression erf() {
    return of(Operator.ERF, this);
  }

  /** Returns {@code 1 - erf(this)}, accurate where that is close to 0. */
  public Expression erfc() {
    return of(Operator.ERFC, this);
  }

  /** Returns the logarithm of the size of the gamma function. */
  public Expression lgamma() {
    return of(Operator.LGAMMA, this);
  }

  /**
   * Returns the derivative of an order of the digamma function, which is that of {@link #lgamma}.
   *
   * @param order 0 for the digamma function itself
   */
  public Expression polygamma(int order) {
    if (order < 0) {
      throw new IllegalArgumentException("polygamma: negative order " + order);
    }
    return of(Operator.POLYGAMMA, this, constant(order));
  }

  /** Returns the largest whole number that is not above this. */
  public Expression floor() {
    return of(Operator.FLOOR, this);
  }

  /** Returns the smallest whole number that is not below this. */
  public Expression ceil() {
    return neg().floor().neg();
  }

  /** Returns this without its fraction. */
  public Expression trunc() {
    return where(lt(0), ceil(), floor());
  }

  /** Returns the nearest whole number, the even one at a tie. */
  public Expression round() {
    return of(Operator.ROUND, this);
  }

  /** Returns what remains after division by {@code other}, with the sign of this; exact. */
  public Expression fmod(Expression other) {
    return of(Operator.FMOD, this, other);
  }

  /** Returns the smaller of the two, NaN if either is NaN. */
  public Expression minimum(Expression other) {
    return of(Operator.MINIMUM, this, other);
  }

  /** Returns the larger of the two, NaN if either is NaN. */
  public Expression maximum(Expression other) {
    return of(Operator.MAXIMUM, this, other);
  }

  /** Returns {@code this^exponent}. */
  public Expression pow(Expression exponent) {
    return of(Operator.POW, this, exponent);
  }

  /** Returns whether {@code this < other}. */
  public Expression lt(Expression other) {
    return of(Operator.LT, this, other);
  }

  /** Returns whether {@code this < other}. */
  public Expression lt(double other) {
    return lt(constant(other));
  }

  /** Returns whether {@code this <= other}. */
  public Expression le(Expression other) {
    return of(Operator.LE, this, other);
  }

  /** Returns whether {@code this <= other}. */
  public Expression le(double other) {
    return le(constant(other));
  }

  /** Returns whether {@code this > other}. */
  public Expression gt(Expression other) {
    return other.lt(this);
  }

  /** Returns whether {@code this > other}. */
  public Expression gt(double other) {
    return gt(constant(other));
  }

  /** Returns whether {@code this >= other}. */
  public Expression ge(Expression other) {
    return other.le(this);
  }

  /** Returns whether {@code this == other}. */
  public Expression eq(Expression other) {
    return of(Operator.EQ, this, other);
  }

  /** Returns whether {@code this == other}. */
  public Expression eq(double other) {
    return eq(constant(other));
  }

  /** Returns whether both masks hold. */
  public Expression and(Expression other) {
    return of(Operator.AND, this, other);
  }

  /** Returns whether at least one of the masks holds. */
  public Expression or(Expression other) {
    return of(Operator.OR, this, other);
  }

  /** Returns whether this mask does not hold. */
  public Expression not() {
    return operator == Operator.NOT ? operands.getFirst() : of(Operator.NOT, this);
  }

  /** Returns {@code mask ? yes : no}; the branch not taken has no influence on value or slope. */
  public static Expression where(Expression mask, Expression yes, Expression no) {
    return yes == no ? yes : of(Operator.WHERE, mask, yes, no);
  }

  /**
   * Returns an expression with the value of this one and a derivative that is stated instead of
   * derived: when {@code x} changes, it changes {@code slope} times as fast, and by nothing else.
   * For steps, whose own derivative is 0 and teaches nothing:
   *
   * <pre>{@code
   * Expression step = where(x.gt(0), constant(1), constant(0));
   * Expression slope = constant(1).div(x.abs().add(1).square());
   * static final Pointwise SPIKE = Pointwise.of("spike", 1, 0, step.withSlope(x, slope));
   * }</pre>
   *
   * @param x any expression, through which the chain rule goes on
   * @param slope the rate; second derivatives are those of it
   */
  public Expression withSlope(Expression x, Expression slope) {
    return of(Operator.SLOPE, this, x, slope);
  }

  /** Returns the value alone: this expression without the derivatives that were stated. */
  public Expression withoutSlopes() {
    return substitute(
        e -> e.operator == Operator.SLOPE ? e.operands.getFirst().withoutSlopes() : null,
        new IdentityHashMap<>());
  }

  /**
   * Returns the change of this expression when the given leaves change at the given rates
   * (forward-mode differentiation, symbolically). With one seed {@code {x: g}} this is also the
   * vector-Jacobian product towards {@code x}, since a pointwise function's Jacobian is diagonal.
   *
   * <p>Where a function has a corner the value is PyTorch's: 0 for {@code abs} at 0 and NaN, half
   * to each side for {@code minimum} and {@code maximum} at a tie, 0 for {@code floor} and {@code
   * round}, 0 for {@code atan2} at the origin.
   *
   * @param seeds for each leaf that changes, its rate
   * @return the rate of change, or null if this does not depend on any of the leaves
   */
  public @Nullable Expression tangent(Map<Expression, Expression> seeds) {
    return tangent(seeds, new IdentityHashMap<>());
  }

  /** A map cannot tell "not computed" from "computed, zero" by a null value alone. */
  private record Tangent(@Nullable Expression rate) {}

  private @Nullable Expression tangent(
      Map<Expression, Expression> seeds, Map<Expression, Tangent> done) {
    Tangent known = done.get(this);
    if (known == null) {
      Expression seed = seeds.get(this);
      known = new Tangent(seed != null ? seed : chainRule(seeds, done));
      done.put(this, known);
    }
    return known.rate();
  }

  private @Nullable Expression chainRule(
      Map<Expression, Expression> seeds, Map<Expression, Tangent> done) {
    if (operands.isEmpty() || kind() == Kind.MASK) {
      return null;
    }
    if (operator == Operator.SLOPE) {
      Expression dx = operands.get(1).tangent(seeds, done);
      return dx == null ? null : dx.mul(operands.get(2));
    }
    Expression a = operands.getFirst();
    Expression da = a.kind() == Kind.MASK ? null : a.tangent(seeds, done);
    if (operator.arity() == 1) {
      return da == null ? null : unaryRule(a, da);
    }
    Expression b = operands.get(1);
    Expression db = b.tangent(seeds, done);
    if (operator == Operator.WHERE) {
      Expression c = operands.get(2);
      Expression dc = c.tangent(seeds, done);
      return db == null && dc == null ? null : where(a, orZero(db), orZero(dc));
    }
    return da == null && db == null ? null : binaryRule(a, b, da, db);
  }

  private @Nullable Expression unaryRule(Expression a, Expression da) {
    Expression one = constant(1);
    return switch (operator) {
      case NEG -> da.neg();
      case ABS -> where(a.lt(0), da.neg(), where(a.gt(0), da, constant(0)));
      case SQRT -> da.mul(0.5).div(this);
      case EXP -> da.mul(this);
      case EXPM1 -> da.mul(a.exp());
      case LOG -> da.div(a);
      case LOG2 -> da.div(a.mul(Math.log(2)));
      case LOG1P -> da.div(a.add(1));
      case SIN -> da.mul(a.cos());
      case COS -> da.mul(a.sin()).neg();
      case TAN -> da.mul(this.square().add(1));
      case ASIN -> da.div(one.sub(a.square()).sqrt());
      case ACOS -> da.div(one.sub(a.square()).sqrt()).neg();
      case ATAN -> da.div(a.square().add(1));
      case SINH -> da.mul(a.cosh());
      case COSH -> da.mul(a.sinh());
      case TANH -> da.mul(one.sub(this.square()));
      case ASINH -> da.div(a.square().add(1).sqrt());
      case ACOSH -> da.div(a.square().sub(1).sqrt());
      case ATANH -> da.div(one.sub(a.square()));
      case SIGMOID -> da.mul(one.sub(this).mul(this));
      case ERF -> da.mul(a.square().neg().exp().mul(TWO_OVER_SQRT_PI));
      case ERFC -> da.mul(a.square().neg().exp().mul(-TWO_OVER_SQRT_PI));
      case LGAMMA -> da.mul(a.polygamma(0));
      case FLOOR, ROUND -> null;
      default -> throw new AssertionError(operator);
    };
  }

  private @Nullable Expression binaryRule(
      Expression a, Expression b, @Nullable Expression da, @Nullable Expression db) {
    return switch (operator) {
      case ADD -> sum(da, db);
      case SUB -> sum(da, db == null ? null : db.neg());
      case MUL -> sum(da == null ? null : da.mul(b), db == null ? null : db.mul(a));
      case DIV -> sum(da == null ? null : da.div(b), db == null ? null : db.mul(this).div(b).neg());
      case MINIMUM -> sum(share(b.lt(a), a.eq(b), da), share(a.lt(b), a.eq(b), db));
      case MAXIMUM -> sum(share(a.lt(b), a.eq(b), da), share(b.lt(a), a.eq(b), db));
      case POW -> sum(powerBaseRule(a, b, da), powerExponentRule(a, b, db));
      case ATAN2 -> sum(angleRule(a, b, da, b), angleRule(a, b, db, a.neg()));
      case HYPOT ->
          sum(da == null ? null : da.mul(a.div(this)), db == null ? null : db.mul(b.div(this)));
      case POLYGAMMA -> da == null ? null : da.mul(a.polygamma((int) b.value() + 1));
      case FMOD -> sum(da, db == null ? null : db.mul(a.div(b).trunc()).neg());
      default -> throw new AssertionError(operator);
    };
  }

  /** At {@code b == 0} the power is 1 whatever the base, also where {@code a^(b-1)} is infinite. */
  private static @Nullable Expression powerBaseRule(
      Expression a, Expression b, @Nullable Expression da) {
    return da == null ? null : where(b.eq(0), constant(0), da.mul(b.mul(a.pow(b.sub(1)))));
  }

  /** At {@code a == 0, b >= 0} the power does not change with the exponent, where log is -inf. */
  private @Nullable Expression powerExponentRule(
      Expression a, Expression b, @Nullable Expression db) {
    return db == null
        ? null
        : where(a.eq(0).and(constant(0).le(b)), constant(0), db.mul(this.mul(a.log())));
  }

  /** The other leg over the square of the radius. */
  private static @Nullable Expression angleRule(
      Expression a, Expression b, @Nullable Expression rate, Expression leg) {
    if (rate == null) {
      return null;
    }
    Expression square = a.square().add(b.square());
    return where(square.eq(0), constant(0), rate.mul(leg.div(square)));
  }

  /** With a NaN neither loses, so both get all of the gradient. */
  private static @Nullable Expression share(
      Expression loses, Expression tie, @Nullable Expression rate) {
    return rate == null ? null : where(loses, constant(0), where(tie, rate.mul(0.5), rate));
  }

  private static Expression orZero(@Nullable Expression rate) {
    return rate == null ? constant(0) : rate;
  }

  private static @Nullable Expression sum(@Nullable Expression a, @Nullable Expression b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.add(b);
  }

  /** Returns this expression with every occurrence of the given expressions replaced. */
  public Expression substitute(Map<Expression, Expression> replacements) {
    return substitute(replacements::get, new IdentityHashMap<>());
  }

  private Expression substitute(
      Function<Expression, @Nullable Expression> replacement, Map<Expression, Expression> done) {
    Expression known = done.get(this);
    if (known != null) {
      return known;
    }
    Expression result = replacement.apply(this);
    if (result == null) {
      result = this;
      if (!operands.isEmpty()) {
        Expression[] replaced = new Expression[operands.size()];
        boolean changed = false;
        for (int i = 0; i < replaced.length; i++) {
          replaced[i] = operands.get(i).substitute(replacement, done);
          changed |= replaced[i] != operands.get(i);
        }
        result = changed ? of(operator, replaced) : this;
      }
    }
    done.put(this, result);
    return result;
  }

  /** Returns whether the given leaf or subexpression occurs in this expression. */
  public boolean dependsOn(Expression other) {
    return dependsOn(other, new IdentityHashMap<>());
  }

  private boolean dependsOn(Expression other, Map<Expression, Boolean> seen) {
    if (this == other) {
      return true;
    }
    if (seen.put(this, true) != null) {
      return false;
    }
    for (Expression operand : operands) {
      if (operand.dependsOn(other, seen)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof Expression that)
        || operator != that.operator
        || index != that.index
        || Double.doubleToRawLongBits(value) != Double.doubleToRawLongBits(that.value)) {
      return false;
    }
    for (int i = 0; i < operands.size(); i++) {
      // Operands are interned, so equality is identity and this does not recurse.
      if (operands.get(i) != that.operands.get(i)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /**
   * Returns a readable form, for example {@code MUL(in0, SIGMOID(in0))}, with dots for what is
   * deeper than a message can show: written out in full, shared parts would appear once for each
   * path to them.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    append(text, 0);
    return text.toString();
  }

  private void append(StringBuilder text, int depth) {
    switch (operator) {
      case INPUT -> text.append("in").append(index);
      case MASK_INPUT -> text.append("mask").append(index);
      case CONSTANT -> text.append(value);
      case PARAMETER -> text.append("param").append(index);
      default -> {
        text.append(operator.name()).append('(');
        if (depth == TEXT_DEPTH || text.length() > TEXT_LENGTH) {
          text.append("...");
        } else {
          for (int i = 0; i < operands.size(); i++) {
            text.append(i == 0 ? "" : ", ");
            operands.get(i).append(text, depth + 1);
          }
        }
        text.append(')');
      }
    }
  }
}
