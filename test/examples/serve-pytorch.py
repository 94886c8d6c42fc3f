"""Checks what examples/serve-pytorch/train.py computes over two processes against the formulas in one."""

import importlib.util
import json
import pathlib
import socket
import sys

import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]
specification = importlib.util.spec_from_file_location("train", ROOT / "examples/serve-pytorch/train.py")
example = importlib.util.module_from_spec(specification)
specification.loader.exec_module(example)

WORKERS, SIZE = 2, 13


def problem():
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(20, 8), nn.ReLU(), nn.Linear(8, 3)).double()
    inputs, labels = example.synthetic(SIZE, 5)
    return model, inputs.double(), labels


def worker(rank, port):
    distributed.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=WORKERS)
    model, inputs, labels = problem()
    mine = example.share_of(torch.arange(SIZE), rank, WORKERS)
    gradient, loss = example.local_gradient(model, nn.CrossEntropyLoss(), inputs[mine], labels[mine], 2)
    mean, batch_loss, parts, sums = example.combine(gradient.double(), loss, len(mine))
    if rank == 0:
        found = example.statistics(mean, sums, parts)
        print(json.dumps({"found": {**found, "loss": batch_loss}, "expected": expected()}))
    distributed.destroy_process_group()


def expected():
    """Every example's gradient by itself, then the definitions."""
    model, inputs, labels = problem()
    rows = []
    for i in range(SIZE):
        model.zero_grad()
        nn.functional.cross_entropy(model(inputs[i : i + 1]), labels[i : i + 1]).backward()
        rows.append(torch.cat([p.grad.flatten().clone() for p in model.parameters()]))
    gradients = torch.stack(rows)
    parts = [gradients[rank::WORKERS] for rank in range(WORKERS)]
    mean = gradients.mean(dim=0)
    pairs = [(len(part), part.mean(dim=0) - mean) for part in parts]
    deviations = sum(size * (d @ d).item() for size, d in pairs)
    return {
        "route": "microBatches",
        "degreesOfFreedom": len(parts) - 1,
        "squaredNormOfMean": (mean @ mean).item(),
        "squaredDeviations": deviations,
        "meanProjection": (mean @ mean).item(),
        "freshProjection": (mean @ mean).item(),
        "freshDeviations": deviations,
        "projectionDeviations": sum(size * (d @ mean).item() ** 2 for size, d in pairs),
        "loss": nn.functional.cross_entropy(model(inputs), labels).item(),
    }


if __name__ == "__main__":
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        chosen = free.getsockname()[1]
    multiprocessing.spawn(worker, args=(chosen,), nprocs=WORKERS)
    sys.exit(0)
