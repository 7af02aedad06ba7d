package org.autograd.forwardforward;

import java.util.Objects;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/** Where the data come from that a network is to find bad. */
public final class Negatives {
  private static final int BLURS = 6;
  private static final double[] BLUR = {0.25, 0.5, 0.25};

  private enum Kind {
    RANDOM_LABELS,
    HARD_LABELS,
    HYBRID_IMAGES
  }

  private final Kind kind;
  private final int height;
  private final int width;

  private Negatives(Kind kind, int height, int width) {
    this.kind = kind;
    this.height = height;
    this.width = width;
  }

  /** Returns the same inputs with one of the wrong labels, all of them equally likely. */
  public static Negatives randomLabels() {
    return new Negatives(Kind.RANDOM_LABELS, 0, 0);
  }

  /**
   * Returns the same inputs with a wrong label that is likely in the eyes of the network's softmax
   * head, as in Hinton's own program: the more of the easy ones are learned, the harder the
   * negatives become.
   */
  public static Negatives hardLabels() {
    return new Negatives(Kind.HARD_LABELS, 0, 0);
  }

  /**
   * Returns mixtures of two images, for learning without labels: one shows through a random mask
   * with large holes, another through the rest, so that a part looks real and the whole does not.
   *
   * @param height of the images, which are of shape [size, height * width] or another of as many
   *     elements
   * @param width of the images
   */
  public static Negatives hybridImages(int height, int width) {
    if (height < 2 || width < 2) {
      throw new IllegalArgumentException(
          "hybridImages: images must be at least 2 x 2, got " + height + " x " + width);
    }
    return new Negatives(Kind.HYBRID_IMAGES, height, width);
  }

  /** Returns whether the network's softmax head is asked. */
  boolean needsHead() {
    return kind == Kind.HARD_LABELS;
  }

  /** Returns whether positive and negative data differ in their labels. */
  boolean areLabels() {
    return kind != Kind.HYBRID_IMAGES;
  }

  /**
   * Returns a wrong label for each example.
   *
   * @param targets the right ones, int64, of shape [size]
   * @param logits what the softmax head says, of shape [size, classes], if it is asked
   */
  Variable wrongLabels(Variable targets, int classes, @Nullable Variable logits, Generator rng) {
    return needsHead()
        ? hard(targets, Objects.requireNonNull(logits), rng)
        : random(targets, classes, rng);
  }

  /** Returns a label for each example that is not its target, all others equally likely. */
  static Variable random(Variable targets, int classes, Generator rng) {
    return targets.add(Variable.randint(rng, 1, classes, targets.size(0))).remainder(classes);
  }

  /** Returns a label for each example, drawn by softmax among those that are not its target. */
  static Variable hard(Variable targets, Variable logits, Generator rng) {
    // The largest of logits with independent Gumbel noise is distributed as softmax.
    Variable noise =
        Variable.rand(rng, logits.dtype(), logits.shape().toArray()).log().neg().log().neg();
    Variable right = targets.oneHot(Math.toIntExact(logits.size(1))).to(DType.BOOL);
    return logits.add(noise).maskedFill(right, Double.NEGATIVE_INFINITY).argmax(1);
  }

  /** Returns a mixture of each image with another one of the batch. */
  Variable mix(Variable images, Generator rng) {
    long size = images.size(0);
    if (size < 2) {
      throw new IllegalArgumentException(
          "hybridImages: a batch must have at least two images to be mixed, got "
              + size
              + "; use DataLoader.dropLast()");
    }
    if (images.elementCount() != size * height * width) {
      throw new IllegalArgumentException(
          "hybridImages: images must have "
              + height
              + " x "
              + width
              + " elements each, got shape "
              + images.shape());
    }
    Variable mask = masks(rng, images.dtype(), size).reshape(images.shape().toArray());
    long shift = Variable.randint(rng, 1, size, 1).toLongArray()[0];
    Variable others = images.roll(0, shift);
    return mask.mul(images).add(mask.neg().add(1).mul(others));
  }

  /** Returns masks of zeros and ones with large areas of either, [size, height, width]. */
  Variable masks(Generator rng, DType dtype, long size) {
    Variable noise = Variable.rand(rng, DType.FLOAT32, size, 1, height, width);
    Variable mask = noise.ge(0.5).to(DType.FLOAT32);
    Variable vertical = Variable.of(BLUR).to(DType.FLOAT32).reshape(1, 1, 3, 1);
    Variable horizontal = vertical.reshape(1, 1, 1, 3);
    for (int k = 0; k < BLURS; k++) {
      mask = mask.padReplicate(1, 1, 1, 1).conv2d(vertical, null).conv2d(horizontal, null);
    }
    return mask.gt(0.5).to(dtype).reshape(size, height, width);
  }
}
