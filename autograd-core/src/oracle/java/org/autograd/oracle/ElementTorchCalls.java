package org.autograd.oracle;

import static org.autograd.oracle.LibTorch.scalar;
import static org.autograd.oracle.TorchCalls.call;
import static org.autograd.oracle.TorchCalls.odd;
import static org.autograd.oracle.TorchCalls.whole;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.global.torch;

/** What integer and special functions are called in PyTorch: a part of {@link TorchCalls}. */
final class ElementTorchCalls {
  // The view does not keep what it shows.
  private static final BytePointer FLOOR_NAME = new BytePointer("floor");
  private static final BytePointer TRUNC_NAME = new BytePointer("trunc");
  private static final StringViewOptional FLOOR = new StringViewOptional(FLOOR_NAME);
  private static final StringViewOptional TRUNC = new StringViewOptional(TRUNC_NAME);

  private ElementTorchCalls() {}

  // spotless:off
  static void add() {
    call("erfinv()", (t, a) -> t[0].erfinv());
    call("i0()", (t, a) -> t[0].i0());
    call("i1()", (t, a) -> torch.special_i1(t[0]));
    call("nextAfter(Variable)", (t, a) -> t[0].nextafter(t[1]).gt(t[0]));
    call("bitwiseAnd(Variable)", (t, a) -> whole(t[0]).bitwise_and(whole(t[1])));
    call("bitwiseOr(Variable)", (t, a) -> whole(t[0]).bitwise_or(whole(t[1])));
    call("bitwiseXor(Variable)", (t, a) -> whole(t[0]).bitwise_xor(whole(t[1])));
    call("bitwiseNot()", (t, a) -> whole(t[0]).bitwise_not());
    call("bitwiseLeftShift(Variable)", (t, a) -> whole(t[0]).bitwise_left_shift(whole(t[1])));
    call("bitwiseRightShift(Variable)", (t, a) -> whole(t[0]).bitwise_right_shift(whole(t[1])));
    call("gcd(Variable)", (t, a) -> whole(t[0]).gcd(whole(t[1])));
    call("lcm(Variable)", (t, a) -> whole(t[0]).lcm(whole(t[1])));
    call("floorDivide(Variable)", (t, a) -> a.values().isEmpty() ? t[0].div(t[1], FLOOR) : whole(t[0]).div(odd(t[1]), FLOOR));
    call("floorDivide(double)", (t, a) -> t[0].div(scalar(a.number(0)), FLOOR));
    call("truncDivide(Variable)", (t, a) -> a.values().isEmpty() ? t[0].div(t[1], TRUNC) : whole(t[0]).div(odd(t[1]), TRUNC));
    call("truncDivide(double)", (t, a) -> t[0].div(scalar(a.number(0)), TRUNC));

    call("lgamma()", (t, a) -> t[0].lgamma());
    call("digamma()", (t, a) -> t[0].digamma());
    call("polygamma(int)", (t, a) -> torch.polygamma(a.integer(0), t[0]));
    call("logAddExp(Variable)", (t, a) -> t[0].logaddexp(t[1]));
    call("logAddExp2(Variable)", (t, a) -> t[0].logaddexp2(t[1]));
    call("xlog1py(Variable)", (t, a) -> torch.special_xlog1py(t[0], t[1]));
    call("sinc()", (t, a) -> t[0].sinc());
    call("copysign(Variable)", (t, a) -> t[0].copysign(t[1]));
    call("copysign(double)", (t, a) -> t[0].copysign(new Scalar(a.number(0))));
    // PyTorch has no gradient of it; this is its definition.
    call("heaviside(Variable)", (t, a) -> torch.where(t[0].eq(scalar(0)), t[1], t[0].gt(scalar(0)).to(t[1].scalar_type())));
    call("signbit()", (t, a) -> t[0].signbit());
    call("degToRad()", (t, a) -> t[0].deg2rad());
    call("radToDeg()", (t, a) -> t[0].rad2deg());
    call("ldexp(Variable)", (t, a) -> t[0].ldexp(t[1]));
    call("hardshrink(double)", (t, a) -> t[0].hardshrink(new Scalar(a.number(0))));
    call("softshrink(double)", (t, a) -> torch.softshrink(t[0], new Scalar(a.number(0))));
    call("tanhshrink()", (t, a) -> t[0].sub(t[0].tanh()));
    call("softmin(int)", (t, a) -> t[0].neg().softmax(a.integer(0)));
    call("isPosInf()", (t, a) -> t[0].isposinf());
    call("isNegInf()", (t, a) -> t[0].isneginf());
    call("isIn(Variable)", (t, a) -> torch.isin(t[0], t[1]));
  }
  // spotless:on
}
