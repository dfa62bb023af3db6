import { isLadingError } from '@lading/manifest';
import { button, element } from './element.js';

/** An error as the page shows it. */
export interface ShownProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** Takes code, message and hint from whatever was thrown. */
export function describeProblem(error: unknown): ShownProblem {
  if (isLadingError(error)) return { code: error.code, message: error.message, hint: error.hint };
  return { code: 'ERR_PAGE', message: error instanceof Error ? error.message : String(error), hint: undefined };
}

/** Makes the card of a problem, with a button to try again. */
export function problemCard(what: string, error: unknown, retry: () => void): HTMLElement {
  const { code, message, hint } = describeProblem(error);
  const card = element(
    'div',
    { class: 'problem', role: 'alert', 'data-code': code },
    element('strong', {}, what),
    element('code', {}, code),
    element('p', {}, message),
  );
  if (hint !== undefined) card.append(element('p', { class: 'muted' }, hint));
  const again = button('Try again', () => {
    card.remove();
    retry();
  });
  card.append(element('div', { class: 'actions' }, again));
  return card;
}
