"""The benchmark's peer: the same workloads in PyTorch, by an implementation of our own.

    peer.py NAME RUNS

NAME: none (only whether PyTorch is there), gemm, encode (plain eager attention, whose weights give the token scores), encode-sdpa (layers that give no
scores use scaled_dot_product_attention) or step. Prints {"seconds": [...], "peakMb", "threads"} as JSON.
"""
import json
import math
import resource
import sys
import time

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


def main():
    name, runs = sys.argv[1], int(sys.argv[2])
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
