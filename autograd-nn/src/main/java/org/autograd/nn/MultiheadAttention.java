package org.autograd.nn;

import java.util.List;
import org.autograd.Autograd;
import org.autograd.Generator;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.jspecify.annotations.Nullable;

/**
 * {@link Attention} of several heads, each with its own projections of queries, keys and values,
 * whose results are joined and projected. PyTorch's {@code nn.MultiheadAttention}, with its names
 * ({@code in_proj_weight} of shape {@code [3 features, features]}, or {@code q_proj_weight}, {@code
 * k_proj_weight} and {@code v_proj_weight} where the keys or values have other features; {@code
 * in_proj_bias}; {@code out_proj.weight}, {@code out_proj.bias}) and its initialisation.
 *
 * <pre>{@code
 * MultiheadAttention attention =
 *     new MultiheadAttention(128, 4, MultiheadAttention.options().batchFirst(true));
 * Variable y = attention.apply(x, x, x, AttentionMask.none().causal(true));
 * }</pre>
 *
 * <p>Queries are {@code [queries, batch, features]}, or {@code [batch, queries, features]} with
 * {@code batchFirst}, or {@code [queries, features]} without a batch; keys and values likewise. A
 * query to which all keys are hidden gets zeros from every head, not NaN.
 */
public final class MultiheadAttention extends Module {
  private final long features;
  private final long heads;
  private final Options options;

  /** Of queries, keys and values, one after the other; null if they are three. */
  private final @Nullable Variable inWeight;

  private final List<Variable> inWeights;
  private final @Nullable Variable inBias;
  private final Linear out;

  /** Creates a float32 module with biases, for sequences along the first axis. */
  public MultiheadAttention(long features, long heads) {
    this(features, heads, options());
  }

  /**
   * Creates a module.
   *
   * @param features of the queries and of the result
   * @param heads which divide the features among them
   * @throws IllegalArgumentException if the features cannot be divided among the heads
   */
  public MultiheadAttention(long features, long heads, Options options) {
    if (heads < 1 || features < 1 || features % heads != 0) {
      throw new IllegalArgumentException(
          "MultiheadAttention: features=" + features + " must be a multiple of heads=" + heads);
    }
    this.features = features;
    this.heads = heads;
    this.options = options;
    long keyFeatures = options.keyFeatures() == 0 ? features : options.keyFeatures();
    long valueFeatures = options.valueFeatures() == 0 ? features : options.valueFeatures();
    if (keyFeatures == features && valueFeatures == features) {
      inWeight = projection("in_proj_weight", 3 * features, features);
      inWeights = List.of();
    } else {
      inWeight = null;
      inWeights =
          List.of(
              projection("q_proj_weight", features, features),
              projection("k_proj_weight", features, keyFeatures),
              projection("v_proj_weight", features, valueFeatures));
    }
    inBias =
        options.bias()
            ? parameter("in_proj_bias", Variable.zeros(options.dtype(), 3 * features))
            : null;
    out =
        child(
            "out_proj",
            new Linear(
                features,
                features,
                Linear.options()
                    .bias(options.bias())
                    .dtype(options.dtype())
                    .generator(options.generator())));
    Variable outBias = out.bias();
    if (outBias != null) {
      Initializers.constant(0).fill(outBias, options.generator());
    }
  }

  private Variable projection(String name, long rows, long columns) {
    Variable weight = Variable.zeros(options.dtype(), rows, columns);
    Initializers.xavierUniform(1).fill(weight, options.generator());
    return parameter(name, weight);
  }

