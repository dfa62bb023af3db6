import { gatherDiagnostics } from '../diagnostics.js';
import { button, element } from '../element.js';
import type { MakePanel } from '../panel.js';
import { createNotice } from './notice.js';

/** Everything as JSON, to be copied into a bug report. */
export const diagnosticsPanel: MakePanel = (inspected) => {
  const notice = createNotice();
  const text = element('pre', { tabindex: '0', 'aria-label': 'Diagnostics' });
  const gather = async (): Promise<string> => {
    const json = JSON.stringify(await gatherDiagnostics(inspected), undefined, 2);
    text.textContent = json;
    return json;
  };
  const copy = button('Copy diagnostics', () => {
    void notice.run(async () => {
      await navigator.clipboard.writeText(await gather());
      notice.say('Copied. It holds no keys, no credentials and no query strings.');
    });
  });
  const node = element('div', {}, element('div', { class: 'field' }, copy), notice.node, text);
  return { id: 'diagnostics', title: 'Diagnostics', node, update: () => void notice.run(gather) };
};
