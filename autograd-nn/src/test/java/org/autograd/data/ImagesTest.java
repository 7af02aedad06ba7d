package org.autograd.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.io.FileFormatException;
import org.autograd.io.internal.MemoryBudget;
import org.autograd.type.DType;
import org.autograd.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
  @TempDir private Path directory;

  @Test
  void pngIsReadAsItWasWritten() throws IOException {
    Path file = directory.resolve("image.png");
    for (int channels : new int[] {1, 3}) {
      Variable image =
          Variable.randint(new Generator(channels), 0, 256, channels, 5, 7)
              .to(DType.FLOAT32)
              .div(255);
      Images.writePng(file, image);
      Variable read = Images.read(file, channels == 1 ? Channels.GREY : Channels.RGB);
      assertEquals(image.shape(), read.shape());
      assertArrayEquals(image.toFloatArray(), read.toFloatArray(), 1e-7f);
    }
  }

  @Test
  void readsAllKindsOfPixels() throws IOException {
    int[][] colors = {{255, 0, 51}, {102, 255, 0}};
    for (int type :
        new int[] {
          BufferedImage.TYPE_INT_RGB,
          BufferedImage.TYPE_3BYTE_BGR,
          BufferedImage.TYPE_INT_ARGB,
          BufferedImage.TYPE_BYTE_INDEXED
        }) {
      BufferedImage image = new BufferedImage(2, 1, type);
      for (int x = 0; x < 2; x++) {
        int[] c = colors[x];
        image.setRGB(x, 0, 0xFF000000 | (c[0] << 16) | (c[1] << 8) | c[2]);
      }
      Path file = directory.resolve("kind.png");
      ImageIO.write(image, "png", file.toFile());
      float[] expected = {1, 0.4f, 0, 1, 0.2f, 0};
      assertArrayEquals(
          expected, Images.read(file, Channels.RGB).toFloatArray(), 1e-6f, "type " + type);
      assertArrayEquals(
          new float[] {0.299f + 0.2f * 0.114f, 0.4f * 0.299f + 0.587f},
          Images.read(file, Channels.GREY).toFloatArray(),
          1e-6f);
    }
    BufferedImage deep = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(0, 0, 0, 13107);
    Path file = directory.resolve("deep.png");
    ImageIO.write(deep, "png", file.toFile());
    float[] three = {0.2f, 0.2f, 0.2f};
    assertArrayEquals(three, Images.read(file, Channels.RGB).toFloatArray(), 1e-7f);
  }

  @Test
  void rejectsWhatIsNoImage() throws IOException {
    Path text = Files.writeString(directory.resolve("text.png"), "no image");
    assertRejected(text, "known format");
    assertRejected(Files.write(directory.resolve("empty.png"), new byte[0]), "known format");
    Path good = directory.resolve("good.png");
    Images.writePng(good, Variable.rand(3, 20, 20));
    byte[] bytes = Files.readAllBytes(good);
    assertRejected(
        Files.write(directory.resolve("cut.png"), Arrays.copyOf(bytes, bytes.length / 2)),
        "damaged");
    // A header that promises 2^32 pixels.
    ByteBuffer.wrap(bytes).putInt(16, 1 << 16).putInt(20, 1 << 16);
    CRC32 checksum = new CRC32();
    checksum.update(bytes, 12, 17);
    ByteBuffer.wrap(bytes).putInt(29, (int) checksum.getValue());
    assertRejected(Files.write(directory.resolve("bomb.png"), bytes), "4294967296 pixels");
    assertThrows(
        NoSuchFileException.class, () -> Images.read(directory.resolve("none.png"), Channels.RGB));
    assertThrows(
        IllegalArgumentException.class, () -> Images.writePng(good, Variable.rand(2, 4, 4)));
  }

  /** Their largest value is no number that a brightness could be divided by. */
  @Test
  void otherSamplesThanWholeNumbersOfSixteenBitsAreRefused() throws IOException {
    for (int type : new int[] {DataBuffer.TYPE_FLOAT, DataBuffer.TYPE_INT, DataBuffer.TYPE_SHORT}) {
      ColorModel model =
          new ComponentColorModel(
              ColorSpace.getInstance(ColorSpace.CS_GRAY), false, false, Transparency.OPAQUE, type);
      WritableRaster raster = model.createCompatibleWritableRaster(3, 2);
      raster.setSample(0, 0, 0, 7);
      Path file = directory.resolve("type" + type + ".tiff");
      BufferedImage image = new BufferedImage(model, raster, false, null);
      assertTrue(ImageIO.write(image, "tiff", file.toFile()));
      assertRejected(file, "convert the image");
    }
  }

  @Test
  void anImageThatNeedsMoreMemoryThanThereIsIsRefusedBeforeItIsDecoded() throws IOException {
    Path file = directory.resolve("large.png");
    Images.writePng(file, Variable.zeros(3, 300, 200));
    long size = Files.size(file);
    // The file, the decoded image of three bytes a pixel, and the result twice.
    long needed = size + 60_000 * (3 + 2 * 3 * 4);
    MemoryBudget enough = new MemoryBudget("buy more", needed);
    assertEquals(Shape.of(3, 300, 200), Images.read(file, Channels.RGB, enough).shape());
    var error =
        assertThrows(
            FileFormatException.class,
            () -> Images.read(file, Channels.RGB, new MemoryBudget("buy more", needed - 1)));
    assertEquals(
        file
            + ": at byte 0: an image of 200 x 300 = 60000 pixels needs 1620000 bytes of memory"
            + " beside %d others, but Java has at most %d; buy more".formatted(size, needed - 1),
        error.getMessage());
  }

  private static void assertRejected(Path file, String part) {
    var error = assertThrows(FileFormatException.class, () -> Images.read(file, Channels.RGB));
    assertTrue(error.getMessage().contains(part), error.getMessage());
    assertTrue(error.getMessage().startsWith(file.toString()), error.getMessage());
  }

  private void write(String name, double value) throws IOException {
    Images.writePng(directory.resolve(name), Variable.full(value, 3, 4, 4));
  }

  @Test
  void aFolderHasAClassPerDirectory() throws IOException {
    write("dog/b.png", 0.2);
    write("dog/more/a.PNG", 0.4);
    write("cat/z.png", 0.6);
    Files.writeString(directory.resolve("cat/notes.txt"), "no image");
    Files.writeString(directory.resolve("readme.txt"), "no class");
    ImageFolder folder = ImageFolder.open(directory, Channels.RGB);
    assertEquals(List.of("cat", "dog"), folder.classes());
    assertEquals(3, folder.size());
    assertArrayEquals(new int[] {0, 1, 1}, folder.labels());
    Batch batch = DataLoader.of(folder, 3).workers(2).iterator().next();
    assertEquals(Shape.of(3, 3, 4, 4), batch.inputs().shape());
    assertArrayEquals(
        new float[] {0.6f, 0.2f, 0.4f},
        batch.inputs().narrow(1, 0, 1).mean(1, 2, 3).toFloatArray(),
        1e-6f);
    assertArrayEquals(new long[] {0, 1, 1}, batch.targets().toLongArray());

    Files.writeString(directory.resolve("dog/b.png"), "damaged");
    var error =
        assertThrows(ExampleException.class, () -> DataLoader.of(folder, 3).iterator().next());
    assertEquals(1, error.index());
    assertTrue(error.getMessage().contains("b.png"), error.getMessage());
  }

  @Test
  void aFolderWithoutImagesIsRefused() throws IOException {
    assertThrows(FileNotFoundException.class, () -> ImageFolder.open(directory, Channels.GREY));
    assertThrows(
        FileNotFoundException.class,
        () -> ImageFolder.open(directory.resolve("none"), Channels.GREY));
    Files.createDirectory(directory.resolve("cat"));
    var error =
        assertThrows(FileNotFoundException.class, () -> ImageFolder.open(directory, Channels.GREY));
    assertTrue(error.getMessage().contains("cat"), error.getMessage());
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThrows(NotDirectoryException.class, () -> ImageFolder.open(file, Channels.GREY));
  }
}
