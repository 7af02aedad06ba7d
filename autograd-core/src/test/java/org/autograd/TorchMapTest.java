package org.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.autograd.operations.Operation;
import org.autograd.operations.OperationRegistry;
import org.autograd.operations.TorchNames;
import org.autograd.operations.TorchNames.Family;
import org.autograd.operations.TorchNames.Name;
import org.junit.jupiter.api.Test;

/** {@code docs/torch-map.md} is what the registry and {@link TorchNames} make. */
class TorchMapTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "torch-map.md");
  private static final String COMMAND =
      "./mvnw -q -pl autograd-core test -Dtest=TorchMapTest -Dautograd.update"
          + " -Dautograd.skipScalarTests";
  private static final Pattern MEMBER = Pattern.compile("`([A-Z]\\w+)(?:\\.(\\w+))?");

  /** What is no operation: how it is called in PyTorch, in Java, and what differs. */
  private static final String ENGINE =
      """
      ## Arrays

      | PyTorch | here | what differs |
      |---|---|---|
      | `torch.tensor` | `Variable.of`, `Variable.scalar` | of more than two axes `Variable.fromArray(array, shape)` |
      | `torch.zeros`, `ones`, `full` | `Variable.zeros`, `Variable.ones`, `Variable.full` | float32 if no dtype is given |
      | `torch.empty` | `Variable.empty` | |
      | `torch.zeros_like`, `ones_like`, `full_like` | `Variable.zerosLike`, `Variable.onesLike`, `Variable.fullLike` | |
      | `torch.arange`, `linspace`, `eye` | `Variable.arange`, `Variable.linspace`, `Variable.eye` | |
      | `torch.rand`, `randn`, `randint`, `randperm`, `bernoulli` | `Variable.rand`, `Variable.randn`, `Variable.randint`, `Variable.randperm`, `Variable.bernoulli` | Philox: other numbers than PyTorch's, the same on every machine |
      | `torch.manual_seed` | `Autograd.manualSeed` | |
      | `torch.Generator` | `Generator` | state is two longs; `split()` gives an independent one |
      | `x.item()` | `Variable.item` | a double |
      | `x.numpy()`, `x.tolist()` | `Variable.toDoubleArray` and its like | a copy, in row-major order |
      | `x.dtype`, `x.shape`, `x.dim()`, `x.numel()`, `x.size(k)` | `Variable.dtype`, `Variable.shape`, `Variable.rank`, `Variable.elementCount`, `Variable.size` | |
      | `torch.allclose` | `Variable.allClose` | tolerances are required |
      | `torch.promote_types` | `DType.promote` | |
      | `torch.set_num_threads`, `get_num_threads` | `Autograd.setThreads`, `Autograd.threads` | results do not depend on it |

      ## Gradients

      | PyTorch | here | what differs |
      |---|---|---|
      | `x.requires_grad`, `requires_grad_()` | `Variable.requiresGrad` | |
      | `x.grad`, `x.grad = g` | `Variable.grad`, `Variable.setGrad` | `grad()` of a result throws unless `retainGrad()` was called |
      | `x.grad = None`, `optimizer.zero_grad()` | `Variable.zeroGrad` | always forgets the array, as `set_to_none=True` |
      | `x.is_leaf`, `x.detach()` | `Variable.isLeaf`, `Variable.detach` | |
      | `x.grad_fn` | `Variable.operation` | the name only; nodes are in `Graph` |
      | `x.retain_grad()` | `Variable.retainGrad` | |
      | `x.backward(gradient, retain_graph, create_graph)` | `Variable.backward` | options are `BackwardOptions.retainGraph()` and `BackwardOptions.createGraph()` |
      | `torch.autograd.grad` | `Autograd.grad` | no `allow_unused`: no path is an error |
      | `torch.no_grad`, `enable_grad`, `set_grad_enabled` | `Autograd.noGrad`, `Autograd.enableGrad`, `Autograd.setGradEnabled` | in `try (var _ = ...)`; no decorators |
      | `torch.inference_mode` | `Autograd.inferenceMode` | results are ordinary Variables, which may be used in a graph later |
      | `torch.is_grad_enabled`, `is_inference_mode_enabled` | `Autograd.isGradEnabled`, `Autograd.isInferenceMode` | |
      | `x.register_hook` | `Variable.onGradient` | |
      | `x.grad_fn.register_prehook`, `register_hook` | `Variable.onGradient`, `Variable.onInputGradients` | on the result; the latter has one list for all inputs |
      | `x.register_post_accumulate_grad_hook` | `Variable.onGradientAccumulated` | |
      | `handle.remove()` | `HookHandle.close` | |
      | `torch.autograd.graph.saved_tensors_hooks` | `Autograd.savedValueHooks` | what is packed may have any type; with hooks a change in place is not noticed |
      | `torch.autograd.Function` | `Function` | an object, not a class: arguments that are no Variables are its fields |
      | `ctx.save_for_backward`, `ctx.saved_tensors` | `Function.Context` `saveForBackward`, `saved` | |
      | `ctx.needs_input_grad`, `mark_non_differentiable` | `Function.Context` `needsGradient`, `markNonDifferentiable` | no `mark_dirty` |
      | `once_differentiable` | `Function.isOnceDifferentiable` | |
      | a fused operation, `torch.compile` of a formula | `Pointwise.of` | one expression; SIMD loops and all derivatives follow from it |
      | `torch.autograd.gradcheck`, `gradgradcheck` | `GradCheck.check`, `GradCheck.checkSecondOrder` | throw; both float types |
      | `torch.utils.checkpoint.checkpoint` | `Checkpoint.checkpoint` | as `use_reentrant=False`; several arguments: `checkpointAll` |
      | `create_selective_checkpoint_contexts` | `Checkpoint.checkpointKeeping` | the policy sees the operation's name; `Checkpoint.isProduct` is one |
      | `torch.utils.checkpoint.checkpoint_sequential` | `Checkpoint.checkpointSequential` | `Checkpoint.checkpointWithin` finds the schedule for a given memory |

      ## Functions of functions

      | PyTorch | here | what differs |
      |---|---|---|
      | `torch.func.grad`, `grad_and_value` | `Functional.grad`, `Functional.valueAndGrad` | of all arguments: `gradAll`; no `argnums`, capture the rest |
      | `torch.func.vjp` | `Functional.vjp` | takes the vector at once instead of returning a function |
      | `torch.func.jvp`, `torch.autograd.forward_ad` | `Functional.jvp` | tangents exist inside the call only |
      | `torch.func.jacrev`, `jacfwd` | `Functional.jacobian`, `Functional.jacobianForward` | of one argument; returns the array, not a function |
      | `torch.func.hessian` | `Functional.hessian` | as above |
      | `torch.autograd.functional.hvp`, `vhp` | `Functional.hvp`, `Functional.vhp` | the product only; `hvp` is forward over reverse |
      | `torch.func.vmap` | `Functional.vmap` | `in_dims=0`, `out_dims=0`; random numbers are the same for all samples |

      ## Looking inside

      | PyTorch | here | what differs |
      |---|---|---|
      | `torch.autograd.detect_anomaly` | `Autograd.detectAnomaly` | infinities too; names shapes, ranges and the module |
      | `torch.profiler.profile` | `Profiler.start` | by operation and module; `writeTrace` for the same viewers |
      | `torch.profiler.record_function` | `Autograd.scope` | |
      | `torchviz.make_dot` | `Graph.of` | text, DOT, SVG or a page |
      | `p.grad is None for p in parameters` | `Autograd.unreached` | before the backward pass |
      | | `GradientReport.of` | vanishing, exploding, missing gradients by parameter |
      """;

  private static final String INTRODUCTION =
      """
      # From PyTorch

      What PyTorch calls it, what it is called here, and what differs; an empty last column says that nothing does. Generated by `TorchMapTest` from the registry of
      operations, of which every one is compared with libtorch (values, gradients, shapes, dtypes, errors) and every one must stand here. To write it again: `COMMAND`.

      What holds everywhere:

      - Names are PyTorch's in Java's spelling: `leaky_relu` is `leakyRelu`. Functions of `torch` and `torch.nn.functional` are methods of `Variable`, static where the operands are a list.
      - Java has no named arguments. Where PyTorch has a default we have an overload, an options record or, where the table says so, require the value. `dim` is `int... axes`, none for all; `keepdim=True` is a name of its own, `...KeepDims`. There is no `out=`.
      - Arrays are float32, float64, int32, int64 or bool, and strided; no complex or 16-bit numbers.
      - Two bool operands of an arithmetic operation count as int64 0 and 1, where PyTorch has a logical operation or an error.
      - Several results are a record (`Extremum`, `Svd`, ...) or a `List`.
      - Scalar arguments are doubles; an integer array stays one if the number is whole.
      """;

  private static String document() {
    StringBuilder text = new StringBuilder(INTRODUCTION.replace("COMMAND", COMMAND));
    for (Family family : TorchNames.families()) {
      text.append("\n## ").append(family.title()).append("\n\n");
      text.append("| PyTorch | here | what differs |\n|---|---|---|\n");
      for (Name name : family.names()) {
        text.append("| `").append(name.torch()).append("` | ");
        text.append(signatures(name.name()));
        text.append(" | ").append(name.difference());
        text.append(name.difference().isEmpty() ? "|\n" : " |\n");
      }
    }
    return text.append('\n').append(ENGINE).toString();
  }

  private static String signatures(String name) {
    return OperationRegistry.operations().stream()
        .map(Operation::signature)
        .filter(signature -> nameOf(signature).equals(name))
        .distinct()
        .map(signature -> "`" + (isStatic(name) ? "Variable." : "") + shown(signature) + "`")
        .collect(Collectors.joining(", "));
  }

  private static String shown(String signature) {
    return signature.replace("Variable[]", "Variable...").replace(",", ", ");
  }

  private static String nameOf(String signature) {
    return signature.substring(0, signature.indexOf('('));
  }

  private static boolean isStatic(String name) {
    return Stream.of(Variable.class.getMethods())
        .filter(method -> method.getName().equals(name))
        .anyMatch(method -> Modifier.isStatic(method.getModifiers()));
  }

  @Test
  void everyOperationHasOneName() {
    Set<String> registered = new TreeSet<>();
    OperationRegistry.operations().forEach(o -> registered.add(nameOf(o.signature())));
    List<String> named = new ArrayList<>();
    for (Family family : TorchNames.families()) {
      family.names().forEach(name -> named.add(name.name()));
    }
    named.sort(null);
    assertEquals(
        String.join("\n", registered), String.join("\n", named), "the lines of TorchNames");
  }

  @Test
  void theDocumentIsUpToDate() throws IOException {
    String text = document();
    Files.writeString(Path.of("target", "torch-map.md"), text);
    if (System.getProperty("autograd.update") != null) {
      Files.writeString(DOCUMENT, text);
    }
    assertEquals(text, Files.readString(DOCUMENT), "docs/torch-map.md is old; " + COMMAND);
  }

  /** What no registry knows of is looked up: classes and methods in backquotes exist. */
  @Test
  void whatIsNoOperationExists() {
    List<String> lines = ENGINE.lines().filter(line -> line.startsWith("| ")).toList();
    int count = 0;
    for (String line : lines) {
      Matcher member = MEMBER.matcher(line);
      while (member.find()) {
        assertTrue(exists(member.group(1), member.group(2)), line);
        count++;
      }
    }
    assertTrue(count > 60, "only " + count + " members were looked up");
  }

  private static boolean exists(String type, String member) {
    for (String place : List.of("org.autograd.", "org.autograd.type.")) {
      try {
        Class<?> found = Class.forName(place + type);
        return member == null
            || Stream.of(found.getDeclaredMethods(), found.getMethods())
                .flatMap(Arrays::stream)
                .map(Method::getName)
                .anyMatch(member::equals)
            || Stream.of(found.getClasses()).anyMatch(c -> c.getSimpleName().equals(member));
      } catch (ClassNotFoundException e) {
        // Perhaps in the other package.
      }
    }
    return false;
  }
}
