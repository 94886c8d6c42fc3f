"""The layers of TensorFlow.js, each with a copy of its weights for every example.

SHAPES[kind](config, shape) gives the weights by name and the shape of the output; shapes leave the batch axis out.
CALLS[kind](config, weights, x) runs the layer: x and every weight have the examples as their first axis, so that
autograd gives each example's copy its own gradient. Layouts, defaults and formulas are those of tfjs-layers 4.
"""

import math

import torch
from torch.nn import functional

EPSILON = 1e-3
"""What both normalizations add to the variance."""

ACTIVATIONS = {
    'linear': lambda x: x,
    'relu': torch.relu,
    'tanh': torch.tanh,
    'hardSigmoid': lambda x: torch.clamp(0.2 * x + 0.5, 0, 1),
    'softmax': lambda x: torch.softmax(x, -1),
}


def _activated(config, x, default='linear'):
    return ACTIVATIONS[config.get('activation', default)](x)


def _along(weight, x):
    """Axes of length 1 between the examples and the last axis of a weight, up to the rank of x."""
    return weight.reshape(weight.shape[0], *[1] * (x.dim() - weight.dim()), *weight.shape[1:])


def _with_bias(config, weights, x):
    return x + _along(weights['bias'], x) if config.get('useBias', True) else x


def _bias(config, size):
    return {'bias': (size,)} if config.get('useBias', True) else {}


def _dense_shapes(config, shape):
    units = config['units']
    return {'kernel': (shape[-1], units), **_bias(config, units)}, (*shape[:-1], units)


def _dense(config, weights, x):
    return _activated(config, _with_bias(config, weights, torch.einsum('b...i,bio->b...o', x, weights['kernel'])))


