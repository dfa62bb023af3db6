import { bytesText, digestText } from '../amount-text.js';
import { badge, type Child, element, facts } from '../element.js';
import type { Inspected } from '../inspected.js';
import type { MakePanel } from '../panel.js';

/** Which tier serves the page and why, the release, the store, what went wrong. */
export const overviewPanel: MakePanel = (inspected) => {
  const node = element('div', { class: 'columns' });
  return {
    id: 'overview',
    title: 'Overview',
    node,
    update: () => node.replaceChildren(serving(inspected), release(inspected), incidents(inspected)),
  };
};

function serving({ serving: servingOf, store, runtime }: Inspected): HTMLElement {
  const now = servingOf?.();
  const controller = navigator.serviceWorker?.controller;
  const reasons = (now?.reasons ?? []).map((reason) => {
    if (typeof reason === 'string') return element('li', {}, reason);
    return element('li', {}, [reason.code, reason.message, reason.hint].filter(Boolean).join(' · '));
  });
  return element(
    'section',
    {},
    element('h3', {}, 'Serving'),
    facts([
      ['tier', now === undefined ? 'explicit API' : now.tier],
      ['worker controls page', controller ? badge('yes', 'good') : badge('no', 'quiet')],
      ['secure context', isSecureContext ? badge('yes', 'good') : badge('no', 'bad')],
      ['store', store?.name ?? 'unknown'],
      ['survives a reload', runtime.status().isDurable ? badge('yes', 'good') : badge('no', 'quiet')],
    ]),
    element('ul', { class: 'reasons' }, ...reasons),
  );
}

function release({ runtime }: Inspected): HTMLElement {
  const { latest, active, isStale, generation, trial, blocked } = runtime.status();
  const named = (summary: typeof latest): Child =>
    summary === undefined
      ? 'none'
      : element(
          'span',
          { title: summary.digest },
          `${summary.version} #${summary.sequence} ${digestText(summary.digest)}`,
        );
  return element(
    'section',
    {},
    element('h3', {}, 'Release'),
    facts([
      ['project', latest?.project ?? active?.project ?? 'none'],
      ['mounted', named(active)],
      ['newest', named(latest)],
      ['signature', latest === undefined ? 'none' : badge('verified from the pinned root', 'good')],
      ['channel', isStale ? badge('expired', 'bad') : badge('fresh', 'good')],
      ['generation', String(generation)],
      ['on probation', trial === undefined ? 'no' : digestText(trial)],
      [
        'given up',
        blocked.length === 0 ? 'none' : blocked.map((one) => `${digestText(one.release)} (${one.failure})`).join(', '),
      ],
    ]),
  );
}

function incidents({ runtime }: Inspected): HTMLElement {
  const { downloads, requests, incidents: noted } = runtime.recorder;
  const list = noted.map(({ what, error }) =>
    element('li', { title: error.hint ?? '' }, badge(error.code, 'bad'), ` ${what}: ${error.message}`),
  );
  return element(
    'section',
    {},
    element('h3', {}, 'Session'),
    facts([
      ['downloaded', bytesText(downloads.receivedBytes)],
      ['taken from what was here', bytesText(downloads.reusedBytes)],
      ['requests', String(requests.total)],
      ['failed', String(requests.failed)],
    ]),
    element('ul', { class: 'reasons' }, ...list),
  );
}
