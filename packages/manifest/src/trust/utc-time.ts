const UTC_TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?Z$/;

/**
 * Reads an RFC 3339 time in UTC, such as `2026-11-21T15:57:00Z`, as milliseconds since 1970; finer fractions are cut.
 *
 * @returns `undefined` for any other text: another zone, lower-case letters, a leap second, 30 February.
 */
export function utcTimeMs(text: string): number | undefined {
  const match = UTC_TIME.exec(text);
  if (match === null) return undefined;
  const wholeMs = Date.parse(`${match[1]}Z`);
  // Engines roll 30 February over to March: what does not come back as it was is no date.
  if (Number.isNaN(wholeMs) || new Date(wholeMs).toISOString().slice(0, 19) !== match[1]) return undefined;
  return wholeMs + Math.floor(Number(`0${match[2] ?? ''}`) * 1_000);
}
