import { button, element } from './element.js';
import type { Gallery } from './gallery.js';
import type { GalleryConfig, ThemeFile } from './gallery-config.js';
import { describeProblem } from './problem-card.js';
import { billText } from './update-bill.js';

/** What the panel works with. */
export interface PlaygroundParts {
  readonly gallery: Gallery;
  /** Values of the axis `resolution`, the smallest first; none where content has no such variants. */
  readonly resolutions: readonly string[];
  readonly log: (text: string, kind?: 'good' | 'bad') => void;
  readonly openInspector: () => void;
}

/** Fills the panel: resolution, themes, news, publishing, the inspector. */
export function showPlayground(panel: HTMLElement, config: GalleryConfig, parts: PlaygroundParts): void {
  const note = element('p', { class: 'muted', role: 'status', id: 'news' });
  const act = actWith(note, parts.log);
  const news = async (): Promise<string> => {
    const { version, bills } = await parts.gallery.lookForNews();
    return `Release ${version}: ${billText(bills)}`;
  };
  panel.replaceChildren(
    ...(parts.resolutions.length > 1 ? [resolutionField(parts, act)] : []),
    ...config.themes.map((theme) => themeSwitch(theme, parts.gallery, act)),
    element(
      'div',
      { class: 'actions' },
      actionButton('Look for news', () => act(news)),
      ...publishButtons(config.playground, act, news),
      button('Inspector', parts.openInspector, 'quiet'),
    ),
    note,
  );
}

/** Does something and says how it went. */
type Act = (action: () => Promise<string>) => Promise<void>;

function actWith(note: HTMLElement, log: PlaygroundParts['log']): Act {
  return async (action) => {
    try {
      note.textContent = 'One moment …';
      note.textContent = await action();
      log(note.textContent);
    } catch (error) {
      const { code, message, hint } = describeProblem(error);
      note.textContent = `${code}: ${message}${hint === undefined ? '' : ` ${hint}`}`;
      log(note.textContent, 'bad');
    }
  };
}

/** A button that cannot be pressed again before it has done what it does. */
function actionButton(label: string, press: () => Promise<void>): HTMLButtonElement {
  const made = button(
    label,
    () => {
      made.disabled = true;
      void press().finally(() => {
        made.disabled = false;
      });
    },
    'quiet',
  );
  return made;
}

function resolutionField({ resolutions, gallery }: PlaygroundParts, act: Act): HTMLElement {
  const choose = (value: string): void => {
    const others = resolutions.filter((other) => other !== value);
    void act(async () => {
      await gallery.showIn(value, others);
      return `Resolution: ${value}`;
    });
  };
  const choices = resolutions.map((value, index) => {
    const radio = element('input', { type: 'radio', name: 'resolution', value });
    radio.checked = index === 0;
    radio.addEventListener('change', () => choose(value));
    return element('label', {}, radio, ` ${value}`);
  });
  return element('fieldset', { class: 'choice' }, element('legend', {}, 'Resolution'), ...choices);
}

function themeSwitch(theme: ThemeFile, gallery: Gallery, act: Act): HTMLElement {
  const box = element('input', { type: 'checkbox' });
  box.addEventListener('change', () => {
    const isOn = box.checked;
    void act(async () => {
      try {
        await gallery.wear(theme, isOn);
      } catch (error) {
        box.checked = !isOn;
        throw error;
      }
      return `${theme.title}: ${isOn ? 'mounted above everything, read by ranges' : 'unmounted'}`;
    });
  });
  return element('label', { class: 'choice' }, box, ` ${theme.title} theme`);
}

function publishButtons(playground: string | undefined, act: Act, news: () => Promise<string>): HTMLElement[] {
  if (playground === undefined) return [];
  const post = async (action: string): Promise<void> => {
    const response = await fetch(new URL(action, playground), { method: 'POST' });
    if (response.ok) return;
    const { message }: { message?: string } = await response.json();
    throw new Error(message ?? `The server answered ${response.status}`);
  };
  const then = (action: string) => () =>
    act(async () => {
      await post(action);
      return news();
    });
  return [actionButton('Publish a new release', then('publish')), actionButton('Roll back', then('rollback'))];
}
