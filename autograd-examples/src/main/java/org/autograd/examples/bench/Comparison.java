package org.autograd.examples.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.io.AtomicFile;
import org.jspecify.annotations.Nullable;

/**
 * Two measurements of one run.
 *
 * @param benchmark what was measured
 * @param params its parameters, by name: numbers or strings
 * @param threads the number of threads that each may use
 * @param unit of both
 * @param ours Autograd's
 * @param theirs the peer's, NaN if there is none
 * @param peer what Autograd is compared with, null if there is nothing here
 */
record Comparison(
    String benchmark,
    SequencedMap<String, Object> params,
    int threads,
    Unit unit,
    double ours,
    double theirs,
    @Nullable String peer) {
  /** Returns how much better Autograd is; above 1 it is better. */
  double ratio() {
    return unit.ratio(ours, theirs);
  }

  /** Writes a JSON array with an object for each comparison. */
  static void write(Path file, List<Comparison> comparisons) throws IOException {
    AtomicFile.write(file, out -> write(out, comparisons));
  }

  private static void write(OutputStream out, List<Comparison> comparisons) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      json.writeStartArray();
      for (Comparison comparison : comparisons) {
        comparison.write(json);
      }
      json.writeEndArray();
    }
  }

  private void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("benchmark", benchmark);
    json.writeObjectFieldStart("params");
    for (Map.Entry<String, Object> parameter : params.entrySet()) {
      json.writeFieldName(parameter.getKey());
      if (parameter.getValue() instanceof Integer number) {
        json.writeNumber(number);
      } else {
        json.writeString(parameter.getValue().toString());
      }
    }
    json.writeEndObject();
    json.writeNumberField("threads", threads);
    json.writeStringField("unit", unit.toString());
    json.writeNumberField("ours", ours);
    if (peer == null) {
      json.writeNullField("theirs");
      json.writeNullField("peer");
      json.writeNullField("ratio");
    } else {
      json.writeNumberField("theirs", theirs);
      json.writeStringField("peer", peer);
      json.writeNumberField("ratio", ratio());
    }
    json.writeEndObject();
  }
}
