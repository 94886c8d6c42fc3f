"""The optimizers as TensorFlow.js 4 has them, on one flat vector of weights.

OPTIMIZERS[name] is (rate, kind, arguments after the rate, rule). The kind and its arguments are those of `tf.train`.
A rule turns (gradient, state, update number from 1) into (p, cD): the step over the learning rate, and what one unit
of fresh gradient adds to it. It keeps what it remembers in `state`.
"""

import torch

EPSILON = 1e-7
"""What the backends of TensorFlow.js give with 32 bits."""


def _momentum(rho, nesterov=False):
    def rule(g, state, _step):
        velocity = rho * state.get('velocity', 0) + g
        state['velocity'] = velocity
        p = g + rho * velocity if nesterov else velocity
        return p, torch.full_like(g, 1 + rho if nesterov else 1)

    return rule


def _adam(beta1, beta2):
    def rule(g, state, step):
        mean = beta1 * state.get('mean', 0) + (1 - beta1) * g
        square = beta2 * state.get('square', 0) + (1 - beta2) * g**2
        state.update(mean=mean, square=square)
        size = torch.sqrt(square / (1 - beta2**step)) + EPSILON
        correction = 1 - beta1**step
        return mean / correction / size, (1 - beta1) / correction / size

    return rule


def _adamax(beta1, beta2):
    def rule(g, state, step):
        mean = beta1 * state.get('mean', 0) + (1 - beta1) * g
        largest = torch.maximum(beta2 * state.get('largest', torch.zeros_like(g)), g.abs())
        state.update(mean=mean, largest=largest)
        correction = (1 - beta1**step) * (largest + EPSILON)
        return mean / correction, (1 - beta1) / correction

    return rule


def _rmsprop(decay, rho):
    def rule(g, state, _step):
        square = decay * state.get('square', 0) + (1 - decay) * g**2
        diagonal = 1 / torch.sqrt(square + EPSILON)
        moment = rho * state.get('moment', 0) + g * diagonal
        state.update(square=square, moment=moment)
        return moment, diagonal

    return rule


def _adagrad(start):
    def rule(g, state, _step):
        total = state.get('total', start) + g**2
        state['total'] = total
        diagonal = 1 / torch.sqrt(total + EPSILON)
        return g * diagonal, diagonal

    return rule


def _adadelta(rho):
    """Divides by the running square as it was before this gradient, unlike the paper."""

    def rule(g, state, _step):
        square = state.get('square', torch.zeros_like(g))
        moved = state.get('moved', torch.zeros_like(g))
        diagonal = torch.sqrt(moved + EPSILON) / torch.sqrt(square + EPSILON)
        p = g * diagonal
        state.update(square=rho * square + (1 - rho) * g**2, moved=rho * moved + (1 - rho) * p**2)
        return p, diagonal

    return rule


OPTIMIZERS = {
    'sgd': (0.1, 'sgd', [], _momentum(0)),
    'momentum': (0.05, 'momentum', [0.9], _momentum(0.9)),
    'nesterov': (0.05, 'momentum', [0.9, True], _momentum(0.9, nesterov=True)),
    'adam': (0.01, 'adam', [0.9, 0.999], _adam(0.9, 0.999)),
    'adamax': (0.01, 'adamax', [0.9, 0.999], _adamax(0.9, 0.999)),
    'rmsprop': (0.005, 'rmsprop', [0.9, 0.5], _rmsprop(0.9, 0.5)),
    'adagrad': (0.05, 'adagrad', [0.1], _adagrad(0.1)),
    'adadelta': (0.5, 'adadelta', [0.95], _adadelta(0.95)),
}
