import { buildZip } from '@lading/fixtures';
import { type Attack, edit } from './attack.js';
import { archiveKeyOf, encode, fileOf, member, publish, visit, withFiles } from './scene.js';
import type { Visit } from './transcript.js';

/** U13 to U16: archives with other bytes than the release states. */
export const REPLACED_BYTES: readonly Attack[] = [
  {
    id: 'U13',
    says: 'a resource replaced by one of the same size',
    code: 'ERR_VERIFY_DIGEST',
    async play(scene) {
      const right = await publish(scene, { says: 'honest' });
      const key = archiveKeyOf(right, 'level');
      const evil = withFiles(right, { [key]: replaced(fileOf(right, key), 'honest', 'beaten') });
      const asks = (gives: string): Partial<Visit> => ({ asks: [{ mount: 'level' }, { read: '/level.txt', gives }] });
      return { attack: visit(evil, asks('beaten')), control: visit(right, asks('honest')) };
    },
    mutant: [
      edit(
        'mount/src/zip/entry-data.ts',
        'if (actual[i] === table.digests[at + i]) continue;',
        'if (actual[i] !== 256) continue;',
      ),
    ],
  },
  {
    id: 'U14',
    says: 'an archive of another size than the release says',
    code: 'ERR_SOURCE_CHANGED',
    async play(scene) {
      const right = await publish(scene, { says: 'honest' });
      const key = archiveKeyOf(right, 'level');
      const longer = new Uint8Array([...fileOf(right, key), ...encode('and more')]);
      const asks = [{ mount: 'level' }, { read: '/level.txt', gives: 'honest' }];
      return {
        attack: { network: { url: scene.serve({ ...right.files, [key]: longer }) }, asks },
        control: { network: { url: scene.serve(right.files) }, asks },
      };
    },
    mutant: [
      edit('mount/src/http-answer.ts', 'range.total === undefined || range.total === sizeBytes', 'sizeBytes > 0'),
    ],
  },
  {
    id: 'U15',
    says: 'an archive with one entry more than the release states',
    code: 'ERR_VERIFY_ENTRIES',
    async play(scene) {
      const zip = buildZip([member('level.txt', 'honest'), member('stowaway.txt', 'evil')]);
      const asks = [{ ensure: '/level.txt' }, { read: '/stowaway.txt', gives: 'evil' }];
      const roots = { '/level.txt': ['level'] };
      const right = await publish(scene, { says: 'honest', archives: { level: { zip } }, roots });
      const evil = await publish(scene, {
        says: 'honest',
        archives: { level: { zip: { ...zip, entries: 1 } } },
        roots,
      });
      return { attack: visit(evil, { asks }), control: visit(right, { asks }) };
    },
    mutant: [
      edit(
        'mount/src/zip/open-archive.ts',
        'if (trusted.entries === undefined || trusted.entries === place.entries) return;',
        'if (place.entries >= 0) return;',
      ),
    ],
  },
  {
    id: 'U16',
    says: 'an archive with the signed directory over ambiguous bytes: the local header has another name',
    code: 'ERR_ARCHIVE_FORMAT',
    async play(scene) {
      const right = await publish(scene, { says: 'honest' });
      const key = archiveKeyOf(right, 'level');
      const evil = withFiles(right, { [key]: replaced(fileOf(right, key), 'level.txt', 'lever.txt') });
      const asks = [{ mount: 'level' }, { read: '/level.txt', gives: 'honest' }];
      return { attack: visit(evil, { asks }), control: visit(right, { asks }) };
    },
    mutant: [edit('mount/src/zip/local-entry.ts', 'if (!hasName(table, entry, name))', 'if (name.length === 0)')],
  },
];

/** Bytes in which a text stands for another one of the same length, at its first place. */
function replaced(bytes: Uint8Array, text: string, by: string): Uint8Array {
  const at = Buffer.from(bytes).indexOf(text);
  if (at < 0 || text.length !== by.length) throw new Error(`${text} cannot be replaced by ${by}`);
  const copy = bytes.slice();
  copy.set(new TextEncoder().encode(by), at);
  return copy;
}
