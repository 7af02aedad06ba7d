package org.autograd.internal.kernel.convolution;

import java.util.Arrays;
import org.autograd.internal.kernel.Parallel;
import org.jspecify.annotations.Nullable;

/**
 * A convolution and its two gradients. Each is bilinear and each is a gradient of the others. All
 * arrays are in row-major order; results begin at 0.
 *
 * <p>An image is copied into a {@link Grid}, where each product becomes one of the loops of {@link
 * ConvolutionTilesF32}. Images are shared out among threads; the gradient of the weights is summed
 * up over a number of groups of images that depends on sizes only, and then over the groups in
 * their order.
 */
public final class ConvolutionF32 {
  private static final int ROWS = ConvolutionTilesF32.ROWS;

  /** At least this many multiply-adds are given to a thread at a time. */
  private static final long TASK_WORK = 1 << 22;

  /** How many taps are added up before the sums are put away: their weights fit the L1 cache. */
  private static final int DEPTH_BLOCK = 256;

  /** The sums of a block of rows are to fit the L2 cache: 256 KB. */
  private static final int SUMS_BLOCK = 1 << 16;

  /** How many outputs are correlated before the sums are put away. */
  private static final int OUTPUT_BLOCK = 256;

  /** The most groups of images for the gradient of the weights; each has sums of its own. */
  private static final int MAX_PARTS = 8;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  /** An array that each thread keeps; it grows as needed. */
  private static final class Scratch {
    private float[] array = {};

    float[] reserve(int size) {
      if (array.length < size) {
        array = new float[size];
      }
      return array;
    }
  }

  private final ConvolutionShape shape;
  private final Grid grid;
  private final ConvolutionTilesF32 tiles;
  private final int depth;
  private final int inputSize;
  private final int outputSize;

  private ConvolutionF32(ConvolutionShape shape) {
    this.shape = shape;
    grid = new Grid(shape);
    tiles = ConvolutionTilesF32.of(shape);
    depth = shape.depth();
    inputSize = shape.inputSize();
    outputSize = shape.outputSize();
  }

  private static int roundUp(int size, int multiple) {
    return Math.multiplyExact(Math.ceilDiv(size, multiple), multiple);
  }

  /** Receives the images, each with one group of its channels, that are one thread's. */
  private interface Images {
    void run(int from, int to);
  }

  private void forEachImage(Images body) {
    int images = shape.batch() * shape.groups();
    int each = (int) Math.clamp(TASK_WORK / Math.max(1, shape.work()), 1, Math.max(1, images));
    Parallel.forEach(
        Math.ceilDiv(images, each),
        task -> body.run(task * each, Math.min(images, (task + 1) * each)));
  }

  /** Returns an array for an image in the grid, with what the loops may touch beyond it. */
  private float[] newGrid(int channels) {
    return new float[Math.addExact(Math.multiplyExact(channels, grid.planeSize), tiles.lanes())];
  }

  /** Copies channels of an image into the grid. */
  private void toGrid(int channels, float[] image, int offset, float[] cells) {
    for (int c = 0; c < channels; c++) {
      for (Grid.Columns columns : grid.columns) {
        int from = offset + c * inputSize + columns.imageStart();
        int to = c * grid.planeSize + columns.gridStart();
        int step = columns.imageStep();
        if (step == 1) {
          tiles.copyRows(image, from, grid.imageRows, cells, to, grid.gridRows, columns.count());
          continue;
        }
        for (int r = 0; r < grid.imageRows.length; r++) {
          int i = from + grid.imageRows[r];
          int start = to + grid.gridRows[r];
          for (int j = start; j < start + columns.count(); j++, i += step) {
            cells[j] = image[i];
          }
        }
      }
    }
  }

