import type { FileServerHook } from '@lading/fixtures';
import { channelKey } from '@lading/manifest';
import { type Attack, edit } from './attack.js';
import { archiveKeyOf, fileOf, nextRoot, publish, type Scene, visit, withChannel, withRelease } from './scene.js';
import type { Visit } from './transcript.js';

const LAYOUT = 'manifest/src/trust/bucket-layout.ts';
const padding = (sizeBytes: number): string => 'x'.repeat(sizeBytes);

/** U36 to U41: more than an app can take, or slower than it can wait. */
export const ENDLESS_DATA: readonly Attack[] = [
  {
    id: 'U36',
    says: 'a channel of more than 16 KiB, rightly signed',
    code: 'ERR_SOURCE_TOO_LARGE',
    async play(scene) {
      const content = await publish(scene, { says: 'honest' });
      const padded = async (sizeBytes: number): Promise<Visit> =>
        visit(await withChannel(scene, content, { padding: padding(sizeBytes) }));
      return { attack: await padded(16_384), control: await padded(8_192) };
    },
    mutant: [edit(LAYOUT, 'MAX_CHANNEL_BYTES: number = 16 * 1024', 'MAX_CHANNEL_BYTES: number = 64 * 1024')],
  },
  {
    id: 'U37',
    says: 'a root of more than 64 KiB, rightly signed',
    code: 'ERR_SOURCE_TOO_LARGE',
    async play(scene) {
      const padded = async (sizeBytes: number): Promise<Visit> => {
        const next = await nextRoot(scene.keys, 2, [scene.keys.root], { padding: padding(sizeBytes) });
        return visit(await publish(scene, { says: 'honest', chain: [scene.root, next] }));
      };
      return { attack: await padded(65_536), control: await padded(32_768) };
    },
    mutant: [edit(LAYOUT, 'MAX_ROOT_BYTES: number = 64 * 1024', 'MAX_ROOT_BYTES: number = 256 * 1024')],
  },
  {
    id: 'U38',
    says: 'a release longer than the channel says (the size is compared once more when it is here)',
    code: 'ERR_SOURCE_TOO_LARGE',
    async play(scene) {
      const content = await publish(scene, { says: 'honest' });
      const longer = { padding: padding(20_000) };
      return {
        attack: visit(await withRelease(scene, content, longer, { sizeBytes: 900 })),
        control: visit(await withRelease(scene, content, longer)),
      };
    },
    mutant: [
      edit(
        'manifest/src/trust/envelope.ts',
        'return frame + 4 * Math.ceil(payloadSizeBytes / 3)',
        'return frame + 1_000_000',
      ),
      edit(
        'manifest/src/trust/verify-release.ts',
        'actual: payload.length, expected: options.sizeBytes',
        'actual: 0, expected: 0',
      ),
    ],
  },
  {
    id: 'U39',
    says: 'an archive that does not end',
    code: 'ERR_SOURCE_TOO_LARGE',
    async play(scene) {
      const right = await publish(scene, { says: 'honest' });
      const key = archiveKeyOf(right, 'level');
      const endless = scene.serve(right.files, { hook: onKey(key, sendFor(fileOf(right, key), { isEndless: true })) });
      const ending = scene.serve(right.files, { hook: onKey(key, sendFor(fileOf(right, key), { isEndless: false })) });
      return {
        attack: visit(right, { network: { url: endless } }),
        control: visit(right, { network: { url: ending } }),
      };
    },
    mutant: [
      edit(
        'mount/src/http-stream.ts',
        'if (end > sizeBytes) throw tooLargeError(what, sizeBytes);',
        'if (end > sizeBytes) { yield chunk.subarray(0, sizeBytes - position); return; }',
      ),
    ],
  },
  {
    id: 'U40',
    says: 'a channel that trickles',
    code: 'ERR_SOURCE_UNREACHABLE',
    async play(scene) {
      const right = await publish(scene, { says: 'honest' });
      const channel = channelKey('stable');
      const hook = onKey(channel, trickle(fileOf(right, channel)));
      return {
        attack: visit(right, { network: { url: scene.serve(right.files, { hook }), patienceMs: 800 } }),
        control: visit(right, { network: { url: scene.serve(right.files) } }),
      };
    },
    mutant: [edit('mount/src/least-rate.ts', 'if (this.#bytes * 1_000 <', 'if (this.#bytes * 1_000_000 <')],
  },
  {
    id: 'U41',
    says: 'a chain of 300 roots, of which one look follows 256',
    code: 'ERR_TRUST_ROOT',
    async play(scene) {
      const chain = [scene.root];
      for (let version = 2; version <= 300; version++) {
        chain.push(await nextRoot(scene.keys, version, [scene.keys.root]));
      }
      const withRoots = (count: number): Promise<Visit> => longChain(scene, chain.slice(0, count));
      return { attack: await withRoots(300), control: await withRoots(257) };
    },
    mutant: [edit('mount/src/follow-roots.ts', 'MAX_ROOT_STEPS = 256', 'MAX_ROOT_STEPS = 1_000')],
  },
];

async function longChain(scene: Scene, chain: readonly Uint8Array[]): Promise<Visit> {
  return visit(await publish(scene, { says: 'honest', chain, channel: { root: chain.length } }));
}

function onKey(wanted: string, answer: FileServerHook): FileServerHook {
  return (request, response, key) => key === wanted && answer(request, response, key);
}

/** Sends bytes without saying how many there are, and then zeros for ever. */
function sendFor(bytes: Uint8Array, { isEndless }: { readonly isEndless: boolean }): FileServerHook {
  return (_, response) => {
    response.writeHead(200);
    const more = (): void => {
      if (!response.destroyed) response.write(new Uint8Array(8_192), () => setImmediate(more));
    };
    if (isEndless) response.write(bytes, more);
    else response.end(bytes);
    return true;
  };
}

/** Sends 64 bytes at a time, 11 times a second: never silent, never done. */
function trickle(bytes: Uint8Array): FileServerHook {
  return (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    let at = 0;
    const timer = setInterval(() => {
      response.write(bytes.subarray(at, at + 64));
      at += 64;
      if (at < bytes.length) return;
      clearInterval(timer);
      response.end();
    }, 90);
    response.on('close', () => clearInterval(timer));
    return true;
  };
}
