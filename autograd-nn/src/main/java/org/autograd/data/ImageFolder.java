package org.autograd.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.autograd.Generator;

/**
 * Images in a directory that has a directory for each class, as torchvision's {@code ImageFolder}:
 *
 * <pre>
 * animals/cat/1.png
 * animals/cat/2.png
 * animals/dog/a.jpg
 * </pre>
 *
 * <pre>{@code
 * ImageFolder animals = ImageFolder.open(Path.of("animals"), Channels.RGB);
 * Dataset train = animals.mapInputs(ImageTransforms.randomResizedCrop(64, 64));
 * DataLoader loader = DataLoader.of(train, 32).shuffle(seed).workers(2);
 * }</pre>
 *
 * <p>An image is read when it is asked for: input float32 [channels, height, width] in [0, 1],
 * target an int64 scalar, the number of its class.
 */
public final class ImageFolder implements Dataset {
  private static final Set<String> ENDINGS =
      Set.of("png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "wbmp");

  private final Path root;
  private final Channels channels;
  private final List<String> classes;
  private final List<Path> files = new ArrayList<>();
  private final List<Integer> labels = new ArrayList<>();

  private ImageFolder(Path root, Channels channels) throws IOException {
    this.root = root;
    this.channels = channels;
    if (!Files.isDirectory(root)) {
      throw Files.exists(root)
          ? new NotDirectoryException(root.toString())
          : new FileNotFoundException("there is no directory " + root);
    }
    List<Path> directories;
    try (Stream<Path> paths = Files.list(root)) {
      directories = paths.filter(Files::isDirectory).sorted().toList();
    }
    classes = directories.stream().map(d -> d.getFileName().toString()).toList();
    if (classes.isEmpty()) {
      throw new FileNotFoundException(
          root + " has no directories; the images of each class must be in one of their own");
    }
    for (int label = 0; label < classes.size(); label++) {
      List<Path> ofClass;
      try (Stream<Path> paths = Files.walk(directories.get(label))) {
        ofClass = paths.filter(ImageFolder::isImage).sorted().toList();
      }
      if (ofClass.isEmpty()) {
        throw new FileNotFoundException(
            directories.get(label) + " has no files that end in " + ENDINGS);
      }
      for (Path file : ofClass) {
        files.add(file);
        labels.add(label);
      }
    }
  }

  /**
   * Finds the images of a directory. Classes and images are in alphabetical order; directories
   * within a class belong to it.
   *
   * @throws FileNotFoundException if the directory is missing, or has no class, or a class has no
   *     image
   * @throws IOException if a directory cannot be read
   */
  public static ImageFolder open(Path root, Channels channels) throws IOException {
    return new ImageFolder(root, channels);
  }

  private static boolean isImage(Path path) {
    String name = path.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return ENDINGS.contains(ending) && Files.isRegularFile(path);
  }

  /** Returns the names of the classes. */
  public List<String> classes() {
    return classes;
  }

  /** Returns the files in the order of the examples. */
  public List<Path> files() {
    return List.copyOf(files);
  }

  /** Returns the number of each example's class: for a stratified split, or weights. */
  public int[] labels() {
    return labels.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public int size() {
    return files.size();
  }

  /**
   * Reads an image.
   *
   * @throws UncheckedIOException if the file cannot be read or is damaged
   */
  @Override
  public Example get(int index, Generator rng) {
    try {
      return Example.of(Images.read(files.get(index), channels), labels.get(index).longValue());
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Returns the directory and the numbers of images and classes. */
  @Override
  public String toString() {
    return "ImageFolder[%s, %d images, %d classes]".formatted(root, files.size(), classes.size());
  }
}
