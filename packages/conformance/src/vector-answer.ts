/** Answer to one test vector; printed as one line of JSON. */
export type VectorAnswer =
  | {
      readonly id: VectorId;
      readonly verdict: 'accept';
      /** Of a zip: name of each file -> SHA-256 of its content, 64 hex digits. */
      readonly entries?: Readonly<Record<string, string>> | undefined;
    }
  | { readonly id: VectorId; readonly verdict: 'reject'; readonly code: string; readonly message: string };

/** The request's own id, given back as it came; `null` where it had none. */
export type VectorId = string | number | null;

/** Codes of requests that are wrong themselves; every other code is that of the package that judged the vector. */
export type VectorRequestCode = 'ERR_VECTOR_JSON' | 'ERR_VECTOR_REQUEST' | 'ERR_VECTOR_TOO_LARGE';

/** The longest line that is answered, in UTF-16 code units: a zip of about 190 MiB as base64. */
export const MAX_VECTOR_LINE_LENGTH: number = 256 * 2 ** 20;

/** Longest message of an answer; names from outside may be long. */
const MAX_MESSAGE_LENGTH = 1_000;

/** Makes a `reject` answer. */
export function rejected(id: VectorId, code: string, message: string): VectorAnswer {
  return { id, verdict: 'reject', code, message: message.slice(0, MAX_MESSAGE_LENGTH) };
}
