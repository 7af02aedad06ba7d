package org.autograd.internal.kernel.compiler;

import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import org.autograd.type.DType;

/** What differs between the code for float32 and the code for float64. */
@SuppressWarnings("ImmutableEnumChecker") // class descriptors are immutable
enum Precision {
  SINGLE(ConstantDescs.CD_float, ConstantDescs.CD_int, TypeKind.FLOAT, TypeKind.INT, 23, 127, 64),
  DOUBLE(
      ConstantDescs.CD_double, ConstantDescs.CD_long, TypeKind.DOUBLE, TypeKind.LONG, 52, 1023, 32);

  /** The primitive type of a number. */
  final ClassDesc number;

  /** The primitive type of its representation. */
  final ClassDesc bits;

  final TypeKind numberKind;
  final TypeKind bitsKind;

  /** The number of explicit bits of the significand. */
  final int significandBits;

  /** What is added to the exponent in the representation. */
  final int exponentBias;

  /**
   * The number of partial results of a reduction, see {@link org.autograd.internal.kernel.Kernel}.
   */
  final int partials;

  Precision(
      ClassDesc number,
      ClassDesc bits,
      TypeKind numberKind,
      TypeKind bitsKind,
      int significandBits,
      int exponentBias,
      int partials) {
    this.number = number;
    this.bits = bits;
    this.numberKind = numberKind;
    this.bitsKind = bitsKind;
    this.significandBits = significandBits;
    this.exponentBias = exponentBias;
    this.partials = partials;
  }

  static Precision of(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> SINGLE;
      case FLOAT64 -> DOUBLE;
      default -> throw new IllegalArgumentException("no kernels for " + dtype);
    };
  }

  /** Returns the array type that holds numbers. */
  ClassDesc array() {
    return number.arrayType();
  }

  /** Returns the nearest number of this precision. */
  double round(double value) {
    return this == SINGLE ? (float) value : value;
  }

  /** Returns the representation of the nearest number of this precision. */
  long toBits(double value) {
    return this == SINGLE
        ? Float.floatToRawIntBits((float) value)
        : Double.doubleToRawLongBits(value);
  }
}
