package org.autograd.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What all records of options have in common: a method per value, and checks. */
class OptionsTest {
  static Stream<Record> options() {
    return Stream.of(
        Sgd.options().momentum(.5),
        Adam.options(),
        AdamW.options(),
        RmsProp.options(),
        Adagrad.options(),
        Adadelta.options(),
        Adamax.options(),
        NAdam.options(),
        RAdam.options(),
        Rprop.options(),
        Asgd.options(),
        Lion.options(),
        Lamb.options(),
        Lamb.uncorrectedOptions(),
        Lamb.clippedOptions(),
        Muon.options(),
        Lbfgs.options(),
        PlateauScheduler.options(),
        OneCycle.of(.1, 10));
  }

  private static Object value(Record options, String name) throws ReflectiveOperationException {
    return options.getClass().getMethod(name).invoke(options);
  }

  /** Returns another value of the type that no check refuses. */
  private static Object other(Object value) {
    return switch (value) {
      case Boolean b -> !b;
      case Double d -> d == .125 ? .25 : .125;
      case Integer i -> i + 3;
      case Long l -> l + 3;
      case Muon.Scaling _ -> Muon.Scaling.MATCH_ADAMW;
      default -> throw new AssertionError(value);
    };
  }

  private static boolean isSetter(Record options, Method method) {
    return method.getReturnType() == options.getClass()
        && method.getParameterCount() == 1
        && Stream.of(options.getClass().getRecordComponents())
            .anyMatch(component -> component.getName().equals(method.getName()));
  }

  @ParameterizedTest
  @MethodSource("options")
  void aMethodSetsItsOwnValueOnly(Record options) throws ReflectiveOperationException {
    int setters = 0;
    for (Method method : options.getClass().getMethods()) {
      if (!isSetter(options, method)) {
        continue;
      }
      setters++;
      Object value = other(value(options, method.getName()));
      Record changed = (Record) Objects.requireNonNull(method.invoke(options, value));
      for (RecordComponent component : options.getClass().getRecordComponents()) {
        String name = component.getName();
        boolean dependent =
            options instanceof Lbfgs.Options
                && method.getName().equals("iterations")
                && name.equals("evaluations");
        if (!dependent) {
          assertEquals(
              name.equals(method.getName()) ? value : value(options, name), value(changed, name));
        }
      }
    }
    assertTrue(setters > 0);
  }

  @ParameterizedTest
  @MethodSource("options")
  void negativeAndUndefinedValuesAreRefused(Record options) throws ReflectiveOperationException {
    List<String> refused = new ArrayList<>();
    for (Method method : options.getClass().getMethods()) {
      if (isSetter(options, method) && method.getParameterTypes()[0] == double.class) {
        // PyTorch takes any dampening.
        if (method.getName().equals("dampening")) {
          continue;
        }
        for (double wrong : new double[] {-1, Double.NaN}) {
          InvocationTargetException e =
              assertThrows(
                  InvocationTargetException.class,
                  () -> method.invoke(options, wrong),
                  method.getName());
          String message = Objects.requireNonNull(e.getCause()).getMessage();
          assertTrue(message.contains(method.getName() + " must be "), message);
          assertTrue(message.endsWith("got " + wrong), message);
        }
        refused.add(method.getName());
      }
    }
    assertNotEquals(List.of(), refused);
  }

  @Test
  void theOthersAreSetInPairs() {
    assertEquals(List.of(.1, .2), pair(Adamax.options().betas(.1, .2)));
    assertEquals(List.of(.1, .2), pair(NAdam.options().betas(.1, .2)));
    assertEquals(List.of(.1, .2), pair(RAdam.options().betas(.1, .2)));
    assertEquals(List.of(.1, .2), pair(Lion.options().betas(.1, .2)));
    assertEquals(List.of(.1, .2), pair(Lamb.options().betas(.1, .2)));
    Rprop.Options rprop = Rprop.options().factors(.1, 7).stepSizes(2, 3);
    assertEquals(new Rprop.Options(.01, .1, 7, 2, 3, false), rprop);
    Lbfgs.Options lbfgs = Lbfgs.options().tolerances(1, 2).iterations(8);
    assertEquals(new Lbfgs.Options(1, 8, 10, 1, 2, 100, false), lbfgs);
  }

  private static List<Double> pair(MomentumOptions<?> options) {
    try {
      return List.of(options.momentum(), (Double) value((Record) options, "beta2"));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static void assertRefused(String message, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, e.getMessage());
  }

  @Test
  void pairsAreChecked() {
    assertRefused(
        "factors must be between 0 and 1 and above 1, got 1.5 and 2.0",
        () -> Rprop.options().factors(1.5, 2));
    assertRefused(
        "largest must be at least smallest, got 1.0 and 2.0",
        () -> Rprop.options().stepSizes(2, 1));
    assertRefused("iterations must be at least 1, got 0", () -> Lbfgs.options().iterations(0));
    assertRefused("history must be at least 1, got -1", () -> Lbfgs.options().history(-1));
    assertRefused("iterations must be 1 to 99, got 0", () -> Muon.options().iterations(0));
    assertRefused(
        "beta2 must be at least 0 and below 1, got 1.0", () -> Lion.options().betas(0, 1));
  }

  @Test
  void defaultsAreThoseOfPyTorchOrOfThePaper() {
    assertEquals(new Adagrad.Options(1e-2, 0, 0, 0, 1e-10, false), Adagrad.options());
    assertEquals(new Adadelta.Options(1, .9, 1e-6, 0, false), Adadelta.options());
    assertEquals(new Adamax.Options(2e-3, .9, .999, 1e-8, 0, false), Adamax.options());
    assertEquals(new NAdam.Options(2e-3, .9, .999, 1e-8, 0, 4e-3, false, false), NAdam.options());
    assertEquals(new RAdam.Options(1e-3, .9, .999, 1e-8, 0, false, false), RAdam.options());
    assertEquals(new Rprop.Options(1e-2, .5, 1.2, 1e-6, 50, false), Rprop.options());
    assertEquals(new Asgd.Options(1e-2, 1e-4, .75, 1e6, 0, false), Asgd.options());
    assertEquals(new Lion.Options(1e-4, .9, .99, 0, false), Lion.options());
    assertEquals(
        new Muon.Options(1e-3, .1, .95, true, 1e-7, 5, Muon.Scaling.ORIGINAL), Muon.options());
    assertEquals(new Lbfgs.Options(1, 20, 25, 1e-7, 1e-9, 100, false), Lbfgs.options());
  }
}
