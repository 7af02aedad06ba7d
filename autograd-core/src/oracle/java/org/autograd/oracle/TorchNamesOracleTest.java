package org.autograd.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;
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
      Pattern.compile(
          "torch\\.(?:nn\\.functional\\.|Tensor\\.)?(linalg\\.|special\\.|fft\\.)?(\\w+)(\\(.*\\))?");

  /** Written in Python, from functions with other names. */
  private static final Set<String> PYTHON = Set.of("unique");

  @Test
  void everyNameExists() {
    Set<String> existing =
        Stream.of(torch.class.getMethods(), Tensor.class.getMethods())
            .flatMap(Stream::of)
            .map(Method::getName)
            .collect(Collectors.toSet());
    Set<String> named = new TreeSet<>();
    int count = 0;
    for (TorchNames.Family family : TorchNames.families()) {
      for (Name name : family.names()) {
        Matcher call = CALL.matcher(name.torch());
        if (name.torch().startsWith("torch.")) {
          assertTrue(call.matches(), name.torch());
          String module = call.group(1) == null ? "" : call.group(1).replace('.', '_');
          named.add(module + call.group(2));
          count++;
        }
      }
    }
    named.removeAll(existing);
    assertEquals(PYTHON, named);
    assertTrue(count > 200, "only " + count + " names");
  }
}
