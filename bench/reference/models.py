"""The models of the table: chains of layers, written as the arguments of tfjs-layers.

A step is (kind, config), or ('again', index): the layer of an earlier step once more, with the same weights.
"""

from dataclasses import dataclass

import numpy
import torch

from layers import CALLS, SHAPES

EXAMPLES = 12
"""Examples a batch."""

BATCHES = 4
"""Three updates come before the one that is measured."""


DECIMALS = 4
"""Of weights, inputs and labels."""


@dataclass(frozen=True)
class Model:
    input_shape: tuple
    loss: str
    steps: tuple
    vocabulary: int = 0
    """Inputs are whole numbers below it; 0: normal ones."""

    @property
    def independent(self):
        """Whether an example's loss depends on that example alone."""
        return all(kind != 'batchNormalization' for kind, _ in self.steps)

    def shapes(self):
        """(name, shape) of every variable in the order of tfjs, and the output's shape."""
        variables, shape = [], self.input_shape
        for index, step in enumerate(self.steps):
            kind, config = self._layer(step)
            weights, shape = SHAPES[kind](config, shape)
            if step[0] != 'again':
                variables += [(f'{index}/{kind}/{name}', size) for name, size in weights.items()]
        return variables, shape

    def forward(self, copies, x):
        """The output. `copies`: by name, every variable with the examples as its first axis."""
        for index, step in enumerate(self.steps):
            kind, config = self._layer(step)
            prefix = f'{step[1] if step[0] == "again" else index}/{kind}/'
            x = CALLS[kind](config, {name[len(prefix):]: w for name, w in copies.items() if name.startswith(prefix)}, x)
        return x

    def losses(self, copies, x, y):
        """Each example's loss; positions of a sequence are averaged."""
        output = self.forward(copies, x)
        if self.loss == 'meanSquaredError':
            each = ((output - y) ** 2).mean(-1)
        else:
            # TensorFlow.js clips here, which must make no difference.
            assert output.min() > 1e-6
            each = -(y * torch.log(output)).sum(-1)
        return each.reshape(len(x), -1).mean(1)

    def _layer(self, step):
        return self.steps[step[1]] if step[0] == 'again' else step


def _dense(units, activation='linear', **config):
    return 'dense', {'units': units, 'activation': activation, **config}


def _conv2d(filters, kernel_size, **config):
    return 'conv2d', {'filters': filters, 'kernelSize': kernel_size, **config}


def _recurrent(kind, units, **config):
    # The initial weights are replaced; the default ones need ops that a bare backend has not registered.
    return kind, {'units': units, 'recurrentInitializer': 'zeros', **config}


FLATTEN = ('flatten', {})
CROSS_ENTROPY = 'categoricalCrossentropy'
SQUARED_ERROR = 'meanSquaredError'

MODELS = {
    'mlp': Model((6,), CROSS_ENTROPY, (_dense(8, 'relu'), _dense(5, 'tanh'), _dense(3, 'softmax'))),
    'cnn': Model(
        (8, 6, 2),
        CROSS_ENTROPY,
        (
            _conv2d(3, [3, 3], padding='same', activation='relu'),
            ('maxPooling2d', {'poolSize': [2, 2]}),
            _conv2d(4, [2, 2], strides=[2, 2], padding='valid'),
            FLATTEN,
            _dense(3, 'softmax'),
        ),
    ),
    'cnn-strided': Model(
        (6, 5, 1),
        SQUARED_ERROR,
        (
            _conv2d(3, [3, 3], strides=[2, 2], padding='same', activation='tanh'),
            _conv2d(4, [2, 3], padding='valid', useBias=False),
            FLATTEN,
            _dense(2),
        ),
    ),
    'lstm': Model((6, 3), CROSS_ENTROPY, (_recurrent('lstm', 4), _dense(3, 'softmax'))),
    'gru': Model((5, 3), SQUARED_ERROR, (_recurrent('gru', 4, returnSequences=True), _dense(2))),
    'embedding': Model(
        (5,),
        CROSS_ENTROPY,
        (('embedding', {'inputDim': 9, 'outputDim': 4}), FLATTEN, _dense(6, 'tanh'), _dense(3, 'softmax')),
        vocabulary=9,
    ),
    'embedding-average': Model(
        (7,),
        SQUARED_ERROR,
        (
            ('embedding', {'inputDim': 8, 'outputDim': 5}),
            ('globalAveragePooling1d', {}),
            _dense(4, 'tanh'),
            _dense(2),
        ),
        vocabulary=8,
    ),
    'batch-norm': Model(
        (6,),
        CROSS_ENTROPY,
        (
            _dense(7, useBias=False),
            ('batchNormalization', {}),
            ('activation', {'activation': 'relu'}),
            _dense(3, 'softmax'),
        ),
    ),
    'batch-norm-cnn': Model(
        (5, 5, 1),
        SQUARED_ERROR,
        (
            _conv2d(4, [3, 3], useBias=False),
            ('batchNormalization', {}),
            ('activation', {'activation': 'tanh'}),
            ('globalAveragePooling2d', {}),
            _dense(2),
        ),
    ),
    'layer-norm': Model(
        (3, 4),
        SQUARED_ERROR,
        (
            _dense(5),
            ('layerNormalization', {}),
            ('activation', {'activation': 'relu'}),
            FLATTEN,
            _dense(6, 'tanh'),
            ('layerNormalization', {}),
            _dense(2),
        ),
    ),
    'shared': Model((5,), CROSS_ENTROPY, (_dense(5, 'tanh'), ('again', 0), _dense(3, 'softmax'))),
    'sequence': Model((4, 3), SQUARED_ERROR, (_dense(6, 'tanh'), _dense(2))),
}


def _short(values):
    """Few decimals, to the nearest float32, so that TensorFlow.js works with the very same numbers."""
    return torch.tensor(numpy.round(values, DECIMALS).astype('float32').astype('float64'))


def draw_weights(model, random):
    """By name: kernels of the size that keeps signals alive, no bias at 0, no scale at 1."""

    def draw(name, shape):
        normal = random.standard_normal(shape)
        if name.endswith(('kernel', 'Kernel', 'embeddings')):
            fan_in = 1 if name.endswith('embeddings') else numpy.prod(shape[:-1])
            return _short(normal / numpy.sqrt(fan_in))
        values = 0.2 * normal + (1 if name.endswith('gamma') else 0)
        if name.endswith('lstm/bias'):
            units = shape[0] // 4
            values[units:2 * units] += 1
        return _short(values)

    return {name: draw(name, shape) for name, shape in model.shapes()[0]}


def draw_batch(model, random):
    """Inputs and labels; the labels lean on the inputs, so that the mean gradient is not all noise."""
    size = (EXAMPLES, *model.input_shape)
    inputs = random.randint(model.vocabulary, size=size) if model.vocabulary else random.standard_normal(size)
    output = model.shapes()[1]
    slopes = numpy.random.RandomState(1).standard_normal((int(numpy.prod(model.input_shape)), int(numpy.prod(output))))
    scores = inputs.reshape(EXAMPLES, -1) @ slopes / len(slopes) ** 0.5
    scores = (scores + 0.5 * random.standard_normal(scores.shape)).reshape(EXAMPLES, *output)
    if model.loss == CROSS_ENTROPY:
        scores = numpy.eye(output[-1])[scores.argmax(-1)]
    return _short(inputs), _short(scores)
