import { MountError } from '../../mount-error.js';
import { freshName } from './archive-rows.js';
import { type Database, resultOf } from './database.js';

const PROBE_TIMEOUT_MS = 5_000;

/** Writes a Blob and reads it back: that the interface is there says nothing. @throws MountError `ERR_STORE_*` */
export async function probeDatabase(database: Database): Promise<void> {
  const text = freshName();
  const key = [`probe ${text}`, 0];
  const probe = async (): Promise<void> => {
    await database.write(['chunks'], async ({ table }) => void table('chunks').put(new Blob([text]), key));
    const blob = await database.read(['chunks'], ({ table }) => resultOf<unknown>(table('chunks').get(key)));
    const read = blob instanceof Blob ? await blob.text() : undefined;
    await database.write(['chunks'], async ({ table }) => void table('chunks').delete(key));
    if (read === text) return;
    throw new MountError('ERR_STORE_FAILED', 'IndexedDB does not give back what was written', {
      details: { expected: text, actual: read ?? null },
    });
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new MountError('ERR_STORE_BUSY', `IndexedDB did not answer within ${PROBE_TIMEOUT_MS} ms`);
    timer = setTimeout(() => reject(error), PROBE_TIMEOUT_MS);
  });
  try {
    await Promise.race([probe(), late]);
  } finally {
    clearTimeout(timer);
  }
}
