package org.autograd.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.autograd.monitor");

  @Test
  void theOnlyPackageIsNullMarked() {
    // ArchUnit only logs class files that are too new for it.
    assertFalse(CLASSES.isEmpty());
    assertEquals(
        Set.of("org.autograd.monitor"),
        CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet()));
    assertTrue(CLASSES.getPackage("org.autograd.monitor").isAnnotatedWith(NullMarked.class));
  }

  @Test
  void noLibraryIsShown() {
    assertEquals(
        Set.of(),
        CLASSES.stream()
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .flatMap(type -> type.getAllMembers().stream())
            .filter(member -> member.getModifiers().contains(JavaModifier.PUBLIC))
            .flatMap(member -> member.getAllInvolvedRawTypes().stream())
            .map(JavaClass::getName)
            .filter(name ->
                name.startsWith("com.google.")
                    || name.startsWith("me.tongfei.")
                    || name.startsWith("org.knowm."))
            .collect(Collectors.toSet()));
  }

  @Test
  void theLibraryIsUsedThroughItsExportsOnly() {
    Set<String> used =
        CLASSES.stream()
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .map(dependency -> dependency.getTargetClass().getPackageName())
            .filter(name -> name.startsWith("org.autograd"))
            .collect(Collectors.toSet());
    assertTrue(used.contains("org.autograd.training"), "dependencies are read");
    used.removeAll(
        Set.of(
            "org.autograd",
            "org.autograd.data",
            "org.autograd.io",
            "org.autograd.monitor",
            "org.autograd.nn",
            "org.autograd.training"));
    assertEquals(Set.of(), used);
  }
}
