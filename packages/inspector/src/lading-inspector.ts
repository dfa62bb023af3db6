import { bytesText } from './amount-text.js';
import { button, element } from './element.js';
import type { Inspected } from './inspected.js';
import { INSPECTOR_STYLE } from './inspector-style.js';
import type { Panel } from './panel.js';
import { diagnosticsPanel } from './panels/diagnostics.js';
import { downloadsPanel } from './panels/downloads.js';
import { mountStackPanel } from './panels/mount-stack.js';
import { overviewPanel } from './panels/overview.js';
import { requestsPanel } from './panels/requests.js';
import { resolvePanel } from './panels/resolve.js';
import { storagePanel } from './panels/storage.js';
import { createTabs, type Tabs } from './tabs.js';

const PANELS = [
  overviewPanel,
  mountStackPanel,
  resolvePanel,
  requestsPanel,
  downloadsPanel,
  storagePanel,
  diagnosticsPanel,
] as const;

/** Builds for servers import what pages import, and have no elements. */
const PageElement: typeof HTMLElement = globalThis.HTMLElement ?? class {};

/** The element behind `inspect`: a button in the corner, and a drawer with seven panels. Its style is its own, whatever the page has. */
export class LadingInspector extends PageElement {
  static readonly TAG = 'lading-inspector';
  readonly #root: ShadowRoot = this.attachShadow({ mode: 'open' });
  readonly #opener: HTMLButtonElement = button('', () => this.toggle());
  #inspected: Inspected | undefined;
  #tabs: Tabs | undefined;
  #drawer: HTMLElement | undefined;
  #stopListening: (() => void) | undefined;
  #isDue = false;

  /** Says what to show. @internal */
  show(inspected: Inspected, isPage: boolean): void {
    this.#inspected = inspected;
    const panels: Panel[] = PANELS.map((make) => make(inspected));
    this.#tabs = createTabs(panels, () => this.#update());
    const close = button('Close', () => this.toggle(false));
    const bar = element('header', {}, element('strong', {}, 'Lading'), this.#tabs.list, ...(isPage ? [] : [close]));
    this.#drawer = element('section', { class: 'drawer', 'aria-label': 'Lading inspector' }, bar, ...this.#tabs.panels);
    this.#drawer.hidden = !isPage;
    this.#opener.className = 'opener';
    this.#opener.hidden = isPage;
    const style = new CSSStyleSheet(); // No inline style: pages forbid it in their policy.
    style.replaceSync(INSPECTOR_STYLE);
    this.#root.adoptedStyleSheets = [style];
    this.#root.replaceChildren(this.#drawer, this.#opener);
    this.toggleAttribute('data-page', isPage);
    this.#drawer.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape' && !isPage) this.toggle(false);
    });
  }

  /** Opens or closes the drawer. */
  toggle(isOpen: boolean = this.#drawer?.hidden === true): void {
    if (this.#drawer === undefined || this.hasAttribute('data-page')) return;
    this.#drawer.hidden = !isOpen;
    this.#opener.hidden = isOpen;
    this.#update();
    if (isOpen) this.#tabs?.focus();
    else this.#opener.focus();
  }

  connectedCallback(): void {
    this.#stopListening = this.#inspected?.runtime.recorder.onChange(() => this.#schedule());
    addEventListener('keydown', this.#shortcut);
    this.#update();
  }

  disconnectedCallback(): void {
    this.#stopListening?.();
    removeEventListener('keydown', this.#shortcut);
  }

  readonly #shortcut = (event: KeyboardEvent): void => {
    if (!event.ctrlKey || !event.shiftKey || event.code !== 'KeyL') return;
    event.preventDefault();
    this.toggle();
  };

  /** Once a frame at most, however much happens. */
  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#update();
    });
  }

  #update(): void {
    if (this.#inspected === undefined) return;
    if (this.#drawer?.hidden === false) this.#tabs?.selected().update();
    this.#showOpener(this.#inspected);
  }

  #showOpener({ runtime }: Inspected): void {
    const { downloads, failures } = runtime.recorder;
    const said = [`Lading ${runtime.mounts().length} mounted`, bytesText(downloads.receivedBytes)];
    if (failures > 0) said.push(`${failures} failed`);
    this.#opener.textContent = said.join(' · ');
    this.#opener.classList.toggle('bad', failures > 0);
  }
}
