package org.autograd.io;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.autograd.Variable;
import org.autograd.io.internal.MemoryBudget;

/**
 * Reads and writes NumPy's files of several arrays by name, as {@code numpy.load}, {@code
 * numpy.savez} and {@code numpy.savez_compressed} do: zip archives of .npy files (see {@link Npy}).
 *
 * <pre>{@code
 * SequencedMap<String, Variable> arrays = Npz.read(Path.of("data.npz"));
 * Variable x = arrays.get("x");
 * }</pre>
 */
public final class Npz {
  private static final String ENDING = ".npy";

  /** As much as deflate can compress, so that what an archive promises beyond it is a lie. */
  private static final long MAX_RATIO = 1032;

  /** The same bytes whenever a file is written; NumPy writes this date too. */
  private static final LocalDateTime DATE = LocalDateTime.of(1980, 1, 1, 0, 0);

  private Npz() {}

  /**
   * Reads all arrays, in the order of the archive.
   *
   * @return the arrays by name, without the ending .npy
   * @throws FileFormatException if the file is damaged, has two arrays of one name or something
   *     that is no array, or does not fit into memory
   * @throws IOException if the file cannot be read
   */
  public static SequencedMap<String, Variable> read(Path file) throws IOException {
    SequencedMap<String, Variable> arrays = new LinkedHashMap<>();
    MemoryBudget budget = new MemoryBudget(MemoryBudget.MORE_HEAP);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        String name = entry.getName();
        if (!name.endsWith(ENDING)) {
          throw new FileFormatException(
              file, 0, "entry '" + name + "' is no array: its name does not end in .npy");
        }
        Variable array = read(file, zip, entry, budget);
        String key = name.substring(0, name.length() - ENDING.length());
        if (arrays.putIfAbsent(key, array) != null) {
          throw new FileFormatException(file, 0, "two entries have the name '" + name + "'");
        }
      }
    } catch (EOFException | ZipException e) {
      throw new FileFormatException(
          file, 0, "this is no zip archive, or a damaged one: " + e.getMessage());
    }
    return arrays;
  }

  private static Variable read(Path file, ZipFile zip, ZipEntry entry, MemoryBudget budget)
      throws IOException {
    String prefix = "entry '" + entry.getName() + "': ";
    long most = entry.getCompressedSize() * MAX_RATIO;
    long available =
        entry.getMethod() == ZipEntry.STORED
            ? entry.getCompressedSize()
            : Math.min(entry.getSize(), most);
    CRC32 checksum = new CRC32();
    try (InputStream in =
        new CheckedInputStream(new BufferedInputStream(zip.getInputStream(entry)), checksum)) {
      NpySource source = new NpySource(file, prefix, in, available, budget);
      Variable array = source.readArray();
      if (checksum.getValue() != entry.getCrc()) {
        throw source.error(source.position(), "the checksum is wrong; the data are damaged");
      }
      return array;
    }
  }

  /**
   * Creates or replaces a file of arrays that are not compressed, atomically: after an error the
   * old file is still there.
   *
   * @throws IOException if the file cannot be written
   */
  public static void write(Path file, Map<String, Variable> arrays) throws IOException {
    write(file, arrays, ZipEntry.STORED);
  }

  /**
   * Creates or replaces a file of compressed arrays, as {@link #write} does.
   *
   * @throws IOException if the file cannot be written
   */
  public static void writeCompressed(Path file, Map<String, Variable> arrays) throws IOException {
    write(file, arrays, ZipEntry.DEFLATED);
  }

  private static void write(Path file, Map<String, Variable> arrays, int method)
      throws IOException {
    AtomicFile.write(
        file,
        out -> {
          try (ZipOutputStream zip = new ZipOutputStream(new Unclosed(out))) {
            for (Map.Entry<String, Variable> item : arrays.entrySet()) {
              ZipEntry entry = new ZipEntry(item.getKey() + ENDING);
              entry.setTimeLocal(DATE);
              entry.setMethod(method);
              if (method == ZipEntry.STORED) {
                measure(item.getValue(), entry);
              }
              zip.putNextEntry(entry);
              Npy.write(zip, item.getValue());
              zip.closeEntry();
            }
          }
        });
  }

  /** Finds size and checksum, which stand in front of what is not compressed. */
  private static void measure(Variable array, ZipEntry entry) throws IOException {
    CRC32 checksum = new CRC32();
    Counter counter = new Counter();
    Npy.write(new CheckedOutputStream(counter, checksum), array);
    entry.setSize(counter.count);
    entry.setCompressedSize(counter.count);
    entry.setCrc(checksum.getValue());
  }

  private static final class Counter extends OutputStream {
    private long count;

    @Override
    public void write(int b) {
      count++;
    }

    @Override
    public void write(byte[] bytes, int start, int length) {
      count += length;
    }
  }

  /** Leaves the file open for who opened it, while the archive's own resources are freed. */
  private static final class Unclosed extends OutputStream {
    private final OutputStream out;

    Unclosed(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
    }

    @Override
    public void write(byte[] bytes, int start, int length) throws IOException {
      out.write(bytes, start, length);
    }
  }
}
