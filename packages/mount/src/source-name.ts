/** The longest name that messages carry; the rest is cut. */
const MAX_NAME_LENGTH = 300;

/** Makes a name from outside fit for messages: control characters become `?`, and it is not endless. */
export function printableName(name: string): string {
  const cut = name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
  return cut.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '?');
}

/** What messages call a URL: without user, password, query and fragment, which may hold signatures and tokens. */
export function nameOfUrl(url: string): string {
  if (!URL.canParse(url)) return printableName(url.replace(/[?#].*$/s, ''));
  const parsed = new URL(url);
  return printableName(`${parsed.protocol}//${parsed.host}${parsed.pathname}`);
}
