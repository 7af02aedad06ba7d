package org.autograd.internal.storage;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.autograd.type.Shape;

/**
 * A layout together with what it should be: the storage position of every element, in row-major
 * order, kept as a plain list that each change rearranges element by element.
 */
public final class RandomLayouts {
  private Layout layout;
  private int[] sizes;
  private int[] positions;

  private RandomLayouts(int... sizes) {
    this.sizes = sizes;
    this.positions = new int[count(sizes)];
    Arrays.setAll(positions, i -> i);
    this.layout = Layout.contiguous(shape(sizes));
  }

  /** Starts with an array in row-major order. */
  public static RandomLayouts contiguous(int... sizes) {
    return new RandomLayouts(sizes);
  }

  /** Returns an array of at most four axes that was changed a few times. */
  public static RandomLayouts random(RandomGenerator rng, int largest) {
    int[] sizes = new int[rng.nextInt(5)];
    Arrays.setAll(sizes, _ -> rng.nextInt(8) == 0 ? 1 : 1 + rng.nextInt(largest));
    if (sizes.length > 0 && rng.nextInt(20) == 0) {
      sizes[rng.nextInt(sizes.length)] = 0;
    }
    RandomLayouts result = contiguous(sizes);
    int changes = rng.nextInt(6);
    for (int i = 0; i < changes; i++) {
      result.change(rng);
    }
    return result;
  }

  /** Returns the layout under test. */
  public Layout layout() {
    return layout;
  }

  /** Returns the position of each element in row-major order. */
  public int[] positions() {
    return positions;
  }

  /** Returns the sizes. */
  public int[] sizes() {
    return sizes;
  }

  private void change(RandomGenerator rng) {
    int rank = sizes.length;
    int axis = rank == 0 ? 0 : rng.nextInt(rank);
    switch (rng.nextInt(7)) {
      case 0 -> unsqueeze(rng.nextInt(rank + 1));
      case 1 -> permute(order(rng, rank));
      case 2 -> {
        if (rank > 0) {
          transpose(axis, rng.nextInt(rank));
        }
      }
      case 3 -> {
        if (rank > 0 && sizes[axis] > 0) {
          select(axis, rng.nextInt(sizes[axis]));
        }
      }
      case 4 -> expand(rng);
      default -> {
        if (rank > 0 && sizes[axis] > 0) {
          int start = rng.nextInt(sizes[axis]);
          int step = 1 + rng.nextInt(3);
          int most = (sizes[axis] - start - 1) / step + 1;
          if (rng.nextInt(4) == 0) {
            // Backwards.
            step = -step;
            most = start / -step + 1;
          }
          slice(axis, start, rng.nextInt(10) == 0 ? 0 : 1 + rng.nextInt(most), step);
        }
      }
    }
  }

