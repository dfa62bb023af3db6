const BRAND = Symbol.for('lading.error');

/** Plain JSON, the only kind of value that errors and documents carry. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** One thing wrong with a document: where (a JSON pointer, or a name the reader knows) and what. */
export interface Problem {
  readonly path: string;
  readonly problem: string;
}

/** What a {@link LadingError} carries beside its message. */
export interface LadingErrorOptions {
  /** The error that caused this one. */
  readonly cause?: unknown;
  /** Facts for machines: path, expected, actual, url, status; and `problems`, all of them at once. */
  readonly details?: JsonObject | undefined;
  /** What the reader can do about it. */
  readonly hint?: string | undefined;
  /** True only when the same call may succeed later (a transport failed, not the data). Default false. */
  readonly retryable?: boolean | undefined;
}

/**
 * Base of every error that Lading's packages throw on purpose. Match it with {@link isLadingError}, never with
 * `instanceof`: two copies of a package may be loaded.
 *
 * @example
 * try {
 *   assertResourcePath('../etc/passwd');
 * } catch (error) {
 *   isLadingError(error, 'ERR_PATH'); // → true
 * }
 */
export class LadingError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly details: JsonObject;
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(code: Code, message: string, options: LadingErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Tells whether a caught value is a {@link LadingError}, and, where codes are given, one of those codes. */
export function isLadingError<Code extends string>(error: unknown, ...codes: Code[]): error is LadingError<Code> {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
  return codes.length === 0 || ('code' in error && codes.some((code) => code === error.code));
}
