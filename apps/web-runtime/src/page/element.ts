/** What an element may hold. */
export type Child = Node | string;

/** Makes an element: attributes by name, children as nodes or text. Never HTML from a string. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Makes a button that calls `press`. */
export function button(label: string, press: () => void, className = ''): HTMLButtonElement {
  const made = element('button', { type: 'button', ...(className ? { class: className } : {}) }, label);
  made.addEventListener('click', press);
  return made;
}

/** Finds an element that the page is made with. */
export function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`unreachable: the page has no #${id}`);
  return found;
}

/** Fills a definition list. */
export function fillFacts(list: HTMLElement, facts: readonly (readonly [string, string])[]): void {
  list.replaceChildren(
    ...facts.map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value))),
  );
}
