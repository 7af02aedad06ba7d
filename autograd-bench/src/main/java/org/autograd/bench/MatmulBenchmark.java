package org.autograd.bench;

import java.util.Arrays;
import org.autograd.type.DType;
import org.openjdk.jmh.annotations.Param;

/**
 * A matrix product. Libraries are also naive, plain and vector, which are kernels of ours, and
 * ejml; openblas and libtorch are peers.
 */
public class MatmulBenchmark extends WorkBenchmark {
  /** The dtype of all three matrices. */
  @Param({"FLOAT32", "FLOAT64"})
  public DType dtype;

  /** Rows, inner size and columns. */
  @Param({"64x64x64", "128x128x128", "256x256x256", "512x512x512", "1024x1024x1024"})
  public String shape;

  /** Which operands are transposed: n for no, t for yes. */
  @Param("nn")
  public String layout;

  /** Whether the result is a new array each time. */
  @Param("false")
  public boolean fresh;

  @Override
  Work prepare(Library chosen) {
    int[] sizes = Arrays.stream(shape.split("x", -1)).mapToInt(Integer::parseInt).toArray();
    return chosen.product(new Product(dtype, sizes[0], sizes[1], sizes[2], layout, fresh), threads);
  }
}
