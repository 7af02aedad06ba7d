package org.autograd.internal.kernel.compiler;

import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import org.autograd.type.DType;

/** What differs between the code for one dtype and another. */
@SuppressWarnings("ImmutableEnumChecker") // class descriptors are immutable
enum Precision {
  SINGLE("F", "Float", ConstantDescs.CD_float, TypeKind.FLOAT, TypeKind.INT, 32, 23, 127, 64),
  DOUBLE("D", "Double", ConstantDescs.CD_double, TypeKind.DOUBLE, TypeKind.LONG, 64, 52, 1023, 32),
  INT32("I", "Int", ConstantDescs.CD_int, TypeKind.INT, TypeKind.INT, 32, 0, 0, 64),
  INT64("L", "Long", ConstantDescs.CD_long, TypeKind.LONG, TypeKind.LONG, 64, 0, 0, 32),
  /** For programs without numbers, which only combine masks. */
  BOOL("I", "Byte", ConstantDescs.CD_byte, TypeKind.BYTE, TypeKind.INT, 8, 0, 0, 64);

  /** The prefix of arithmetic instructions. */
  final String prefix;

  /** The prefix of the names of vector types. */
  final String vector;

  /** The primitive type of a number. */
  final ClassDesc number;

  /** The primitive type of its representation. */
  final ClassDesc bits;

  final TypeKind numberKind;
  final TypeKind bitsKind;

  /** The number of bits of a number. */
  final int width;

  /** The number of explicit bits of the significand. */
  final int significandBits;

  /** What is added to the exponent in the representation. */
  final int exponentBias;

  /**
   * The number of partial results of a reduction, see {@link org.autograd.internal.kernel.Kernel}.
   */
  final int partials;

  Precision(
      String prefix,
      String vector,
      ClassDesc number,
      TypeKind numberKind,
      TypeKind bitsKind,
      int width,
      int significandBits,
      int exponentBias,
      int partials) {
    this.prefix = prefix;
    this.vector = vector;
    this.number = number;
    this.bits = bitsKind == TypeKind.LONG ? ConstantDescs.CD_long : ConstantDescs.CD_int;
    this.numberKind = numberKind;
    this.bitsKind = bitsKind;
    this.width = width;
    this.significandBits = significandBits;
    this.exponentBias = exponentBias;
    this.partials = partials;
  }

  static Precision of(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> SINGLE;
      case FLOAT64 -> DOUBLE;
      case INT32 -> INT32;
      case INT64 -> INT64;
      case BOOL -> BOOL;
    };
  }

  boolean isFloating() {
    return significandBits > 0;
  }

  /** Returns the array type that holds numbers. */
  ClassDesc array() {
    return number.arrayType();
  }

  /** Returns a new array of numbers. */
  Object newArray(int length) {
    return switch (this) {
      case SINGLE -> new float[length];
      case DOUBLE -> new double[length];
      case INT32 -> new int[length];
      case INT64 -> new long[length];
      case BOOL -> new byte[length];
    };
  }

  /** Returns the nearest number of this precision. */
  double round(double value) {
    return switch (this) {
      case SINGLE -> (float) value;
      case DOUBLE -> value;
      case INT32 -> (int) value;
      case INT64 -> (long) value;
      case BOOL -> (byte) value;
    };
  }

  /** Returns the representation of the nearest number of this floating-point precision. */
  long toBits(double value) {
    return this == SINGLE
        ? Float.floatToRawIntBits((float) value)
        : Double.doubleToRawLongBits(value);
  }
}
