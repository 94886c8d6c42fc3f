import type { XAxis } from '../plot-model.js';
import type { View } from './state.js';

/** The controls over the charts. */
export interface Controls {
  /** Whether the charts show a part of the width. */
  setZoomed(isZoomed: boolean): void;
  setDark(isDark: boolean): void;
}

function onChoice(name: string, choose: (value: string) => void): void {
  for (const input of document.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`)) {
    input.addEventListener('change', () => choose(input.value));
  }
}

/** Connects the controls to what the reader sees, and shows them. */
export function connectControls(
  view: View,
  { draw, reset }: { readonly draw: () => void; readonly reset: () => void },
): Controls {
  const theme = document.getElementById('theme') as HTMLButtonElement;
  const whole = document.getElementById('reset') as HTMLButtonElement;
  const nameTheme = (): void => {
    theme.textContent = view.isDark ? 'Light' : 'Dark';
  };
  onChoice('axis', (value) => {
    view.axis = value as XAxis;
    draw();
  });
  onChoice('layout', (value) => {
    view.layout = value as View['layout'];
    draw();
  });
  for (const input of document.querySelectorAll<HTMLInputElement>('input[data-series]')) {
    input.addEventListener('change', () => {
      const index = Number(input.dataset.series);
      if (input.checked) view.hidden.delete(index);
      else view.hidden.add(index);
      draw();
    });
  }
  const controls: Controls = {
    setZoomed(isZoomed) {
      whole.hidden = !isZoomed;
    },
    setDark(isDark) {
      view.isDark = isDark;
      document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
      nameTheme();
      draw();
    },
  };
  theme.addEventListener('click', () => controls.setDark(!view.isDark));
  whole.addEventListener('click', reset);
  nameTheme();
  theme.hidden = false;
  (document.querySelector('.controls') as HTMLElement).hidden = false;
  return controls;
}