  private static int[] order(RandomGenerator rng, int rank) {
    int[] order = new int[rank];
    for (int i = 0; i < rank; i++) {
      int j = rng.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** The old index for a new one. */
  private interface Source {
    int[] of(int[] index);
  }

  private void rearrange(Layout changed, int[] newSizes, Source source) {
    int[] rearranged = new int[count(newSizes)];
    for (int i = 0; i < rearranged.length; i++) {
      rearranged[i] = positions[flat(sizes, source.of(index(newSizes, i)))];
    }
    layout = changed;
    sizes = newSizes;
    positions = rearranged;
  }

  private void unsqueeze(int place) {
    rearrange(layout.unsqueeze(place), inserted(sizes, place, 1), index -> removed(index, place));
  }

  private void permute(int[] order) {
    int[] newSizes = new int[order.length];
    Arrays.setAll(newSizes, i -> sizes[order[i]]);
    rearrange(
        layout.permute(order),
        newSizes,
        index -> {
          int[] old = new int[order.length];
          for (int i = 0; i < order.length; i++) {
            old[order[i]] = index[i];
          }
          return old;
        });
  }

  private void transpose(int a, int b) {
    int[] newSizes = swapped(sizes, a, b);
    rearrange(layout.transpose(a, b), newSizes, index -> swapped(index, a, b));
  }

  private void select(int axis, int position) {
    rearrange(
        layout.select(axis, position),
        removed(sizes, axis),
        index -> inserted(index, axis, position));
  }

  private void slice(int axis, int start, int count, int step) {
    int[] newSizes = sizes.clone();
    newSizes[axis] = count;
    rearrange(
        layout.slice(axis, start, count, step),
        newSizes,
        index -> {
          int[] old = index.clone();
          old[axis] = start + step * index[axis];
          return old;
        });
  }

  private void expand(RandomGenerator rng) {
    int[] before = sizes;
    int extra = sizes.length < 4 ? rng.nextInt(2) : 0;
    int[] newSizes = new int[sizes.length + extra];
    Arrays.fill(newSizes, 0, extra, 2);
    for (int axis = 0; axis < before.length; axis++) {
      newSizes[axis + extra] = before[axis] == 1 ? 1 + rng.nextInt(3) : before[axis];
    }
    rearrange(
        layout.expand(shape(newSizes)),
        newSizes,
        index -> {
          int[] old = Arrays.copyOfRange(index, extra, index.length);
          for (int axis = 0; axis < old.length; axis++) {
            old[axis] = before[axis] == 1 ? 0 : old[axis];
          }
          return old;
        });
  }

  /** Returns whether strides exist under which the elements have another shape. */
  public boolean canView(int[] target) {
    if (positions.length == 0) {
      return true;
    }
    int[] strides = new int[target.length];
    for (int axis = 0; axis < target.length; axis++) {
      if (target[axis] > 1) {
        int[] next = new int[target.length];
        next[axis] = 1;
        strides[axis] = positions[flat(target, next)] - positions[0];
      }
    }
    for (int i = 0; i < positions.length; i++) {
      int[] index = index(target, i);
      int position = positions[0];
      for (int axis = 0; axis < target.length; axis++) {
        position += index[axis] * strides[axis];
      }
      if (position != positions[i]) {
        return false;
      }
    }
    return true;
  }

  /** Returns all positions that a layout names, in row-major order. */
  public static int[] positionsOf(Layout layout) {
    Shape shape = layout.shape();
    int[] sizes = Arrays.stream(shape.toArray()).mapToInt(Math::toIntExact).toArray();
    int[] result = new int[count(sizes)];
    for (int i = 0; i < result.length; i++) {
      int[] index = index(sizes, i);
      result[i] = layout.offset();
      for (int axis = 0; axis < sizes.length; axis++) {
        result[i] += index[axis] * layout.stride(axis);
      }
    }
    return result;
  }

  /** Returns a random shape with the given number of elements. */
  public static int[] randomShape(RandomGenerator rng, int count) {
    if (count == 0) {
      return new int[] {rng.nextInt(3), 0};
    }
    int[] sizes = new int[rng.nextInt(6)];
    int rest = count;
    for (int axis = 0; axis < sizes.length; axis++) {
      int divisor = 1 + rng.nextInt(rest);
      while (rest % divisor != 0) {
        divisor--;
      }
      sizes[axis] = divisor;
      rest /= divisor;
    }
    return rest == 1 ? sizes : inserted(sizes, rng.nextInt(sizes.length + 1), rest);
  }

  /** Returns the sizes as a shape. */
  public static Shape shape(int[] sizes) {
    return Shape.of(Arrays.stream(sizes).asLongStream().toArray());
  }

  private static int count(int[] sizes) {
    return Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
  }

  private static int[] index(int[] sizes, int flat) {
    int[] index = new int[sizes.length];
    int rest = flat;
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      index[axis] = rest % sizes[axis];
      rest /= sizes[axis];
    }
    return index;
  }

  private static int flat(int[] sizes, int[] index) {
    int flat = 0;
    for (int axis = 0; axis < sizes.length; axis++) {
      flat = flat * sizes[axis] + index[axis];
    }
    return flat;
  }

  private static int[] inserted(int[] array, int at, int value) {
    int[] result = new int[array.length + 1];
    System.arraycopy(array, 0, result, 0, at);
    result[at] = value;
    System.arraycopy(array, at, result, at + 1, array.length - at);
    return result;
  }

  private static int[] removed(int[] array, int at) {
    int[] result = new int[array.length - 1];
    System.arraycopy(array, 0, result, 0, at);
    System.arraycopy(array, at + 1, result, at, result.length - at);
    return result;
  }

  private static int[] swapped(int[] array, int a, int b) {
    int[] result = array.clone();
    result[a] = array[b];
    result[b] = array[a];
    return result;
  }
}
