package org.autograd.internal.kernel.compiler;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.autograd.internal.kernel.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelWriterTest {
  /** HotSpot's HugeMethodLimit: what is longer is interpreted for ever. */
  private static final int HUGE_METHOD = 8000;

  private static Map<String, Integer> methodLengths(
      Program program, Precision precision, int bits) {
    VectorSpecies species = new VectorSpecies(bits);
    Plan plan = Planner.plan(program, precision, species.lanes(precision));
    Map<String, Integer> lengths = new LinkedHashMap<>();
    for (MethodModel method : ClassFile.of().parse(KernelWriter.write(plan, species)).methods()) {
      CodeAttribute code = (CodeAttribute) method.code().orElseThrow();
      lengths.put(method.methodName().stringValue(), code.codeLength());
    }
    return lengths;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 64, 128, 256, 512})
  void everyMethodIsShortEnoughToBeCompiled(int bits) {
    Map<String, Program> programs = new LinkedHashMap<>(Programs.operators());
    programs.putAll(Programs.structures());
    programs.put("wide", Programs.wide(500));
    programs.put("deep", Programs.deep(3000));
    programs.forEach((name, program) -> {
      for (Precision precision : List.of(Precision.SINGLE, Precision.DOUBLE)) {
        methodLengths(program, precision, bits)
            .forEach((method, length) ->
                assertTrue(
                    length < HUGE_METHOD,
                    () -> name + " " + precision + " " + method + ": " + length));
      }
    });
  }

  @Test
  void vectorCodeNeedsNoVectorModuleToBeWritten() {
    // Also in the run of the tests without that module.
    assertTrue(methodLengths(Programs.softmax(), Precision.SINGLE, 256).containsKey("run"));
  }
}
