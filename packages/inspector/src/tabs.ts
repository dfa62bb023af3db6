import { element } from './element.js';
import type { Panel } from './panel.js';

/** Panels of which one is seen. */
export interface Tabs {
  /** The row of tabs. */
  readonly list: HTMLElement;
  readonly panels: readonly HTMLElement[];
  selected(): Panel;
  /** Puts the keyboard on the selected tab. */
  focus(): void;
}

/** Makes tabs as assistive technology knows them: arrows move, Home and End jump, the panel follows. */
export function createTabs(panels: readonly Panel[], onSelect: () => void): Tabs {
  const [first] = panels;
  if (first === undefined) throw new Error('unreachable: tabs of no panels');
  let selected = first;
  const tabs = panels.map((panel) => {
    const tab = element(
      'button',
      { type: 'button', role: 'tab', id: `tab-${panel.id}`, 'aria-controls': panel.id },
      panel.title,
    );
    tab.addEventListener('click', () => select(panel));
    return tab;
  });
  const nodes = panels.map(({ id, node }) =>
    element('div', { role: 'tabpanel', id, 'aria-labelledby': `tab-${id}`, class: 'panel' }, node),
  );
  const mark = (): void => {
    panels.forEach((panel, index) => {
      const isSelected = panel === selected;
      tabs[index]?.setAttribute('aria-selected', String(isSelected));
      tabs[index]?.setAttribute('tabindex', isSelected ? '0' : '-1');
      nodes[index]?.toggleAttribute('hidden', !isSelected);
    });
  };
  const select = (panel: Panel): void => {
    selected = panel;
    mark();
    onSelect();
  };
  const focus = (): void => tabs[panels.indexOf(selected)]?.focus();
  const list = element('div', { role: 'tablist', 'aria-label': 'Panels' }, ...tabs);
  list.addEventListener('keydown', (event) => {
    const next = nextIndex(event.key, panels.indexOf(selected), panels.length);
    const panel = next === undefined ? undefined : panels[next];
    if (panel === undefined) return;
    event.preventDefault();
    select(panel);
    focus();
  });
  mark();
  return { list, panels: nodes, selected: () => selected, focus };
}

function nextIndex(key: string, index: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return (index + 1) % count;
    case 'ArrowLeft':
      return (index + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