  /**
   * What may be chosen about the module; {@link MultiheadAttention#options()} has the defaults.
   *
   * @param dropout the probability of a weight to be dropped in training mode
   * @param bias whether all projections have a bias
   * @param keyFeatures of the keys, 0 if as many as of the queries; PyTorch's {@code kdim}
   * @param valueFeatures of the values, 0 if as many as of the queries; PyTorch's {@code vdim}
   * @param batchFirst whether the batch is the first axis instead of the second
   * @param dtype float32 or float64
   * @param generator the source of the initial values
   */
  public record Options(
      double dropout,
      boolean bias,
      long keyFeatures,
      long valueFeatures,
      boolean batchFirst,
      DType dtype,
      Generator generator) {
    /** Checks the values. */
    public Options {
      if (!(dropout >= 0 && dropout <= 1) || keyFeatures < 0 || valueFeatures < 0) {
        throw new IllegalArgumentException(
            "MultiheadAttention: dropout must be a probability and numbers of features not"
                + " negative, got "
                + dropout
                + ", "
                + keyFeatures
                + " and "
                + valueFeatures);
      }
      if (!dtype.isFloating()) {
        throw new IllegalArgumentException(
            "MultiheadAttention: dtype must be float32 or float64, got " + dtype);
      }
    }

    /** Returns these options with another probability of dropping a weight. */
    public Options dropout(double value) {
      return new Options(value, bias, keyFeatures, valueFeatures, batchFirst, dtype, generator);
    }

    /** Returns these options with or without biases. */
    public Options bias(boolean value) {
      return new Options(dropout, value, keyFeatures, valueFeatures, batchFirst, dtype, generator);
    }

    /** Returns these options with another number of features of the keys. */
    public Options keyFeatures(long value) {
      return new Options(dropout, bias, value, valueFeatures, batchFirst, dtype, generator);
    }

    /** Returns these options with another number of features of the values. */
    public Options valueFeatures(long value) {
      return new Options(dropout, bias, keyFeatures, value, batchFirst, dtype, generator);
    }

    /** Returns these options with the batch as first or second axis. */
    public Options batchFirst(boolean value) {
      return new Options(dropout, bias, keyFeatures, valueFeatures, value, dtype, generator);
    }

    /** Returns these options with another dtype. */
    public Options dtype(DType value) {
      return new Options(dropout, bias, keyFeatures, valueFeatures, batchFirst, value, generator);
    }

    /** Returns these options with another source of initial values. */
    public Options generator(Generator value) {
      return new Options(dropout, bias, keyFeatures, valueFeatures, batchFirst, dtype, value);
    }
  }

  /** Returns the default options: no dropout, biases, sequences along the first axis, float32. */
  public static Options options() {
    return new Options(0, true, 0, 0, false, DType.FLOAT32, Autograd.generator());
  }

  /** Returns the number of heads. */
  public long heads() {
    return heads;
  }

  /** Returns the options that this was created with. */
  public Options configuration() {
    return options;
  }

  /**
   * What attention gives, and how it came about.
   *
   * @param output the joined and projected values
   * @param weights the share of each key, {@code [batch, queries, keys]}, or {@code [batch, heads,
   *     queries, keys]} if not averaged; without the first axis if there is no batch
   */
  public record Result(Variable output, Variable weights) {}

  /** Returns attention without a mask. */
  public Variable apply(Variable query, Variable key, Variable value) {
    return apply(query, key, value, AttentionMask.none());
  }

  /**
   * Returns attention, computed without keeping all weights where that saves memory; PyTorch's
   * {@code need_weights=False}.
   *
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public Variable apply(Variable query, Variable key, Variable value, AttentionMask mask) {
    return call(
            in -> {
              Heads split = split(in.get(0), in.get(1), in.get(2), mask);
              Variable joined =
                  Attention.scaledDotProduct(split.query, split.key, split.value, split.options);
              return List.of(join(joined, in.getFirst()));
            },
            query,
            key,
            value)
        .getFirst();
  }

  /**
   * Returns attention and its weights, as they are after dropout.
   *
   * @param average whether to return the mean over the heads
   * @throws IllegalArgumentException if shapes or dtypes do not fit
   */
  public Result applyWithWeights(
      Variable query, Variable key, Variable value, AttentionMask mask, boolean average) {
    List<Variable> results =
        call(
            in -> {
              Heads split = split(in.get(0), in.get(1), in.get(2), mask);
              Variable weights = Attention.weights(split.query, split.key, split.options);
              Variable output = join(weights.matmul(split.value), in.getFirst());
              Variable shown = average ? weights.mean(1) : weights;
              return List.of(output, in.getFirst().rank() == 2 ? shown.squeeze(0) : shown);
            },
            query,
            key,
            value);
    return new Result(results.get(0), results.get(1));
  }

