import fc from 'fast-check';
import { decodeEvent, encodeFileVersion, eventEncoder } from '../../../src/importers/tensorboard/event.js';

const anyValue = fc.record({
  tag: fc.string({ unit: 'grapheme' }),
  value: fc.oneof(fc.double(), fc.string({ unit: 'grapheme' })),
});
const anyEvent = fc.record({
  wallTime: fc.double(),
  step: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  values: fc.array(anyValue, { maxLength: 4 }),
});

test('reads back what it wrote, bit for bit', () => {
  const encode = eventEncoder();
  fc.assert(
    fc.property(anyEvent, (event) => {
      expect(decodeEvent(encode(event), 'here')).toEqual({ ...event, skipped: 0 });
    }),
  );
});

test('any bytes are an event or a TypeError that names the place', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      try {
        decodeEvent(bytes, 'here');
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(TypeError);
        expect((thrown as Error).message).toMatch(/^here: /);
      }
    }),
    { numRuns: 2000 },
  );
});

test('a change of any byte of an event does no more', () => {
  const event = eventEncoder()({
    wallTime: 1.5,
    step: 7,
    values: [
      { tag: 'loss', value: 0.25 },
      { tag: 'note', value: 'x' },
    ],
  });
  for (let at = 0; at < event.length; at++) {
    for (const byte of [0, 0x7f, 0x80, 0xff]) {
      const changed = event.slice();
      changed[at] = byte;
      try {
        decodeEvent(changed, 'here');
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(TypeError);
      }
    }
  }
});

test('writes each number as the float that TensorBoard shows, and as the double that it is', () => {
  const encode = eventEncoder();
  for (const value of [0.1, -2.5, 1e300, Number.NaN]) {
    const bytes = encode({ wallTime: 0, step: 0, values: [{ tag: 'loss', value }] });
    const view = new DataView(bytes.buffer);
    const [float, double] = [bytes.length - 13, bytes.length - 8];
    expect([bytes[float - 1], bytes[double - 1]]).toEqual([0x2d, 0x31]);
    expect(view.getFloat32(float, true)).toBe(Math.fround(value));
    expect(view.getFloat64(double, true)).toBe(value);
  }
});

// Fields by hand: key = number·8 + wire type.
test.each([
  ['a float', [0x2a, 9, 0x0a, 7, 0x0a, 0, 0x15, 0, 0, 0xc0, 0x3f], 1.5],
  ['a packed float tensor', [0x2a, 10, 0x0a, 8, 0x42, 6, 0x2a, 4, 0, 0, 0xc0, 0x3f], 1.5],
  [
    'a float tensor with its double',
    [0x2a, 20, 0x0a, 18, 0x42, 16, 0x08, 1, 0x2d, 0, 0, 0xc0, 0x3f, 0x31, 0, 0, 0, 0, 0, 0, 0xf8, 0xbf],
    -1.5,
  ],
  ['a float tensor of bytes', [0x2a, 12, 0x0a, 10, 0x42, 8, 0x08, 1, 0x22, 4, 0, 0, 0xc0, 0x3f], 1.5],
  ['an int32 tensor', [0x2a, 8, 0x0a, 6, 0x42, 4, 0x08, 3, 0x38, 5], 5],
  [
    'a negative int64 tensor',
    [0x2a, 17, 0x0a, 15, 0x42, 13, 0x08, 9, 0x50, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    -1,
  ],
])('reads %s', (_name, bytes, value) => {
  expect(decodeEvent(Uint8Array.from(bytes), 'here').values).toEqual([{ tag: '', value }]);
});

test.each([
  [
    'a step that is none',
    [0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    'here: step must be a whole number >= 0; got',
  ],
  ['a number without end', [0x10, 0x80], 'here: not a protobuf message: a number does not end at byte 1'],
  ['an unknown wire type', [0x0b], 'here: not a protobuf message: wire type 3 at byte 1'],
  ['a field longer than the message', [0x2a, 9], 'here: not a protobuf message: field 5 ends after it'],
  ['a tag that is not UTF-8', [0x2a, 5, 0x0a, 3, 0x0a, 1, 0xff], 'here: its text is not UTF-8'],
  ['a tag that is a number', [0x2a, 4, 0x0a, 2, 0x08, 1], 'here: its tag must be bytes; got 1'],
])('refuses %s', (_name, bytes, message) => {
  expect(() => decodeEvent(Uint8Array.from(bytes), 'here')).toThrow(message);
});

test('an image is skipped, and the version of the file is no value', () => {
  expect(decodeEvent(Uint8Array.from([0x2a, 4, 0x0a, 2, 0x22, 0]), 'here')).toMatchObject({ values: [], skipped: 1 });
  expect(decodeEvent(encodeFileVersion(3), 'here')).toEqual({ wallTime: 3, step: 0, values: [], skipped: 0 });
});
