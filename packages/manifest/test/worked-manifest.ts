/**
 * A whole version 5 manifest that the engine mounts: title `T`, versions `` and `1.11.2`, `/a.txt` and `/b.txt` (payload
 * `hello`, excluded, not compressed), of which `/b.txt` depends on `/a.txt`; no signature, a zero archive identifier.
 */
export const WORKED_MANIFEST_HEX: string = [
  '0ac7010a1e08021003180122160a14c2c53d66948214258a26ca9ca845d7ac0c17f8e712160a14da39a3ee5e6b4b0d3255bfef95601890afd80709',
  '12160a14aa8d05244067e63778197cff65d9209d713328a41a340a160a14aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d12062f612e74787418',
  'd2baf9ffcec88b9814200528ffffffff0f30021a3f0a160a14aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d12062f622e74787418f2a0fceecd',
  'edaa95fb01200528ffffffff0f300238d2baf9ffcec88b981412001a10000000000000000000000000000000002005',
].join('');
