import type { Digest } from '@lading/manifest';
import type { Archive, ArchiveEntry } from './zip/archive.js';

/** A member of an archive that is here. */
export interface LocalMember {
  readonly archive: Archive;
  readonly entry: number;
}

/** A stretch of the new archive: bytes of a local member behind a header that is known, or bytes to be fetched. */
export type DeltaPart =
  | {
      readonly kind: 'local';
      readonly offset: number;
      readonly sizeBytes: number;
      readonly entry: ArchiveEntry;
      readonly member: LocalMember;
    }
  | { readonly kind: 'remote'; readonly offset: number; readonly sizeBytes: number };

/** How an archive is composed: its parts end to end, up to its directory. */
export interface DeltaPlan {
  readonly parts: readonly DeltaPart[];
  /** Bytes that stand in local members. */
  readonly localBytes: number;
  /** Bytes to be fetched, the directory left out. */
  readonly remoteBytes: number;
  /** Stretches to be fetched. */
  readonly requests: number;
}

/** Local bytes may be fetched again to save requests, up to this share of what has to be fetched anyway. */
const BRIDGED_SHARE = 0.04;
const LOCAL_BYTES = 30;

/**
 * Plans how to compose an archive of members that are here and of ranges of the remote one. A member counts as here where its
 * stored bytes have the digest that the new directory states, whatever its name was; its header is made from the directory where
 * it is one that Lading writes. Small local stretches between two remote ones are fetched with them, so that requests stay few.
 */
export function planDelta(target: Archive, findLocal: (digest: Digest) => LocalMember | undefined): DeltaPlan {
  const parts: DeltaPart[] = [];
  for (const entry of entriesByOffset(target)) {
    const member = entry.digest === undefined || !hasPlainHeader(entry) ? undefined : findLocal(entry.digest);
    const place = { offset: entry.localOffset, sizeBytes: entry.spanBytes };
    parts.push(member === undefined ? { kind: 'remote', ...place } : { kind: 'local', ...place, entry, member });
  }
  return summed(bridged(joined(parts)));
}

function entriesByOffset(target: Archive): ArchiveEntry[] {
  const entries = Array.from({ length: target.entries }, (_, entry) => target.infoOf(entry));
  return entries.sort((a, b) => a.localOffset - b.localOffset);
}

/** A local header without extra fields and without a descriptor behind the data: all that it says stands in the directory. */
function hasPlainHeader({ name, spanBytes, storedSizeBytes }: ArchiveEntry): boolean {
  return spanBytes - storedSizeBytes === LOCAL_BYTES + new TextEncoder().encode(name).length;
}

/** Neighbours that are both remote become one. */
function joined(parts: readonly DeltaPart[]): DeltaPart[] {
  const all: DeltaPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (last?.kind === 'remote' && part.kind === 'remote' && last.offset + last.sizeBytes === part.offset)
      all[all.length - 1] = { ...last, sizeBytes: last.sizeBytes + part.sizeBytes };
    else all.push(part);
  }
  return all;
}

/** The smallest local stretches between two remote ones become remote, as long as that costs next to nothing. */
function bridged(parts: readonly DeltaPart[]): DeltaPart[] {
  let budget = BRIDGED_SHARE * remoteBytesOf(parts);
  const gaps = localRuns(parts)
    .filter(({ from, to }) => from > 0 && to < parts.length)
    .sort((a, b) => a.sizeBytes - b.sizeBytes);
  const isBridged = new Uint8Array(parts.length);
  for (const { from, to, sizeBytes } of gaps) {
    if (sizeBytes > budget) break;
    budget -= sizeBytes;
    isBridged.fill(1, from, to);
  }
  return joined(
    parts.map(
      (part, i): DeltaPart =>
        isBridged[i] === 1 ? { kind: 'remote', offset: part.offset, sizeBytes: part.sizeBytes } : part,
    ),
  );
}

interface Run {
  readonly from: number;
  readonly to: number;
  readonly sizeBytes: number;
}

function localRuns(parts: readonly DeltaPart[]): Run[] {
  const runs: Run[] = [];
  for (let from = 0; from < parts.length; from++) {
    let to = from;
    let sizeBytes = 0;
    while (parts[to]?.kind === 'local') sizeBytes += parts[to++]?.sizeBytes ?? 0;
    if (to > from) runs.push({ from, to, sizeBytes });
    from = to;
  }
  return runs;
}

function remoteBytesOf(parts: readonly DeltaPart[]): number {
  return parts.reduce((sum, { kind, sizeBytes }) => sum + (kind === 'remote' ? sizeBytes : 0), 0);
}

function summed(parts: readonly DeltaPart[]): DeltaPlan {
  const remoteBytes = remoteBytesOf(parts);
  const all = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const requests = parts.filter(({ kind }) => kind === 'remote').length;
  return { parts, remoteBytes, localBytes: all - remoteBytes, requests };
}

/** The local header of an entry as the canonical writer makes it. */
export function plainHeader({
  name,
  method,
  crc32,
  storedSizeBytes,
  sizeBytes,
}: ArchiveEntry): Uint8Array<ArrayBuffer> {
  const encoded = new TextEncoder().encode(name);
  const header = new Uint8Array(LOCAL_BYTES + encoded.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x04034b50, true); // signature
  view.setUint16(4, 20, true); // version needed
  view.setUint16(6, 0x0800, true); // names are UTF-8
  view.setUint16(8, method === 'deflated' ? 8 : 0, true);
  view.setUint16(12, 0x0021, true); // 1980-01-01, 00:00
  view.setUint32(14, crc32, true);
  view.setUint32(18, storedSizeBytes, true);
  view.setUint32(22, sizeBytes, true);
  view.setUint16(26, encoded.length, true);
  header.set(encoded, LOCAL_BYTES);
  return header;
}
