import type { ZipMember } from '@lading/fixtures';

const CORNERS = [
  [-0.5, -0.5],
  [0.5, -0.5],
  [0.5, 0.5],
  [-0.5, 0.5],
] as const;

const TRIANGLES = [0, 1, 2, 0, 2, 3];

/** A square of glTF: its buffer is beside it, its texture (of which it shows the right half) in another archive. */
export function quadModel(): ZipMember[] {
  const positions = new Float32Array(CORNERS.flatMap(([x, y]) => [x, y, 0]));
  const places = new Float32Array(CORNERS.flatMap(([x, y]) => [0.75 + x / 2, 0.5 - y]));
  const parts = [positions, places, new Uint16Array(TRIANGLES)].map(({ buffer }) => new Uint8Array(buffer));
  const bytes = Buffer.concat(parts);
  const offsets = parts.map((_, index) => parts.slice(0, index).reduce((sum, { length }) => sum + length, 0));
  const gltf = {
    asset: { version: '2.0' },
    extensionsUsed: ['KHR_materials_unlit'],
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0, name: 'quad' }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0, TEXCOORD_0: 1 }, indices: 2, material: 0 }] }],
    materials: [
      {
        pbrMetallicRoughness: { baseColorTexture: { index: 0 } },
        doubleSided: true,
        extensions: { KHR_materials_unlit: {} },
      },
    ],
    textures: [{ source: 0 }],
    images: [{ uri: 'skin.png' }],
    buffers: [{ uri: 'quad.bin', byteLength: bytes.length }],
    bufferViews: parts.map(({ length }, index) => ({ buffer: 0, byteOffset: offsets[index], byteLength: length })),
    accessors: [
      { bufferView: 0, componentType: 5126, count: 4, type: 'VEC3', min: [-0.5, -0.5, 0], max: [0.5, 0.5, 0] },
      { bufferView: 1, componentType: 5126, count: 4, type: 'VEC2' },
      { bufferView: 2, componentType: 5123, count: 6, type: 'SCALAR' },
    ],
  };
  return [
    { name: 'models/quad.gltf', bytes: new TextEncoder().encode(JSON.stringify(gltf)) },
    { name: 'models/quad.bin', bytes },
  ];
}
