package org.autograd.training;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * Writes a row for each epoch, or each of some steps, into a CSV file, with the names of the values
 * as its first row:
 *
 * <pre>
 * epoch,step,loss,accuracy,validation_loss,validation_accuracy
 * 1,45,1.0204,0.7411,0.5107,0.8694
 * </pre>
 *
 * <p>The columns are those of the first row written. A value that is missing later leaves its field
 * empty; one that is new is an error, since it has no column: a {@link JsonLog} can take it.
 */
public final class CsvLog implements TrainingListener {
  private static final String EPOCH = "epoch";
  private static final String STEP = "step";

  private final GrowingFile file;

  /** Every how many steps there is a row; 0 for a log of epochs. */
  private final long every;

  private List<String> columns = List.of();

  private CsvLog(Path file, long every) {
    this.file = new GrowingFile(file, true);
    this.every = every;
  }

  /** Creates a log of epochs. */
  public CsvLog(Path file) {
    this(file, 0);
  }

  /** Returns a log of every {@code every}-th step. */
  public static CsvLog ofSteps(Path file, long every) {
    if (every < 1) {
      throw new IllegalArgumentException("CsvLog: every must be at least 1, got " + every);
    }
    return new CsvLog(file, every);
  }

  @Override
  public void onStart(Trainer trainer) {
    file.open();
    columns = file.length() == 0 ? List.of() : firstRow();
  }

  private List<String> firstRow() {
    try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(file.path())) {
      return reader.iterator().next().getFields();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void onStep(Trainer trainer, Step step) {
    if (every > 0 && step.number() % every == 0) {
      write(step.epoch(), step.number(), step.outcome().values());
    }
  }

  @Override
  public void onEpochEnd(Trainer trainer, Epoch epoch) {
    if (every == 0) {
      write(epoch.number(), trainer.step(), epoch.values());
    }
  }

  private void write(int epoch, long step, Map<String, Double> values) {
    List<List<String>> rows = new ArrayList<>();
    if (columns.isEmpty()) {
      columns = Stream.concat(Stream.of(EPOCH, STEP), values.keySet().stream()).toList();
      rows.add(columns);
    }
    SequencedMap<String, String> fields = new LinkedHashMap<>();
    columns.forEach(column -> fields.put(column, ""));
    fields.put(EPOCH, Integer.toString(epoch));
    fields.put(STEP, Long.toString(step));
    values.forEach((name, value) -> {
      if (fields.put(name, value.toString()) == null) {
        throw new IllegalStateException(
            file.path() + ": '" + name + "' has no column among " + columns + "; use a JsonLog");
      }
    });
    rows.add(List.copyOf(fields.values()));
    StringWriter text = new StringWriter();
    try (CsvWriter writer = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      rows.forEach(writer::writeRecord);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    file.append(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    file.close();
  }

  @Override
  public void addTo(TrainingState state) {
    file.addTo(state, "csv_log");
  }
}
