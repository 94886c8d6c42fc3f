import { hasChromium } from '../support/chromium.js';
import { hasWebGpu } from './matrix-page.js';
import type { layerKinds } from './page/layer-kinds.js';

/** A backend of TensorFlow.js as a page may choose it. */
export interface BrowserBackend {
  readonly name: string;
  /** Why its tests are skipped here, where they are. */
  readonly absent?: string;
  /** Whether each new size of a micro-batch is compiled. */
  readonly compilesSizes: boolean;
  /** Layers that do not train there, by the reason. */
  readonly cannot: Readonly<Partial<Record<keyof typeof layerKinds, string>>>;
}

const webGpu = hasChromium && (await hasWebGpu());

/** What the suite runs on, and what is known not to work there. */
export const BACKENDS: readonly BrowserBackend[] = [
  { name: 'cpu', compilesSizes: false, cannot: {} },
  { name: 'webgl', compilesSizes: true, cannot: {} },
  {
    name: 'webgpu',
    ...(!webGpu && { absent: 'it gives a page no device' }),
    compilesSizes: false,
    cannot: {},
  },
];
