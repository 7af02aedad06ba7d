package org.autograd.oracle;

import static org.autograd.oracle.LibTorch.scalar;
import static org.autograd.oracle.LibTorch.tensor;
import static org.autograd.oracle.TorchCalls.call;
import static org.autograd.oracle.TorchCalls.calls;
import static org.autograd.oracle.TorchCalls.list;

import org.autograd.operations.Arguments;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** What rearranging and placing operations are called in PyTorch: a part of {@link TorchCalls}. */
final class PlacementTorchCalls {
  private PlacementTorchCalls() {}

  // spotless:off
  static void add() {
    call("rot90(int,int,int)", (t, a) -> t[0].rot90(a.integer(0), a.integer(1), a.integer(2)));
    call("unflatten(int,long...)", (t, a) -> t[0].unflatten(a.integer(0), a.sizes(1)));
    calls("tensorSplit(int,int)", (t, a) -> list(t[0].tensor_split(3, a.integer(0))));
    call("diagEmbed(long,int,int)", (t, a) -> t[0].diag_embed(a.integer(0), a.integer(1), a.integer(2)));
    call("combinations(int,boolean)", (t, a) -> torch.combinations(t[0], a.integer(0), a.number(1) > 0));
    // PyTorch's own has no gradient: it fails for a change in place.
    call("vander(int,boolean)", (t, a) -> {
      Tensor powers = t[0].unsqueeze(1).pow(torch.arange(scalar(a.integer(0))));
      return a.number(1) > 0 ? powers : powers.flip(1);
    });
    call("pixelShuffle(int)", (t, a) -> torch.pixel_shuffle(t[0], (long) a.integer(0)));
    call("pixelUnshuffle(int)", (t, a) -> torch.pixel_unshuffle(t[0], (long) a.integer(0)));
    call("channelShuffle(int)", (t, a) -> torch.channel_shuffle(t[0], (long) a.integer(0)));
    call("blockDiag(Variable[])", (t, a) -> torch.block_diag(new TensorVector(t)));
    call("cartesianProd(Variable[])", (t, a) -> torch.cartesian_prod(new TensorVector(t)));
    calls("broadcast(Variable[])", (t, a) -> list(torch.broadcast_tensors(new TensorVector(t))));

    call("indexPut(Variable,boolean,Index...)", (t, a) -> {
      Tensor result = t[0].clone();
      LibTorch.index(result, a.index(0)).copy_(t[1]);
      return result;
    });
    call("put(Variable,Variable,boolean)", (t, a) -> t[0].put(tensor(a.array(0)), t[1], true));
    call("maskedScatter(Variable,Variable)", (t, a) -> t[0].masked_scatter(tensor(a.array(0)), t[1]));
    call("diagonalScatter(Variable,long,int,int)", (t, a) -> t[0].diagonal_scatter(t[1], a.integer(0), 0, 1));
    call("takeAlongDim(Variable,int)", (t, a) -> t[0].take_along_dim(tensor(a.array(1)), new LongOptional(a.integer(0))));
    call("scatterReduce(int,Variable,Variable,ScatterReduction,boolean)", (t, a) -> t[0].scatter_reduce(a.integer(0), tensor(a.array(1)), t[1], name(a), a.number(3) > 0));
    // PyTorch has no sum here, but index_add; its index_reduce is the same as scatter_reduce.
    call("indexReduce(int,Variable,Variable,ScatterReduction,boolean)", (t, a) -> t[0].scatter_reduce(
        a.integer(0), tensor(a.array(1)).unsqueeze(1).expand(t[1].shape()), t[1], name(a), a.number(3) > 0));
  }
  // spotless:on

  private static String name(Arguments a) {
    return switch ((String) a.values().get(2)) {
      case "SUM" -> "sum";
      case "PROD" -> "prod";
      case "MEAN" -> "mean";
      case "AMAX" -> "amax";
      default -> "amin";
    };
  }
}