  /**
   * Adds what is in the grid to channels of an image. Channels are the inner loop: slices overlap in
   * the image, and to load what has just been stored, but at a shift, takes long.
   */
  private void fromGrid(int channels, float[] cells, float[] image, int offset) {
    for (Grid.Columns columns : grid.columns) {
      int step = columns.imageStep();
      for (int c = 0; c < channels; c++) {
        int to = offset + c * inputSize + columns.imageStart();
        int from = c * grid.planeSize + columns.gridStart();
        if (step == 1) {
          tiles.addRows(image, to, grid.imageRows, cells, from, grid.gridRows, columns.count());
          continue;
        }
        for (int r = 0; r < grid.imageRows.length; r++) {
          int i = to + grid.imageRows[r];
          int start = from + grid.gridRows[r];
          for (int j = start; j < start + columns.count(); j++, i += step) {
            image[i] += cells[j];
          }
        }
      }
    }
  }

  /**
   * Writes the convolution of {@code x} with the filters {@code w} to {@code y}.
   *
   * @param bias added to each output channel, null for none
   */
  public static void forward(
      ConvolutionShape shape,
      float[] x,
      int xOffset,
      float[] w,
      int wOffset,
      float @Nullable [] bias,
      int biasOffset,
      float[] y) {
    new ConvolutionF32(shape).forward(x, xOffset, w, wOffset, bias, biasOffset, y);
  }

  private void forward(
      float[] x,
      int xOffset,
      float[] w,
      int wOffset,
      float @Nullable [] bias,
      int biasOffset,
      float[] y) {
    int filters = shape.filters();
    int paddedRows = roundUp(filters, ROWS);
    float[] weights = packFilters(w, wOffset, paddedRows);
    float[] starts = new float[shape.groups() * paddedRows];
    for (int g = 0; bias != null && g < shape.groups(); g++) {
      System.arraycopy(bias, biasOffset + g * filters, starts, g * paddedRows, filters);
    }
    int[] offsets = grid.offsets(shape.channels());
    int rowStep = Math.max(1, grid.rowLength);
    int blockRows = Math.max(1, SUMS_BLOCK / paddedRows / rowStep);
    int blocks = Math.ceilDiv(grid.rows.length, blockRows);
    // Whether sums can be formed where they are to be, with no vector reaching beyond them.
    boolean inPlace =
        grid.isCompact()
            && paddedRows == filters
            && outputSize % tiles.lanes() == 0
            && (blocks == 1 || blockRows * grid.rowLength % tiles.lanes() == 0);
    int imageSize = shape.channels() * inputSize;
    forEachImage((from, to) -> {
      float[] cells = newGrid(shape.channels());
      for (int image = from; image < to; image++) {
        int group = image % shape.groups();
        int start = image * filters * outputSize;
        toGrid(shape.channels(), x, xOffset + image * imageSize, cells);
        Parallel.forEach(
            blocks,
            block -> {
              int fromRow = block * blockRows;
              int toRow = Math.min(grid.rows.length, fromRow + blockRows);
              if (inPlace) {
                addRows(
                    group,
                    weights,
                    paddedRows,
                    starts,
                    offsets,
                    cells,
                    fromRow,
                    toRow,
                    y,
                    start + fromRow * grid.rowLength,
                    outputSize);
                return;
              }
              int stride = roundUp(grid.span(fromRow, toRow), tiles.lanes());
              float[] sums = SCRATCH.get().reserve(paddedRows * stride);
              addRows(
                  group,
                  weights,
                  paddedRows,
                  starts,
                  offsets,
                  cells,
                  fromRow,
                  toRow,
                  sums,
                  0,
                  stride);
              for (int f = 0; f < filters; f++) {
                for (int row = fromRow; row < toRow; row++) {
                  System.arraycopy(
                      sums,
                      f * stride + grid.rows[row] - grid.rows[fromRow],
                      y,
                      start + f * outputSize + row * grid.rowLength,
                      grid.rowLength);
                }
              }
            });
      }
    });
  }

