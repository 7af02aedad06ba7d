package org.autograd.internal.kernel.matmul;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.autograd.internal.kernel.Parallel;
import org.jspecify.annotations.Nullable;

/**
 * A product in progress, after Goto and van de Geijn, "Anatomy of high-performance matrix
 * multiplication" (2008): the operands are cut into blocks that fit the caches; each pair of blocks
 * is packed into strips and multiplied tile by tile. What is small enough is not packed but read
 * where it is, if its elements lie as the tiles want them.
 *
 * <p>Every element of C is summed in the same order whichever thread computes it, with fused
 * multiply-adds along a depth block and then block by block.
 */
final class VectorProductF32 {
  private static final int ROW_STEP = VectorTileF32.ROW_STEP;
  private static final int ROWS = VectorTileF32.ROWS;
  private static final int LANES = VectorTileF32.LANES;
  private static final int COLUMNS = VectorTileF32.COLUMNS;

  /** Bounds the packed B, to 4.5 MB for float32. */
  private static final int COLUMN_BLOCK = 2304;

  /** Bounds the packed A, to 2.25 MB for float32. */
  private static final int ROW_BLOCK = 1152;

  /** What one thread packs at a time: so many rows or columns. */
  private static final int PACKED_SIZE = 192;

  /**
   * What one thread multiplies at a time: with AVX-512, 48 x 256 elements of C. Few rows, so that
   * the next strip of columns finds the same rows of A and C close by.
   */
  private static final int GROUP_ROWS = 4 * ROWS;

  private static final int GROUP_COLUMNS = 8 * COLUMNS;

  /** Up to this many rows or columns of C, packing the other operand costs more than it saves. */
  private static final int DIRECT_SIZE = 48;

  /** Up to this many elements, an operand stays in the first-level cache as it is. */
  private static final int DIRECT_ELEMENTS = 1 << 12;

  /**
   * Up to this many rows or columns of C, threads take parts of the product and pack what they need
   * by themselves, some of it more than once: that costs less than to meet after each block.
   */
  private static final int SPLIT_SIZE = 768;

  private static final int PARTS = 4;

  /**
   * Where B is packed to, such that no vector straddles two cache lines: the elements of an array
   * begin 16 bytes after its start, and G1 has arrays of more than half a region start at a
   * multiple of a cache line. Elsewhere this is no worse than 0.
   */
  private static final int ALIGNMENT = (64 - 16) / Float.BYTES;

  /** For G1's regions of up to 2 MB, those of a heap of up to 8 GB, a large array in that sense. */
  private static final int LARGE = (1 << 20) / Float.BYTES;

  /** From this size on of a packed operand, it is worth its memory. */
  private static final int ALIGNED_SIZE = 1 << 13;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  /** A thread's packed operands, which grow as needed and are kept, and its tile at an edge. */
  private static final class Buffers {
    private float[] left = {};
    private float[] right = {};
    private final float[] edge = new float[ROWS * COLUMNS];

    void reserve(int leftSize, int rightSize) {
      if (left.length < leftSize) {
        left = new float[leftSize];
      }
      int size = (rightSize < ALIGNED_SIZE ? rightSize : Math.max(rightSize, LARGE)) + ALIGNMENT;
      if (right.length < size) {
        right = new float[size];
      }
    }
  }

  /**
   * All of B, packed for many products: each block of the depth with all its strips, one behind the
   * other.
   */
  static final class PackedRight {
    private final float[] data;

    /** The number of columns in whole strips. */
    private final int width;

    /** The column of it that is the product's first. */
    private final int first;

    private PackedRight(float[] data, int width, int first) {
      this.data = data;
      this.width = width;
      this.first = first;
    }

    static PackedRight of(Matrix<float[]> b) {
      int depthBlock = VectorTwinF32.depthBlock(b.rows());
      int width = roundUp(b.columns(), COLUMNS);
      float[] data = new float[ALIGNMENT + b.rows() * width];
      for (int k = 0; k < b.rows(); k += depthBlock) {
        VectorPackingF32.packColumns(
            b.data(),
            b.index(k, 0),
            b.rowStride(),
            b.columnStride(),
            b.columns(),
            Math.min(depthBlock, b.rows() - k),
            data,
            ALIGNMENT + k * width);
      }
      return new PackedRight(data, width, 0);
    }

    private static @Nullable PackedRight from(@Nullable PackedRight all, int column) {
      return all == null ? null : new PackedRight(all.data, all.width, all.first + column);
    }
  }

  private final Matrix<float[]> a;
  private final Matrix<float[]> b;
  private final @Nullable PackedRight ready;

  /** One row that is added to all, if C is not added to. */
  private final @Nullable Matrix<float[]> added;

