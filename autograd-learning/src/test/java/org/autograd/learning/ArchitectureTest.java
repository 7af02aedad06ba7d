package org.autograd.learning;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final Set<String> EXPORTED =
      Set.of(
          "org.autograd.forwardforward",
          "org.autograd.liquid",
          "org.autograd.local",
          "org.autograd.spiking");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(EXPORTED);

  @Test
  void everyPackageIsReadAndNullMarked() {
    // ArchUnit only logs class files that are too new for it.
    Set<String> packages =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.isEmpty()) // module-info
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(EXPORTED), packages);
    List<String> unmarked =
        CLASSES.stream()
            .map(JavaClass::getPackage)
            .filter(p -> !p.getName().isEmpty())
            .filter(p -> !p.isAnnotatedWith(NullMarked.class))
            .map(JavaPackage::getName)
            .distinct()
            .toList();
    assertEquals(List.of(), unmarked);
  }

  @Test
  void packagesAreFreeOfCycles() {
    slices().matching("(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void otherModulesAreUsedThroughTheirExportsOnly() {
    Set<String> used =
        CLASSES.stream()
            .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
            .map(dependency -> dependency.getTargetClass().getPackageName())
            .filter(name -> name.startsWith("org.autograd"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(used.contains("org.autograd.nn"), "dependencies are read");
    assertTrue(used.stream().noneMatch(name -> name.contains(".internal")), used.toString());
  }
}
