package org.autograd.operations;

import static org.autograd.operations.Choices.numberPairs;
import static org.autograd.operations.Choices.numbers;
import static org.autograd.operations.Operation.Trait.DATA_DEPENDENT;
import static org.autograd.operations.Operation.Trait.INTEGERS;
import static org.autograd.operations.Operation.Trait.LARGE;
import static org.autograd.operations.Operation.Trait.NOT_DIFFERENTIABLE;
import static org.autograd.operations.OperationRegistry.both;
import static org.autograd.operations.OperationRegistry.op;
import static org.autograd.operations.OperationRegistry.outputs;
import static org.autograd.operations.Samples.REAL;
import static org.autograd.operations.Samples.arrays;
import static org.autograd.operations.Samples.reducible;
import static org.autograd.operations.Samples.sample;
import static org.autograd.operations.Samples.vectorsAndMatrices;
import static org.autograd.operations.Samples.withAxes;

import java.util.ArrayList;
import java.util.List;
import org.autograd.QuantileMethod;
import org.autograd.Unique;
import org.autograd.Variable;
import org.autograd.type.DType;

/** Statistics, differences and integrals: a part of {@link OperationRegistry}. */
final class StatisticsOperations {
  private StatisticsOperations() {}

  // spotless:off
  static List<Operation> operations() {
    return List.of(
        op("median()", reducible(REAL), Choices::nonEmpty, (x, a) -> x[0].median()).with(INTEGERS),
        op("nanMedian()", reducible(REAL), Choices::nonEmpty, (x, a) -> x[0].nanMedian()).with(INTEGERS),
        outputs("nanMedian(int)", withAxes(arrays(REAL)), Choices::nonEmptyAxis, (x, a) -> both(x[0].nanMedian(a.integer(0)))).with(INTEGERS),
        outputs("kthValue(int,long)", withAxes(arrays(REAL)), Choices::nonEmptyAxis, (x, a) -> both(x[0].kthValue(a.integer(0), 1))),
        outputs("mode(int)", withAxes(arrays(REAL)), Choices::nonEmptyAxis, (x, a) -> both(x[0].mode(a.integer(0)))).with(INTEGERS, LARGE),
        outputs("aminmax(int...)", reducible(REAL), Choices.axes(false), (x, a) -> x[0].aminmax(a.axes(0))).with(INTEGERS),
        op("quantile(double[],int,QuantileMethod)", withAxes(reducible(REAL)), StatisticsOperations::quantiles, (x, a) -> x[0].quantile(FRACTIONS, a.integer(0), method(a))),
        op("nanQuantile(double[],int,QuantileMethod)", withAxes(reducible(REAL)), StatisticsOperations::quantiles, (x, a) -> x[0].nanQuantile(FRACTIONS, a.integer(0), method(a))),
        op("histc(int,double,double)", arrays(REAL), numberPairs(-1, 1.5, -3, 3, 0, 0),
            (x, a) -> x[0].histc(5, a.number(0), a.number(1)).to(DType.INT64)).with(NOT_DIFFERENTIABLE),
        op("bincount(int)", reducible(REAL), numbers(0, 7), (x, a) -> counted(x[0]).bincount(a.integer(0))).with(NOT_DIFFERENTIABLE, DATA_DEPENDENT),
        op("bincount(Variable,int)", List.of(sample("contiguous", REAL.sample(0, 6)), sample("contiguous", REAL.sample(1, 6))), numbers(0, 7),
            (x, a) -> Variable.of(2L, 0, 2, 4, 4, 4).bincount(x[0], a.integer(0))),
        outputs("uniqueAlong(int)", withAxes(arrays(REAL)), StatisticsOperations::axisOfElements, (x, a) -> parts(x[0].gt(0).to(DType.INT64).uniqueAlong(a.integer(0)))).with(NOT_DIFFERENTIABLE, DATA_DEPENDENT),
        op("searchSorted(Variable,boolean)", List.of(sample("rows", REAL.sample(0, 2, 3, 5), REAL.sample(1, 2, 3, 4)), sample("rows", REAL.sample(0, 2, 1), REAL.sample(1, 2, 3))), numberPairs(0, 0, 1, 0),
            (x, a) -> x[0].sort(-1, false).values().searchSorted(x[1], a.number(0) > 0)).with(NOT_DIFFERENTIABLE),
        op("bucketize(Variable,boolean)", reducible(REAL), numbers(0, 1),
            (x, a) -> x[0].bucketize(Variable.arange(x[0].dtype(), -1, 3, 0.5), a.number(0) > 0)).with(NOT_DIFFERENTIABLE),
        outputs("uniqueWithCounts()", reducible(REAL), (x, a) -> parts(counted(x[0]).uniqueWithCounts())).with(NOT_DIFFERENTIABLE, DATA_DEPENDENT),
        outputs("uniqueConsecutive()", reducible(REAL), (x, a) -> parts(counted(x[0]).uniqueConsecutive())).with(NOT_DIFFERENTIABLE, DATA_DEPENDENT),
        op("cov(int)", vectorsAndMatrices(), StatisticsOperations::several, (x, a) -> x[0].cov(1)),
        op("cov(int)", vectorsAndMatrices(), numbers(0), (x, a) -> x[0].cov(0)),
        op("corrcoef()", List.of(sample("contiguous", REAL.sample(0, 3, 5)), sample("contiguous", REAL.sample(1, 2, 7))), (x, a) -> x[0].corrcoef()),
        op("diff(int,int)", withAxes(arrays(REAL)), StatisticsOperations::differences, (x, a) -> x[0].diff(a.integer(0), a.integer(1))).with(INTEGERS),
        op("trapezoid(double,int)", withAxes(arrays(REAL)), Choices::nonEmptyAxis, (x, a) -> x[0].trapezoid(0.3, a.integer(0))),
        op("trapezoid(Variable,int)", points(), numbers(0, 1), (x, a) -> x[0].trapezoid(x[1], a.integer(0))),
        op("cumulativeTrapezoid(double,int)", withAxes(arrays(REAL)), Choices::nonEmptyAxis, (x, a) -> x[0].cumulativeTrapezoid(0.3, a.integer(0))),
        op("cumulativeTrapezoid(Variable,int)", points(), numbers(0, 1), (x, a) -> x[0].cumulativeTrapezoid(x[1], a.integer(0))));
  }
  // spotless:on

