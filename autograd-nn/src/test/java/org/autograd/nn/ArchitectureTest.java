package org.autograd.nn;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.Sets;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final Set<String> EXPORTED =
      Set.of(
          "org.autograd.data",
          "org.autograd.io",
          "org.autograd.nn",
          "org.autograd.optim",
          "org.autograd.training");
  private static final Set<String> INTERNAL = Set.of("org.autograd.io.internal");
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(EXPORTED);

  @Test
  void classesAreRead() {
    // ArchUnit only logs class files that are too new for it.
    assertFalse(CLASSES.isEmpty());
  }

  @Test
  void packagesAreFreeOfCycles() {
    slices().matching("(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void everyPackageIsExportedOrInternal() {
    Set<String> packages =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.isEmpty()) // module-info
            .collect(Collectors.toSet());
    assertEquals(Sets.union(EXPORTED, INTERNAL), packages);
  }

  @Test
  void theCoreIsUsedThroughItsExportsOnly() {
    Set<String> used =
        CLASSES.stream()
            .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
            .map(dependency -> dependency.getTargetClass().getPackageName())
            .filter(name -> name.startsWith("org.autograd"))
            .collect(Collectors.toSet());
    assertTrue(used.contains("org.autograd"), "dependencies are read");
    used.removeAll(EXPORTED);
    used.removeAll(INTERNAL);
    used.removeAll(Set.of("org.autograd", "org.autograd.expression", "org.autograd.type"));
    assertEquals(Set.of(), used);
  }

  @Test
  void exportedSignaturesShowNoLibrary() {
    assertEquals(
        Set.of(),
        CLASSES.stream()
            .filter(c -> EXPORTED.contains(c.getPackageName()))
            .filter(ArchitectureTest::isPublic)
            .flatMap(ArchitectureTest::librariesShownBy)
            .collect(Collectors.toSet()));
  }

  private static boolean isPublic(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true);
  }

  /**
   * Returns the types of Guava, EJML, Jackson and FastCSV in what users see of a class, inherited
   * members too.
   */
  private static Stream<String> librariesShownBy(JavaClass type) {
    Stream<JavaType> supertypes =
        Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
    Stream<JavaClass> ofMembers =
        type.getAllMembers().stream()
            .filter(member ->
                member.getModifiers().contains(JavaModifier.PUBLIC)
                    || member.getModifiers().contains(JavaModifier.PROTECTED))
            .flatMap(member -> member.getAllInvolvedRawTypes().stream());
    return Stream.concat(supertypes.flatMap(t -> t.getAllInvolvedRawTypes().stream()), ofMembers)
        .map(JavaClass::getName)
        .filter(name ->
            name.startsWith("com.google.")
                || name.startsWith("de.siegmar.")
                || name.startsWith("com.fasterxml.")
                || name.startsWith("org.ejml."))
        .map(name -> type.getName() + " shows " + name);
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
