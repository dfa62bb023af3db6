import { shownError } from '../diagnostics.js';
import { element } from '../element.js';

/** A line that says how an action went. */
export interface Notice {
  readonly node: HTMLElement;
  say(text: string): void;
  /** Does something and says what went wrong with it, if anything did. */
  run(act: () => Promise<unknown>): Promise<void>;
}

/** Makes an empty notice. Screen readers say what comes into it. */
export function createNotice(): Notice {
  const node = element('p', { class: 'notice', role: 'status' });
  const say = (text: string): void => {
    node.textContent = text;
  };
  const run = async (act: () => Promise<unknown>): Promise<void> => {
    try {
      say('');
      await act();
    } catch (error) {
      const { code, message, hint } = shownError(error);
      say([code, message, hint].filter((part) => part !== undefined).join(' · '));
    }
  };
  return { node, say, run };
}
