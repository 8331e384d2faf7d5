"""The benchmark's peer: the same workloads in PyTorch, by an implementation of our own.

    peer.py NAME RUNS

NAME: none (only whether PyTorch is there), gemm, encode (plain eager attention, whose weights give the token scores), encode-sdpa (layers that give no
scores use scaled_dot_product_attention) or step. Prints {"seconds": [...], "peakMb", "threads"} as JSON.

    peer.py train SIZES

A whole training as one would write it with PyTorch: a file of 16-bit features and one of 16-bit pixels an image, a data set that augments, two loading
workers that stay, and a validation after each epoch. SIZES is JSON: width, layers, heads, train, val, epochs, batch, folder. Files are made beforehand; the
time is that from the first import of a batch to the last validation.
"""
import json
import math
import os
import random
import resource
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

WIDTH, LAYERS, HEADS, PATCH, INPUT, BATCH, GEMM = 768, 12, 12, 16, 512, 16, 1536
KEPT_RATIO, SIDE, PROMPTS, CLASSES = 0.2, 128, 16, 5


def split(x, heads):
    return x.unflatten(-1, (heads, -1)).transpose(-3, -2)


def merge(x):
    return x.transpose(-3, -2).flatten(-2)


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.n1, self.n2 = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))
        self.f1, self.f2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def heads_of(self, x):
        h = self.n1(x)
        return split(self.q(h), self.heads), split(self.k(h), self.heads), split(self.v(h), self.heads)

    def finish(self, x, context):
        x = x + self.o(merge(context))
        return x + self.f2(F.gelu(self.f1(self.n2(x))))


class Encoder(nn.Module):
    def __init__(self, sdpa):
        super().__init__()
        self.sdpa = sdpa
        self.proj = nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.cls = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.pos = nn.Parameter(torch.randn(1, 1 + (INPUT // PATCH) ** 2, WIDTH) * 0.02)
        self.blocks = nn.ModuleList(Block(WIDTH, HEADS) for _ in range(LAYERS))

    def forward(self, pixels):
        x = self.proj(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(len(x), -1, -1), x], 1) + self.pos
        kept = int(KEPT_RATIO * x.shape[1])
        keys, values = [], []
        for i, block in enumerate(self.blocks):
            q, k, v = block.heads_of(x)
            extracted = i >= LAYERS // 2
            if self.sdpa and not extracted:
                context = F.scaled_dot_product_attention(q, k, v)
            else:
                attention = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), -1)
                if extracted:
                    best = attention.mean(-2).topk(kept, -1).indices[..., None].expand(-1, -1, -1, q.shape[-1])
                    keys.append(k.gather(2, best))
                    values.append(v.gather(2, best))
                if i == LAYERS - 1:
                    break
                context = attention @ v
            x = block.finish(x, context)
        return torch.stack(keys), torch.stack(values)


class Side(nn.Module):
    def __init__(self, layers):
        super().__init__()
        e = WIDTH // 8
        self.prompts = nn.Parameter(torch.randn(layers, 1, PROMPTS, WIDTH) * 1e-6)
        self.norm, self.out = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, e)
        self.proj = nn.Conv2d(3, e, PATCH, PATCH)
        self.cls = nn.Parameter(torch.randn(1, 1, e) * 0.02)
        self.pos = nn.Parameter(torch.randn(1, 1 + (SIDE // PATCH) ** 2, e) * 0.02)
        self.blocks = nn.ModuleList(Block(e, HEADS) for _ in range(layers))
        self.final, self.head = nn.LayerNorm(e, eps=1e-12), nn.Linear(e, CLASSES)

    def forward(self, image, keys, values):
        q = split(self.norm(self.prompts), HEADS)
        attention = torch.softmax(q @ keys.transpose(-1, -2) / math.sqrt(keys.shape[-1]), -1)
        prompts = F.dropout(self.out(merge(attention @ values) + self.prompts), 0.5, self.training)
        x = self.proj(image).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(len(x), -1, -1), x], 1) + self.pos
        own = x.shape[1]
        for block, prompt in zip(self.blocks, prompts):
            x = torch.cat([x, prompt], 1)
            q, k, v = block.heads_of(x)
            x = block.finish(x, torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), -1) @ v)[:, :own]
        return self.head(self.final(x)[:, 0])


