import { releaseKey } from '@lading/manifest';
import { type Attack, edit } from './attack.js';
import { archiveKeyOf, fileOf, member, type Published, publish, type Scene, visit, withFiles } from './scene.js';
import type { Ask, Visit } from './transcript.js';

const OPEN = 'mount/src/zip/open-archive.ts';
const RELEASE = 'manifest/src/trust/verify-release.ts';
const DIRECTORY_DIGEST = edit(OPEN, 'if (actual === trusted.digest) return;', 'if (actual.length > 0) return;');

/** A release of two archives, each with one text that says which release it is of. */
function pair(scene: Scene, says: string, sequence: number): Promise<Published> {
  return publish(scene, {
    says,
    sequence,
    archives: { a: { members: [member('a.txt', `a ${says}`)] }, b: { members: [member('b.txt', `b ${says}`)] } },
    roots: { '/a.txt': ['a', 'b'] },
  });
}

const mountAndRead = (archive: string, says: string): Ask[] => [
  { mount: archive },
  { read: `/${archive}.txt`, gives: `${archive} ${says}` },
];

/** U42 to U45: parts of two releases, each of them right. */
export const MIXTURES: readonly Attack[] = [
  {
    id: 'U42',
    says: 'a channel that names release 2, with release 1 under its key (its sequence differs too)',
    code: 'ERR_TRUST_DIGEST',
    async play(scene) {
      const one = await publish(scene, { says: 'one' });
      const two = await publish(scene, { says: 'two', sequence: 2, before: one.layout.files });
      const former = fileOf(one, releaseKey(one.layout.releaseDigest));
      const mixed = withFiles(two, { [releaseKey(two.layout.releaseDigest)]: former });
      return { attack: visit({ ...mixed, says: 'one' }), control: visit(two) };
    },
    mutant: [
      edit(RELEASE, 'actual: await digestOf(payload), expected: options.digest', 'actual: 0, expected: 0'),
      edit(RELEASE, 'actual: release.sequence, expected: options.sequence', 'actual: 0, expected: 0'),
    ],
  },
  {
    id: 'U43',
    says: 'release 2 with the content of release 1 under its address (the directory has a digest too)',
    code: 'ERR_VERIFY_DIGEST',
    async play(scene) {
      const one = await publish(scene, { says: 'one' });
      const two = await publish(scene, { says: 'two', sequence: 2 });
      const mixed = withFiles(two, { [archiveKeyOf(two, 'level')]: fileOf(one, archiveKeyOf(one, 'level')) });
      return { attack: visit({ ...mixed, says: 'one' }), control: visit(two) };
    },
    mutant: [
      edit('mount/src/memory-writer.ts', 'if (actual !== digest) throw', 'if (actual === undefined) throw'),
      DIRECTORY_DIGEST,
    ],
  },
  {
    id: 'U44',
    says: 'archives of two releases side by side, by ranges',
    code: 'ERR_VERIFY_DIGEST',
    async play(scene) {
      const one = await pair(scene, 'one', 1);
      const two = await pair(scene, 'two', 2);
      const mixed = withFiles(two, { [archiveKeyOf(two, 'b')]: fileOf(one, archiveKeyOf(one, 'b')) });
      const asks = (b: string): Partial<Visit> => ({ asks: [...mountAndRead('a', 'two'), ...mountAndRead('b', b)] });
      return { attack: visit(mixed, asks('one')), control: visit(two, asks('two')) };
    },
    mutant: [DIRECTORY_DIGEST],
  },
  {
    id: 'U45',
    says: 'the release changes between two mounts, and the archives of the one in use are gone',
    code: 'ERR_SOURCE_MISSING',
    async play(scene) {
      const two = await pair(scene, 'two', 2);
      const three = await pair(scene, 'three', 3);
      const both = withFiles(three, two.files);
      const channels = Object.fromEntries(Object.entries(three.files).filter(([key]) => key.startsWith('channels/')));
      const later = (published: Published, says: string): Visit =>
        visit(published, { start: 'goes on', asks: mountAndRead('b', says) });
      return {
        before: [visit(two, { asks: mountAndRead('a', 'two') })],
        attack: later(three, 'three'),
        control: later(withFiles(both, channels), 'two'),
      };
    },
    mutant: [
      edit(
        'mount/src/runtime-parts.ts',
        'return intents.size > 0 && active !== undefined ? active : this.latest;',
        'return this.latest ?? active;',
      ),
    ],
  },
];
