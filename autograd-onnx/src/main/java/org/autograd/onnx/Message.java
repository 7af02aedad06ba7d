package org.autograd.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A message of protocol buffers: numbered fields in the order in which they are added. Elements of
 * tensors are not copied before they are written.
 */
final class Message {
  private final List<Field> fields = new ArrayList<>();

  /** A field with its tag. */
  private interface Field {
    long size();

    void writeTo(CodedOutputStream out) throws IOException;
  }

  /** Adds an integer or the number of an enumeration's constant. */
  Message number(int field, long value) {
    fields.add(
        new Field() {
          @Override
          public long size() {
            return CodedOutputStream.computeInt64Size(field, value);
          }

          @Override
          public void writeTo(CodedOutputStream out) throws IOException {
            out.writeInt64(field, value);
          }
        });
    return this;
  }

  /** Adds integers. */
  Message numbers(int field, long... values) {
    for (long value : values) {
      number(field, value);
    }
    return this;
  }

  /** Adds a float. */
  Message real(int field, float value) {
    fields.add(
        new Field() {
          @Override
          public long size() {
            return CodedOutputStream.computeFloatSize(field, value);
          }

          @Override
          public void writeTo(CodedOutputStream out) throws IOException {
            out.writeFloat(field, value);
          }
        });
    return this;
  }

  /** Adds a text. */
  Message text(int field, String value) {
    ByteString bytes = ByteString.copyFromUtf8(value);
    fields.add(
        new Field() {
          @Override
          public long size() {
            return CodedOutputStream.computeBytesSize(field, bytes);
          }

          @Override
          public void writeTo(CodedOutputStream out) throws IOException {
            out.writeBytes(field, bytes);
          }
        });
    return this;
  }

  /** Adds a message, which must be complete. */
  Message message(int field, Message value) {
    long size = value.size();
    fields.add(
        new Field() {
          @Override
          public long size() {
            return prefix(field, size) + size;
          }

          @Override
          public void writeTo(CodedOutputStream out) throws IOException {
            out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(Math.toIntExact(size));
            value.writeTo(out);
          }
        });
    return this;
  }

  /** Adds the elements of an array, little-endian. */
  Message elements(int field, Elements value) {
    long size = value.byteCount();
    fields.add(
        new Field() {
          @Override
          public long size() {
            return prefix(field, size) + size;
          }

          @Override
          public void writeTo(CodedOutputStream out) throws IOException {
            out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(Math.toIntExact(size));
            value.writeTo(out);
          }
        });
    return this;
  }

  /** Returns the size of what stands before a field of varying size. */
  private static long prefix(int field, long size) {
    return (long) CodedOutputStream.computeTagSize(field)
        + CodedOutputStream.computeUInt64SizeNoTag(size);
  }

  /** Returns the number of bytes. */
  long size() {
    return fields.stream().mapToLong(Field::size).sum();
  }

  void writeTo(CodedOutputStream out) throws IOException {
    for (Field field : fields) {
      field.writeTo(out);
    }
  }
}
