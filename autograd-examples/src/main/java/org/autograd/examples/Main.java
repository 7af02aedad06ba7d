package org.autograd.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Properties;
import org.autograd.examples.bench.BenchCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code autograd} command. */
@Command(
    name = "autograd",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Main.Version.class,
    description = "Tensors and automatic differentiation in pure Java.",
    subcommands = {TrainCommand.class, BenchCommand.class, InfoCommand.class})
public final class Main implements Runnable {
  @Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "After an error, show where it happened.")
  private boolean stacktrace;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** Returns the command with its settings; it may be executed several times. */
  static CommandLine commandLine() {
    Main main = new Main();
    return new CommandLine(main)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((exception, _) -> explain(exception))
        .setExecutionExceptionHandler((exception, command, _) -> {
          main.report(exception, command.getErr());
          return command.getCommandSpec().exitCodeOnExecutionException();
        });
  }

  /** Shows the usage also where picocli by itself would only suggest similar names. */
  private static int explain(ParameterException exception) {
    CommandLine command = exception.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(exception.getMessage());
    UnmatchedArgumentException.printSuggestions(exception, err);
    command.usage(err);
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private void report(Exception exception, PrintWriter err) {
    if (stacktrace) {
      exception.printStackTrace(err);
    } else {
      err.println("autograd: " + message(exception));
    }
    err.flush();
  }

  private static String message(Exception exception) {
    // The messages of these two are bare names of files.
    if (exception instanceof NoSuchFileException e) {
      return "no such file: " + e.getFile();
    }
    if (exception instanceof AccessDeniedException e) {
      return "access denied: " + e.getFile();
    }
    if (exception instanceof UncheckedIOException e && e.getCause() != null) {
      return message(e.getCause());
    }
    String message = exception.getMessage();
    return message == null ? exception.toString() : message;
  }

  /** Reads the version that Maven has written. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      Properties properties = new Properties();
      try (InputStream in = Main.class.getResourceAsStream("version.properties")) {
        properties.load(in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new String[] {"autograd " + properties.getProperty("version")};
    }
  }
}