def _window(size, kernel, stride, padding):
    """Number of windows along an axis and the padding before and after it; 'same' puts the odd one after."""
    if padding == 'valid':
        return (size - kernel) // stride + 1, (0, 0)
    windows = math.ceil(size / stride)
    total = max((windows - 1) * stride + kernel - size, 0)
    return windows, (total // 2, total - total // 2)


def _windows(config, shape):
    padding = config.get('padding', 'valid')
    return [_window(*axis, padding) for axis in zip(shape, config['kernelSize'], config.get('strides', (1, 1)))]


def _conv2d_shapes(config, shape):
    filters = config['filters']
    kernel = (*config['kernelSize'], shape[-1], filters)
    return {'kernel': kernel, **_bias(config, filters)}, (*[count for count, _ in _windows(config, shape)], filters)


def _conv2d(config, weights, x):
    """One grouped convolution, a group for each example."""
    count, height, width, channels = x.shape
    (_, rows), (_, columns) = _windows(config, (height, width))
    image = functional.pad(x.permute(0, 3, 1, 2), (*columns, *rows))
    kernel = weights['kernel'].permute(0, 4, 3, 1, 2)
    y = functional.conv2d(
        image.reshape(1, count * channels, *image.shape[2:]),
        kernel.reshape(-1, *kernel.shape[2:]),
        stride=tuple(config.get('strides', (1, 1))),
        groups=count,
    )
    y = y.reshape(count, -1, *y.shape[2:]).permute(0, 2, 3, 1)
    return _activated(config, _with_bias(config, weights, y))


def _pool_shapes(config, shape):
    return {}, (*[size // pool for size, pool in zip(shape, config['poolSize'])], shape[-1])


def _pool(config, _weights, x):
    return functional.max_pool2d(x.permute(0, 3, 1, 2), tuple(config['poolSize'])).permute(0, 2, 3, 1)


def _recurrent_shapes(gates):
    def shapes(config, shape):
        units = config['units']
        width = gates * units
        weights = {'kernel': (shape[-1], width), 'recurrentKernel': (units, width), 'bias': (width,)}
        return weights, (shape[0], units) if config.get('returnSequences') else (units,)

    return shapes


def _recurrent(step, states):
    def call(config, weights, x):
        state = [torch.zeros(x.shape[0], config['units'], dtype=x.dtype)] * states
        outputs = []
        for row in x.unbind(1):
            state = step(config, weights, row, *state)
            outputs.append(state[0])
        return torch.stack(outputs, 1) if config.get('returnSequences') else outputs[-1]

    return call


def _dot(x, kernel):
    return torch.einsum('bi,bio->bo', x, kernel)


def _lstm_step(config, weights, x, h, c):
    """Gates in the order input, forget, cell, output."""
    gate = ACTIVATIONS[config.get('recurrentActivation', 'hardSigmoid')]
    z = _dot(x, weights['kernel']) + _dot(h, weights['recurrentKernel']) + weights['bias']
    i, f, new, o = z.chunk(4, -1)
    c = gate(f) * c + gate(i) * _activated(config, new, 'tanh')
    return gate(o) * _activated(config, c, 'tanh'), c


def _gru_step(config, weights, x, h):
    """Gates in the order update, reset, new; the reset gate comes before the product with the kernel."""
    gate = ACTIVATIONS[config.get('recurrentActivation', 'hardSigmoid')]
    z, r, new = (_dot(x, weights['kernel']) + weights['bias']).chunk(3, -1)
    kernel_z, kernel_r, kernel_new = weights['recurrentKernel'].chunk(3, -1)
    z = gate(z + _dot(h, kernel_z))
    r = gate(r + _dot(h, kernel_r))
    return (z * h + (1 - z) * _activated(config, new + _dot(r * h, kernel_new), 'tanh'),)


def _embedding_shapes(config, shape):
    return {'embeddings': (config['inputDim'], config['outputDim'])}, (*shape, config['outputDim'])


def _embedding(_config, weights, x):
    examples = torch.arange(x.shape[0]).reshape(-1, *[1] * (x.dim() - 1))
    return weights['embeddings'][examples, x.long()]


def _normalization_shapes(_config, shape):
    return {'gamma': shape[-1:], 'beta': shape[-1:]}, shape


def _normalization(axes_of):
    """(x - mean) / sqrt(variance + epsilon), both over the axes given, the variance without Bessel's correction."""

    def call(config, weights, x):
        axes = axes_of(x)
        variance = x.var(axes, unbiased=False, keepdim=True)
        normal = (x - x.mean(axes, keepdim=True)) / torch.sqrt(variance + config.get('epsilon', EPSILON))
        return normal * _along(weights['gamma'], x) + _along(weights['beta'], x)

    return call


SHAPES = {
    'dense': _dense_shapes,
    'conv2d': _conv2d_shapes,
    'maxPooling2d': _pool_shapes,
    'flatten': lambda _config, shape: ({}, (math.prod(shape),)),
    'globalAveragePooling1d': lambda _config, shape: ({}, shape[-1:]),
    'globalAveragePooling2d': lambda _config, shape: ({}, shape[-1:]),
    'activation': lambda _config, shape: ({}, shape),
    'lstm': _recurrent_shapes(4),
    'gru': _recurrent_shapes(3),
    'embedding': _embedding_shapes,
    'batchNormalization': _normalization_shapes,
    'layerNormalization': _normalization_shapes,
}

CALLS = {
    'dense': _dense,
    'conv2d': _conv2d,
    'maxPooling2d': _pool,
    'flatten': lambda _config, _weights, x: x.reshape(x.shape[0], -1),
    'globalAveragePooling1d': lambda _config, _weights, x: x.mean(1),
    'globalAveragePooling2d': lambda _config, _weights, x: x.mean((1, 2)),
    'activation': lambda config, _weights, x: _activated(config, x),
    'lstm': _recurrent(_lstm_step, 2),
    'gru': _recurrent(_gru_step, 1),
    'embedding': _embedding,
    'batchNormalization': _normalization(lambda x: tuple(range(x.dim() - 1))),
    'layerNormalization': _normalization(lambda _x: (-1,)),
}
