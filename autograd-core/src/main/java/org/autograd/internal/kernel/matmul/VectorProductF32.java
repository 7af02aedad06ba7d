package org.autograd.internal.kernel.matmul;

import java.util.function.IntConsumer;
import org.autograd.internal.kernel.Parallel;

/**
 * A large product in progress, after Goto and van de Geijn, "Anatomy of high-performance matrix
 * multiplication" (2008): the operands are cut into blocks that fit the caches; each pair of blocks
 * is packed into strips and multiplied tile by tile.
 *
 * <p>Every element of C is summed in the same order whichever thread computes it, with fused
 * multiply-adds along a depth block and then block by block.
 */
final class VectorProductF32 {
  private static final int ROWS = VectorTileF32.ROWS;
  private static final int COLUMNS = VectorTileF32.COLUMNS;

  /** A strip of B (of this depth, two vectors wide) is to stay in the first-level cache: 32 KB. */
  private static final int DEPTH_BLOCK = 256;

  /** Bounds the packed operands, to 1.5 MB each for float32. */
  private static final int SIZE_BLOCK = 1536;

  /** What one thread packs at a time. */
  private static final int PACKED_STRIPS = 4;

  /** What one thread multiplies at a time: with AVX-512, 64 x 256 elements of C. */
  private static final int GROUP_ROWS = 8 * ROWS;

  private static final int GROUP_COLUMNS = 8 * COLUMNS;

  /** Up to this many rows, packing B costs more than it saves. */
  private static final int DIRECT_ROWS = 48;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  /** A thread's packed operands; they grow as needed and are kept. */
  private static final class Buffers {
    private float[] left = {};
    private float[] right = {};

    void reserve(int leftSize, int rightSize) {
      if (left.length < leftSize) {
        left = new float[leftSize];
      }
      if (right.length < rightSize) {
        right = new float[rightSize];
      }
    }
  }

  private final Matrix<float[]> a;
  private final Matrix<float[]> b;
  private final Matrix<float[]> c;
  private final boolean accumulate;
  private final boolean parallel;
  private final boolean direct;
  private final float[] left;
  private final float[] right;

  // The present block.
  private int row;
  private int rows;
  private int column;
  private int columns;
  private int k;
  private int depth;

  private VectorProductF32(
      Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c, boolean accumulate, int depthBlock) {
    this.a = a;
    this.b = b;
    this.c = c;
    this.accumulate = accumulate;
    parallel = MatmulKernel.work(a, b) >= MatmulKernel.PARALLEL_WORK;
    direct = b.columnStride() == 1 && c.rows() <= DIRECT_ROWS;
    Buffers buffers = BUFFERS.get();
    buffers.reserve(
        depthBlock * roundUp(Math.min(SIZE_BLOCK, c.rows()), ROWS),
        depthBlock * roundUp(direct ? COLUMNS : Math.min(SIZE_BLOCK, c.columns()), COLUMNS));
    left = buffers.left;
    right = buffers.right;
  }

  private static int roundUp(int size, int multiple) {
    return Math.ceilDiv(size, multiple) * multiple;
  }

  /** Overwrites {@code c} or adds to it. The inner size must not be 0. */
  static void multiply(
      Matrix<float[]> a, Matrix<float[]> b, Matrix<float[]> c, boolean accumulate) {
    int inner = a.columns();
    // Blocks of equal depth, lest the last one be thin.
    int depthBlock = Math.ceilDiv(inner, Math.ceilDiv(inner, DEPTH_BLOCK));
    new VectorProductF32(a, b, c, accumulate, depthBlock).multiply(depthBlock);
  }

  private void multiply(int depthBlock) {
    for (column = 0; column < c.columns(); column += columns) {
      columns = Math.min(SIZE_BLOCK, c.columns() - column);
      for (k = 0; k < a.columns(); k += depth) {
        depth = Math.min(depthBlock, a.columns() - k);
        for (row = 0; row < c.rows(); row += rows) {
          rows = Math.min(SIZE_BLOCK, c.rows() - row);
          multiplyBlock();
        }
      }
    }
  }

