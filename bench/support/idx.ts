import type { Images } from '../../examples/support/data.js';

const PIXELS = 784;
const BRIGHTEST = 255;
/** Bytes before the data in an IDX file of images, of labels. */
const IMAGE_HEADER = 16;
const LABEL_HEADER = 8;

/** Images of 28 × 28 pixels from the bytes of two IDX files. @param count how many, the first ones [examples] */
export function imagesFromIdx(images: Uint8Array, labels: Uint8Array, count: number): Images {
  const pixels = new Float32Array(images.subarray(IMAGE_HEADER, IMAGE_HEADER + count * PIXELS));
  for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i] as number) / BRIGHTEST;
  return { pixels, labels: new Int32Array(labels.subarray(LABEL_HEADER, LABEL_HEADER + count)) };
}
