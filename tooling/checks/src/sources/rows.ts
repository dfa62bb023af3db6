import type { Layer, SourcePlace } from './source-place.js';
import type { WorkspacePackage } from './workspace-packages.js';

/** Rows of the house, lowest first (ARCHITECTURE.md): a package imports only from rows below its own. */
const ROWS: readonly { readonly name: string; readonly packages: readonly string[] }[] = [
  { name: 'vocabulary', packages: ['@lading/manifest'] },
  { name: 'domain', packages: ['@lading/graph'] },
  { name: 'orchestration', packages: ['@lading/splitter', '@lading/publisher', '@lading/mount'] },
  { name: 'adapter', packages: ['@lading/s3', '@lading/engines', '@lading/inspector'] },
];

const ORCHESTRATION_ROW = 2;
const ADAPTER_ROW = 3;

/** Stands beside the rows: it tests every contract, so it may know all neutral packages and none may know it. */
const CONFORMANCE = '@lading/conformance';

/** Packages whose core runs unchanged in Node and in browsers. */
const NEUTRAL: ReadonlySet<string> = new Set([
  '@lading/manifest',
  '@lading/graph',
  '@lading/publisher',
  '@lading/mount',
  CONFORMANCE,
]);

/** Tells whether a file must keep to what Node and browsers share. */
export function isNeutral(place: SourcePlace): boolean {
  return place.kind === 'source' && place.layer === 'core' && NEUTRAL.has(place.package.name);
}

/** Says what is wrong with an import of another package of the workspace, or nothing where it is allowed. */
export function findRowProblem(from: SourcePlace, to: WorkspacePackage, toLayer: Layer): string | undefined {
  if (to.area === 'apps') return from.package.area === 'examples' ? undefined : 'nothing imports an app';
  if (to.area === 'examples') return 'nothing imports an example';
  if (to.area === 'tooling') return toolingProblem(from);
  if (from.kind !== 'source' || from.package.area !== 'packages') return undefined;
  if (to.isPrivate) return `${to.name} is private and is not there for who installs ${from.package.name}`;
  return publishedProblem(from, to, toLayer);
}

function toolingProblem(from: SourcePlace): string | undefined {
  if (from.kind !== 'source' || from.package.area === 'tooling') return undefined;
  return 'tooling is private: only tests and configs import it';
}

function publishedProblem(from: SourcePlace, to: WorkspacePackage, toLayer: Layer): string | undefined {
  if (to.name === CONFORMANCE) return 'only tests and apps import the conformance suites';
  const toRow = rowOf(to.name, toLayer);
  if (from.package.name === CONFORMANCE) {
    return toRow <= ORCHESTRATION_ROW ? undefined : 'conformance knows contracts, not adapters';
  }
  const fromRow = rowOf(from.package.name, 'core');
  if (toRow < fromRow) return undefined;
  const names = `${describe(from.package.name, from.layer)} must not import ${describe(to.name, toLayer)}`;
  return `${names}: imports go only to rows below`;
}

function rowOf(name: string, layer: Layer): number {
  if (layer !== 'core') return ADAPTER_ROW;
  const row = ROWS.findIndex(({ packages }) => packages.includes(name));
  if (row < 0) throw new Error(`${name} has no row: add it to tooling/checks/src/sources/rows.ts and ARCHITECTURE.md`);
  return row;
}

function describe(name: string, layer: Layer): string {
  return `${layer === 'core' ? name : `${name}/${layer}`} (${ROWS[rowOf(name, layer)]?.name})`;
}
