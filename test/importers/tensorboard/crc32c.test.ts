import { crc32c, maskedCrc32c } from '../../../src/importers/tensorboard/crc32c.js';

const bytes = (length: number, of: (i: number) => number): Uint8Array => Uint8Array.from({ length }, (_, i) => of(i));

// The test vectors of RFC 3720, appendix B.4.
test.each([
  ['32 zeros', bytes(32, () => 0), 0x8a9136aa],
  ['32 ones', bytes(32, () => 0xff), 0x62a8ab43],
  ['ascending', bytes(32, (i) => i), 0x46dd794e],
  ['descending', bytes(32, (i) => 31 - i), 0x113fdb5c],
  ['the digits', new TextEncoder().encode('123456789'), 0xe3069283],
] as const)('%s', (_name, data, crc) => {
  expect(crc32c(data)).toBe(crc);
});

test('the mask can be taken off again', () => {
  const masked = maskedCrc32c(new TextEncoder().encode('123456789'));
  const rotated = (masked - 0xa282ead8) >>> 0;
  expect(((rotated >>> 17) | (rotated << 15)) >>> 0).toBe(0xe3069283);
});
