package org.autograd.nn;

/** Which variance an initialisation keeps constant from layer to layer. */
public enum Fan {
  /** That of the signal in the forward pass, by the number of inputs of each unit. */
  IN,
  /** That of the gradient in the backward pass, by the number of outputs of each unit. */
  OUT
}
