package org.autograd;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.autograd");

  @Test
  void classesAreRead() {
    // ArchUnit only logs class files that are too new for it.
    assertFalse(CLASSES.isEmpty());
  }

  @Test
  void layersDependDownwardsOnly() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .withOptionalLayers(true)
        .layer("type")
        .definedBy("org.autograd.type..")
        .layer("expression")
        .definedBy("org.autograd.expression..")
        .layer("storage")
        .definedBy("org.autograd.internal.storage..")
        .layer("kernel")
        .definedBy("org.autograd.internal.kernel..")
        .layer("ndarray")
        .definedBy("org.autograd.internal.ndarray..")
        .layer("tensor")
        .definedBy("org.autograd")
        .whereLayer("expression")
        .mayOnlyBeAccessedByLayers("kernel", "ndarray", "tensor")
        .whereLayer("storage")
        .mayOnlyBeAccessedByLayers("kernel", "ndarray", "tensor")
        .whereLayer("kernel")
        .mayOnlyBeAccessedByLayers("ndarray", "tensor")
        .whereLayer("ndarray")
        .mayOnlyBeAccessedByLayers("tensor")
        .whereLayer("tensor")
        .mayNotBeAccessedByAnyLayer()
        .check(CLASSES);
  }

  @Test
  void packagesAreFreeOfCycles() {
    slices().matching("(**)").should().beFreeOfCycles().allowEmptyShould(true).check(CLASSES);
  }

  @Test
  void everyPackageIsNullMarked() {
    List<String> unmarked =
        CLASSES.stream()
            .map(JavaClass::getPackage)
            .filter(p -> !p.getName().isEmpty()) // module-info
            .filter(p -> !p.isAnnotatedWith(NullMarked.class))
            .map(JavaPackage::getName)
            .distinct()
            .toList();
    assertEquals(List.of(), unmarked);
  }
}
