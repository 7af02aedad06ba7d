package org.autograd.training;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes a JSON object for each epoch, and if wanted for steps, each on a line of its own (JSON
 * Lines):
 *
 * <pre>
 * {"event":"step","step":100,"epoch":2,"loss":0.51,"learning_rate":0.001}
 * {"event":"epoch","epoch":2,"step":112,"loss":0.55,"validation_loss":0.58}
 * </pre>
 *
 * <p>A number that is NaN or infinite, which JSON has not, is {@code null}.
 */
public final class JsonLog implements TrainingListener {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final GrowingFile file;
  private final long every;

  private JsonLog(Path file, long every) {
    this.file = new GrowingFile(file, true);
    this.every = every;
  }

  /** Creates a log of epochs. */
  public JsonLog(Path file) {
    this(file, Long.MAX_VALUE);
  }

  /** Returns a log of epochs and of every {@code every}-th step. */
  public static JsonLog ofSteps(Path file, long every) {
    if (every < 1) {
      throw new IllegalArgumentException("JsonLog: every must be at least 1, got " + every);
    }
    return new JsonLog(file, every);
  }

  @Override
  public void onStart(Trainer trainer) {
    file.open();
  }

  @Override
  public void onStep(Trainer trainer, Step step) {
    if (step.number() % every == 0) {
      write("step", step.number(), step.epoch(), step.outcome().values());
    }
  }

  @Override
  public void onEpochEnd(Trainer trainer, Epoch epoch) {
    write("epoch", trainer.step(), epoch.number(), epoch.values());
  }

  private void write(String event, long step, int epoch, Map<String, Double> values) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("event", event);
      json.writeNumberField("step", step);
      json.writeNumberField("epoch", epoch);
      for (Map.Entry<String, Double> entry : values.entrySet()) {
        if (Double.isFinite(entry.getValue())) {
          json.writeNumberField(entry.getKey(), entry.getValue());
        } else {
          json.writeNullField(entry.getKey());
        }
      }
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    file.append(line.toByteArray());
  }

  @Override
  public void close() {
    file.close();
  }

  @Override
  public void addTo(TrainingState state) {
    file.addTo(state, "json_log");
  }
}
