"""Train in PyTorch with several gloo processes, batch size and learning rate set by `tfjs-adaptive-batch serve`.

Every worker computes the gradient of its share of the batch. To the controller each of these is one micro-batch: what the workers
disagree about is the gradient noise. Rank 0 talks to the controller through a pipe, one JSON line each way, and tells the others.

    python3 train.py                                          # the command comes from npx
    python3 train.py --command "node dist/cli.js serve" --log run.jsonl --epochs 10
"""

import argparse
import json
import shlex
import socket
import subprocess
import time

import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing
from torch import nn


class Controller:
    """The policies, behind a pipe: a line out, a line back."""

    def __init__(self, command, facts, options):
        self.process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
        self.decision = self.ask({"facts": facts, "options": options, "about": {"torch": torch.__version__}})

    def ask(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the controller ended with exit code {self.process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)


def synthetic(examples, seed):
    """Noisy labels of a fixed teacher: every rank makes the same data."""
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn(examples, 20, generator=generator)
    teacher = torch.randn(20, 3, generator=generator)
    noise = torch.randn(examples, 3, generator=generator)
    return inputs, (inputs @ teacher + noise).argmax(dim=1)


def share_of(batch, rank, workers):
    """The examples of the batch that are this worker's: sizes differ by one at most, and may be 0."""
    return batch[rank::workers]


def local_gradient(model, loss_function, inputs, labels, passes):
    """Mean gradient and mean loss of this worker's share, in one pass or several; zeros for an empty share."""
    model.zero_grad()
    total = 0.0
    for x, y in zip(inputs.tensor_split(passes), labels.tensor_split(passes)):
        if len(x) > 0:
            loss = loss_function(model(x), y) * (len(x) / len(inputs))
            loss.backward()
            total += loss.item()
    flat = [torch.zeros(p.numel()) if p.grad is None else p.grad.flatten() for p in model.parameters()]
    return torch.cat(flat), total


def combine(gradient, loss, size):
    """The batch's gradient and loss, and the deviations of the workers' gradients from it: two small all-reduces beside the usual one."""
    weighted = torch.cat([gradient * size, torch.tensor([loss * size, float(size), float(size > 0)])])
    distributed.all_reduce(weighted)
    examples = weighted[-2]
    mean = weighted[:-3] / examples
    deviation = gradient - mean if size > 0 else torch.zeros_like(mean)
    sums = torch.stack([size * deviation.dot(deviation), size * deviation.dot(mean) ** 2])
    distributed.all_reduce(sums)
    return mean, (weighted[-3] / examples).item(), int(weighted[-1].item()), sums


def statistics(mean, sums, parts):
    """What the controller needs of a measured step. For plain SGD the step is the gradient, so that three of the sums are the same."""
    norm = mean.dot(mean).item()
    deviations, projections = (value.item() for value in sums)
    return {
        "route": "microBatches",
        "degreesOfFreedom": parts - 1,
        "squaredNormOfMean": norm,
        "squaredDeviations": deviations,
        "meanProjection": norm,
        "freshProjection": norm,
        "freshDeviations": deviations,
        "projectionDeviations": projections,
    }


def apply(model, mean, learning_rate):
    """One step of SGD."""
    at = 0
    with torch.no_grad():
        for parameter in model.parameters():
            size = parameter.numel()
            parameter -= learning_rate * mean[at : at + size].view_as(parameter)
            at += size


def train(rank, arguments, port):
    distributed.init_process_group(
        "gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=arguments.workers
    )
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 3))
    loss_function = nn.CrossEntropyLoss()
    inputs, labels = synthetic(arguments.examples, arguments.seed)
    order = torch.Generator().manual_seed(arguments.seed + 1)

    controller = None
    if rank == 0:
        command = arguments.command + (f" --log {shlex.quote(arguments.log)}" if arguments.log else "")
        facts = {
            "baseBatchSize": arguments.batch_size,
            "baseLearningRate": arguments.learning_rate,
            "datasetSize": arguments.examples,
            "optimizer": "sgd",
        }
        controller = Controller(command, facts, json.loads(arguments.options))
    decision = [controller.decision if controller else None]
    distributed.broadcast_object_list(decision)

    step, seen, sizes = 0, 0, []
    for epoch in range(arguments.epochs):
        shuffled = torch.randperm(arguments.examples, generator=order)
        at = 0
        while at < arguments.examples:
            asked = decision[0]
            batch = shuffled[at : at + asked["batchSize"]]
            at += len(batch)
            seen += len(batch)
            step += 1
            mine = share_of(batch, rank, arguments.workers)
            # A measured step cuts the share in two, which shows the controller what another pass costs.
            passes = 2 if asked["measure"] and len(batch) >= 2 * arguments.workers else 1

            start = time.perf_counter()
            gradient, loss = local_gradient(model, loss_function, inputs[mine], labels[mine], passes)
            mean, batch_loss, parts, sums = combine(gradient, loss, len(mine))
            apply(model, mean, asked["learningRate"])
            elapsed = (time.perf_counter() - start) * 1000

            if rank == 0:
                observation = {
                    "step": step,
                    "epoch": epoch,
                    "examplesSeen": seen,
                    "batchSize": len(batch),
                    "microBatches": passes,
                    "learningRate": asked["learningRate"],
                    "baseLearningRate": arguments.learning_rate,
                    "loss": batch_loss,
                    "stepMs": elapsed,
                }
                if asked["measure"] and parts >= 2:
                    observation["gradient"] = statistics(mean, sums, parts)
                    observation["measureMs"] = 0
                if len(batch) < asked["batchSize"]:
                    observation["short"] = True
                sizes.append(len(batch))
                decision = [controller.ask(observation)]
            distributed.broadcast_object_list(decision)

    if rank == 0:
        controller.close()
        with torch.no_grad():
            final = loss_function(model(inputs), labels).item()
        print(json.dumps({"steps": step, "examples": seen, "loss": final, "batchSizes": sorted(set(sizes))}))
    distributed.destroy_process_group()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default="npx tfjs-adaptive-batch serve", help="what starts the controller")
    parser.add_argument("--options", default="{}", help="decision options as JSON, such as '{\"policy\": \"gaussianWalk\"}'")
    parser.add_argument("--log", help="where the controller writes a run log")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--examples", type=int, default=4096)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    multiprocessing.spawn(train, args=(arguments, port), nprocs=arguments.workers)


if __name__ == "__main__":
    main()
