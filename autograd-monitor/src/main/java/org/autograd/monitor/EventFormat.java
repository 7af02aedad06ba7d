package org.autograd.monitor;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The bytes of TensorBoard's event files: records with checksums (TensorFlow's {@code
 * tensorflow/core/lib/io/record_writer.cc}) of protocol buffers (TensorBoard's {@code event.proto}
 * and {@code summary.proto}, whose field numbers these are).
 */
final class EventFormat {
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;
  private static final int HISTOGRAM = 5;

  private EventFormat() {}

  /** Writes the fields of a message. */
  @FunctionalInterface
  interface Message {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  static byte[] bytes(Message message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      message.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Returns the event that an event file begins with. */
  static byte[] version(double wallTime) {
    return bytes(event -> {
      event.writeDouble(WALL_TIME, wallTime);
      event.writeString(FILE_VERSION, "brain.Event:2");
    });
  }

  static byte[] scalar(double wallTime, long step, String tag, double number) {
    return value(wallTime, step, tag, value -> value.writeFloat(SIMPLE_VALUE, (float) number));
  }

  static byte[] histogram(double wallTime, long step, String tag, Histogram histogram) {
    byte[] content = bytes(histogram::writeTo);
    return value(wallTime, step, tag, value -> value.writeByteArray(HISTOGRAM, content));
  }

  private static byte[] value(double wallTime, long step, String tag, Message content) {
    byte[] value =
        bytes(out -> {
          out.writeString(TAG, tag);
          content.writeTo(out);
        });
    byte[] summary = bytes(out -> out.writeByteArray(VALUE, value));
    return bytes(event -> {
      event.writeDouble(WALL_TIME, wallTime);
      event.writeInt64(STEP, step);
      event.writeByteArray(SUMMARY, summary);
    });
  }

  /** Writes packed doubles, which CodedOutputStream has no method for. */
  static void writeDoubles(CodedOutputStream out, int field, double[] values) throws IOException {
    out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(values.length * Double.BYTES);
    for (double value : values) {
      out.writeDoubleNoTag(value);
    }
  }

  /** Returns a record: length, its checksum, content, its checksum. */
  static byte[] record(byte[] content) {
    byte[] length =
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(content.length)
            .array();
    return ByteBuffer.allocate(Long.BYTES + Integer.BYTES + content.length + Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(length)
        .putInt(maskedChecksum(length))
        .put(content)
        .putInt(maskedChecksum(content))
        .array();
  }

  /** Returns a checksum that is changed so that checksums of checksums are no trouble. */
  static int maskedChecksum(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }
}