  /** Computes some rows of outputs of all filters of a group. */
  private void addRows(
      int group,
      float[] weights,
      int paddedRows,
      float[] bias,
      int[] offsets,
      float[] cells,
      int fromRow,
      int toRow,
      float[] sums,
      int sumsOffset,
      int sumsStride) {
    for (int k = 0; k < depth; k += DEPTH_BLOCK) {
      tiles.addTaps(
          paddedRows,
          grid.span(fromRow, toRow),
          depth,
          weights,
          group * paddedRows * depth,
          bias,
          group * paddedRows,
          k,
          Math.min(depth, k + DEPTH_BLOCK),
          offsets,
          cells,
          grid.rows[fromRow],
          sums,
          sumsOffset,
          sumsStride);
    }
  }

  /** Returns the filters in groups of rows: tap by tap an element of each. */
  private float[] packFilters(float[] w, int offset, int paddedRows) {
    float[] packed = new float[Math.multiplyExact(shape.groups() * paddedRows, depth)];
    for (int filter = 0; filter < shape.groups() * shape.filters(); filter++) {
      int row = filter / shape.filters() * paddedRows + filter % shape.filters();
      int to = row / ROWS * ROWS * depth + row % ROWS;
      int from = offset + filter * depth;
      for (int k = 0; k < depth; k++) {
        packed[to + k * ROWS] = w[from + k];
      }
    }
    return packed;
  }

  /** Writes the gradient of the input for the gradient {@code g} of the output to {@code dx}. */
  public static void inputGradient(
      ConvolutionShape shape, float[] g, int gOffset, float[] w, int wOffset, float[] dx) {
    new ConvolutionF32(shape).inputGradient(g, gOffset, w, wOffset, dx);
  }

  private void inputGradient(float[] g, int gOffset, float[] w, int wOffset, float[] dx) {
    int filters = shape.filters();
    int channels = shape.channels();
    int strips = Math.ceilDiv(channels, ROWS);
    int stripSize = Math.multiplyExact(ROWS * grid.taps.length, filters);
    float[] weights = packChannels(w, wOffset, strips, stripSize);
    int width = grid.span(0, grid.rows.length);
    boolean inPlace = grid.isCompact() && outputSize % tiles.lanes() == 0;
    int stride = roundUp(width, tiles.lanes());
    forEachImage((from, to) -> {
      float[] gradients = inPlace ? g : new float[Math.multiplyExact(filters, stride)];
      for (int image = from; image < to; image++) {
        int start = gOffset + image * filters * outputSize;
        for (int row = 0; !inPlace && row < filters * grid.rows.length; row++) {
          System.arraycopy(
              g,
              start + row * grid.rowLength,
              gradients,
              row / grid.rows.length * stride + grid.rows[row % grid.rows.length],
              grid.rowLength);
        }
        int firstStrip = image % shape.groups() * strips;
        int firstChannel = image * channels;
        Parallel.forEach(
            strips,
            strip -> {
              float[] cells = newGrid(ROWS);
              tiles.spread(
                  width,
                  filters,
                  weights,
                  (firstStrip + strip) * stripSize,
                  gradients,
                  inPlace ? start : 0,
                  stride,
                  grid.taps,
                  cells,
                  grid.planeSize);
              fromGrid(
                  Math.min(ROWS, channels - strip * ROWS),
                  cells,
                  dx,
                  (firstChannel + strip * ROWS) * inputSize);
            });
      }
    });
  }

  /** Returns the weights in groups of channels: tap by tap, filter by filter one of each. */
  private float[] packChannels(float[] w, int offset, int strips, int stripSize) {
    float[] packed = new float[Math.multiplyExact(shape.groups() * strips, stripSize)];
    int taps = grid.taps.length;
    int filters = shape.filters();
    for (int filter = 0; filter < shape.groups() * filters; filter++) {
      for (int channel = 0; channel < shape.channels(); channel++) {
        int strip = filter / filters * strips + channel / ROWS;
        int to = strip * stripSize + filter % filters * ROWS + channel % ROWS;
        int from = offset + (filter * shape.channels() + channel) * taps;
        for (int tap = 0; tap < taps; tap++) {
          packed[to + tap * filters * ROWS] = w[from + tap];
        }
      }
    }
    return packed;
  }