  /** What goes into attention, {@code [batch, heads, sequence, features per head]}. */
  private record Heads(Variable query, Variable key, Variable value, Attention.Options options) {}

  private Heads split(Variable query, Variable key, Variable value, AttentionMask mask) {
    check(query, key, value);
    Variable q = head(query, 0);
    Variable k = head(key, 1);
    Variable v = head(value, 2);
    boolean batched = query.rank() == 3;
    Variable padding = mask.keyPadding();
    AttentionMask complete =
        batched || padding == null || padding.rank() != 1
            ? mask
            : mask.keyPadding(padding.unsqueeze(0));
    Variable merged = complete.merged(q.size(0), heads, q.size(2), k.size(2), q.dtype());
    return new Heads(
        q,
        k,
        v,
        Attention.options()
            .mask(merged)
            .causal(mask.causal())
            .dropout(isTraining() ? options.dropout() : 0));
  }

  private void check(Variable query, Variable key, Variable value) {
    int rank = query.rank();
    int batch = options.batchFirst() ? 0 : 1;
    int sequence = rank == 2 ? 0 : 1 - batch;
    boolean fits =
        (rank == 2 || rank == 3)
            && key.rank() == rank
            && value.rank() == rank
            && query.size(-1) == weight(0).size(1)
            && key.size(-1) == weight(1).size(1)
            && value.size(-1) == weight(2).size(1)
            && key.size(sequence) == value.size(sequence)
            && (rank == 2
                || (query.size(batch) == key.size(batch) && query.size(batch) == value.size(batch)))
            && query.dtype() == options.dtype()
            && key.dtype() == options.dtype()
            && value.dtype() == options.dtype();
    if (!fits) {
      String axes = options.batchFirst() ? "[batch, sequence, " : "[sequence, batch, ";
      throw new IllegalArgumentException(
          "query, key and value must be "
              + options.dtype()
              + " "
              + axes
              + weight(0).size(1)
              + "], "
              + axes
              + weight(1).size(1)
              + "] and "
              + axes
              + weight(2).size(1)
              + "], or all without batch, and key and value equally long; got "
              + describe(query)
              + ", "
              + describe(key)
              + " and "
              + describe(value));
    }
  }

  /** Returns the registered weight of queries (0), keys (1) or values (2). */
  private Variable weight(int which) {
    Variable all = inWeight;
    return all == null ? inWeights.get(which) : all.detach().narrow(0, which * features, features);
  }

  private Variable head(Variable input, int which) {
    Variable all = inWeight;
    Variable weight =
        all == null
            ? current(inWeights.get(which))
            : current(all).narrow(0, which * features, features);
    Variable projected =
        inBias == null
            ? input.linear(weight)
            : input.linear(weight, current(inBias).narrow(0, which * features, features));
    Variable batched =
        input.rank() == 2 ? projected.unsqueeze(options.batchFirst() ? 0 : 1) : projected;
    Variable split = batched.reshape(batched.size(0), batched.size(1), heads, features / heads);
    return options.batchFirst() ? split.transpose(1, 2) : split.permute(1, 2, 0, 3);
  }

  private Variable join(Variable perHead, Variable query) {
    Variable joined = options.batchFirst() ? perHead.transpose(1, 2) : perHead.permute(2, 0, 1, 3);
    Variable output = out.apply(joined.reshape(joined.size(0), joined.size(1), features));
    return query.rank() == 3 ? output : output.squeeze(options.batchFirst() ? 0 : 1);
  }

  @Override
  protected String settings() {
    return "features="
        + features
        + ", heads="
        + heads
        + ", dropout="
        + options.dropout()
        + ", batchFirst="
        + options.batchFirst();
  }
}
