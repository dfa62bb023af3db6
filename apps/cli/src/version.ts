import { readFileSync } from 'node:fs';

/** The version of this package, from its package.json (one folder up, in the sources as in the published files). */
export function ladingVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
