import { deviceName, ENGINES, engineFrom, isInstalled, isSoftware } from '../../../bench/support/engine.js';

describe('an engine by its name', () => {
  it('is one of those allowed', () => {
    for (const engine of ENGINES) expect(engineFrom(engine)).toBe(engine);
    expect(() => engineFrom('tpu')).toThrow(
      new RangeError("--engine must be one of wasm, native, cuda, webgpu; got 'tpu'"),
    );
    expect(() => engineFrom('cuda', ['wasm', 'native'])).toThrow("--engine must be one of wasm, native; got 'cuda'");
  });

  it('is looked for among what is installed', () => {
    expect(isInstalled('@tensorflow/tfjs')).toBe(true);
    expect(isInstalled('@tensorflow/no-such-package')).toBe(false);
  });
});

describe("a device's name", () => {
  it('tells a card from a processor that renders in software', () => {
    expect(isSoftware('llvmpipe (LLVM 15.0.6, 256 bits)')).toBe(true);
    expect(isSoftware('SwiftShader Device (Subzero)')).toBe(true);
    expect(isSoftware('NVIDIA H200')).toBe(false);
  });

  it("is the card's where NVIDIA's adapter names its driver only, with the driver beside it", () => {
    const ask = () => 'NVIDIA H200\n';
    expect(deviceName({ vendor: 'nvidia', device: '', description: 'NVIDIA: 580.159.04' }, ask)).toBe(
      'NVIDIA H200 (NVIDIA: 580.159.04)',
    );
    const silent = () => undefined;
    expect(deviceName({ vendor: 'nvidia', device: '', description: 'NVIDIA: 580' }, silent)).toBe('NVIDIA: 580');
    expect(deviceName({ vendor: 'amd', device: 'gfx1100', description: '' }, ask)).toBe('amd gfx1100');
    expect(deviceName({ vendor: 'intel', device: 'xe', description: 'Intel Arc' }, ask)).toBe('Intel Arc');
  });

  it('is one line, of the first of several cards', () => {
    expect(deviceName({ vendor: 'nvidia', device: '', description: 'x' }, () => 'NVIDIA H100\nNVIDIA H200\n')).toBe(
      'NVIDIA H100 (x)',
    );
  });
});
