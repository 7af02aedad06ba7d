package org.autograd.operations;

import static org.autograd.operations.OperationRegistry.op;
import static org.autograd.operations.Samples.REAL;
import static org.autograd.operations.Samples.sample;
import static org.autograd.operations.Samples.view;

import java.util.ArrayList;
import java.util.List;
import org.autograd.FourierNorm;
import org.autograd.Variable;

/** Fourier transforms: a part of {@link OperationRegistry}. */
final class FourierOperations {
  private FourierOperations() {}

  // spotless:off
  static List<Operation> operations() {
    return List.of(
        op("fft()", complex(), (x, a) -> x[0].fft()),
        op("ifft()", complex(), (x, a) -> x[0].ifft()),
        op("fft(long,int,FourierNorm)", complex(), x -> sizes(x[0].rank() - 1), (x, a) -> x[0].fft(a.integer(0), a.integer(1), norm(a))),
        op("ifft(long,int,FourierNorm)", complex(), x -> sizes(x[0].rank() - 1), (x, a) -> x[0].ifft(a.integer(0), a.integer(1), norm(a))),
        op("rfft()", real(), (x, a) -> x[0].rfft()),
        op("rfft(long,int,FourierNorm)", real(), x -> sizes(x[0].rank()), (x, a) -> x[0].rfft(a.integer(0), a.integer(1), norm(a))),
        op("irfft()", complex(), FourierOperations::severalRows, (x, a) -> x[0].irfft()),
        op("irfft(long,int,FourierNorm)", complex(), x -> sizes(x[0].rank() - 1), (x, a) -> x[0].irfft(a.integer(0), a.integer(1), norm(a))),
        op("fft2()", complex(), FourierOperations::planes, (x, a) -> x[0].fft2()),
        op("ifft2()", complex(), FourierOperations::planes, (x, a) -> x[0].ifft2()),
        op("fftn(FourierNorm,int...)", complex(), FourierOperations::axes, (x, a) -> x[0].fftn((FourierNorm) a.values().get(1), a.axes(0))),
        op("ifftn(FourierNorm,int...)", complex(), FourierOperations::axes, (x, a) -> x[0].ifftn((FourierNorm) a.values().get(1), a.axes(0))));
  }
  // spotless:on

  private static FourierNorm norm(Arguments a) {
    return (FourierNorm) a.values().get(2);
  }

  /** The last length has a large prime factor. */
  private static List<Sample> complex() {
    return List.of(
        sample("vector", REAL.sample(0, 6, 2)),
        sample("matrix", REAL.sample(0, 3, 4, 2)),
        sample("one element", REAL.sample(0, 1, 2)),
        sample("empty", REAL.sample(0, 0, 3, 2)),
        view("permuted", x -> x.permute(2, 1, 0), REAL.sample(0, 2, 2, 5)),
        view("expanded", x -> x.expand(3, 2), REAL.sample(0, 3, 1)),
        sample("prime", REAL.sample(0, 17, 2)));
  }

  private static List<Sample> real() {
    return List.of(
        sample("vector", REAL.sample(0, 6)),
        sample("matrix", REAL.sample(0, 3, 4)),
        sample("one element", REAL.sample(0, 1)),
        sample("empty", REAL.sample(0, 0, 3)),
        view("transposed", Variable::transpose, REAL.sample(0, 3, 5)),
        sample("prime", REAL.sample(0, 19)));
  }

  private static List<Arguments> sizes(int rank) {
    List<Arguments> result = new ArrayList<>();
    FourierNorm[] norms = FourierNorm.values();
    for (int axis = -1; axis >= -rank; axis--) {
      for (long size = 1; size <= 5; size++) {
        result.add(Arguments.of(size, axis, norms[(int) size % norms.length]));
      }
    }
    return result;
  }

  private static List<Arguments> severalRows(Variable... x) {
    return x[0].size(-2) > 1 ? List.of(Arguments.of()) : List.of();
  }

  private static List<Arguments> planes(Variable... x) {
    return x[0].rank() > 2 && x[0].elementCount() > 0 ? List.of(Arguments.of()) : List.of();
  }

  private static List<Arguments> axes(Variable... x) {
    List<Arguments> result = new ArrayList<>();
    for (FourierNorm norm : FourierNorm.values()) {
      result.add(Arguments.of(new int[] {-1}, norm));
      if (!planes(x).isEmpty()) {
        result.add(Arguments.of(new int[] {1, 0}, norm));
      }
    }
    return result;
  }
}
