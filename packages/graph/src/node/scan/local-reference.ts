const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/**
 * Makes a file name of a URL as HTML, CSS and XML files write it: without query and fragment, percent-decoded.
 *
 * @returns `undefined` where it names no file of the folder: another scheme or host, a fragment alone, nothing.
 */
export function localReference(url: string): string | undefined {
  const text = url.trim();
  if (text === '' || text.startsWith('#') || text.startsWith('//') || SCHEME.test(text)) return undefined;
  const end = text.search(/[?#]/);
  const path = end < 0 ? text : text.slice(0, end);
  if (path === '') return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    // A percent sign that stands for itself.
    return path;
  }
}
