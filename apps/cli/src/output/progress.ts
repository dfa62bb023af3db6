import { formatBytes } from './byte-size.js';

/** Shows how far a long step is; silent where nobody watches. */
export interface ProgressBar {
  update(done: number, total: number, note?: string): void;
  /** Removes the bar; call it before anything else is printed. */
  end(): void;
}

const BAR_CELLS = 24;
const REDRAW_MS = 60;

/** A bar on a terminal, redrawn in place. */
export function terminalProgress(stream: NodeJS.WriteStream, label: string, clock: () => number): ProgressBar {
  const startedAt = clock();
  let drawnAt = -Infinity;
  return {
    update(done, total, note = '') {
      const now = clock();
      if (now - drawnAt < REDRAW_MS && done < total) return;
      drawnAt = now;
      stream.write(`\r\u001b[2K${barLine(label, done, total, note, (now - startedAt) / 1000)}`);
    },
    end() {
      if (drawnAt !== -Infinity) stream.write('\r\u001b[2K');
    },
  };
}

/** No bar: output is not a terminal, or `--quiet`. */
export const SILENT_PROGRESS: ProgressBar = { update: () => undefined, end: () => undefined };

function barLine(label: string, done: number, total: number, note: string, seconds: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.round(share * BAR_CELLS);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
  const rate = seconds > 0.2 ? `  ${formatBytes(Math.round(done / seconds))}/s` : '';
  return `${label} ${bar} ${Math.floor(share * 100)} %  ${formatBytes(done)} of ${formatBytes(total)}${rate}  ${note}`.slice(
    0,
    118,
  );
}
