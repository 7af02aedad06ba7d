package org.autograd.operations;

import com.google.common.base.CaseFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What PyTorch calls each operation of the registry, and what differs. A test makes {@code
 * docs/torch-map.md} of it, and fails while an operation is missing here.
 */
public final class TorchNames {
  private static final Pattern LINE =
      Pattern.compile("(?<name>\\w+)(?: = (?<torch>[^|]+?))?(?: \\| (?<difference>.+))?");

  private TorchNames() {}

  /**
   * Operations that belong together.
   *
   * @param namespace of PyTorch, where most of them are
   */
  public record Family(String title, String namespace, List<Name> names) {}

  /**
   * All overloads of one operation.
   *
   * @param name ours
   * @param torch how it is called or written in PyTorch
   * @param difference what else to know when code is carried over, empty if nothing
   */
  public record Name(String name, String torch, String difference) {}

  /** Returns the operations by families. */
  public static List<Family> families() {
    List<Family> families = new ArrayList<>();
    String title = "";
    String namespace = "";
    List<Name> names = new ArrayList<>();
    for (String line : TABLE.lines().toList()) {
      if (line.startsWith("# ")) {
        title = line.substring(2, line.indexOf(':'));
        namespace = line.substring(line.indexOf(':') + 2);
        names = new ArrayList<>();
        families.add(new Family(title, namespace, names));
      } else if (!line.isBlank()) {
        names.add(parse(line, namespace));
      }
    }
    return families;
  }

