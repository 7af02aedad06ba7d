package org.autograd.onnx;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.autograd.nn.Module;

/** The converters of all modules that can be exported. */
final class Converters {
  private final Map<Class<?>, OnnxConverter<?>> byType = new HashMap<>();

  /** Creates those of the modules of {@code org.autograd.nn}. */
  Converters() {
    LayerConverters.addTo(this);
    ConvolutionConverters.addTo(this);
    NormConverters.addTo(this);
    ActivationConverters.addTo(this);
    RecurrentConverters.addTo(this);
    AttentionConverters.addTo(this);
  }

  Converters(Converters other) {
    byType.putAll(other.byType);
  }

  /** Adds or replaces the converter of a kind of module and of what extends it. */
  <M extends Module> Converters add(Class<M> type, OnnxConverter<? super M> converter) {
    byType.put(type, converter);
    return this;
  }

  List<OnnxValue> convert(Module module, List<OnnxValue> inputs, OnnxGraph graph) {
    for (Class<?> type = module.getClass(); type != null; type = type.getSuperclass()) {
      OnnxConverter<?> converter = byType.get(type);
      if (converter != null) {
        return call(converter, module, inputs, graph);
      }
    }
    throw new IllegalArgumentException(
        "there is no converter for "
            + module.getClass().getName()
            + "; say by which nodes it computes: Onnx.exporter().with("
            + module.getClass().getSimpleName()
            + ".class, converter)");
  }

  /** A converter stands under a class whose instances it takes. */
  @SuppressWarnings("unchecked")
  private static <M extends Module> List<OnnxValue> call(
      OnnxConverter<M> converter, Module module, List<OnnxValue> inputs, OnnxGraph graph) {
    return converter.convert((M) module, inputs, graph);
  }
}
