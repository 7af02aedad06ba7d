package org.autograd.examples.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.autograd.bench.MatmulBenchmark;
import org.autograd.bench.Network;
import org.autograd.bench.Product;
import org.autograd.type.DType;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;

/** Matrix products: square ones, and those of the networks of {@link StepMode}. */
@Command(
    name = "matmul",
    description =
        "Compare matrix products with EJML, a plain loop, and the peers OpenBLAS and libtorch.")
final class MatmulMode extends BenchMode {
  /** What takes seconds a product is not measured: they are far behind before. */
  private static final int SLOW_SIZE = 512;

  @Override
  void measure() throws RunnerException {
    List<DType> dtypes = List.of(DType.FLOAT32, DType.FLOAT64);
    Table kernels = table("product into an array that is there", Unit.GIGAFLOPS, allPeers());
    for (DType dtype : dtypes) {
      for (Product product : products(dtype, false)) {
        add(kernels, product, others(product));
      }
    }
    kernels.summarize();
    Table operations = table("Variable.matmul, torch.matmul", Unit.GIGAFLOPS, peers("libtorch"));
    for (DType dtype : isQuick() ? dtypes.subList(0, 1) : dtypes) {
      for (int size : isQuick() ? new int[] {64, 512} : new int[] {64, 256, 1024, 2048}) {
        Product product = new Product(dtype, size, size, size, "nn", true);
        add(operations, product, peers("libtorch"));
      }
    }
    operations.summarize();
  }

  private List<String> allPeers() {
    List<String> result = new ArrayList<>(peers("openblas"));
    result.add("ejml");
    result.add("naive");
    return result;
  }

  private List<String> others(Product product) {
    boolean small =
        (long) product.rows() * product.inner() * product.columns()
            <= (long) SLOW_SIZE * SLOW_SIZE * SLOW_SIZE;
    boolean square = product.rows() == product.columns();
    return small && (square || !isQuick()) ? allPeers() : peers("openblas");
  }

  private List<Product> products(DType dtype, boolean fresh) {
    List<Product> result = new ArrayList<>();
    int[] sizes = isQuick() ? new int[] {64, 512} : new int[] {64, 128, 256, 512, 1024, 2048};
    for (int size : sizes) {
      result.add(new Product(dtype, size, size, size, "nn", fresh));
    }
    if (isQuick() && dtype == DType.FLOAT32) {
      // A product of each kind.
      result.addAll(Network.MLPS.get(2).products(dtype).subList(2, 5));
    } else if (!isQuick()) {
      Network.MLPS.stream().skip(1).forEach(network -> result.addAll(network.products(dtype)));
    }
    return result;
  }

  private void add(Table table, Product product, List<String> others) throws RunnerException {
    String shape = product.rows() + "x" + product.inner() + "x" + product.columns();
    Map<String, Object> params = new HashMap<>();
    params.put("dtype", product.dtype().name());
    params.put("shape", shape);
    params.put("layout", product.layout());
    params.put("fresh", product.fresh());
    Map<String, Double> speeds = new HashMap<>();
    double flops = 2.0 * product.rows() * product.inner() * product.columns();
    times(MatmulBenchmark.class, params, others, Jvm.FORKED)
        .forEach((library, micros) -> speeds.put(library, flops / micros / 1000));
    table.add(
        params(
            "dtype",
            product.dtype().toString().toLowerCase(Locale.ROOT),
            "rows",
            product.rows(),
            "inner",
            product.inner(),
            "columns",
            product.columns(),
            "layout",
            product.layout()),
        speeds);
  }
}