  /** Writes the gradient of the filters for the gradient {@code g} of the output to {@code dw}. */
  public static void weightGradient(
      ConvolutionShape shape, float[] x, int xOffset, float[] g, int gOffset, float[] dw) {
    new ConvolutionF32(shape).weightGradient(x, xOffset, g, gOffset, dw);
  }

  private void weightGradient(float[] x, int xOffset, float[] g, int gOffset, float[] dw) {
    int[] offsets = Arrays.copyOf(grid.offsets(shape.channels()), roundUp(depth, ROWS));
    int[] positions = grid.positions();
    int paddedFilters = roundUp(shape.filters(), tiles.lanes());
    int sumsSize = Math.multiplyExact(shape.groups(), offsets.length * paddedFilters);
    // As many groups of images as have much to do, and do not need much more memory than they save.
    long work = shape.work() * shape.groups() * shape.batch();
    long operands =
        (long) shape.groups()
            * shape.batch()
            * (shape.channels() * inputSize + shape.filters() * outputSize);
    long wanted = Math.min(work / TASK_WORK, operands / Math.max(1, sumsSize));
    int parts = (int) Math.clamp(wanted, 1, Math.clamp(shape.batch(), 1, MAX_PARTS));
    float[][] sums = new float[parts][sumsSize];
    Parallel.forEach(
        parts,
        part -> {
          int from = (int) ((long) shape.batch() * part / parts);
          int to = (int) ((long) shape.batch() * (part + 1) / parts);
          float[] cells = newGrid(shape.channels());
          float[] gradients = new float[Math.multiplyExact(outputSize, paddedFilters)];
          for (int image = from * shape.groups(); image < to * shape.groups(); image++) {
            toGrid(shape.channels(), x, xOffset + image * shape.channels() * inputSize, cells);
            transpose(g, gOffset + image * shape.filters() * outputSize, paddedFilters, gradients);
            for (int o = 0; o < outputSize; o += OUTPUT_BLOCK) {
              tiles.correlate(
                  offsets.length,
                  paddedFilters,
                  offsets,
                  cells,
                  o,
                  Math.min(outputSize, o + OUTPUT_BLOCK),
                  positions,
                  gradients,
                  sums[part],
                  image % shape.groups() * offsets.length * paddedFilters);
            }
          }
        });
    for (int part = 1; part < parts; part++) {
      for (int i = 0; i < sumsSize; i++) {
        sums[0][i] += sums[part][i];
      }
    }
    for (int filter = 0; filter < shape.groups() * shape.filters(); filter++) {
      int from =
          filter / shape.filters() * offsets.length * paddedFilters + filter % shape.filters();
      for (int k = 0; k < depth; k++) {
        dw[filter * depth + k] = sums[0][from + k * paddedFilters];
      }
    }
  }

  /** Puts the filters of one output side by side, four at a time. */
  private void transpose(float[] g, int offset, int paddedFilters, float[] gradients) {
    int filters = shape.filters();
    int f = 0;
    for (; f + 4 <= filters; f += 4) {
      int from = offset + f * outputSize;
      for (int o = 0, to = f; o < outputSize; o++, to += paddedFilters) {
        gradients[to] = g[from + o];
        gradients[to + 1] = g[from + outputSize + o];
        gradients[to + 2] = g[from + 2 * outputSize + o];
        gradients[to + 3] = g[from + 3 * outputSize + o];
      }
    }
    for (; f < filters; f++) {
      for (int o = 0; o < outputSize; o++) {
        gradients[o * paddedFilters + f] = g[offset + f * outputSize + o];
      }
    }
  }
}
