package org.autograd.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.autograd.Variable;

/**
 * The characters of a text, numbered from 0 in the order of Unicode.
 *
 * <pre>{@code
 * Vocabulary vocabulary = Vocabulary.of(book);
 * Variable tokens = vocabulary.encode(book);      // int64 [characters]
 * Dataset blocks = Windows.next(tokens, 128);
 * String text = vocabulary.decode(sampled);
 * }</pre>
 */
public final class Vocabulary {
  private final int[] characters;

  private Vocabulary(int[] characters) {
    this.characters = characters;
  }

  /** Returns the vocabulary of the characters that a text has. */
  public static Vocabulary of(String text) {
    return new Vocabulary(text.codePoints().sorted().distinct().toArray());
  }

  /** Returns the number of characters. */
  public int size() {
    return characters.length;
  }

  /** Returns the characters in their order: what {@link #of} needs to make the same again. */
  public String characters() {
    return new String(characters, 0, characters.length);
  }

  /**
   * Returns the numbers of a text's characters.
   *
   * @return int64, of shape [characters]
   * @throws IllegalArgumentException if the vocabulary lacks one
   */
  public Variable encode(String text) {
    return Variable.of(text.codePoints().mapToLong(this::number).toArray());
  }

  private long number(int character) {
    int number = Arrays.binarySearch(characters, character);
    checkArgument(
        number >= 0,
        "Vocabulary: the character '%s' is none of '%s'",
        Character.toString(character),
        characters());
    return number;
  }

  /**
   * Returns the text of some numbers.
   *
   * @param tokens int64 or int32, of any shape, read in row-major order
   * @throws IndexOutOfBoundsException if a number is not in [0, size)
   */
  public String decode(Variable tokens) {
    return LongStream.of(tokens.toLongArray())
        .mapToObj(token -> Character.toString(characters[Math.toIntExact(token)]))
        .collect(Collectors.joining());
  }

  /** Returns the number of characters, and which they are. */
  @Override
  public String toString() {
    return "Vocabulary of " + size() + ": " + characters();
  }
}