  private void multiplyBlock() {
    int rowParts = Math.ceilDiv(rows, PACKED_STRIPS * ROWS);
    // B is packed for the first block of rows and stays for those below.
    int columnParts = row == 0 ? Math.ceilDiv(columns, PACKED_STRIPS * COLUMNS) : 0;
    forEach(
        rowParts + columnParts,
        i -> {
          if (i < rowParts) {
            packRows(i * PACKED_STRIPS * ROWS);
          } else {
            packColumns((i - rowParts) * PACKED_STRIPS * COLUMNS);
          }
        });
    int rowGroups = Math.ceilDiv(rows, GROUP_ROWS);
    int columnGroups = Math.ceilDiv(columns, GROUP_COLUMNS);
    forEach(
        rowGroups * columnGroups,
        i -> multiplyGroup(i % rowGroups * GROUP_ROWS, i / rowGroups * GROUP_COLUMNS));
  }

  private void forEach(int count, IntConsumer body) {
    if (parallel) {
      Parallel.forEach(count, body);
    } else {
      for (int i = 0; i < count; i++) {
        body.accept(i);
      }
    }
  }

  private void packRows(int from) {
    int to = Math.min(rows, from + PACKED_STRIPS * ROWS);
    for (int strip = from; strip < to; strip += ROWS) {
      VectorPackingF32.pack(
          a.data(),
          a.index(row + strip, k),
          a.rowStride(),
          a.columnStride(),
          Math.min(ROWS, to - strip),
          ROWS,
          depth,
          left,
          strip * depth);
    }
  }

  private void packColumns(int from) {
    int to = Math.min(columns, from + PACKED_STRIPS * COLUMNS);
    for (int strip = from; strip < to; strip += COLUMNS) {
      int width = Math.min(COLUMNS, to - strip);
      if (!isDirect(width)) {
        VectorPackingF32.pack(
            b.data(),
            b.index(k, column + strip),
            b.columnStride(),
            b.rowStride(),
            width,
            COLUMNS,
            depth,
            right,
            direct ? 0 : strip * depth);
      }
    }
  }

  /** Whether a strip of B is read where it is: at its edge, full vectors would read beyond it. */
  private boolean isDirect(int width) {
    return direct && width % VectorTileF32.LANES == 0;
  }

  private void multiplyGroup(int fromRow, int fromColumn) {
    int toRow = Math.min(rows, fromRow + GROUP_ROWS);
    int toColumn = Math.min(columns, fromColumn + GROUP_COLUMNS);
    boolean add = accumulate || k > 0;
    float[] edge = new float[ROWS * COLUMNS];
    for (int j = fromColumn; j < toColumn; j += COLUMNS) {
      int width = Math.min(COLUMNS, toColumn - j);
      boolean strided = isDirect(width);
      float[] source = strided ? b.data() : right;
      int sourceOffset = strided ? b.index(k, column + j) : direct ? 0 : j * depth;
      int sourceStride = strided ? b.rowStride() : COLUMNS;
      for (int i = fromRow; i < toRow; i += ROWS) {
        int height = Math.min(ROWS, toRow - i);
        int target = c.index(row + i, column + j);
        if (height == ROWS && width % VectorTileF32.LANES == 0) {
          VectorTileF32.multiply(
              width,
              depth,
              left,
              i * depth,
              source,
              sourceOffset,
              sourceStride,
              c.data(),
              target,
              c.rowStride(),
              add);
        } else {
          VectorTileF32.multiply(
              width,
              depth,
              left,
              i * depth,
              source,
              sourceOffset,
              sourceStride,
              edge,
              0,
              COLUMNS,
              false);
          copyEdge(edge, height, width, c.data(), target, c.rowStride(), add);
        }
      }
    }
  }

  private static void copyEdge(
      float[] edge,
      int height,
      int width,
      float[] c,
      int offset,
      int rowStride,
      boolean accumulate) {
    for (int i = 0; i < height; i++) {
      for (int j = 0; j < width; j++) {
        float sum = edge[i * COLUMNS + j];
        int at = offset + i * rowStride + j;
        c[at] = accumulate ? c[at] + sum : sum;
      }
    }
  }
}
