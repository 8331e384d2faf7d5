"""The peer of `bench --findings`: logistic regression of several findings on the same features, in PyTorch.

    findings.py FILE

FILE is JSON: features [n][d], marks [n][findings] (1, 0 or null), split [n] ("train", "val" or "test") and the recipe (epochs, batch, lr,
weightDecay, seed). AdamW without decay of the bias, cosine decay to zero, the epoch of the best macro AUC on the validation images, clipping
at 1. Prints {"torch": version, "auc": [of each finding on the test images], "bestEpoch"} as JSON.
"""
import json
import math
import sys

import torch
from torch import nn
from torch.nn import functional as F


def auc(scores, marks):
    positive, negative = scores[marks == 1], scores[marks == 0]
    if len(positive) == 0 or len(negative) == 0:
        return None
    difference = positive[:, None] - negative[None, :]
    return ((difference > 0).double() + 0.5 * (difference == 0).double()).mean().item()


def macro(scores, marks):
    known = [a for a in (auc(scores[:, k], marks[:, k]) for k in range(marks.shape[1])) if a is not None]
    return sum(known) / len(known) if known else float("nan")


def main(path):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    recipe = data["recipe"]
    torch.manual_seed(recipe["seed"])
    features = torch.tensor(data["features"], dtype=torch.float32)
    marks = torch.tensor([[math.nan if m is None else m for m in row] for row in data["marks"]])
    part = {name: torch.tensor([s == name for s in data["split"]]) for name in ("train", "val", "test")}
    x, y = features[part["train"]], marks[part["train"]]
    head = nn.Linear(features.shape[1], marks.shape[1])
    nn.init.trunc_normal_(head.weight, std=0.02, a=-0.04, b=0.04)
    nn.init.zeros_(head.bias)
    optimiser = torch.optim.AdamW(head.parameters(), lr=recipe["lr"], weight_decay=recipe["weightDecay"])
    batches = max(1, len(x) // recipe["batch"])
    steps = batches * recipe["epochs"]
    best = (-math.inf, 0, None)
    step = 0
    for epoch in range(recipe["epochs"]):
        order = torch.randperm(len(x))
        for b in range(batches):
            rows = order[b * recipe["batch"] : (b + 1) * recipe["batch"]]
            for group in optimiser.param_groups:
                group["lr"] = 0.5 * recipe["lr"] * (1 + math.cos(math.pi * step / steps))
            known = ~torch.isnan(y[rows])
            target = torch.nan_to_num(y[rows])
            losses = F.binary_cross_entropy_with_logits(head(x[rows]), target, reduction="none")
            loss = (losses * known).sum() / known.sum().clamp(min=1)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimiser.step()
            step += 1
        with torch.no_grad():
            score = macro(head(features[part["val"]]), marks[part["val"]])
        if score > best[0]:
            best = (score, epoch + 1, [p.detach().clone() for p in head.parameters()])
    with torch.no_grad():
        weight, bias = best[2]
        test = features[part["test"]] @ weight.T + bias
    wanted = marks[part["test"]]
    print(json.dumps({"torch": torch.__version__, "auc": [auc(test[:, k], wanted[:, k]) for k in range(wanted.shape[1])], "bestEpoch": best[1]}))


main(sys.argv[1])
