package org.autograd.examples;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.autograd.io.AtomicFile;

/**
 * Two speeds, measured in one run. More is better.
 *
 * @param benchmark what was measured
 * @param params its parameters, by name
 * @param threads the number of threads that ours may use
 * @param unit of both speeds
 * @param ours the speed of Autograd
 * @param theirs the speed of the peer
 * @param peer what Autograd is compared with
 */
record Comparison(
    String benchmark,
    SequencedMap<String, Integer> params,
    int threads,
    String unit,
    double ours,
    double theirs,
    String peer) {
  /** Returns how many times as fast as the peer Autograd is. */
  double ratio() {
    return ours / theirs;
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
    for (Map.Entry<String, Integer> parameter : params.entrySet()) {
      json.writeNumberField(parameter.getKey(), parameter.getValue());
    }
    json.writeEndObject();
    json.writeNumberField("threads", threads);
    json.writeStringField("unit", unit);
    json.writeNumberField("ours", ours);
    json.writeNumberField("theirs", theirs);
    json.writeStringField("peer", peer);
    json.writeNumberField("ratio", ratio());
    json.writeEndObject();
  }
}