  private static Name parse(String line, String namespace) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new AssertionError("not 'name = PyTorch | difference': " + line);
    }
    String name = matcher.group("name");
    String torch = matcher.group("torch");
    String difference = matcher.group("difference");
    return new Name(
        name,
        torch == null ? namespace + "." + snakeCase(name) : torch,
        difference == null ? "" : difference);
  }

  private static String snakeCase(String name) {
    return CaseFormat.LOWER_CAMEL.to(CaseFormat.LOWER_UNDERSCORE, name);
  }

  /**
   * A line for each operation: our name; after "=" PyTorch's, unless it is the same in snake case
   * and the family's namespace; after "|" what differs.
   */
  private static final String TABLE =
      """
      # Arithmetic and elementary functions: torch
      add | no `alpha`
      sub | no `alpha`
      rsub = a - x
      mul
      div | for `rounding_mode` there are `floorDivide` and `truncDivide`
      rdiv = a / x | of 0, where `1 / x^2` overflows, the slope is 0, PyTorch's NaN
      neg
      abs
      square
      sqrt
      rsqrt
      reciprocal
      pow | integers give float32; at -infinity the slope of `pow(-0.5)` is NaN, PyTorch's 0
      exp
      expm1
      exp2
      log
      log1p
      log2
      log10
      logit | bounds: at NaN the slope is 0, PyTorch's is 0 in float64 and NaN in float32
      xlogy
      hypot
      lerp
      addcmul | `value` is required
      addcdiv | `value` is required
      nanToNum | all three replacements or none
      erf
      erfc
      erfinv
      i0 = torch.special.i0 | the limit, not NaN, at infinity
      i1 = torch.special.i1 | the limit, not NaN, at infinity
      nextAfter = torch.nextafter
      lgamma
      digamma | PyTorch's slope is exact to 1e-9 only, and finite at poles
      polygamma | the order is the argument; PyTorch's are inexact, finite at poles, and NaN at infinity from the second order on
      logAddExp = torch.logaddexp
      logAddExp2 = torch.logaddexp2
      xlog1py = torch.special.xlog1py
      sinc | PyTorch's float32 slope cancels near 0
      copysign | at NaN the slope is 0, at infinities 1 or -1; PyTorch's are NaN
      heaviside
      signbit
      degToRad = torch.deg2rad
      radToDeg = torch.rad2deg
      ldexp
      maximum
      minimum
      clamp | both bounds; one of them is `clampMin`, `clampMax`
      clampMin = torch.clamp(min=a)
      clampMax = torch.clamp(max=a)
      where | of three arrays; that of one condition is `nonzero`

      # Trigonometry: torch
      sin
      cos
      tan
      asin
      acos
      atan
      atan2
      sinh
      cosh
      tanh
      asinh
      acosh
      atanh

      # Rounding and division: torch
      floor
      ceil
      round | to whole numbers only
      trunc
      frac
      fmod
      remainder
      floorDivide
      truncDivide = torch.div(rounding_mode='trunc')
      sign

      # Activations: torch.nn.functional
      sigmoid = torch.sigmoid
      relu
      leakyRelu | the slope is required
      elu | `alpha` is required; at NaN the slope is 1, PyTorch's is NaN in float64
      silu
      gelu | infinity at infinity; PyTorch's float32 gives NaN
      geluTanh = torch.nn.functional.gelu(approximate='tanh')
      softplus
      mish
      softsign
      hardtanh | both bounds are required
      relu6
      hardswish | at NaN the slope is 1, PyTorch's is NaN in float64
      hardsigmoid | float64 is not rounded to float32 in between
      selu | at NaN the slope is 1, PyTorch's is NaN in float64
      celu | `alpha` is required; float64 is not rounded to float32 in between; NaN as `elu`
      logSigmoid = torch.nn.functional.logsigmoid
      glu | the axis is required
      threshold
      prelu
      hardshrink | the bound is required
      softshrink | the bound is required
      tanhshrink

      # Comparisons and logic: torch
      lt
      le
      gt
      ge
      eq
      ne
      logicalAnd
      logicalOr
      logicalXor
      logicalNot
      isNan = torch.isnan
      isInf = torch.isinf
      isFinite = torch.isfinite
      isPosInf = torch.isposinf
      isNegInf = torch.isneginf
      isIn = torch.isin | called on the elements
      isClose = torch.isclose | both tolerances are required; no `equal_nan`

      # Integers: torch
      bitwiseAnd
      bitwiseOr
      bitwiseXor
      bitwiseNot
      bitwiseLeftShift
      bitwiseRightShift
      gcd
      lcm

      # Reductions: torch
      sum
      sumKeepDims = torch.sum(keepdim=True)
      sumToShape = torch.Tensor.sum_to_size
      mean
      meanKeepDims = torch.mean(keepdim=True)
      max | `max(axis)` gives an `Extremum`; over several axes `amax`, of two arrays `maximum`
      min | `min(axis)` gives an `Extremum`; over several axes `amin`, of two arrays `minimum`
      amax
      amaxKeepDims = torch.amax(keepdim=True)
      amin
      aminKeepDims = torch.amin(keepdim=True)
      aminmax | a list of two; over any axes
      argmax | of equal elements always the first
      argmin | of equal elements always the first
      var | `correction=1`; where the variance is NaN so is the gradient
      varKeepDims = torch.var(keepdim=True)
      populationVar = torch.var(correction=0)
      populationVarKeepDims = torch.var(correction=0, keepdim=True)
      std | `correction=1`; where the variance is NaN so is the gradient
      stdKeepDims = torch.std(keepdim=True)
      populationStd = torch.std(correction=0)
      populationStdKeepDims = torch.std(correction=0, keepdim=True)
      norm = torch.linalg.vector_norm | the arguments are axes, the order is 2
      normKeepDims = torch.linalg.vector_norm(keepdim=True)
      vectorNorm = torch.linalg.vector_norm | order first; the infinity norm of NaN has the gradient NaN
      vectorNormKeepDims = torch.linalg.vector_norm(keepdim=True)
      logSumExp = torch.logsumexp
      logSumExpKeepDims = torch.logsumexp(keepdim=True)
      any
      all
      countNonzero
      nanSum = torch.nansum
      nanMean = torch.nanmean
      prod

      # Scans, orders and statistics: torch
      cumsum
      cumprod
      logCumSumExp = torch.logcumsumexp
      cummax | an `Extremum`: `values()` and `indices()`
      cummin | an `Extremum`
      sort | always stable; all arguments are required; an `Extremum`
      argsort | always stable; all arguments are required
      topk | axis first; of equal elements the first ones; an `Extremum`
      kthValue = torch.kthvalue | axis first; of equal elements the first; an `Extremum`
      mode | an `Extremum`
      median | along an axis an `Extremum`
      nanMedian = torch.nanmedian | along an axis an `Extremum`
      quantile | of one fraction interpolated linearly; of several the method is required
      nanQuantile = torch.nanquantile | several fractions; the method is required
      unique | a sorted vector
      uniqueWithCounts = torch.unique(return_inverse=True, return_counts=True) | a record
      uniqueConsecutive | inverse and counts always; a record
      searchSorted = torch.searchsorted | called on one sorted vector
      bucketize
      histc | all arguments are required
      bincount
      uniqueAlong = torch.unique(dim=...) | a `Unique`; refuses arrays without elements
      cov | `correction` is required; no weights
      corrcoef
      diff | all arguments are required
      trapezoid | the step is required
      cumulativeTrapezoid | the step is required

      # Normalisation: torch.nn.functional
      softmax
      softmin
      logSoftmax
      layerNorm | `eps` is required
      softmaxCrossEntropy = torch.nn.functional.cross_entropy(reduction='none') | classes along the last axis; the full one is `Losses.crossEntropy`

      # Shapes: torch
      to = torch.Tensor.to | dtypes only
      copy = torch.clone
      contiguous = torch.Tensor.contiguous
      reshape | also for `view`: shares the elements where it can
      flatten
      transpose | without axes `mT`, the last two exchanged
      permute
      squeeze | one axis or all
      unsqueeze
      expand = torch.Tensor.expand
      movedim | one axis
      cat | axis first
      stack | axis first
      split | axis first
      splitInto = torch.split | for a list of sizes
      chunk | axis first
      tensorSplit | axis first; a number of parts
      unflatten
      broadcast = torch.broadcast_tensors
      meshgrid = torch.meshgrid(indexing='ij')
      flip
      rot90
      roll | one axis, which comes first
      repeat = torch.Tensor.repeat
      tile
      repeatInterleave | axis first; one count for all
      diagonal | a view, as there; all arguments are required
      diag
      diagEmbed | all arguments are required
      blockDiag
      cartesianProd
      combinations
      vander | all arguments are required
      tril
      triu
      unfold = torch.Tensor.unfold | a copy, not a view; of `PoolingOptions`, `torch.nn.functional.unfold`, whose stride of 1 must be said
      padConstant = torch.nn.functional.pad | the value first
      padReflect = torch.nn.functional.pad(mode='reflect')
      padReplicate = torch.nn.functional.pad(mode='replicate')
      padCircular = torch.nn.functional.pad(mode='circular')

      # Selecting and placing: torch
      narrow | a view
      select | a view
      get = x[...] | parts are `Index.at`, `range`, `all`, `newAxis`, `ellipsis`
      indexSelect
      indexAdd | no `alpha`
      gather
      scatter | of two equal positions the last one stays
      scatterAdd
      indexCopy
      indexFill = torch.Tensor.index_fill
      indexPut = torch.Tensor.index_put | with an `Index` for each axis, `x[...] = values` on a copy
      indexReduce | the operation is a `ScatterReduction`; also `SUM`
      scatterReduce | a `ScatterReduction`; without `include_self`, elements that do not count have no gradient
      maskedScatter = torch.Tensor.masked_scatter
      diagonalScatter
      put = torch.Tensor.put
      takeAlongDim
      sliceScatter | the source is last
      selectScatter | the source is last
      maskedFill = torch.Tensor.masked_fill
      maskedSelect
      take
      nonzero | a matrix; no `as_tuple`
      oneHot = torch.nn.functional.one_hot | the number of classes is required

      # Products: torch
      matmul
      linear = torch.nn.functional.linear
      dot
      outer
      bmm
      baddbmm | `beta` and `alpha` are required
      addmm | `beta` and `alpha` are required
      trace | of a matrix that is higher than wide, PyTorch's gradient goes on below its diagonal
      tensordot
      kron
      einsum | no sublists; sums in an order that takes few multiplications, as with opt_einsum
      cdist | the order is required
      cosineSimilarity = torch.nn.functional.cosine_similarity | axis and `eps` are required

      # Systems of equations and decompositions: torch.linalg
      inv
      solve | `left=True` only
      solveTriangular | `left=True` only; no `unitriangular`
      lstsq | the solution only; also where the rank is not full
      pinv | `rtol` only
      det | of a singular matrix the gradient is that of the cofactors, PyTorch's is 0
      slogdet | a record
      matrixPower
      cholesky | the lower triangle
      qr = torch.linalg.qr(mode='reduced') | the signs of the columns may differ
      svd = torch.linalg.svd(full_matrices=False) | a record; the signs of vectors may differ
      svdvals
      eigh | the lower triangle is read; the signs of vectors may differ
      eigvalsh | the lower triangle is read
      matrixNorm | Frobenius is `norm(-2, -1)`, nuclear `nuclearNorm`
      nuclearNorm = torch.linalg.matrix_norm(ord='nuc')
      matrixRank | `rtol` only

      # Convolutions and pooling: torch.nn.functional
      conv1d | stride, padding, dilation and groups are `ConvolutionOptions`
      conv2d | as `conv1d`
      conv3d | as `conv1d`
      convTranspose1d | as `conv1d`
      convTranspose2d | as `conv1d`
      convTranspose3d | as `conv1d`
      maxPool1d | windows are `PoolingOptions`
      maxPool1dWithIndices = torch.nn.functional.max_pool1d(return_indices=True) | an `Extremum`
      avgPool1d | as `maxPool1d`
      adaptiveMaxPool1d
      adaptiveAvgPool1d
      maxPool2d | as `maxPool1d`
      maxPool2dWithIndices = torch.nn.functional.max_pool2d(return_indices=True) | an `Extremum`
      avgPool2d | as `maxPool1d`; no `divisor_override`
      adaptiveMaxPool2d
      adaptiveAvgPool2d
      maxPool3d | as `maxPool1d`
      maxPool3dWithIndices = torch.nn.functional.max_pool3d(return_indices=True) | an `Extremum`
      avgPool3d | as `maxPool1d`; no `divisor_override`
      adaptiveMaxPool3d
      adaptiveAvgPool3d
      lpPool1d | as `maxPool1d`
      lpPool2d | as `maxPool1d`
      lpPool3d | as `maxPool1d`
      maxUnpool1d
      maxUnpool2d
      maxUnpool3d
      affineGrid | 2-d
      gridSample | 2-d; bilinear or nearest, zeros or border
      fft = torch.fft.fft | complex numbers are pairs on a last axis, as `torch.view_as_real` shows them
      ifft = torch.fft.ifft | as `fft`
      fft2 = torch.fft.fft2 | as `fft`
      ifft2 = torch.fft.ifft2 | as `fft`
      fftn = torch.fft.fftn | as `fft`
      ifftn = torch.fft.ifftn | as `fft`
      rfft = torch.fft.rfft | as `fft`
      irfft = torch.fft.irfft | as `fft`

      # Images: torch.nn.functional
      interpolate | sizes and mode are `InterpolateOptions`; float32 has weights of float64
      fold | windows are `PoolingOptions`
      pixelShuffle
      pixelUnshuffle
      channelShuffle = torch.channel_shuffle

      # Changes in place: torch.Tensor
      add_
      sub_
      mul_
      div_
      zero_
      fill_
      copy_
      """;
}