  private final Matrix<float[]> c;
  private final boolean accumulate;
  private final boolean directA;
  private final boolean directB;
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
      Matrix<float[]> a,
      Matrix<float[]> b,
      @Nullable PackedRight ready,
      @Nullable Matrix<float[]> added,
      Matrix<float[]> c,
      boolean accumulate,
      int depthBlock) {
    this.a = a;
    this.b = b;
    this.ready = ready;
    this.added = added;
    this.c = c;
    this.accumulate = accumulate;
    directA = a.rowStride() == 1 && isDirect(c.columns(), a);
    directB = ready == null && b.columnStride() == 1 && isDirect(c.rows(), b);
    Buffers buffers = BUFFERS.get();
    int packedColumns = directB ? COLUMNS : roundUp(Math.min(COLUMN_BLOCK, c.columns()), COLUMNS);
    buffers.reserve(
        depthBlock * (directA ? ROWS : roundUp(Math.min(ROW_BLOCK, c.rows()), ROWS)),
        ready == null ? depthBlock * packedColumns : 0);
    left = buffers.left;
    right = ready == null ? buffers.right : ready.data;
  }

  private static boolean isDirect(int uses, Matrix<float[]> operand) {
    return uses <= DIRECT_SIZE || (long) operand.rows() * operand.columns() <= DIRECT_ELEMENTS;
  }

  private static int roundUp(int size, int multiple) {
    return Math.ceilDiv(size, multiple) * multiple;
  }

  /**
   * Overwrites {@code c} or adds to it. The inner size must not be 0.
   *
   * @param ready the packed {@code b}, if that was done before
   * @param added a row that is added to each, if {@code c} is overwritten
   */
  static void multiply(
      Matrix<float[]> a,
      Matrix<float[]> b,
      @Nullable PackedRight ready,
      @Nullable Matrix<float[]> added,
      Matrix<float[]> c,
      boolean accumulate) {
    int depthBlock = VectorTwinF32.depthBlock(a.columns());
    if (Parallel.threads() == 1 || MatmulKernel.work(a, b) < MatmulKernel.PARALLEL_WORK) {
      new VectorProductF32(a, b, ready, added, c, accumulate, depthBlock)
          .multiply(depthBlock, false);
    } else if (Math.min(c.rows(), c.columns()) > SPLIT_SIZE) {
      new VectorProductF32(a, b, ready, added, c, accumulate, depthBlock)
          .multiply(depthBlock, true);
    } else if (c.rows() > c.columns()) {
      int size = roundUp(Math.ceilDiv(c.rows(), PARTS), ROWS);
      Parallel.forEach(
          Math.ceilDiv(c.rows(), size),
          i -> {
            int from = i * size;
            int to = Math.min(c.rows(), from + size);
            new VectorProductF32(
                    a.rows(from, to), b, ready, added, c.rows(from, to), accumulate, depthBlock)
                .multiply(depthBlock, false);
          });
    } else {
      int size = roundUp(Math.ceilDiv(c.columns(), PARTS), COLUMNS);
      Parallel.forEach(
          Math.ceilDiv(c.columns(), size),
          i -> {
            int from = i * size;
            int to = Math.min(c.columns(), from + size);
            new VectorProductF32(
                    a,
                    b.columns(from, to),
                    PackedRight.from(ready, from),
                    added == null ? null : added.columns(from, to),
                    c.columns(from, to),
                    accumulate,
                    depthBlock)
                .multiply(depthBlock, false);
          });
    }
  }

  private void multiply(int depthBlock, boolean parallel) {
    for (column = 0; column < c.columns(); column += columns) {
      columns = Math.min(COLUMN_BLOCK, c.columns() - column);
      for (k = 0; k < a.columns(); k += depth) {
        depth = Math.min(depthBlock, a.columns() - k);
        for (row = 0; row < c.rows(); row += rows) {
          rows = Math.min(ROW_BLOCK, c.rows() - row);
          if (parallel) {
            multiplyBlockInParallel();
          } else {
            multiplyBlock();
          }
        }
      }
    }
  }

  private void multiplyBlock() {
    packRows(0, rows);
    if (row == 0 && ready == null) {
      packColumns(0, columns);
    }
    for (int j = 0; j < columns; j += GROUP_COLUMNS) {
      for (int i = 0; i < rows; i += GROUP_ROWS) {
        multiplyGroup(i, j);
      }
    }
  }

  private void multiplyBlockInParallel() {
    int rowParts = Math.ceilDiv(rows, PACKED_SIZE);
    // B is packed for the first block of rows and stays for those below.
    int columnParts = row == 0 && ready == null ? Math.ceilDiv(columns, PACKED_SIZE) : 0;
    Parallel.forEach(
        rowParts + columnParts,
        i -> {
          if (i < rowParts) {
            packRows(i * PACKED_SIZE, Math.min(rows, (i + 1) * PACKED_SIZE));
          } else {
            int from = (i - rowParts) * PACKED_SIZE;
            packColumns(from, Math.min(columns, from + PACKED_SIZE));
          }
        });
    int rowGroups = Math.ceilDiv(rows, GROUP_ROWS);
    int columnGroups = Math.ceilDiv(columns, GROUP_COLUMNS);
    Parallel.forEach(
        rowGroups * columnGroups,
        i -> multiplyGroup(i % rowGroups * GROUP_ROWS, i / rowGroups * GROUP_COLUMNS));
  }

  /** Packs what is not read where it is; with a direct A that is at most the last strip. */
  private void packRows(int from, int to) {
    int start = directA ? to - (to - from) % ROWS : from;
    if (start < to && !isDirectA(to - start)) {
      VectorPackingF32.packRows(
          a.data(),
          a.index(row + start, k),
          a.rowStride(),
          a.columnStride(),
          to - start,
          depth,
          left,
          directA ? 0 : start * depth);
    }
  }

  /** Whether a strip of A is read where it is: at its edge, a tile would read beyond it. */
  private boolean isDirectA(int height) {
    return directA && height % ROW_STEP == 0;
  }

  private void packColumns(int from, int to) {
    int start = directB ? to - (to - from) % COLUMNS : from;
    if (start < to && !isDirectB(to - start)) {
      VectorPackingF32.packColumns(
          b.data(),
          b.index(k, column + start),
          b.rowStride(),
          b.columnStride(),
          to - start,
          depth,
          right,
          rightIndex(start));
    }
  }

  /** Returns where the packed strip of B begins that has this column of the block. */
  private int rightIndex(int j) {
    if (ready != null) {
      return ALIGNMENT + k * ready.width + (ready.first + column + j) * depth;
    }
    return ALIGNMENT + (directB ? 0 : j * depth);
  }

  /** Whether a strip of B is read where it is: at its edge, full vectors would read beyond it. */
  private boolean isDirectB(int width) {
    return directB && width % LANES == 0;
  }

  private void multiplyGroup(int fromRow, int fromColumn) {
    int toRow = Math.min(rows, fromRow + GROUP_ROWS);
    int toColumn = Math.min(columns, fromColumn + GROUP_COLUMNS);
    for (int j = fromColumn; j < toColumn; j += COLUMNS) {
      for (int i = fromRow; i < toRow; i += ROWS) {
        multiplyTile(i, j, Math.min(ROWS, toRow - i), Math.min(COLUMNS, toColumn - j));
      }
    }
  }

  private void multiplyTile(int i, int j, int height, int width) {
    boolean aPacked = !isDirectA(height);
    boolean bPacked = !isDirectB(width);
    boolean whole = height % ROW_STEP == 0 && width % LANES == 0;
    boolean add = accumulate || k > 0;
    int target = c.index(row + i, column + j);
    Matrix<float[]> start = add ? null : added;
    int startOffset = start == null ? 0 : start.index(0, column + j);
    if (aPacked && bPacked && height == VectorPackedTileF32.ROWS && width == COLUMNS) {
      VectorPackedTileF32.multiply(
          depth,
          left,
          directA ? 0 : i * depth,
          right,
          rightIndex(j),
          c.data(),
          target,
          c.rowStride(),
          start != null ? start.data() : add ? c.data() : null,
          start != null ? startOffset : target,
          start != null ? 0 : c.rowStride());
      return;
    }
    if (start != null) {
      for (int below = 0; below < height; below++) {
        System.arraycopy(
            start.data(), startOffset, c.data(), target + below * c.rowStride(), width);
      }
      add = true;
    }
    float[] edge = whole ? c.data() : BUFFERS.get().edge;
    VectorTileF32.multiply(
        roundUp(height, ROW_STEP),
        width,
        depth,
        aPacked ? left : a.data(),
        aPacked ? (directA ? 0 : i * depth) : a.index(row + i, k),
        aPacked ? ROWS : a.columnStride(),
        bPacked ? right : b.data(),
        bPacked ? rightIndex(j) : b.index(k, column + j),
        bPacked ? COLUMNS : b.rowStride(),
        edge,
        whole ? target : 0,
        whole ? c.rowStride() : COLUMNS,
        whole && add);
    if (!whole) {
      copyEdge(edge, height, width, c.data(), target, c.rowStride(), add);
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
    for (int j = 0; j < width; j += LANES) {
      VectorMask<Float> mask = VectorTileF32.SPECIES.indexInRange(j, width);
      for (int i = 0; i < height; i++) {
        int at = offset + i * rowStride + j;
        FloatVector sums = FloatVector.fromArray(VectorTileF32.SPECIES, edge, i * COLUMNS + j);
        if (accumulate) {
          sums = FloatVector.fromArray(VectorTileF32.SPECIES, c, at, mask).add(sums);
        }
        sums.intoArray(c, at, mask);
      }
    }
  }
}
