package org.autograd.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.data.DataLoader;
import org.autograd.data.Dataset;
import org.autograd.data.Sampler;
import org.autograd.data.Vocabulary;
import org.autograd.data.Windows;
import org.autograd.io.AtomicFile;
import org.autograd.optim.Muon;
import org.autograd.optim.Optimizer;
import org.autograd.training.Backpropagation;
import org.autograd.training.Trainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a transformer to go on with a text, character by character. */
@Command(
    name = "text",
    description =
        "Train a transformer to predict the next character of a book, Moby Dick unless another is"
            + " given: from the first nine tenths, tested on the last. Then let it write.")
final class TextCommand implements Callable<Integer> {
  private static final String MOBY_DICK = "moby-dick.txt.gz";

  /** Every so manieth window of the test text is looked at after an epoch. */
  private static final int SPARSE = 4;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "A text in UTF-8 (default: Moby Dick, which comes with this program).")
  private @Nullable Path data;

  @Option(
      names = "--context",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description =
          "From how many characters the next one is predicted, at most (default:"
              + " ${DEFAULT-VALUE}).")
  private int context = 64;

  @Option(
      names = "--features",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "The size of the vectors between layers (default: ${DEFAULT-VALUE}).")
  private int features = 128;

  @Option(
      names = "--layers",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "The number of layers (default: ${DEFAULT-VALUE}).")
  private int layers = 4;

  @Option(
      names = "--heads",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description =
          "The heads of attention, which divide the features (default: ${DEFAULT-VALUE}).")
  private int heads = 4;

  @Option(
      names = "--muon-rate",
      paramLabel = "X",
      converter = TrainingOptions.PositiveDouble.class,
      description =
          "The learning rate of Muon, by which the matrices of the layers learn; all else learns"
              + " by --optimizer (default: ${DEFAULT-VALUE}).")
  private double muonRate = 0.02;

  @Option(
      names = "--minutes",
      paramLabel = "X",
      converter = TrainingOptions.PositiveDouble.class,
      description =
          "End the steps of the training after this time if they have not ended before, with"
              + " learning rates that suit that. The validation, test and sample at the end come on"
              + " top.")
  private @Nullable Double minutes;

  @Option(
      names = "--sample",
      paramLabel = "N",
      converter = TrainingOptions.PositiveInteger.class,
      description = "How many characters to write in the end (default: ${DEFAULT-VALUE}).")
  private int sample = 600;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "What to go on with (default: the first character of the book).")
  private @Nullable String prompt;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      converter = TrainingOptions.PositiveDouble.class,
      description =
          "How bold to write: near 0 always what is most likely, 1 as often as it is likely"
              + " (default: ${DEFAULT-VALUE}).")
  private double temperature = 0.7;

  @Mixin
  private final TrainingOptions options =
      new TrainingOptions("text", 5, 16).suited(OptimizerChoice.ADAMW, 3e-3);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    TrainingRun run = new TrainingRun(spec, options, "Text");
    String text = read();
    Vocabulary vocabulary = Vocabulary.of(text);
    Variable tokens = vocabulary.encode(text);
    int length = Math.toIntExact(tokens.size(0));
    int trainLength = length - length / 10;
    check(vocabulary, length);
    Variable train = tokens.narrow(0, 0, trainLength);
    Variable test = tokens.narrow(0, trainLength, length - trainLength);

    CharacterTransformer model =
        new CharacterTransformer(
            vocabulary.size(),
            new CharacterTransformer.Size(context, features, layers, heads),
            new Generator(options.seed).split());
    long parameters = model.parameters().stream().mapToLong(Variable::elementCount).sum();
    out.printf(
        "%d characters to learn from, %d to test, %d different ones; %d parameters%n",
        trainLength, length - trainLength, vocabulary.size(), parameters);

    Dataset windows = Windows.next(train, context);
    Optimizer<?> muon =
        new Muon(model.matrices(), Muon.options().learningRate(muonRate).weightDecay(0));
    Optimizer<?> optimizer = options.optimizer(model.parametersBesideMatrices());
    Trainer trainer =
        new Trainer(
                new Backpropagation(
                        model,
                        CharacterTransformer::bits,
                        optimizer,
                        Backpropagation.options().clipNorm(1))
                    .also(muon),
                // As many characters as there are, but windows that begin anywhere.
                DataLoader.of(windows, options.batchSize)
                    .sampler(Sampler.randomWithReplacement(trainLength / context))
                    .seed(options.seed))
            .validation(DataLoader.of(Windows.next(test, context).every(SPARSE * context), 64))
            .listen(
                new Annealing(
                    List.of(optimizer, muon),
                    minutes == null ? null : 60 * minutes,
                    System::nanoTime));
    run.train(trainer);

    AtomicFile.write(
        run.file("vocabulary.txt"),
        stream -> stream.write(vocabulary.characters().getBytes(StandardCharsets.UTF_8)));
    String start = prompt == null ? text.substring(0, text.offsetByCodePoints(0, 1)) : prompt;
    Variable written =
        model.sample(
            vocabulary.encode(start), sample, temperature, new Generator(options.seed).split());
    out.printf("%s%n%n", vocabulary.decode(written));
    // The first character of the test is predicted from the text before it.
    int before = Math.min(trainLength, context - context / 2 + 1);
    Variable judged = tokens.narrow(0, trainLength - before, length - trainLength + before);
    run.result("test bits per character", model.bitsPerToken(judged), 4);
    return 0;
  }

  private String read() throws IOException {
    if (data != null) {
      return TextFile.read(data);
    }
    try (InputStream in = TextCommand.class.getResourceAsStream(MOBY_DICK)) {
      if (in == null) {
        throw new IllegalStateException("resource " + MOBY_DICK + " is missing");
      }
      return new String(new GZIPInputStream(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void check(Vocabulary vocabulary, int length) {
    if (length / 10 <= context) {
      throw new ParameterException(
          spec.commandLine(),
          String.format(
              Locale.ROOT,
              "The text has %d characters, but must have more than %d: its last tenth is for the"
                  + " test, and a --context of %d and one more must fit into it",
              length,
              10 * (context + 1),
              context));
    }
    if (prompt != null) {
      if (prompt.isEmpty()) {
        throw new ParameterException(spec.commandLine(), "--prompt must not be empty");
      }
      vocabulary.encode(prompt);
    }
  }
}