  private static final double[] FRACTIONS = {0.3, 0, 0.55, 1};

  private static QuantileMethod method(Arguments a) {
    return QuantileMethod.valueOf((String) a.values().get(1));
  }

  private static List<Arguments> quantiles(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    for (Arguments axis : Choices.axisOfSome(x)) {
      for (QuantileMethod method : QuantileMethod.values()) {
        result.add(Arguments.of(axis.integer(0), method.name()));
      }
    }
    return result;
  }

  private static List<Arguments> differences(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    for (Arguments axis : Choices.axis(x)) {
      for (int order = 0; order < 3; order++) {
        result.add(Arguments.of(order, axis.integer(0)));
      }
    }
    return result;
  }

  /** Matrices of at least two columns. */
  private static List<Arguments> several(Variable... x) {
    return x[0].size(-1) > 1 ? List.of(Arguments.of(1)) : List.of();
  }

  private static List<Arguments> axisOfElements(Variable... x) {
    return x[0].elementCount() > 0 ? Choices.axis(x) : List.of();
  }

  private static List<Sample> points() {
    return List.of(sample("contiguous", REAL.sample(0, 4, 4), REAL.sample(1, 4)));
  }

  /** Small integers of any array, not negative, as a vector. */
  private static Variable counted(Variable x) {
    return x.clamp(-1, 3).nanToNum().mul(2).add(2).to(DType.INT64).flatten();
  }

  private static List<Variable> parts(Unique unique) {
    return List.of(unique.values(), unique.inverse(), unique.counts());
  }
}
