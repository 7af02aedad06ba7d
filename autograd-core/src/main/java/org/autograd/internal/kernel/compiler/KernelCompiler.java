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
   */
  public static Kernel compile(Program program, DType dtype, int vectorBits) {
    VectorSpecies species = new VectorSpecies(vectorBits);
    Plan plan = Planner.plan(program, Precision.of(dtype), !species.isScalar());
    byte[] bytes = KernelWriter.write(plan, species);
    try {
      // A hidden class goes away with its last instance.
      return (Kernel)
          MethodHandles.lookup()
              .defineHiddenClass(bytes, true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot use a generated class", e);
    }
  }
}
