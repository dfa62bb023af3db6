import type { Attack } from './attack.js';
import { ENDLESS_DATA } from './endless-data.js';
import { FORGED_SIGNATURES } from './forged-signatures.js';
import { FREEZES } from './freezes.js';
import { KEY_ROTATIONS } from './key-rotations.js';
import { MIRRORS_AND_DISKS } from './mirrors-and-disks.js';
import { MIXTURES } from './mixtures.js';
import { REPLACED_BYTES } from './replaced-bytes.js';
import { ROLLBACKS } from './rollbacks.js';
import { THRESHOLDS } from './thresholds.js';
import { UNSIGNED_DOCUMENTS } from './unsigned-documents.js';
import { WRONG_SOFTWARE } from './wrong-software.js';

/** The 64 attacks, in the order of their numbers. */
export const ATTACKS: readonly Attack[] = [
  ...UNSIGNED_DOCUMENTS,
  ...FORGED_SIGNATURES,
  ...REPLACED_BYTES,
  ...THRESHOLDS,
  ...ROLLBACKS,
  ...FREEZES,
  ...ENDLESS_DATA,
  ...MIXTURES,
  ...WRONG_SOFTWARE,
  ...KEY_ROTATIONS,
  ...MIRRORS_AND_DISKS,
];
