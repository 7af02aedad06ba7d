package org.autograd.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.autograd.ConvolutionOptions;
import org.autograd.Index;
import org.autograd.PoolingOptions;
import org.autograd.Variable;
import org.autograd.type.DType;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong calls throw in PyTorch and here, and here the message says what was wrong with what. */
class ErrorOracleTest {
  /**
   * A call that is wrong.
   *
   * @param names what our message must name, the operation first
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Wrong(
      String names,
      Function<Variable[], Object> ours,
      Function<Tensor[], Object> pyTorchs,
      Variable... operands) {
    @Override
    public String toString() {
      return names + " of " + Stream.of(operands).map(x -> x.dtype() + "" + x.shape()).toList();
    }
  }

  private static Variable f(long... shape) {
    return Variable.ones(shape);
  }

  private static Variable positions(long... values) {
    return Variable.of(values);
  }

  private static final Variable SCALAR = f();
  private static final ConvolutionOptions CONVOLUTION = ConvolutionOptions.defaults();
  private static final long[] ONE = {1};
  private static final long[] ZERO = {0};

  // spotless:off
  static List<Wrong> wrongCalls() {
    return List.of(
        // Shapes that do not broadcast.
        new Wrong("add", x -> x[0].add(x[1]), t -> t[0].add(t[1]), f(2, 3), f(2, 4)),
        new Wrong("add", x -> x[0].add(x[1]), t -> t[0].add(t[1]), f(2, 3), f(2)),
        new Wrong("sub", x -> x[0].sub(x[1]), t -> t[0].sub(t[1]), f(3), f(4)),
        new Wrong("mul", x -> x[0].mul(x[1]), t -> t[0].mul(t[1]), f(2, 3), f(3, 2)),
        new Wrong("div", x -> x[0].div(x[1]), t -> t[0].div(t[1]), f(2, 1, 3), f(4, 2)),
        new Wrong("pow", x -> x[0].pow(x[1]), t -> t[0].pow(t[1]), f(0), f(2)),
        new Wrong("maximum", x -> x[0].maximum(x[1]), t -> t[0].maximum(t[1]), f(3), f(2)),
        new Wrong("lt", x -> x[0].lt(x[1]), t -> t[0].lt(t[1]), f(3), f(2)),
        new Wrong("where", x -> Variable.where(x[0], x[1], x[2]), t -> torch.where(t[0], t[1], t[2]), f(2).gt(0), f(3), f(3)),
        new Wrong("where", x -> Variable.where(x[0], x[1], x[2]), t -> torch.where(t[0], t[1], t[2]), f(2), f(2), f(2)),
        new Wrong("expand", x -> x[0].expand(2, 4), t -> t[0].expand(2, 4), f(2, 3)),
        new Wrong("expand", x -> x[0].expand(3), t -> t[0].expand(3), f(2, 3)),
        new Wrong("expand", x -> x[0].expand(-1, 3), t -> t[0].expand(-1, 3), f(3)),
        new Wrong("sumToShape", x -> x[0].sumToShape(f(2).shape()), t -> t[0].sum_to_size(2), f(2, 3)),
        new Wrong("add_", x -> x[0].add_(x[1]), t -> t[0].add_(t[1]), f(1, 3), f(2, 3)),
        new Wrong("copy_", x -> x[0].copy_(x[1]), t -> t[0].copy_(t[1]), f(3), f(2)),
        new Wrong("add_", x -> x[0].add_(x[1]), t -> t[0].add_(t[1]), f(3).to(DType.INT64), f(3)),

        // Axes.
        new Wrong("sum", x -> x[0].sum(2), t -> t[0].sum(2), f(2, 3)),
        new Wrong("sum", x -> x[0].sum(-3), t -> t[0].sum(-3), f(2, 3)),
        new Wrong("sum", x -> x[0].sum(0, -2), t -> t[0].sum(0, -2), f(2, 3)),
        new Wrong("mean", x -> x[0].mean(5), t -> t[0].mean(5), f(2, 3)),
        new Wrong("amax", x -> x[0].amax(1, 1), t -> t[0].amax(new long[] {1, 1}, false), f(2, 3)),
        new Wrong("max", x -> x[0].max(2), t -> t[0].max(2L), f(2, 3)),
        new Wrong("var", x -> x[0].var(2), t -> t[0].var(new long[] {2}, true), f(2, 3)),
        new Wrong("logSumExp", x -> x[0].logSumExp(2), t -> t[0].logsumexp(2), f(2, 3)),
        new Wrong("softmax", x -> x[0].softmax(2), t -> t[0].softmax(2), f(2, 3)),
        new Wrong("logSoftmax", x -> x[0].logSoftmax(-3), t -> t[0].log_softmax(-3), f(2, 3)),
        new Wrong("transpose", x -> x[0].transpose(0, 2), t -> t[0].transpose(0, 2), f(2, 3)),
        new Wrong("transpose", x -> x[0].transpose(), t -> t[0].mT(), f(3)),
        new Wrong("permute", x -> x[0].permute(0), t -> t[0].permute(0), f(2, 3)),
        new Wrong("permute", x -> x[0].permute(0, 0), t -> t[0].permute(0, 0), f(2, 3)),
        new Wrong("squeeze", x -> x[0].squeeze(2), t -> t[0].squeeze(2L), f(2, 1)),
        new Wrong("unsqueeze", x -> x[0].unsqueeze(4), t -> t[0].unsqueeze(4), f(2, 1)),
        new Wrong("flatten", x -> x[0].flatten(1, 0), t -> t[0].flatten(1, 0), f(2, 1)),
        new Wrong("flatten", x -> x[0].flatten(0, 2), t -> t[0].flatten(0, 2), f(2, 1)),
        new Wrong("cat", x -> Variable.cat(2, x), t -> torch.cat(new TensorVector(t), 2), f(2, 3), f(2, 3)),
        new Wrong("stack", x -> Variable.stack(3, x), t -> torch.stack(new TensorVector(t), 3), f(2), f(2)),
        new Wrong("argmax", x -> x[0].argmax(1), t -> torch.argmax(t[0], new org.bytedeco.pytorch.LongOptional(1), false), f(2)),

        // Nothing to choose from.
        new Wrong("max", x -> x[0].max(), t -> t[0].max(), f(0, 3)),
        new Wrong("amin", x -> x[0].amin(0), t -> t[0].amin(new long[] {0}, false), f(0, 3)),
        new Wrong("argmax", x -> x[0].argmax(), t -> t[0].argmax(), f(0)),
        new Wrong("min", x -> x[0].min(1), t -> t[0].min(1L), f(2, 0)),

        // Sizes.
        new Wrong("reshape", x -> x[0].reshape(4, 2), t -> t[0].reshape(4, 2), f(2, 3)),
        new Wrong("reshape", x -> x[0].reshape(-1, 4), t -> t[0].reshape(-1, 4), f(2, 3)),
        new Wrong("reshape", x -> x[0].reshape(-1, -1), t -> t[0].reshape(-1, -1), f(2, 3)),
        new Wrong("reshape", x -> x[0].reshape(-2, 3), t -> t[0].reshape(-2, 3), f(2, 3)),
        new Wrong("reshape", x -> x[0].reshape(-1, 0), t -> t[0].reshape(-1, 0), f(0, 3)),
        new Wrong("cat", x -> Variable.cat(0, x), t -> torch.cat(new TensorVector(t), 0), f(2, 3), f(2, 4)),
        new Wrong("cat", x -> Variable.cat(0, x), t -> torch.cat(new TensorVector(t), 0), f(2, 3), f(2)),
        new Wrong("cat", x -> Variable.cat(0, x), t -> torch.cat(new TensorVector(t), 0), SCALAR, SCALAR),
        new Wrong("cat", x -> Variable.cat(0), t -> torch.cat(new TensorVector(), 0)),
        new Wrong("stack", x -> Variable.stack(0, x), t -> torch.stack(new TensorVector(t), 0), f(2, 3), f(3, 2)),
        new Wrong("matmul", x -> x[0].matmul(x[1]), t -> t[0].matmul(t[1]), f(2, 3), f(2, 3)),
        new Wrong("matmul", x -> x[0].matmul(x[1]), t -> t[0].matmul(t[1]), f(3), f(2)),
        new Wrong("matmul", x -> x[0].matmul(x[1]), t -> t[0].matmul(t[1]), SCALAR, f(2, 3)),
        new Wrong("matmul", x -> x[0].matmul(x[1]), t -> t[0].matmul(t[1]), f(2, 3, 4), f(3, 4, 5)),
        new Wrong("matmul", x -> x[0].matmul(x[1]), t -> t[0].matmul(t[1]), f(5, 2, 3), f(2, 3)),
        new Wrong("matmul", x -> x[0].matmul(x[1]), t -> t[0].matmul(t[1]), f(2, 3), f(2)),
        new Wrong("dot", x -> x[0].dot(x[1]), t -> t[0].dot(t[1]), f(2, 3), f(3)),
        new Wrong("dot", x -> x[0].dot(x[1]), t -> t[0].dot(t[1]), f(2), f(3)),
        new Wrong("outer", x -> x[0].outer(x[1]), t -> t[0].outer(t[1]), f(2, 3), f(3)),
        new Wrong("bmm", x -> x[0].bmm(x[1]), t -> t[0].bmm(t[1]), f(2, 3), f(3, 2)),
        new Wrong("bmm", x -> x[0].bmm(x[1]), t -> t[0].bmm(t[1]), f(2, 3, 4), f(3, 4, 2)),
        new Wrong("baddbmm", x -> x[0].baddbmm(x[1], x[2], 1, 1), t -> t[0].baddbmm(t[1], t[2]), f(2, 3), f(2, 3, 4), f(2, 4, 2)),
        new Wrong("addmm", x -> x[0].addmm(x[1], x[2], 1, 1), t -> t[0].addmm(t[1], t[2]), f(3), f(3, 4), f(4, 2)),
        new Wrong("addmm", x -> x[0].addmm(x[1], x[2], 1, 1), t -> t[0].addmm(t[1], t[2]), f(2), f(3, 4), f(3, 2)),
        new Wrong("trace", x -> x[0].trace(), t -> t[0].trace(), f(2, 3, 3)),
        new Wrong("tensordot", x -> x[0].tensordot(x[1], 1), t -> torch.tensordot(t[0], t[1], new long[] {1}, 0), f(2, 3), f(2, 3)),
        new Wrong("tensordot", x -> x[0].tensordot(x[1], new int[] {0, 0}, new int[] {0, 1}), t -> torch.tensordot(t[0], t[1], new long[] {0, 0}, 0, 1), f(2, 2), f(2, 2)),
        new Wrong("einsum", x -> Variable.einsum("ij,jk->ik", x), t -> torch.einsum("ij,jk->ik", new TensorVector(t)), f(2, 3), f(2, 3)),
        new Wrong("einsum", x -> Variable.einsum("ij,jk->ik", x), t -> torch.einsum("ij,jk->ik", new TensorVector(t)), f(2, 3)),
        new Wrong("einsum", x -> Variable.einsum("ij,jk->ik", x), t -> torch.einsum("ij,jk->ik", new TensorVector(t)), f(2, 3), f(3)),
        new Wrong("einsum", x -> Variable.einsum("ij->ik", x), t -> torch.einsum("ij->ik", new TensorVector(t)), f(2, 3)),
        new Wrong("einsum", x -> Variable.einsum("ij->ii", x), t -> torch.einsum("ij->ii", new TensorVector(t)), f(2, 3)),
        new Wrong("einsum", x -> Variable.einsum("ii", x), t -> torch.einsum("ii", new TensorVector(t)), f(2, 3)),
        new Wrong("einsum", x -> Variable.einsum("i1", x), t -> torch.einsum("i1", new TensorVector(t)), f(2, 3)),
        new Wrong("einsum", x -> Variable.einsum("...i...", x), t -> torch.einsum("...i...", new TensorVector(t)), f(2, 3)),
        new Wrong("einsum", x -> Variable.einsum("...i,...i", x), t -> torch.einsum("...i,...i", new TensorVector(t)), f(2, 3), f(4, 3)),
        new Wrong("cdist", x -> x[0].cdist(x[1], 2), t -> torch.cdist(t[0], t[1]), f(2, 3), f(2, 4)),
        new Wrong("cdist", x -> x[0].cdist(x[1], 2), t -> torch.cdist(t[0], t[1]), f(3), f(2, 3)),
        new Wrong("cdist", x -> x[0].cdist(x[1], 2), t -> torch.cdist(t[0], t[1]), f(2, 2, 3), f(3, 2, 3)),
        new Wrong("cosineSimilarity", x -> x[0].cosineSimilarity(x[1], 1, 1e-8), t -> torch.cosine_similarity(t[0], t[1]), f(2, 3), f(2, 4)),

        // Systems of equations and decompositions.
        new Wrong("inv", x -> x[0].inv(), t -> torch.linalg_inv(t[0]), f(2, 3)),
        new Wrong("inv", x -> x[0].inv(), t -> torch.linalg_inv(t[0]), f(3)),
        new Wrong("inv", x -> x[0].inv(), t -> torch.linalg_inv(t[0]), f(3, 2, 2)),
        new Wrong("solve", x -> x[0].solve(x[1]), t -> torch.linalg_solve(t[0], t[1]), f(2, 2), f(2, 1)),
        new Wrong("solve", x -> x[0].solve(x[1]), t -> torch.linalg_solve(t[0], t[1]), f(2, 2), f(3)),
        new Wrong("solve", x -> x[0].solve(x[1]), t -> torch.linalg_solve(t[0], t[1]), f(2, 3), f(2)),
        new Wrong("solve", x -> x[0].solve(x[1]), t -> torch.linalg_solve(t[0], t[1]), f(2, 2, 2), f(3, 2, 1)),
        new Wrong("solveTriangular", x -> x[0].solveTriangular(x[1], true), t -> torch.linalg_solve_triangular(t[0], t[1], true), f(2, 2), f(2)),
        new Wrong("solveTriangular", x -> x[0].solveTriangular(x[1], true), t -> torch.linalg_solve_triangular(t[0], t[1], true), f(2, 3), f(2, 1)),
        new Wrong("lstsq", x -> x[0].lstsq(x[1]), t -> torch.linalg_lstsq(t[0], t[1]), f(3, 2), f(2, 1)),
        new Wrong("lstsq", x -> x[0].lstsq(x[1]), t -> torch.linalg_lstsq(t[0], t[1]), f(3), f(3)),
        new Wrong("det", x -> x[0].det(), t -> torch.linalg_det(t[0]), f(2, 3)),
        new Wrong("slogdet", x -> x[0].slogdet(), t -> torch.linalg_slogdet(t[0]), f(2, 3)),
        new Wrong("matrixPower", x -> x[0].matrixPower(2), t -> torch.linalg_matrix_power(t[0], 2), f(2, 3)),
        new Wrong("matrixPower", x -> x[0].matrixPower(-2), t -> torch.linalg_matrix_power(t[0], -2), f(2, 2)),
        new Wrong("cholesky", x -> x[0].cholesky(), t -> torch.linalg_cholesky(t[0]), f(2, 3)),
        new Wrong("cholesky", x -> x[0].cholesky(), t -> torch.linalg_cholesky(t[0]), f(2, 2).neg()),
        new Wrong("qr", x -> x[0].qr(), t -> torch.linalg_qr(t[0]), f(3)),
        new Wrong("svd", x -> x[0].svd(), t -> torch.linalg_svd(t[0]), f(3)),
        new Wrong("svd", x -> x[0].svd(), t -> torch.linalg_svd(t[0]), f(2, 2).mul(Double.NaN)),
        new Wrong("eigh", x -> x[0].eigh(), t -> torch.linalg_eigh(t[0]), f(2, 3)),
        new Wrong("pinv", x -> x[0].pinv(), t -> torch.linalg_pinv(t[0]), f(3)),
        new Wrong("matrixNorm", x -> x[0].matrixNorm(3), t -> torch.linalg_matrix_norm(t[0], new Scalar(3.0)), f(3, 2)),
        new Wrong("matrixNorm", x -> x[0].matrixNorm(1), t -> torch.linalg_matrix_norm(t[0], new Scalar(1.0)), f(3)),
        new Wrong("matrixRank", x -> x[0].matrixRank(), t -> torch.linalg_matrix_rank(t[0]), f(3)),

        // Convolutions and pooling.
        new Wrong("conv1d", x -> x[0].conv1d(x[1], null), t -> torch.conv1d(t[0], t[1]), f(3, 3), f(2, 2, 1)),
        new Wrong("conv2d", x -> x[0].conv2d(x[1], null), t -> torch.conv2d(t[0], t[1]), f(2, 3, 4, 4), f(2, 2, 1, 1)),
        new Wrong("conv2d", x -> x[0].conv2d(x[1], null), t -> torch.conv2d(t[0], t[1]), f(3, 4), f(2, 3, 1, 1)),
        new Wrong("conv2d", x -> x[0].conv2d(x[1], null), t -> torch.conv2d(t[0], t[1]), f(1, 3, 4, 4), f(2, 3, 5, 1)),
        new Wrong("conv3d", x -> x[0].conv3d(x[1], null), t -> torch.conv3d(t[0], t[1]), f(1, 3, 4, 4), f(2, 3, 1, 1)),
        new Wrong("conv2d", x -> x[0].conv2d(x[1], x[2]), t -> torch.conv2d(t[0], t[1], new TensorOptional(t[2]), ONE, ZERO, ONE, 1), f(1, 3, 4, 4), f(2, 3, 1, 1), f(3)),
        new Wrong("conv1d", x -> x[0].conv1d(x[1], null, CONVOLUTION.groups(2)), t -> torch.conv1d(t[0], t[1], new TensorOptional(), ONE, ZERO, ONE, 2), f(1, 4, 4), f(3, 2, 1)),
        new Wrong("convTranspose1d", x -> x[0].convTranspose1d(x[1], null, CONVOLUTION), t -> torch.conv_transpose1d(t[0], t[1]), f(1, 4, 4), f(3, 2, 1)),
        new Wrong("maxPool2d", x -> x[0].maxPool2d(PoolingOptions.kernel(5)), t -> torch.max_pool2d(t[0], 5), f(1, 3, 4, 4)),
        new Wrong("maxPool2d", x -> x[0].maxPool2d(PoolingOptions.kernel(2)), t -> torch.max_pool2d(t[0], 2), f(4, 4)),
        new Wrong("maxPool2d", x -> x[0].maxPool2d(PoolingOptions.kernel(2)), t -> torch.max_pool2d(t[0], 2), f(2, 0, 4, 4)),
        new Wrong("avgPool1d", x -> x[0].avgPool1d(PoolingOptions.kernel(2).padding(2)), t -> torch.avg_pool1d(t[0], new long[] {2}, new long[] {2}, new long[] {2}, false, true), f(1, 3, 4)),
        new Wrong("adaptiveAvgPool2d", x -> x[0].adaptiveAvgPool2d(-1), t -> torch.adaptive_avg_pool2d(t[0], -1, -1), f(1, 3, 4, 4)),

        // Positions.
        new Wrong("select", x -> x[0].select(0, 2), t -> t[0].select(0, 2), f(2, 3)),
        new Wrong("select", x -> x[0].select(1, -4), t -> t[0].select(1, -4), f(2, 3)),
        new Wrong("narrow", x -> x[0].narrow(1, 2, 2), t -> t[0].narrow(1, 2L, 2), f(2, 3)),
        new Wrong("narrow", x -> x[0].narrow(1, 0, -1), t -> t[0].narrow(1, 0L, -1), f(2, 3)),
        new Wrong("get", x -> x[0].get(Index.at(0), Index.at(0), Index.at(0)), t -> LibTorch.index(t[0], Index.at(0), Index.at(0), Index.at(0)), f(2, 3)),
        new Wrong("get", x -> x[0].get(Index.at(5)), t -> LibTorch.index(t[0], Index.at(5)), f(2, 3)),
        new Wrong("get", x -> x[0].get(x[1]), t -> LibTorch.index(t[0], Index.at(positions(3))), f(2, 3), positions(3)),
        new Wrong("get", x -> x[0].get(x[1]), t -> LibTorch.index(t[0], Index.at(f(3).gt(0))), f(2, 3), f(3).gt(0)),
        new Wrong("indexSelect", x -> x[0].indexSelect(0, x[1]), t -> t[0].index_select(0, t[1]), f(2, 3), positions(0, 2)),
        new Wrong("indexSelect", x -> x[0].indexSelect(0, x[1]), t -> t[0].index_select(0, t[1]), f(2, 3), positions(-1)),
        new Wrong("indexSelect", x -> x[0].indexSelect(0, x[1]), t -> t[0].index_select(0, t[1]), f(2, 3), f(1)),
        new Wrong("indexSelect", x -> x[0].indexSelect(0, x[1]), t -> t[0].index_select(0, t[1]), f(2, 3), positions(0, 1).reshape(1, 2)),
        new Wrong("gather", x -> x[0].gather(1, x[1]), t -> t[0].gather(1, t[1]), f(2, 3), positions(0, 3).reshape(2, 1)),
        new Wrong("gather", x -> x[0].gather(1, x[1]), t -> t[0].gather(1, t[1]), f(2, 3), positions(0, 1, 2).reshape(3, 1)),
        new Wrong("gather", x -> x[0].gather(1, x[1]), t -> t[0].gather(1, t[1]), f(2, 3), positions(0, 1)),
        new Wrong("scatterAdd", x -> x[0].scatterAdd(0, x[1], x[2]), t -> t[0].scatter_add(0, t[1], t[2]), f(2, 3), positions(0, 5).reshape(2, 1), f(2, 1)),
        new Wrong("scatterAdd", x -> x[0].scatterAdd(0, x[1], x[2]), t -> t[0].scatter_add(0, t[1], t[2]), f(2, 3), positions(0, 1).reshape(2, 1), f(1, 1)),
        new Wrong("indexAdd", x -> x[0].indexAdd(0, x[1], x[2]), t -> t[0].index_add(0, t[1], t[2]), f(2, 3), positions(0, 1), f(1, 3)),
        new Wrong("indexAdd", x -> x[0].indexAdd(0, x[1], x[2]), t -> t[0].index_add(0, t[1], t[2]), f(2, 3), positions(0, 2), f(2, 3)),
        new Wrong("softmaxCrossEntropy", x -> x[0].softmaxCrossEntropy(x[1]), t -> torch.cross_entropy(t[0], t[1]), f(2, 3), positions(0, 3)),
        new Wrong("softmaxCrossEntropy", x -> x[0].softmaxCrossEntropy(x[1]), t -> torch.cross_entropy(t[0], t[1]), f(2, 3), positions(0, 1, 2)),

        // Arrangements, masks, orders.
        new Wrong("glu", x -> x[0].glu(1), t -> torch.glu(t[0], 1L), f(2, 3)),
        new Wrong("prelu", x -> x[0].prelu(x[1]), t -> t[0].prelu(t[1]), f(2, 3), f(2)),
        new Wrong("flip", x -> x[0].flip(0, 0), t -> t[0].flip(0, 0), f(2, 3)),
        new Wrong("repeat", x -> x[0].repeat(2), t -> t[0].repeat(2), f(2, 3)),
        new Wrong("diagonal", x -> x[0].diagonal(0, 1, 1), t -> t[0].diagonal(0, 1, 1), f(2, 3)),
        new Wrong("diag", x -> x[0].diag(0), t -> t[0].diag(0), f(2, 3, 4)),
        new Wrong("tril", x -> x[0].tril(0), t -> t[0].tril(0), f(3)),
        new Wrong("unfold", x -> x[0].unfold(0, 4, 1), t -> t[0].unfold(0, 4, 1), f(3)),
        new Wrong("split", x -> x[0].split(0, 0), t -> t[0].split(0L, 0), f(3)),
        new Wrong("splitInto", x -> x[0].splitInto(0, 1, 1), t -> t[0].split(new long[] {1, 1}, 0), f(3)),
        new Wrong("padReflect", x -> x[0].padReflect(3, 0), t -> torch.pad(t[0], new long[] {3, 0}, "reflect", new DoubleOptional()), f(2, 3)),
        new Wrong("padCircular", x -> x[0].padCircular(4, 0), t -> torch.pad(t[0], new long[] {4, 0}, "circular", new DoubleOptional()), f(2, 3)),
        new Wrong("padConstant", x -> x[0].padConstant(0, -2, -2), t -> torch.pad(t[0], new long[] {-2, -2}, "constant", new DoubleOptional(0)), f(2, 3)),
        new Wrong("scatter", x -> x[0].scatter(0, x[1], 1), t -> t[0].scatter(0, t[1], new Scalar(1L)), f(2, 3), positions(0, 5).reshape(2, 1)),
        new Wrong("indexCopy", x -> x[0].indexCopy(0, x[1], x[2]), t -> t[0].index_copy(0, t[1], t[2]), f(2, 3), positions(0), f(2, 3)),
        new Wrong("indexFill", x -> x[0].indexFill(0, x[1], 1), t -> t[0].index_fill(0, t[1], new Scalar(1L)), f(2, 3), positions(2)),
        new Wrong("maskedFill", x -> x[0].maskedFill(x[1], 1), t -> t[0].masked_fill(t[1], new Scalar(1L)), f(2, 3), f(3)),
        new Wrong("maskedSelect", x -> x[0].maskedSelect(x[1]), t -> t[0].masked_select(t[1]), f(2, 3), f(3)),
        new Wrong("selectScatter", x -> x[0].selectScatter(0, 0, x[1]), t -> t[0].select_scatter(t[1], 0, 0), f(2, 3), f(2)),
        new Wrong("topk", x -> x[0].topk(1, 4, true), t -> t[0].topk(4, 1, true, true), f(2, 3)),
        new Wrong("median", x -> x[0].median(1), t -> t[0].median(1L), f(2, 0)),
        new Wrong("quantile", x -> x[0].quantile(0.5, 0), t -> t[0].quantile(0.5), f(0)),
        new Wrong("cumsum", x -> x[0].cumsum(2), t -> t[0].cumsum(2), f(2, 3)),

        // Dtypes.
        new Wrong("isClose", x -> x[0].isClose(x[1], 0, 0), t -> t[0].isclose(t[1], 0, 0, false), f(2), f(2).to(DType.FLOAT64)),
        new Wrong("mean", x -> x[0].mean(), t -> t[0].mean(), positions(1, 2)),
        new Wrong("var", x -> x[0].var(), t -> t[0].var(), positions(1, 2)),
        new Wrong("norm", x -> x[0].norm(), t -> t[0].norm(), positions(1, 2)),
        new Wrong("softmax", x -> x[0].softmax(0), t -> t[0].softmax(0), positions(1, 2)),
        new Wrong("requiresGrad", x -> x[0].requiresGrad(true), t -> t[0].set_requires_grad(true), positions(1, 2)),
        new Wrong("scatterAdd", x -> x[0].scatterAdd(0, x[1], x[2]), t -> t[0].scatter_add(0, t[1], t[2]), f(2), positions(0), positions(1)),
        new Wrong("indexAdd", x -> x[0].indexAdd(0, x[1], x[2]), t -> t[0].index_add(0, t[1], t[2]), f(2), positions(0), f(1).to(DType.FLOAT64)),

        // Gradients.
        new Wrong("backward", x -> run(() -> x[0].requiresGrad(true).mul(2).backward()), t -> run(() -> t[0].set_requires_grad(true).mul(new Scalar(2L)).backward()), f(3)),
        new Wrong("does not require a gradient", x -> run(() -> x[0].mul(2).backward()), t -> run(() -> t[0].mul(new Scalar(2L)).backward()), f(1)),
        new Wrong("add_", x -> x[0].requiresGrad(true).add_(1), t -> t[0].set_requires_grad(true).add_(new Scalar(1L)), f(3)),
        new Wrong("item", x -> x[0].item(), t -> t[0].item_double(), f(3)));
  }
  // spotless:on

  private static Object run(Runnable body) {
    body.run();
    return body;
  }

  @ParameterizedTest
  @MethodSource("wrongCalls")
  void throwsInPyTorchAndHere(Wrong wrong) {
    try (PointerScope _ = new PointerScope()) {
      Tensor[] tensors = Stream.of(wrong.operands).map(LibTorch::tensor).toArray(Tensor[]::new);
      assertThrows(RuntimeException.class, () -> wrong.pyTorchs.apply(tensors), "PyTorch");
    }
    double[][] before =
        Stream.of(wrong.operands).map(Variable::toDoubleArray).toArray(double[][]::new);
    RuntimeException thrown =
        assertThrows(RuntimeException.class, () -> wrong.ours.apply(wrong.operands), "ours");
    String message = String.valueOf(thrown.getMessage());
    assertTrue(
        thrown instanceof IllegalArgumentException || thrown instanceof IllegalStateException,
        () -> "the wrong kind of error: " + thrown);
    assertTrue(message.contains(wrong.names), () -> "does not name the operation: " + message);
    for (Variable operand : wrong.operands) {
      String shape = operand.shape().toString();
      assertTrue(message.contains(shape), () -> "does not name " + shape + ": " + message);
    }
    for (int k = 0; k < before.length; k++) {
      assertEquals(
          Arrays.toString(before[k]),
          Arrays.toString(wrong.operands[k].toDoubleArray()),
          "an operand was changed");
    }
  }
}
