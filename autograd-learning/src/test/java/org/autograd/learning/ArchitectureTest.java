package org.autograd.learning;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final Path OUTPUT = Path.of("target", "classes");
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPath(OUTPUT);

  private static Set<String> packages() {
    return CLASSES.stream()
        .map(JavaClass::getPackageName)
        .filter(name -> !name.isEmpty()) // module-info
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void classesAreRead() {
    // ArchUnit only logs class files that are too new for it.
    assertFalse(CLASSES.isEmpty());
  }

  @Test
  void packagesAreFreeOfCycles() {
    slices().matching("org.autograd.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void everyPackageIsExported() {
    Set<String> exported =
        ModuleFinder.of(OUTPUT)
            .find("org.autograd.learning")
            .orElseThrow()
            .descriptor()
            .exports()
            .stream()
            .map(ModuleDescriptor.Exports::source)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(packages(), exported);
  }

  @Test
  void everyPackageIsNullMarked() {
    List<String> unmarked =
        packages().stream()
            .filter(name -> !CLASSES.getPackage(name).isAnnotatedWith(NullMarked.class))
            .toList();
    assertEquals(List.of(), unmarked);
  }
}
