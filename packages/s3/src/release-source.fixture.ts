import {
  archiveKey,
  createRoot,
  digestOf,
  generateSigningKey,
  type ReleaseArchive,
  type SigningKey,
  signRelease,
  signRoot,
  trustRoot,
} from '@lading/manifest';
import type { ReleaseSource } from '@lading/publisher';

/** Three releases of one project, each with so many archives; the third has the sequence of the second. */
export async function sourcesFor(
  count: number,
  padBytes: number = 0,
): Promise<{
  readonly channelKeys: readonly SigningKey[];
  readonly first: ReleaseSource;
  readonly second: ReleaseSource;
  readonly third: ReleaseSource;
}> {
  const { key } = await generateSigningKey();
  const keys = { root: [key], release: [key], channel: [key] };
  const root = await signRoot(createRoot({ version: 1, expiresAt: '2036-01-01T00:00:00Z', keys }), [key]);
  const trusted = await trustRoot(root.bytes);
  const make = async (word: string, sequence: number): Promise<ReleaseSource> => {
    const bodies = new Map<string, Uint8Array>();
    const archives: ReleaseArchive[] = [];
    for (let i = 0; i < count; i++) {
      const bytes = new TextEncoder().encode(`${word} ${i}`.padEnd(padBytes, word));
      const digest = await digestOf(bytes);
      const name = `archive-${i}`;
      const size = { sizeBytes: bytes.length, digest };
      archives.push({
        name,
        key: archiveKey(name, digest),
        ...size,
        directory: { offset: 0, ...size },
        entries: 1,
        priority: 0,
        encoder: 'store',
      });
      bodies.set(name, bytes);
    }
    const release = {
      format: 'lading.release/1' as const,
      project: 'game',
      version: `1.0.${sequence}-${word}`,
      sequence,
      createdAt: '2026-11-21T00:00:00Z',
      compat: {},
      roots: {},
      archives,
    };
    const { bytes, digest, sizeBytes } = await signRelease(release, [key]);
    const openArchive = async ({ name }: ReleaseArchive): Promise<Uint8Array> => bodies.get(name) ?? new Uint8Array();
    return { name: word, roots: [trusted], release, bytes, digest, sizeBytes, openArchive };
  };
  return {
    channelKeys: [key],
    first: await make('one', 1),
    second: await make('two', 2),
    third: await make('three', 2),
  };
}
