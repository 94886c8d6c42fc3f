import { BACKENDS, type Backend } from './backends.js';
import { CHOICES, type Choice } from './choices.js';
import { byId } from './elements.js';

/** What the page is doing. */
type Phase = 'loading' | 'ready' | 'running' | 'paused' | 'stopping';

/** What the buttons do. */
export interface Actions {
  train(): void;
  pause(): void;
  resume(): void;
  stop(): void;
  download(): void;
}

/** The controls on the page. */
export interface Controls {
  readonly choice: Choice;
  readonly backend: Backend;
  setPhase(phase: Phase, status: string): void;
  setDownload(isPossible: boolean): void;
  /** Shows an error; none: hides the one before. */
  setError(message?: string): void;
}

function addOptions(select: HTMLSelectElement, options: readonly (readonly [value: string, name: string])[]): void {
  select.append(...options.map(([value, name]) => new Option(name, value)));
}

/** Fills and connects the controls. */
export function connectControls(actions: Actions): Controls {
  const [policy, backend] = [byId<HTMLSelectElement>('policy'), byId<HTMLSelectElement>('backend')];
  const [train, pause, stop, download] = ['train', 'pause', 'stop', 'download'].map((id) =>
    byId<HTMLButtonElement>(id),
  ) as [HTMLButtonElement, HTMLButtonElement, HTMLButtonElement, HTMLButtonElement];
  const chosen = (): Choice => CHOICES[policy.value] as Choice;
  const explain = (): void => {
    byId('about').textContent = chosen().about;
    byId('code').textContent =
      chosen().code === '{}' ? 'adaptiveBatch(model)' : `adaptiveBatch(model, ${chosen().code})`;
  };
  addOptions(
    policy,
    Object.entries(CHOICES).map(([key, { name }]) => [key, name]),
  );
  addOptions(
    backend,
    BACKENDS.map((name) => [name, name]),
  );
  /** Whether a button that had the focus was switched off: the one that takes over from it gets it. */
  let isFocusDue = false;
  const passFocus = (next: HTMLButtonElement): void => {
    if (!isFocusDue || next.disabled) return;
    isFocusDue = false;
    if (document.activeElement?.matches('body, :disabled')) next.focus({ preventScroll: true });
  };
  policy.addEventListener('change', explain);
  train.addEventListener('click', actions.train);
  pause.addEventListener('click', () => (pause.textContent === 'Pause' ? actions.pause() : actions.resume()));
  stop.addEventListener('click', actions.stop);
  download.addEventListener('click', actions.download);
  explain();
  return {
    get choice() {
      return chosen();
    },
    get backend() {
      return backend.value as Backend;
    },
    setPhase(phase, status) {
      const isUnderWay = phase === 'running' || phase === 'paused';
      isFocusDue ||= [train, pause, stop].some((button) => button === document.activeElement);
      for (const one of [policy, backend]) one.disabled = phase !== 'ready';
      train.disabled = phase !== 'ready';
      for (const one of [pause, stop]) one.disabled = !isUnderWay;
      pause.textContent = phase === 'paused' ? 'Resume' : 'Pause';
      passFocus(isUnderWay ? pause : train);
      byId('status').textContent = status;
    },
    setDownload(isPossible) {
      download.disabled = !isPossible;
    },
    setError(message) {
      byId('error').textContent = message ?? '';
      byId('error').hidden = message === undefined;
    },
  };
}
