import { engine } from '@tensorflow/tfjs-core';

/** What a run took. */
export interface Metered<Result> {
  readonly result: Result;
  /** The most bytes of tensors alive at once beyond those at its start; undefined where this TensorFlow.js does not show them. */
  readonly bytes: number | undefined;
}

type Info = { readonly bytes: number };
type Infos = WeakMap<object, Info>;

/**
 * Runs `run` and watches the engine's register of data as it comes and goes: after a step `tf.memory()` is what it was before. Data that several tensors share,
 * clones and reshaped ones, counts once; `numBytes` counts it each time. Reads nothing back.
 */
export function meterPeak<Result>(run: () => Result): Metered<Result> {
  const { tensorInfo } = engine().state as unknown as { readonly tensorInfo?: Infos };
  if (!(tensorInfo instanceof WeakMap)) return { result: run(), bytes: undefined };
  const { prototype } = WeakMap;
  let now = 0;
  let most = 0;
  const own: Pick<Infos, 'set' | 'delete'> = {
    set(data, info) {
      now += info.bytes;
      if (now > most) most = now;
      return prototype.set.call(tensorInfo, data, info) as Infos;
    },
    delete(data) {
      now -= tensorInfo.get(data)?.bytes ?? 0;
      return prototype.delete.call(tensorInfo, data);
    },
  };
  Object.assign(tensorInfo, own);
  try {
    return { result: run(), bytes: most };
  } finally {
    for (const name of Object.keys(own)) Reflect.deleteProperty(tensorInfo, name);
  }
}
