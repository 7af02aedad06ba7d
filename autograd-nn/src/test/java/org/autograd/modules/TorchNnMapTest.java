package org.autograd.modules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/torch-nn-map.md} names what exists, and leaves nothing of PyTorch's out. */
class TorchNnMapTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "torch-nn-map.md");
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  /** The classes in {@code dir(torch.nn)} of PyTorch 2.10. */
  private static final String NN =
      """
      AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveLogSoftmaxWithLoss
      AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d AlphaDropout AvgPool1d AvgPool2d
      AvgPool3d BCELoss BCEWithLogitsLoss BatchNorm1d BatchNorm2d BatchNorm3d Bilinear Buffer CELU
      CTCLoss ChannelShuffle CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d
      ConstantPad3d Container Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d
      CosineEmbeddingLoss CosineSimilarity CrossEntropyLoss CrossMapLRN2d DataParallel Dropout
      Dropout1d Dropout2d Dropout3d ELU Embedding EmbeddingBag FeatureAlphaDropout Flatten Fold
      FractionalMaxPool2d FractionalMaxPool3d GELU GLU GRU GRUCell GaussianNLLLoss GroupNorm
      Hardshrink Hardsigmoid Hardswish Hardtanh HingeEmbeddingLoss HuberLoss Identity InstanceNorm1d
      InstanceNorm2d InstanceNorm3d KLDivLoss L1Loss LPPool1d LPPool2d LPPool3d LSTM LSTMCell
      LayerNorm LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyConv1d LazyConv2d LazyConv3d
      LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d LazyInstanceNorm1d
      LazyInstanceNorm2d LazyInstanceNorm3d LazyLinear LeakyReLU Linear LocalResponseNorm LogSigmoid
      LogSoftmax MSELoss MarginRankingLoss MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d
      MaxUnpool3d Mish Module ModuleDict ModuleList MultiLabelMarginLoss MultiLabelSoftMarginLoss
      MultiMarginLoss MultiheadAttention NLLLoss NLLLoss2d PReLU PairwiseDistance Parameter
      ParameterDict ParameterList PixelShuffle PixelUnshuffle PoissonNLLLoss RMSNorm RNN RNNBase
      RNNCell RNNCellBase RReLU ReLU ReLU6 ReflectionPad1d ReflectionPad2d ReflectionPad3d
      ReplicationPad1d ReplicationPad2d ReplicationPad3d SELU Sequential SiLU Sigmoid SmoothL1Loss
      SoftMarginLoss Softmax Softmax2d Softmin Softplus Softshrink Softsign SyncBatchNorm Tanh
      Tanhshrink Threshold Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder
      TransformerEncoderLayer TripletMarginLoss TripletMarginWithDistanceLoss Unflatten Unfold
      UninitializedBuffer UninitializedParameter Upsample UpsamplingBilinear2d UpsamplingNearest2d
      ZeroPad1d ZeroPad2d ZeroPad3d\
      """;

  /** The classes in {@code dir(torch.optim)} and {@code dir(torch.optim.lr_scheduler)}. */
  private static final String OPTIM =
      """
      ASGD Adadelta Adafactor Adagrad Adam AdamW Adamax LBFGS Muon NAdam Optimizer RAdam RMSprop
      Rprop SGD SparseAdam
      ChainedScheduler ConstantLR CosineAnnealingLR CosineAnnealingWarmRestarts CyclicLR
      ExponentialLR LRScheduler LambdaLR LinearLR MultiStepLR MultiplicativeLR OneCycleLR
      PolynomialLR ReduceLROnPlateau SequentialLR StepLR\
      """;

  private static List<String> names(String text) {
    return NAME.matcher(text).results().map(match -> match.group(1)).toList();
  }

  private static List<String[]> rows() throws IOException {
    return Files.readAllLines(DOCUMENT).stream()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| PyTorch"))
        .map(line -> line.substring(1).split("\\|"))
        .toList();
  }

  @Test
  void nothingIsLeftOut() throws IOException {
    Set<String> named =
        rows().stream().flatMap(row -> names(row[0]).stream()).collect(Collectors.toSet());
    Set<String> missing = new TreeSet<>(List.of((NN + " " + OPTIM).split("\\s+")));
    missing.removeAll(named);
    assertEquals(Set.of(), missing);
  }

  @Test
  void whatIsNamedExists() throws IOException {
    int count = 0;
    for (String[] row : rows()) {
      if (row.length < 3) {
        continue; // Not here.
      }
      for (String name : names(row[1])) {
        String[] parts = name.split("\\.", -1);
        assertTrue(exists(parts[0], parts.length > 1 ? parts[1] : null), name);
        count++;
      }
    }
    assertTrue(count > 150, "only " + count + " names were looked up");
  }

  private static boolean exists(String type, String member) {
    for (String place : List.of("org.autograd.nn.", "org.autograd.optim.", "org.autograd.")) {
      try {
        Class<?> found = Class.forName(place + type);
        return member == null
            || Stream.of(found.getDeclaredMethods(), found.getMethods())
                .flatMap(Arrays::stream)
                .anyMatch(method -> method.getName().equals(member));
      } catch (ClassNotFoundException e) {
        // Perhaps in the next package.
      }
    }
    return false;
  }
}