def workload(name):
    torch.manual_seed(0)
    if name == "none":
        return lambda: None
    if name == "gemm":
        a, b = torch.randn(GEMM, GEMM), torch.randn(GEMM, GEMM)
        return lambda: a @ b
    if name.startswith("encode"):
        encoder, pixels = Encoder(name == "encode-sdpa").eval(), torch.randn(1, 3, INPUT, INPUT)

        def encode():
            with torch.inference_mode():
                encoder(pixels)

        return encode
    layers = LAYERS // 2
    tokens = int(KEPT_RATIO * (1 + (INPUT // PATCH) ** 2))
    side = Side(layers).train()
    optimiser = torch.optim.AdamW(side.parameters(), lr=1e-4, weight_decay=0.1)
    kept = [torch.randn(layers, BATCH, HEADS, tokens, WIDTH // HEADS).half() for _ in range(2)]
    image, labels = torch.randn(BATCH, 3, SIDE, SIDE), torch.arange(BATCH) % CLASSES

    def step():
        optimiser.zero_grad()
        loss = F.cross_entropy(side(image, *(t.float() for t in kept)), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(side.parameters(), 1.0)
        optimiser.step()

    return step


class Images(torch.utils.data.Dataset):
    """Kept keys and values and the side image of each image, from its files."""

    def __init__(self, folder, first, count, augment):
        self.folder, self.first, self.count, self.augment = folder, first, count, augment

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        i += self.first
        kept = torch.from_numpy(np.load(os.path.join(self.folder, f"{i}.features.npy")))
        pixels = torch.from_numpy(np.load(os.path.join(self.folder, f"{i}.pixels.npy")).astype(np.float32) / 65535)
        if self.augment:
            pixels = self.changed(pixels)
        else:
            pixels = resized(pixels)
        return kept, ((pixels - 0.5) / 0.25).expand(3, -1, -1), i % CLASSES

    def changed(self, pixels):
        area, ratio = INPUT**2 * random.uniform(0.8, 1), math.exp(random.uniform(math.log(0.7), math.log(1.3)))
        height, width = (min(INPUT, round(math.sqrt(area * r))) for r in (1 / ratio, ratio))
        top, left = random.randint(0, INPUT - height), random.randint(0, INPUT - width)
        cut = resized(pixels[top : top + height, left : left + width])
        if random.random() < 0.5:
            cut = cut.flip(-1)
        cut = (cut * random.uniform(0.8, 1.2)).clamp(0, 1)
        contrast = random.uniform(0.8, 1.2)
        return (contrast * cut + (1 - contrast) * cut.mean()).clamp(0, 1)


def resized(pixels):
    return F.interpolate(pixels[None, None], (SIDE, SIDE), mode="bilinear", antialias=True, align_corners=False)[0]


def write_files(folder, count, layers):
    """Random features and pixels of `count` images, unless they are there."""
    os.makedirs(folder, exist_ok=True)
    tokens = int(KEPT_RATIO * (1 + (INPUT // PATCH) ** 2))
    noise = np.random.default_rng(0)
    for i in range(count):
        path = os.path.join(folder, f"{i}.pixels.npy")
        if os.path.exists(path):
            continue
        shape = (2, layers, HEADS, tokens, WIDTH // HEADS)
        np.save(os.path.join(folder, f"{i}.features.npy"), noise.standard_normal(shape, np.float32).astype(np.float16))
        np.save(path, noise.integers(0, 65536, (INPUT, INPUT), np.uint16))


def train(sizes):
    """Seconds of one whole training."""
    global WIDTH, HEADS, CLASSES
    WIDTH, HEADS, CLASSES = sizes["width"], sizes["heads"], 2
    layers, batch = sizes["layers"] // 2, sizes["batch"]
    write_files(sizes["folder"], sizes["train"] + sizes["val"], layers)
    start = time.perf_counter()
    torch.manual_seed(0)
    side = Side(layers)
    optimiser = torch.optim.AdamW(side.parameters(), lr=1e-4, weight_decay=0.1)
    loader = lambda images, learns: torch.utils.data.DataLoader(  # noqa: E731
        images, batch, shuffle=learns, drop_last=learns, num_workers=2, persistent_workers=True
    )
    learning = loader(Images(sizes["folder"], 0, sizes["train"], True), True)
    validating = loader(Images(sizes["folder"], sizes["train"], sizes["val"], False), False)
    logits = lambda kept, image: side(image, *kept.float().permute(1, 2, 0, 3, 4, 5))  # noqa: E731
    for _ in range(sizes["epochs"]):
        side.train()
        for kept, image, labels in learning:
            optimiser.zero_grad()
            F.cross_entropy(logits(kept, image), labels).backward()
            nn.utils.clip_grad_norm_(side.parameters(), 1.0)
            optimiser.step()
        side.eval()
        with torch.inference_mode():
            for kept, image, labels in validating:
                F.cross_entropy(logits(kept, image), labels).item()
    return time.perf_counter() - start


def main():
    name = sys.argv[1]
    if name == "train":
        print(json.dumps({"seconds": [train(json.loads(sys.argv[2]))]}))
        return
    runs = int(sys.argv[2])
    run = workload(name)
    for _ in range(2):
        run()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scale = 2**20 if sys.platform == "darwin" else 2**10
    print(json.dumps({"seconds": seconds, "peakMb": peak / scale, "threads": torch.get_num_threads(), "version": torch.__version__}))


if __name__ == "__main__":
    main()
