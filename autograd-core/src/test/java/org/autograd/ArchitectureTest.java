package org.autograd;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final Set<String> EXPORTED =
      Set.of("org.autograd", "org.autograd.expression", "org.autograd.type");
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
        .withOptionalLayers(false) // a renamed package must not leave its layer empty
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
    slices().matching("(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void everyPackageBelongsToALayer() {
    Set<String> packages =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.isEmpty()) // module-info
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> expected =
        Set.of(
            "org.autograd",
            "org.autograd.expression",
            "org.autograd.internal.kernel",
            "org.autograd.internal.kernel.compiler",
            "org.autograd.internal.kernel.convolution",
            "org.autograd.internal.kernel.decomposition",
            "org.autograd.internal.kernel.matmul",
            "org.autograd.internal.ndarray",
            "org.autograd.internal.storage",
            "org.autograd.type");
    assertEquals(new TreeSet<>(expected), packages);
  }

  @Test
  void exportedSignaturesShowNoLibrary() {
    for (String name : EXPORTED) {
      assertTrue(CLASSES.stream().anyMatch(c -> c.getPackageName().equals(name)), name);
    }
    assertEquals(
        Set.of(),
        CLASSES.stream()
            .filter(c -> EXPORTED.contains(c.getPackageName()))
            .filter(ArchitectureTest::isPublic)
            .flatMap(ArchitectureTest::librariesShownBy)
            .collect(Collectors.toSet()));
  }

  @Test
  void aSignatureWithALibraryIsFound() {
    JavaClass leaky = new ClassFileImporter().importClass(Leaky.class);
    String name = Leaky.class.getName();
    assertEquals(
        Set.of(
            name + " shows com.google.common.base.Supplier",
            name + " shows com.google.common.collect.ImmutableList",
            name + " shows org.ejml.data.FMatrixRMaj"),
        librariesShownBy(leaky).collect(Collectors.toSet()));
  }

  /** What {@link #librariesShownBy} must find. */
  public interface Leaky extends com.google.common.base.Supplier<String> {
    /** Has a library's type as a type argument and as a parameter. */
    List<com.google.common.collect.ImmutableList<String>> call(org.ejml.data.FMatrixRMaj matrix);
  }

  private static boolean isPublic(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true);
  }

  /** Returns the types of Guava and EJML in what users see of a class, inherited members too. */
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
        .filter(name -> name.startsWith("com.google.") || name.startsWith("org.ejml."))
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
