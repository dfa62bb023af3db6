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
export function button(label: string, press: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button' }, label);
  made.addEventListener('click', press);
  return made;
}

/** A table cell of a number. */
export function number(text: string): HTMLTableCellElement {
  return element('td', { class: 'number' }, text);
}

/** A table with a head; `empty` stands in it where there are no rows. */
export function table(
  { caption, head, empty }: { readonly caption: string; readonly head: readonly string[]; readonly empty: string },
  rows: readonly HTMLTableRowElement[],
): HTMLTableElement {
  const none = element('tr', {}, element('td', { colspan: String(head.length), class: 'empty' }, empty));
  const first = rows[0]?.cells; // Heads of numbers stand over the numbers.
  const titles = head.map((title, column) =>
    element('th', { scope: 'col', class: first?.[column]?.className === 'number' ? 'number' : '' }, title),
  );
  return element(
    'table',
    {},
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, ...titles)),
    element('tbody', {}, ...(rows.length === 0 ? [none] : rows)),
  );
}

/** A list of terms and what they are. */
export function facts(rows: readonly (readonly [string, Child])[]): HTMLDListElement {
  return element(
    'dl',
    {},
    ...rows.map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value))),
  );
}

/** A short word with a colour: `good`, `bad`, `quiet`. */
export function badge(text: string, kind: 'good' | 'bad' | 'quiet'): HTMLSpanElement {
  return element('span', { class: `badge ${kind}` }, text);
}
