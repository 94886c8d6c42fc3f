#!/usr/bin/env python3
"""Writes test/golden/per-example/<model>.json: statistics of per-example gradients made with PyTorch in float64.

The gradient of example j is B times the gradient of the mean loss with respect to that example's own copy of the
weights, checked against finite differences. Where examples do not meet, it is the gradient of example j's loss, and is
checked against that too.

Usage: python3 bench/reference/per-example.py [model ...]
"""

import json
import sys
from pathlib import Path

import numpy
import torch

from models import BATCHES, DECIMALS, EXAMPLES, MODELS, draw_batch, draw_weights
from noise import SPLITS, spread, step_statistics
from optimizers import OPTIMIZERS

FOLDER = Path(__file__).resolve().parents[2] / 'test' / 'golden' / 'per-example'
SEED = 20170814

DIFFERENCE = 1e-5
"""Move of the weights [their own unit] by which gradients are checked: rounding is 1e-11 then, curvature 1e-10."""


def gradients(model, weights, batch):
    """The mean loss and one row of gradient an example, all variables in their order. The weights have no copies."""
    x, y = batch
    copies = {name: w.expand(len(x), *w.shape).clone().requires_grad_() for name, w in weights.items()}
    losses = model.losses(copies, x, y)
    found = torch.autograd.grad(losses.mean() * len(x), list(copies.values()))
    return losses.mean().detach(), torch.cat([g.reshape(len(x), -1) for g in found], 1)


def check_against_loop(model, weights, batch, rows):
    """One example after the other, with one set of weights, must give the same rows."""
    for x, y, row in zip(*batch, rows):
        variables = [w.clone().requires_grad_() for w in weights.values()]
        single = {name: variable[None] for name, variable in zip(weights, variables)}
        found = torch.autograd.grad(model.losses(single, x[None], y[None]).sum(), variables)
        torch.testing.assert_close(torch.cat([g.reshape(-1) for g in found]), row, rtol=1e-10, atol=1e-14)


def check_against_differences(model, weights, batch, rows):
    """A small move of one example's copy alone must change the mean loss as its row says."""
    x, y = batch
    copies = {name: w.expand(len(x), *w.shape).clone() for name, w in weights.items()}
    direction = torch.randn(rows.shape[1], dtype=rows.dtype, generator=torch.Generator().manual_seed(SEED))

    def loss_at(example, distance):
        moved = {name: w.clone() for name, w in copies.items()}
        for name, part in cut(direction, weights).items():
            moved[name][example] += distance * part.reshape(weights[name].shape)
        return model.losses(moved, x, y).mean() * len(x)

    for example, row in enumerate(rows):
        slope = (loss_at(example, DIFFERENCE) - loss_at(example, -DIFFERENCE)) / (2 * DIFFERENCE)
        torch.testing.assert_close(slope, row @ direction, rtol=1e-5, atol=1e-7)


def flat(weights):
    return torch.cat([w.reshape(-1) for w in weights.values()])


def cut(vector, weights):
    """A flat vector, or matrix of rows, by variable."""
    parts = vector.split([w.numel() for w in weights.values()], -1)
    return dict(zip(weights, parts))


def at_start(model, weights, batch):
    """Statistics of the measured batch at the initial weights, whole and by variable."""
    loss, rows = gradients(model, weights, batch)
    check_against_differences(model, weights, batch, rows)
    if model.independent:
        check_against_loop(model, weights, batch, rows)
    return {
        'loss': loss,
        'gradient': rows.mean(0),
        'total': spread(rows),
        'variables': [{'name': name, **spread(part)} for name, part in cut(rows, weights).items()],
    }


def after_updates(model, weights, batches, optimizer):
    """Three updates, then statistics of the fourth."""
    rate, kind, arguments, rule = OPTIMIZERS[optimizer]
    state = {}
    for step, batch in enumerate(batches, 1):
        loss, rows = gradients(model, weights, batch)
        p, diagonal = rule(rows.mean(0), state, step)
        if step < len(batches):
            moved = cut(flat(weights) - rate * p, weights)
            weights = {name: moved[name].reshape(w.shape) for name, w in weights.items()}
    fresh = diagonal * rows.mean(0)
    return {
        'kind': kind,
        'arguments': [rate, *arguments],
        'loss': loss,
        'squaredNormOfDirection': p @ p,
        'squaredNormOfFreshDirection': fresh @ fresh,
        'statistics': [step_statistics(rows, p, diagonal, sizes) for sizes in SPLITS],
        'direction': p,
        'preconditioner': diagonal[0] if (diagonal == diagonal[0]).all() else diagonal,
    }


def plain(value, digits=10):
    """Tensors as numbers of so many significant digits; vectors get 8."""
    if torch.is_tensor(value):
        return float(f'{value.item():.{digits}g}') if value.dim() == 0 else [plain(entry, 8) for entry in value]
    if isinstance(value, dict):
        return {key: plain(entry, digits) for key, entry in value.items()}
    return [plain(entry, digits) for entry in value] if isinstance(value, (list, tuple)) else value


def with_shape(tensor):
    """Values as the decimals that they were drawn with, of which the float32 numbers are the nearest."""
    values = [round(entry, DECIMALS) for entry in tensor.reshape(-1).tolist()]
    return {'shape': list(tensor.shape), 'values': [int(entry) if entry.is_integer() else entry for entry in values]}


def table(name):
    model = MODELS[name]
    random = numpy.random.RandomState(SEED)
    weights = draw_weights(model, random)
    batches = [draw_batch(model, random) for _ in range(BATCHES)]
    return {
        'model': name,
        'madeBy': f'bench/reference/per-example.py, PyTorch {torch.__version__}, float64, seed {SEED}',
        'loss': model.loss,
        'independent': model.independent,
        'inputShape': model.input_shape,
        'layers': [{kind: config} for kind, config in model.steps],
        'weights': [{'name': key, **with_shape(w)} for key, w in weights.items()],
        'batches': [{'inputs': with_shape(x), 'labels': with_shape(y)} for x, y in batches],
        'atStart': at_start(model, weights, batches[-1]),
        'optimizers': {key: after_updates(model, weights, batches, key) for key in OPTIMIZERS},
    }


def lines(value, indent=''):
    """JSON with a line for each entry of an object, and for each object in a list; other lists stay on one."""
    deeper = indent + ' '
    if isinstance(value, dict) and value:
        entries = [f'{deeper}{json.dumps(key)}: {lines(entry, deeper)}' for key, entry in value.items()]
        return '{\n' + ',\n'.join(entries) + f'\n{indent}}}'
    if isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        return '[\n' + ',\n'.join(deeper + lines(entry, deeper) for entry in value) + f'\n{indent}]'
    return json.dumps(value, separators=(',', ':'))


def main(names):
    torch.set_num_threads(1)
    assert all(sum(sizes) == EXAMPLES for sizes in SPLITS)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or MODELS:
        text = lines(plain(table(name))) + '\n'
        (FOLDER / f'{name}.json').write_text(text)
        print(f'{name}: {len(text)} bytes')


main(sys.argv[1:])
