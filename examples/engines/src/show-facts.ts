/** Shows what the engine has of the content, once it has drawn it. */
export function showFacts(facts: Readonly<Record<string, unknown>>): void {
  const place = document.querySelector('#facts');
  if (place === null) throw new Error('unreachable: the page has a place for facts');
  place.textContent = JSON.stringify(facts, null, 1);
}
