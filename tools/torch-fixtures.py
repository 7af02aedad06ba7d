#!/usr/bin/env python3
"""Writes autograd-nn/src/test/resources/torch: weights as PyTorch saves them, and what it computes.

Of each module: NAME.safetensors, its state_dict() by safetensors.torch.save_file, and
NAME.expected.safetensors, inputs and results. Run with PyTorch (Debian's python3-torch 1.13.1 made
the files that are there) and safetensors (0.8.0):

    python3 tools/torch-fixtures.py autograd-nn/src/test/resources/torch
"""

import pathlib
import sys

import torch
from safetensors.torch import save_file
from torch import nn

directory = pathlib.Path(sys.argv[1])


def fixture(name, module, *inputs):
    module.eval()
    with torch.no_grad():
        results = module(*inputs)
    results = [results] if torch.is_tensor(results) else flat(results)
    save_file(module.state_dict(), directory / f"{name}.safetensors", {"format": "pt"})
    arrays = {f"input{k}": x for k, x in enumerate(inputs)}
    arrays |= {f"result{k}": x.contiguous() for k, x in enumerate(results)}
    save_file(arrays, directory / f"{name}.expected.safetensors")


def flat(results):
    if torch.is_tensor(results):
        return [results]
    return [x for part in results for x in flat(part)]


def trained(norm, *shape):
    """Gives a norm other than its starting values, statistics included."""
    with torch.no_grad():
        norm.weight.uniform_(0.5, 1.5)
        norm.bias.normal_()
    for _ in range(3):
        norm(torch.randn(*shape) * 2 + 1)
    return norm


torch.manual_seed(0)
fixture("linear", nn.Linear(5, 3), torch.randn(4, 5))
fixture(
    "conv2d",
    nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2),
    torch.randn(2, 4, 7, 6),
)
fixture(
    "convTranspose1d",
    nn.ConvTranspose1d(3, 4, 3, stride=2, padding=1, output_padding=1),
    torch.randn(2, 3, 5),
)
fixture("batchNorm2d", trained(nn.BatchNorm2d(3), 4, 3, 5, 5), torch.randn(2, 3, 4, 4))
fixture("layerNorm", trained(nn.LayerNorm(6), 2, 6), torch.randn(3, 6))
fixture("embedding", nn.Embedding(7, 4), torch.randint(0, 7, (2, 3)))
recurrent = dict(num_layers=2, bidirectional=True, batch_first=True)
fixture("lstm", nn.LSTM(3, 4, **recurrent), torch.randn(2, 5, 3))
fixture("gru", nn.GRU(3, 4, **recurrent), torch.randn(2, 5, 3))
query, key = torch.randn(2, 3, 8), torch.randn(2, 5, 8)
fixture("attention", nn.MultiheadAttention(8, 2, batch_first=True), query, key, key.clone())
layer = nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", batch_first=True)
# A second normalisation and dropout that is there but idle in evaluation mode.
fixture("encoder", nn.TransformerEncoder(layer, 2, nn.LayerNorm(8)), torch.randn(2, 5, 8))
fixture(
    "network",
    nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        trained(nn.BatchNorm2d(4), 4, 4, 6, 6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(),
        nn.Flatten(),
        nn.Linear(36, 3),
    ),
    torch.randn(2, 1, 6, 6),
)
