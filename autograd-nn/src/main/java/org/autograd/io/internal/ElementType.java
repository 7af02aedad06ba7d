package org.autograd.io.internal;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/** The element types of files that can be read, by their names in safetensors files. */
public enum ElementType {
  BOOL(1, DType.BOOL),
  U8(1, DType.INT32),
  I8(1, DType.INT32),
  U16(2, DType.INT32),
  I16(2, DType.INT32),
  I32(4, DType.INT32),
  U32(4, DType.INT64),
  I64(8, DType.INT64),
  F16(2, DType.FLOAT32),
  BF16(2, DType.FLOAT32),
  F32(4, DType.FLOAT32),
  F64(8, DType.FLOAT64);

  /** The size of one element in the file, in bytes. */
  public final int byteSize;

  /** The dtype that holds every value of this type. */
  public final DType dtype;

  ElementType(int byteSize, DType dtype) {
    this.byteSize = byteSize;
    this.dtype = dtype;
  }

  /** Returns the type in which arrays of a dtype are written. */
  public static ElementType of(DType dtype) {
    return switch (dtype) {
      case BOOL -> BOOL;
      case INT32 -> I32;
      case INT64 -> I64;
      case FLOAT32 -> F32;
      case FLOAT64 -> F64;
    };
  }

  /** Returns the type of that name, or null if it is unknown. */
  public static @Nullable ElementType named(String name) {
    for (ElementType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    return null;
  }

  /** Returns the names of all types, for messages. */
  public static String names() {
    return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
  }

  /** Returns a new array of the {@link #dtype}. */
  public Object newArray(int length) {
    return switch (dtype) {
      case BOOL -> new boolean[length];
      case INT32 -> new int[length];
      case INT64 -> new long[length];
      case FLOAT32 -> new float[length];
      case FLOAT64 -> new double[length];
    };
  }

  /**
   * Converts the elements that remain in a buffer, in its byte order.
   *
   * @param array as {@link #newArray} returns it, filled from {@code start}
   * @return the number of leading elements that were valid; all, but for a bool that is not 0 or 1
   */
  public int decode(ByteBuffer in, Object array, int start) {
    int count = in.remaining() / byteSize;
    switch (this) {
      case BOOL -> {
        boolean[] a = (boolean[]) array;
        for (int i = 0; i < count; i++) {
          byte value = in.get();
          if (value != 0 && value != 1) {
            return i;
          }
          a[start + i] = value == 1;
        }
      }
      case U8, I8, U16, I16 -> {
        int[] a = (int[]) array;
        for (int i = 0; i < count; i++) {
          a[start + i] = nextInt(in);
        }
      }
      case U32 -> {
        long[] a = (long[]) array;
        for (int i = 0; i < count; i++) {
          a[start + i] = Integer.toUnsignedLong(in.getInt());
        }
      }
      case F16, BF16 -> {
        float[] a = (float[]) array;
        for (int i = 0; i < count; i++) {
          a[start + i] = nextFloat(in);
        }
      }
      case I32 -> in.asIntBuffer().get((int[]) array, start, count);
      case I64 -> in.asLongBuffer().get((long[]) array, start, count);
      case F32 -> in.asFloatBuffer().get((float[]) array, start, count);
      case F64 -> in.asDoubleBuffer().get((double[]) array, start, count);
    }
    return count;
  }

  private int nextInt(ByteBuffer in) {
    return switch (this) {
      case U8 -> Byte.toUnsignedInt(in.get());
      case I8 -> in.get();
      case U16 -> Short.toUnsignedInt(in.getShort());
      case I16 -> in.getShort();
      default -> throw new AssertionError(this);
    };
  }

  private float nextFloat(ByteBuffer in) {
    short bits = in.getShort();
    // A bfloat16 is the upper half of a float32.
    return this == F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
  }

  /** Converts elements of an array to bytes, from the buffer's position on, which is not moved. */
  public static void encode(Object array, int start, int count, ByteBuffer out) {
    switch (array) {
      case boolean[] a -> {
        for (int i = 0; i < count; i++) {
          out.put(i, (byte) (a[start + i] ? 1 : 0));
        }
      }
      case int[] a -> out.asIntBuffer().put(a, start, count);
      case long[] a -> out.asLongBuffer().put(a, start, count);
      case float[] a -> out.asFloatBuffer().put(a, start, count);
      case double[] a -> out.asDoubleBuffer().put(a, start, count);
      default -> throw new AssertionError(array.getClass());
    }
  }
}
