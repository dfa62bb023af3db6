import { isLadingError } from '@lading/manifest';

/** Throws with a message unless a fact holds. The suites bring their own assertions so that they run anywhere. */
export function expectThat(fact: boolean, message: string): asserts fact {
  if (!fact) throw new Error(message);
}

/** Throws unless two runs of bytes are the same; says where they part. */
export function expectSameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  expectThat(actual.length === expected.length, `${what}: expected ${expected.length} bytes, got ${actual.length}`);
  const at = expected.findIndex((byte, i) => actual[i] !== byte);
  expectThat(at === -1, `${what}: byte ${at} is ${actual[at]}, expected ${expected[at]}`);
}

/** Runs an action that must throw or reject, and gives what it threw. */
export async function caughtFrom(action: () => unknown, what: string): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error(`${what}: expected an error, but it succeeded`);
}

/** Throws unless an action fails with a {@link LadingError} of one of these codes. */
export async function expectCode(action: () => unknown, codes: readonly string[], what: string): Promise<void> {
  const error = await caughtFrom(action, what);
  if (isLadingError(error, ...codes)) return;
  throw new Error(`${what}: expected ${codes.join(' or ')}, got ${describeError(error)}`, { cause: error });
}

function describeError(error: unknown): string {
  if (isLadingError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
