package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.autograd.Variable;
import org.autograd.io.FileFormatException;
import org.autograd.type.DType;

/**
 * A table from a CSV file (RFC 4180), whose columns become tensors.
 *
 * <pre>{@code
 * CsvTable table = CsvTable.read(Path.of("houses.csv"));
 * TensorDataset houses =
 *     TensorDataset.of(
 *         table.values(DType.FLOAT32, "area", "rooms"), // [rows, 2]
 *         table.values(DType.FLOAT32, "price"));        // [rows, 1]
 * CsvTable.Categories regions = table.categories("region");
 * }</pre>
 *
 * <p>Errors name file, line and column.
 */
public final class CsvTable {
  private final Path file;
  private final Options options;
  private final List<String> columns;
  private final List<CsvRecord> rows;

  private CsvTable(Path file, Options options, List<String> columns, List<CsvRecord> rows) {
    this.file = file;
    this.options = options;
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * How a file is to be read.
   *
   * @param separator stands between fields
   * @param hasHeader whether the first line has the names of the columns; else they are "0", "1"
   *     and so on
   * @param missing the texts that stand for a missing value
   */
  public record Options(char separator, boolean hasHeader, Set<String> missing) {
    /** Makes options. */
    public Options {
      missing = Set.copyOf(missing);
    }

    /** Returns options with another separator, such as ';' or '\t'. */
    public Options separator(char separator) {
      return new Options(separator, hasHeader, missing);
    }

    /** Returns options for a file whose first line has values already. */
    public Options noHeader() {
      return new Options(separator, false, missing);
    }

    /** Returns options with other texts for a missing value. */
    public Options missing(String... texts) {
      return new Options(separator, hasHeader, Set.of(texts));
    }
  }

  /**
   * A column of words, as numbers.
   *
   * @param labels int64, of shape [rows]: the positions of the words in the names
   * @param names the words, without repetitions, in alphabetical order
   */
  public record Categories(Variable labels, List<String> names) {}

  /**
   * Returns the options that {@link #read(Path)} uses: commas, a header; missing is what is empty,
   * NA, N/A, NaN, nan or null.
   */
  public static Options options() {
    return new Options(',', true, Set.of("", "NA", "N/A", "NaN", "nan", "null"));
  }

  /**
   * Reads a file in UTF-8 with commas and a header.
   *
   * @throws FileFormatException if a line has more or fewer fields than the first one or is not in
   *     UTF-8, a quote is not closed, or two columns have one name
   * @throws IOException if the file cannot be read
   */
  public static CsvTable read(Path file) throws IOException {
    return read(file, options());
  }

  /**
   * Reads a file in UTF-8.
   *
   * @throws FileFormatException if a line has more or fewer fields than the first one or is not in
   *     UTF-8, a quote is not closed, or two columns have one name
   * @throws IOException if the file cannot be read
   */
  public static CsvTable read(Path file, Options options) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file, in, options);
    }
  }

  /** Reads a table from a stream; the file is for messages. */
  static CsvTable read(Path file, InputStream in, Options options) throws IOException {
    List<CsvRecord> rows = new ArrayList<>();
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .fieldSeparator(options.separator)
            .allowUnclosedQuote(false)
            // Both are checked below, where the line is known.
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofCsvRecord(new Utf8Reader(file, in))) {
      for (CsvRecord row : reader) {
        checkFieldCount(file, rows, row);
        rows.add(row);
      }
    } catch (CsvParseException e) {
      throw FileFormatException.inLine(
          file,
          rows.isEmpty() ? 1 : rows.getLast().getStartingLineNumber() + 1,
          "this or what follows is no CSV: " + e.getMessage());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return new CsvTable(file, options, takeHeader(file, rows, options), List.copyOf(rows));
  }

  private static void checkFieldCount(Path file, List<CsvRecord> rows, CsvRecord row)
      throws FileFormatException {
    int expected = rows.isEmpty() ? row.getFieldCount() : rows.getFirst().getFieldCount();
    if (row.getFieldCount() != expected) {
      throw FileFormatException.inLine(
          file,
          row.getStartingLineNumber(),
          "there are %d fields, but the first line has %d"
              .formatted(row.getFieldCount(), expected));
    }
  }

  private static List<String> takeHeader(Path file, List<CsvRecord> rows, Options options)
      throws FileFormatException {
    if (rows.isEmpty()) {
      throw FileFormatException.inLine(file, 1, "the file is empty");
    }
    if (!options.hasHeader) {
      return IntStream.range(0, rows.getFirst().getFieldCount())
          .mapToObj(Integer::toString)
          .toList();
    }
    CsvRecord header = rows.removeFirst();
    List<String> columns = header.getFields().stream().map(String::strip).toList();
    Set<String> seen = new HashSet<>();
    for (String column : columns) {
      if (!seen.add(column)) {
        throw FileFormatException.inLine(
            file, header.getStartingLineNumber(), "two columns have the name '" + column + "'");
      }
    }
    return columns;
  }

  /** Returns the number of rows, without the header. */
  public int rowCount() {
    return rows.size();
  }

  /** Returns the names of the columns. */
  public List<String> columns() {
    return columns;
  }

  /**
   * Returns columns of numbers. A missing value is NaN.
   *
   * @param dtype float32, float64, int32 or int64
   * @param names the columns; none stands for all
   * @return of shape [rows, columns]
   * @throws FileFormatException if a field is no number of the dtype, or is missing where the dtype
   *     has no NaN
   * @throws IllegalArgumentException if there is no column of such a name
   */
  public Variable values(DType dtype, String... names) throws FileFormatException {
    checkArgument(dtype != DType.BOOL, "values: the dtype must be one of numbers, got bool");
    List<String> chosen = names.length == 0 ? columns : List.of(names);
    int[] positions = chosen.stream().mapToInt(this::position).toArray();
    int width = positions.length;
    int count = Math.multiplyExact(rows.size(), width);
    // A double would not hold every int64.
    boolean whole = dtype == DType.INT64 || dtype == DType.INT32;
    long[] integers = new long[whole ? count : 0];
    double[] doubles = new double[whole ? 0 : count];
    int at = 0;
    for (CsvRecord row : rows) {
      for (int position : positions) {
        String text = row.getField(position).strip();
        try {
          if (whole) {
            integers[at++] = dtype == DType.INT32 ? Integer.parseInt(text) : Long.parseLong(text);
          } else {
            // A float32 is parsed as such, for it would be rounded twice by way of a double.
            doubles[at++] = options.missing.contains(text) ? Double.NaN : parse(text, dtype);
          }
        } catch (NumberFormatException _) {
          throw error(
              row,
              position,
              options.missing.contains(text)
                  ? "a value is missing, which " + dtype + " cannot express; float64 has NaN"
                  : "'" + text + "' is no number of dtype " + dtype);
        }
      }
    }
    Variable result = whole ? Variable.of(integers) : Variable.of(doubles);
    return result.to(dtype).reshape(rows.size(), width);
  }

  private static double parse(String text, DType dtype) {
    String lower = text.toLowerCase(Locale.ROOT);
    return switch (lower) {
      case "inf", "+inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> {
        // Java's literals, which are no numbers elsewhere.
        if (lower.endsWith("d") || lower.endsWith("f") || lower.contains("x")) {
          throw new NumberFormatException(text);
        }
        yield dtype == DType.FLOAT32 ? Float.parseFloat(text) : Double.parseDouble(text);
      }
    };
  }

  /**
   * Returns a column of words as numbers from 0, in alphabetical order of the words.
   *
   * @throws FileFormatException if a field is missing
   * @throws IllegalArgumentException if there is no column of that name
   */
  public Categories categories(String name) throws FileFormatException {
    Set<String> words = new TreeSet<>();
    int position = position(name);
    for (CsvRecord row : rows) {
      words.add(row.getField(position).strip());
    }
    List<String> names = words.stream().filter(w -> !options.missing.contains(w)).toList();
    return new Categories(labels(name, names), names);
  }

  /**
   * Returns a column of words as their positions among given names: those that another file had,
   * say.
   *
   * @return int64, of shape [rows]
   * @throws FileFormatException if a field is none of the names
   * @throws IllegalArgumentException if there is no column of that name
   */
  public Variable labels(String name, List<String> names) throws FileFormatException {
    int position = position(name);
    Map<String, Long> labelOf = new HashMap<>();
    long label = 0;
    for (String category : names) {
      labelOf.putIfAbsent(category, label++);
    }
    long[] labels = new long[rows.size()];
    for (int i = 0; i < labels.length; i++) {
      String word = rows.get(i).getField(position).strip();
      labels[i] = labelOf.getOrDefault(word, -1L);
      if (labels[i] < 0) {
        throw error(
            rows.get(i),
            position,
            options.missing.contains(word)
                ? "a category is missing"
                : "'" + word + "' is none of the categories " + names);
      }
    }
    return Variable.of(labels);
  }

  private int position(String name) {
    int position = columns.indexOf(name);
    checkArgument(position >= 0, "%s has no column '%s', only %s", file, name, columns);
    return position;
  }

  private FileFormatException error(CsvRecord row, int position, String problem) {
    return FileFormatException.inLine(
        file, row.getStartingLineNumber(), "column '" + columns.get(position) + "': " + problem);
  }

  /** Returns the file, the number of rows and the names of the columns. */
  @Override
  public String toString() {
    return "CsvTable[" + file + ", " + rows.size() + " rows, " + columns + "]";
  }
}
