package org.autograd.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.autograd.operations.Arguments;
import org.autograd.operations.Operation;
import org.autograd.type.DType;

/** Where we are known to differ from PyTorch, and why. Each of these must really occur. */
final class Differences {
  private Differences() {}

  /**
   * Something that PyTorch and we disagree on.
   *
   * @param label of the sample
   * @param dtype of the first operand
   * @param what value, gradient or error
   * @param expected PyTorch's, NaN if it throws
   */
  record Case(
      Operation operation,
      String label,
      Arguments arguments,
      DType dtype,
      boolean anyBool,
      What what,
      double expected,
      double actual) {
    boolean is(String signature) {
      return operation.signature().startsWith(signature + "(");
    }

    boolean isGradient() {
      return what == What.GRADIENT;
    }
  }

  enum What {
    VALUE,
    DTYPE,
    GRADIENT,
    ONLY_PYTORCH_THROWS
  }

  private static final class Difference {
    private final String reason;
    private final Predicate<Case> test;
    private int count;

    private Difference(String reason, Predicate<Case> test) {
      this.reason = reason;
      this.test = test;
    }
  }

  private static final List<Difference> KNOWN =
      List.of(
          new Difference(
              "Two bool operands count as int64 0 and 1; PyTorch has a logical operation or none",
              c -> c.anyBool && (c.what == What.DTYPE || c.what == What.ONLY_PYTORCH_THROWS)),
          new Difference(
              "elu, selu, celu at NaN: PyTorch's slope is NaN in float64, 1 in float32; ours is 1",
              c ->
                  c.operation.signature().matches("(s|c|)elu\\(.*")
                      && c.isGradient()
                      && Double.isNaN(c.expected)),
          new Difference(
              "copysign at NaN and infinities: PyTorch's slope is NaN; ours 0 at NaN, else 1 or -1",
              c -> c.is("copysign") && c.isGradient() && Double.isNaN(c.expected)),
          new Difference(
              "topk, kthValue of equal elements: PyTorch chooses any of them, ours are the first",
              c -> (c.is("topk") || c.is("kthValue")) && c.label.contains("broadcast")),
          new Difference(
              "trigamma, also as a slope: PyTorch's series is exact to 1e-9 only",
              c ->
                  c.operation.signature().matches("(poly|di)gamma.*")
                      && Math.abs(c.expected - c.actual) < 1e-7 * Math.abs(c.expected)),
          new Difference(
              "polygamma at its poles -1, -2, ...: PyTorch's is some large number or NaN",
              c ->
                  c.operation.signature().matches("(poly|di)gamma.*")
                      && Double.isInfinite(c.actual)),
          new Difference(
              "polygamma of an infinity: PyTorch's of order 2 and above is NaN, ours the limit 0",
              c -> c.is("polygamma") && Double.isNaN(c.expected) && c.actual == 0),
          new Difference(
              "polygamma at -infinity: PyTorch's of order 2 and above is infinite, ours NaN",
              c ->
                  c.operation.signature().matches("(poly|di)gamma.*")
                      && !Double.isNaN(c.expected)
                      && Double.isNaN(c.actual)),
          new Difference(
              "i0, i1 at infinities: PyTorch's are NaN, ours the limits",
              c ->
                  (c.is("i0") || c.is("i1"))
                      && Double.isNaN(c.expected)
                      && Double.isInfinite(c.actual)),
          new Difference(
              "i1 at NaN: PyTorch's slope is 1/2, ours NaN",
              c -> c.is("i1") && c.isGradient() && Double.isNaN(c.actual)),
          new Difference(
              "interpolate in float32: PyTorch computes the weights in float32, we in float64",
              c ->
                  c.is("interpolate")
                      && c.dtype == DType.FLOAT32
                      && Math.abs(c.expected - c.actual) < 1e-5),
          new Difference(
              "sinc in float32 near 0: PyTorch's slope cancels, ours is a power series there",
              c ->
                  c.is("sinc")
                      && c.isGradient()
                      && c.dtype == DType.FLOAT32
                      && Math.abs(c.expected - c.actual) < 1e-4 * Math.abs(c.expected)),
          new Difference(
              "scatterReduce without this itself: in PyTorch an element of it that equals the result"
                  + " still has a share of the gradient, which is lost",
              c ->
                  c.is("scatterReduce")
                      && c.isGradient()
                      && c.arguments.values().get(2).toString().startsWith("AM")
                      && c.arguments.number(3) == 0),
          new Difference(
              "trace of a matrix with more rows than columns: PyTorch's gradient goes on below it",
              c -> c.is("trace") && c.isGradient() && c.actual == 0),
          new Difference(
              "det of a singular matrix: PyTorch's gradient is 0, ours the cofactors",
              c ->
                  c.is("det")
                      && c.isGradient()
                      && c.label.matches("rank.*|zero")
                      && c.expected == 0),
          new Difference(
              "hardswish at NaN: PyTorch's slope is NaN in float64, 1 in float32; ours is 1",
              c -> c.is("hardswish") && c.isGradient() && Double.isNaN(c.expected)),
          new Difference(
              "logit with bounds at NaN: PyTorch's slope is 0 in float64, NaN in float32; ours is 0",
              c ->
                  c.operation.signature().equals("logit(double)")
                      && c.isGradient()
                      && Double.isNaN(c.expected)),
          new Difference(
              "hardsigmoid in float64: PyTorch's slope 1/6 is rounded to float32, ours is not",
              c ->
                  c.is("hardsigmoid")
                      && c.isGradient()
                      && Math.abs(c.expected - c.actual) < 1e-7 * Math.abs(c.expected)),
          new Difference(
              "celu in float64: PyTorch's 1/alpha is rounded to float32, ours is not",
              c -> c.is("celu") && Math.abs(c.expected - c.actual) < 1e-6 * Math.abs(c.expected)),
          new Difference(
              "gelu at infinity: PyTorch's float32 kernel gives NaN; ours infinity, as in float64",
              c -> c.is("gelu") && c.dtype == DType.FLOAT32 && Double.isInfinite(c.actual)),
          new Difference(
              "gelu at infinity: the slope that follows from it",
              c -> c.is("gelu") && c.dtype == DType.FLOAT32 && Double.isNaN(c.expected)),
          new Difference(
              "x^-0.5 at -infinity: both values are NaN, and so is our slope; PyTorch's is 0",
              c -> c.is("pow") && c.arguments.number(0) == -0.5 && c.expected == 0),
          new Difference(
              "0/x where 1/x^2 overflows: PyTorch's slope is 0 times infinity, ours 0",
              c -> c.is("rdiv") && c.isGradient() && Double.isNaN(c.expected) && c.actual == 0),
          new Difference(
              "The infinity norm of something with NaN: our gradient is NaN as the norm is",
              c ->
                  c.operation.signature().contains("Norm")
                      && c.isGradient()
                      && Double.isNaN(c.actual)),
          new Difference(
              "The variance with infinities is NaN and so is our gradient; PyTorch's can be infinite",
              c ->
                  c.operation.signature().matches("(var|populationVar).*")
                      && c.isGradient()
                      && Double.isNaN(c.actual)
                      && Double.isInfinite(c.expected)),
          new Difference(
              "var, std in float32 of 1000, 1000, 999: PyTorch's gradient is off by 6e-5, ours by 1e-7",
              c ->
                  c.operation.signature().matches("(var|std|population).*")
                      && c.isGradient()
                      && c.dtype == DType.FLOAT32
                      && Math.abs(c.expected - c.actual) < 1e-4 * Math.abs(c.expected)));

  static boolean isKnown(Case found) {
    boolean known = false;
    for (Difference difference : KNOWN) {
      if (difference.test.test(found)) {
        difference.count++;
        known = true;
      }
    }
    return known;
  }

  /** Returns the reasons of all, with the number of times that each occurred. */
  static List<String> counts() {
    return KNOWN.stream().map(d -> d.count + "  " + d.reason).toList();
  }

  static List<String> thatDoNotOccur() {
    List<String> result = new ArrayList<>();
    for (Difference difference : KNOWN) {
      if (difference.count == 0) {
        result.add(difference.reason);
      }
    }
    return result;
  }
}
