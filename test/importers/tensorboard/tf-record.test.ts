import fc from 'fast-check';
import { frameTfRecord, readTfRecords } from '../../../src/importers/tensorboard/tf-record.js';
import { all, pieces } from '../support.js';

const anyRecords = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 });
const join = (records: readonly Uint8Array[]): Uint8Array => Uint8Array.from(records.flatMap((record) => [...record]));

async function read(bytes: Uint8Array, width?: number): Promise<{ data: Uint8Array[]; warnings: string[] }> {
  const warnings: string[] = [];
  const options = { name: 'events', onWarning: (message: string) => void warnings.push(message), maxRecordBytes: 100 };
  const records = await all(readTfRecords(pieces(bytes, width), options));
  return { data: records.map(({ data }) => data), warnings };
}

test('reads back what it framed, however the bytes come', async () => {
  await fc.assert(
    fc.asyncProperty(anyRecords, fc.integer({ min: 1, max: 50 }), async (records, width) => {
      const { data, warnings } = await read(join(records.map(frameTfRecord)), width);
      expect(data.map((record) => [...record])).toEqual(records.map((record) => [...record]));
      expect(warnings).toEqual([]);
    }),
  );
});

test('leaves out what the end of the file cuts off', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 6 }),
      fc.nat(),
      async (records, cut) => {
        const frames = records.map(frameTfRecord);
        const last = frames.at(-1) as Uint8Array;
        const lost = 1 + (cut % (last.length - 1));
        const { data, warnings } = await read(join(frames).subarray(0, -lost));
        expect(data).toHaveLength(records.length - 1);
        expect(warnings).toEqual([`events: record ${records.length}: cut off by the end of the file, left out`]);
      },
    ),
  );
});

test('finds every flipped bit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 20 }), fc.nat(), async (record, at) => {
      const bytes = join([frameTfRecord(record), frameTfRecord(record)]);
      const bit = at % (8 * bytes.length);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      await expect(read(bytes)).rejects.toThrow(/^events: record [12]: the checksum of its (length|data) is wrong$/);
    }),
  );
});

test('does not wait for the bytes of an absurd length', async () => {
  const frame = frameTfRecord(new Uint8Array(200));
  await expect(read(frame)).rejects.toThrow('events: record 1: its length must be at most 100 bytes; got 200');
});
