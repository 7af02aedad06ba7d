package org.autograd.oracle;

import static org.autograd.oracle.TorchCalls.call;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.autograd.FourierNorm;
import org.autograd.operations.Arguments;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What Fourier transforms are called in PyTorch: a part of {@link TorchCalls}. */
final class FourierTorchCalls {
  // The view does not keep what it shows.
  private static final Map<FourierNorm, BytePointer> NAMES = new EnumMap<>(FourierNorm.class);

  static {
    for (FourierNorm norm : FourierNorm.values()) {
      NAMES.put(norm, new BytePointer(norm.name().toLowerCase(Locale.ROOT)));
    }
  }

  private FourierTorchCalls() {}

  // spotless:off
  static void add() {
    call("fft()", (t, a) -> pairs(torch.fft_fft(complex(t[0]))));
    call("ifft()", (t, a) -> pairs(torch.fft_ifft(complex(t[0]))));
    call("fft(long,int,FourierNorm)", (t, a) -> pairs(torch.fft_fft(complex(t[0]), size(a), a.integer(1), norm(a, 2))));
    call("ifft(long,int,FourierNorm)", (t, a) -> pairs(torch.fft_ifft(complex(t[0]), size(a), a.integer(1), norm(a, 2))));
    call("rfft()", (t, a) -> pairs(torch.fft_rfft(t[0])));
    call("rfft(long,int,FourierNorm)", (t, a) -> pairs(torch.fft_rfft(t[0], size(a), a.integer(1), norm(a, 2))));
    call("irfft()", (t, a) -> torch.fft_irfft(complex(t[0])));
    call("irfft(long,int,FourierNorm)", (t, a) -> torch.fft_irfft(complex(t[0]), size(a), a.integer(1), norm(a, 2)));
    call("fft2()", (t, a) -> pairs(torch.fft_fft2(complex(t[0]))));
    call("ifft2()", (t, a) -> pairs(torch.fft_ifft2(complex(t[0]))));
    // Those of two axes take any number; those of any number keep no array of axes.
    call("fftn(FourierNorm,int...)", (t, a) -> pairs(torch.fft_fft2(complex(t[0]), new LongArrayRefOptional(), LibTorch.longs(a.axes(0)), norm(a, 1))));
    call("ifftn(FourierNorm,int...)", (t, a) -> pairs(torch.fft_ifft2(complex(t[0]), new LongArrayRefOptional(), LibTorch.longs(a.axes(0)), norm(a, 1))));
  }
  // spotless:on

  private static Tensor complex(Tensor pairs) {
    return torch.view_as_complex(pairs.contiguous());
  }

  private static Tensor pairs(Tensor complex) {
    return torch.view_as_real(complex);
  }

  private static LongOptional size(Arguments a) {
    return new LongOptional(a.integer(0));
  }

  private static StringViewOptional norm(Arguments a, int k) {
    return new StringViewOptional(NAMES.get((FourierNorm) a.values().get(k)));
  }
}
