package org.autograd;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Operations that change their operand, and return it. They raise the version of its storage, so
 * that a backward pass notices if it still needs the elements that were there before. A leaf that
 * requires a gradient can be changed under {@link Autograd#noGrad} only; and while operations are
 * recorded, nothing that shares its elements with a view.
 */
sealed interface InPlaceOps permits Variable {
  /** Returns this as a Variable. */
  Variable self();

  /** Adds in place, {@code this += other}. */
  default Variable add_(Variable other) {
    return self().assign("add_", self().add(other));
  }

  /** Adds a number in place. */
  default Variable add_(double value) {
    return self().assign("add_", self().add(value));
  }

  /** Subtracts in place, {@code this -= other}. */
  default Variable sub_(Variable other) {
    return self().assign("sub_", self().sub(other));
  }

  /** Subtracts a number in place. */
  default Variable sub_(double value) {
    return self().assign("sub_", self().sub(value));
  }

  /** Multiplies in place, {@code this *= other}. */
  default Variable mul_(Variable other) {
    Variable left = asItIs(other);
    return self().assign("mul_", left.mul(other == self() ? left : other));
  }

  /** Multiplies by a number in place. */
  default Variable mul_(double value) {
    return self().assign("mul_", self().mul(value));
  }

  /** Divides in place, {@code this /= other}. */
  default Variable div_(Variable other) {
    Variable left = asItIs(other);
    return self().assign("div_", left.div(other == self() ? left : other));
  }

  /** Divides by a number in place. */
  default Variable div_(double value) {
    return self().assign("div_", self().div(value));
  }

  /** Returns this with elements that stay, if the gradient of the other operand needs them. */
  private Variable asItIs(Variable other) {
    return other.isRecorded() ? self().withCopiedElements() : self();
  }

  /** Sets all elements to 0. */
  default Variable zero_() {
    return fill_(0);
  }

  /** Sets all elements to a value. */
  default Variable fill_(double value) {
    return self().assign("fill_", Variable.fullLike(self(), value));
  }

  /** Copies the elements of another Variable, which is broadcast and converted as needed. */
  default Variable copy_(Variable source) {
    Variable x = self();
    checkArgument(
        source.shape().broadcastsTo(x.shape()),
        "copy_: %s cannot be copied into %s; the source must broadcast to the target's shape",
        source.describe(),
        x.describe());
    Variable converted = source.to(x.dtype());
    // A node of its own: this must not take over the source's, least of all a leaf's.
    return x.assign(
        "copy_",
        Node.record("copy_", converted.data().expand(x.shape()), Edge.to(converted, g -> g)));
  }
}
