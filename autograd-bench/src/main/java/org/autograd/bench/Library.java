package org.autograd.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * A library that can be given the same work as the others. Autograd is one, its peers are others;
 * the benchmarks choose by name. A method that a library does not have throws {@link
 * UnsupportedOperationException}.
 *
 * <p>Libraries beside those of this module are found as services: module {@code autograd-peers}.
 */
public interface Library {
  /** Returns the name by which it is chosen. */
  String name();

  /** Returns whether it runs no code that the JVM has yet to compile, and so is soon warm. */
  default boolean isNative() {
    return false;
  }

  /**
   * Prepares a matrix product.
   *
   * @param threads the number of threads that it may use
   */
  default Work product(Product product, int threads) {
    throw unsupported("matrix products");
  }

  /**
   * Prepares an operation on float32 arrays that returns a new one.
   *
   * @param shape of all operands
   * @param backward whether also their gradients are computed, given that of the result
   * @param threads the number of threads that it may use
   */
  default Work operation(Operation operation, long[] shape, boolean backward, int threads) {
    throw unsupported("single operations");
  }

  /**
   * Prepares a training step: gradients to zero, forward, cross-entropy, backward, Adam.
   *
   * @param threads the number of threads that it may use
   */
  default Work step(Network network, int threads) {
    throw unsupported("training steps");
  }

  /**
   * Prepares a training step of a network like LeNet on images of 1 x 28 x 28: two convolutions of
   * 5 x 5 to 16 and 32 channels, each with ReLU and maxima of 2 x 2, and layers of 128 and 10.
   *
   * @param batch the number of images
   * @param threads the number of threads that it may use
   */
  default Work convolutionStep(int batch, int threads) {
    throw unsupported("convolutions");
  }

  /**
   * Prepares a training step of a transformer encoder of two layers (128 features, 4 heads, 2048
   * features between the linear layers, dropout 0.1) on sequences of vectors, whose first position
   * a linear layer classifies.
   *
   * @param batch the number of sequences
   * @param length of a sequence
   * @param threads the number of threads that it may use
   */
  default Work transformerStep(int batch, int length, int threads) {
    throw unsupported("transformers");
  }

  /**
   * Prepares a training step of an LSTM on sequences of 32 times 64 features, all given at once: a
   * layer of 128, and a linear layer of 10 classes on its last output.
   *
   * @param batch the number of sequences
   * @param threads the number of threads that it may use
   */
  default Work recurrentStep(int batch, int threads) {
    throw unsupported("recurrent layers");
  }

  /**
   * Prepares a training step of a model beside the usual ones.
   *
   * @param threads the number of threads that it may use
   */
  default Work learningStep(LearningStep step, int threads) {
    throw unsupported("the step " + step);
  }

  /**
   * Prepares forward and backward through a chain of scalars: alternately a product and a sum.
   *
   * @param nodes their number
   * @param threads the number of threads that it may use
   */
  default Work scalarChain(int nodes, int threads) {
    throw unsupported("scalar chains");
  }

  private UnsupportedOperationException unsupported(String what) {
    return new UnsupportedOperationException(name() + " is not measured for " + what);
  }

  /**
   * Returns the library of a name.
   *
   * @throws IllegalArgumentException if there is none; the message names those that there are
   */
  static Library named(String name) {
    List<Library> libraries = new ArrayList<>(KernelLibrary.all());
    libraries.add(new AutogradLibrary());
    libraries.add(new EjmlLibrary());
    ServiceLoader.load(Library.class).forEach(libraries::add);
    return libraries.stream()
        .filter(library -> library.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no library "
                    + name
                    + " on the class path, only "
                    + libraries.stream().map(Library::name).collect(Collectors.joining(", "))));
  }
}
