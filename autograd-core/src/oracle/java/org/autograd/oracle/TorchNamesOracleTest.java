package org.autograd.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.autograd.operations.TorchNames;
import org.autograd.operations.TorchNames.Name;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** The names by which {@code docs/torch-map.md} calls PyTorch's functions are names of libtorch. */
class TorchNamesOracleTest {
  private static final Pattern CALL =
      Pattern.compile("torch\\.(nn\\.functional\\.|linalg\\.|Tensor\\.)?(\\w+)(\\(.*\\))?");

  /** Written in Python, from functions with other names. */
  private static final Set<String> PYTHON = Set.of("torch.unique");

  @Test
  void everyNameExists() {
    Set<String> existing =
        Stream.of(torch.class.getMethods(), Tensor.class.getMethods())
            .flatMap(Stream::of)
            .map(Method::getName)
            .collect(Collectors.toSet());
    List<String> unknown = new ArrayList<>();
    int count = 0;
    for (TorchNames.Family family : TorchNames.families()) {
      for (Name name : family.names()) {
        Matcher call = CALL.matcher(name.torch());
        if (name.torch().startsWith("torch.")) {
          assertTrue(call.matches(), name.torch());
          boolean linalg = "linalg.".equals(call.group(1));
          if (!existing.contains((linalg ? "linalg_" : "") + call.group(2))) {
            unknown.add(name.torch());
          }
          count++;
        }
      }
    }
    assertEquals(PYTHON, Set.copyOf(unknown));
    assertTrue(count > 200, "only " + count + " names");
  }
}
