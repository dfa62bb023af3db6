import { bytesText, timeText } from '../amount-text.js';
import { badge, element, number, table } from '../element.js';
import type { Inspected } from '../inspected.js';
import type { MakePanel } from '../panel.js';
import type { RequestRow } from '../request-log.js';

const HEAD = ['at', 'path', 'by', 'mount', 'source', 'took', 'bytes', 'result'] as const;

/** What the page asks for, as it happens. */
export const requestsPanel: MakePanel = (inspected) => {
  const body = element('div');
  const onlyFailed = element('input', { id: 'only-failed', type: 'checkbox' });
  const filter = element(
    'div',
    { class: 'field' },
    onlyFailed,
    element('label', { for: 'only-failed' }, 'Only misses and failures'),
  );
  const update = (): void => body.replaceChildren(requestTable(inspected, onlyFailed.checked));
  onlyFailed.addEventListener('change', update);
  return { id: 'requests', title: 'Requests', node: element('div', {}, filter, body), update };
};

function requestTable({ runtime }: Inspected, onlyFailed: boolean): HTMLElement {
  const all = runtime.recorder.requests.rows;
  const shown = onlyFailed ? all.filter(({ error, source }) => error !== undefined || source === 'missing') : all;
  const empty = onlyFailed ? 'Nothing failed.' : 'Nothing was asked for yet.';
  return table({ caption: `The newest ${shown.length} requests`, head: HEAD, empty }, shown.map(requestRow));
}

function requestRow({ path, by, mount, source, atMs, tookMs, sizeBytes, error }: RequestRow): HTMLTableRowElement {
  const kind = { local: 'good', remote: 'quiet', missing: 'bad' } as const;
  return element(
    'tr',
    { 'data-path': path, title: error === undefined ? '' : [error.message, error.hint].filter(Boolean).join('\n') },
    number(timeText(atMs)),
    element('th', { scope: 'row', class: 'mono' }, path),
    element('td', {}, by),
    element('td', {}, mount ?? 'not in any mount'),
    element('td', {}, badge(source, kind[source])),
    number(timeText(tookMs)),
    number(bytesText(sizeBytes)),
    element('td', {}, error === undefined ? badge('verified', 'good') : badge(error.code, 'bad')),
  );
}
