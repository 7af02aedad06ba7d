package org.autograd.internal.kernel.compiler;

import java.lang.invoke.MethodHandles;
import org.autograd.internal.kernel.Kernel;
import org.autograd.internal.kernel.Program;
import org.autograd.type.DType;

/** Makes classes of programs. */
public final class KernelCompiler {
  private KernelCompiler() {}

  /**
   * Compiles a program.
   *
   * @param vectorBits the width of the vectors to use, 0 for scalar code
   * @throws UnsupportedOperationException if no class can be made of it
   */
  public static Kernel compile(Program program, DType dtype, int vectorBits) {
    VectorSpecies species = new VectorSpecies(vectorBits);
    Precision precision = Precision.of(dtype);
    Plan plan = Planner.plan(program, precision, species.lanes(precision));
    try {
      // A hidden class goes away with its last instance.
      return (Kernel)
          MethodHandles.lookup()
              .defineHiddenClass(KernelWriter.write(plan, species), true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance();
    } catch (IllegalArgumentException | LinkageError | ReflectiveOperationException e) {
      // Such as a program of a million operations, too many for the format of a class.
      throw new UnsupportedOperationException("cannot make a class of a program", e);
    }
  }
}
