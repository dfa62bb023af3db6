import { bytesText, timeText } from '../amount-text.js';
import type { DownloadRow, EnsureRow } from '../download-log.js';
import { badge, element, number, table } from '../element.js';
import type { Inspected } from '../inspected.js';
import type { MakePanel } from '../panel.js';

const ENSURE_HEAD = ['root', 'progress', 'bytes', 'rate', 'left', 'result'] as const;
const ARCHIVE_HEAD = [
  'archive',
  'stage',
  'size',
  'fetched',
  'resumed from',
  'taken from here',
  'retries',
  'took',
  'cause',
] as const;

/** Roots on their way with rate and time left, and the archives behind them: resumed, saved by delta, retried. */
export const downloadsPanel: MakePanel = (inspected) => {
  const node = element('div');
  return {
    id: 'downloads',
    title: 'Downloads',
    node,
    update: () => node.replaceChildren(ensures(inspected), archives(inspected)),
  };
};

function ensures({ runtime }: Inspected): HTMLElement {
  const rows = runtime.recorder.downloads.ensures.map((row) => {
    const rate = rateOf(row);
    const leftMs = row.isRunning && rate > 0 ? ((row.totalBytes - row.receivedBytes) / rate) * 1_000 : undefined;
    return element(
      'tr',
      { 'data-root': row.root },
      element('th', { scope: 'row', class: 'mono' }, row.root),
      element('td', {}, bar(row)),
      number(`${bytesText(row.receivedBytes)} of ${bytesText(row.totalBytes)}`),
      number(rate > 0 ? `${bytesText(rate)}/s` : '–'),
      number(timeText(leftMs)),
      element('td', { title: row.error?.hint ?? '' }, resultOf(row)),
    );
  });
  return table({ caption: 'Roots', head: ENSURE_HEAD, empty: 'No root was asked for yet.' }, rows);
}

function rateOf({ receivedBytes, startedAtMs, atMs }: EnsureRow): number {
  return atMs > startedAtMs ? (receivedBytes / (atMs - startedAtMs)) * 1_000 : 0;
}

function bar({ root, receivedBytes, totalBytes, isRunning }: EnsureRow): HTMLElement {
  const made = element('progress', { 'aria-label': root });
  made.max = Math.max(1, totalBytes);
  made.value = totalBytes === 0 && !isRunning ? 1 : receivedBytes;
  return made;
}

function resultOf({ isRunning, error }: EnsureRow): HTMLElement {
  if (error !== undefined) return badge(error.code, 'bad');
  return isRunning ? badge('running', 'quiet') : badge('whole', 'good');
}

function archives({ runtime }: Inspected): HTMLElement {
  const rows = runtime.recorder.downloads.rows.map((row) =>
    element(
      'tr',
      { 'data-archive': row.archive },
      element('th', { scope: 'row' }, row.archive),
      element('td', {}, badge(row.stage, KINDS[row.stage])),
      number(bytesText(row.sizeBytes)),
      number(bytesText(row.receivedBytes)),
      number(bytesText(row.resumedBytes)),
      number(bytesText(row.reusedBytes)),
      number(String(row.retries)),
      number(timeText(row.tookMs)),
      element('td', {}, causeOf(row)),
    ),
  );
  return table(
    { caption: 'Archives, the newest first', head: ARCHIVE_HEAD, empty: 'No archive was downloaded.' },
    rows,
  );
}

const KINDS = { running: 'quiet', paused: 'quiet', done: 'good', failed: 'bad' } as const;

function causeOf({ error, deltaError }: DownloadRow): string {
  const causes = [error && `${error.code}: ${error.message}`, deltaError && `fetched whole, ${deltaError.code}`];
  return causes.filter((cause) => cause !== undefined).join(' · ');
}
