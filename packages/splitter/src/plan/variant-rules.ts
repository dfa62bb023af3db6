import {
  isResourcePath,
  MAX_VARIANT_AXES,
  MAX_VARIANT_VALUES,
  type VariantAxis,
  variantLayers,
  variantNameProblem,
  variantText,
} from '@lading/manifest';

/**
 * Which files are variants of one path: axis → value → marker in the names of its files. A marker stands before a dot or at the
 * end of a file's name (`@2x` in `sky@2x.png`), or is a folder, between slashes (`/de/` in `/voice/de/hello.ogg`). Without its
 * markers the name is the path that apps ask for: `/sky.png`, `/voice/hello.ogg`. The first axis weighs most; of each axis apps
 * that do not choose get the first value.
 *
 * @example
 * const variants: VariantRules = { locale: { en: '/en/', de: '/de/' }, resolution: { low: '@1x', high: '@2x' } };
 */
export type VariantRules = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a file is a variant of, and which. */
export interface PathVariant {
  /** The path that apps ask for. */
  readonly path: string;
  /** As it stands in a release: `locale=de,resolution=low`. */
  readonly variant: string;
}

interface Marker {
  readonly axis: string;
  readonly value: string;
  readonly marker: string;
}

/** The axes of variants as a release names them, in the order of the rules. */
export function variantAxes(rules: VariantRules): VariantAxis[] {
  return Object.entries(rules).map(([axis, values]) => ({ axis, values: Object.keys(values) }));
}

/** Makes the function that orders variants: by their values as the rules have them, the first axis first. @internal */
export function variantOrder(rules: VariantRules): (variant: string) => number {
  const axes = variantAxes(rules);
  const layerOf = variantLayers(axes, Object.fromEntries(axes.map(({ axis, values }) => [axis, values])));
  return (variant) => -layerOf(variant);
}

/**
 * Makes the function that tells of a file which variant of which path it is; `undefined` where it is none.
 *
 * @example
 * variantReader({ resolution: { low: '@1x' } })('/sky@1x.png'); // → { path: '/sky.png', variant: 'resolution=low' }
 */
export function variantReader(rules: VariantRules = {}): (path: string) => PathVariant | undefined {
  const axes = variantAxes(rules);
  const markers = Object.entries(rules)
    .flatMap(([axis, values]) => Object.entries(values).map(([value, marker]): Marker => ({ axis, value, marker })))
    // The longest first: of @2x and x it is @2x.
    .sort((a, b) => b.marker.length - a.marker.length);
  return (file) => {
    const values: Record<string, string> = {};
    let path = file;
    // Markers may stand in any order, and hide one another until the last one is gone.
    for (let before = ''; before !== path; ) {
      before = path;
      for (const { axis, value, marker } of markers) {
        const stripped = Object.hasOwn(values, axis) ? undefined : withoutMarker(path, marker);
        if (stripped === undefined) continue;
        values[axis] = value;
        path = stripped;
      }
    }
    return path === file || !isResourcePath(path) ? undefined : { path, variant: variantText(axes, values) };
  };
}

/** A path without one marker; `undefined` where it does not have it, or nothing of the file's name would be left. */
function withoutMarker(path: string, marker: string): string | undefined {
  if (isFolder(marker)) {
    const at = path.indexOf(marker);
    return at < 0 ? undefined : path.slice(0, at) + path.slice(at + marker.length - 1);
  }
  const name = path.lastIndexOf('/') + 1;
  for (let at = path.lastIndexOf(marker); at > name; at = path.lastIndexOf(marker, at - 1)) {
    const end = at + marker.length;
    if (end === path.length || path[end] === '.') return path.slice(0, at) + path.slice(end);
  }
  return undefined;
}

function isFolder(marker: string): boolean {
  return marker.length > 2 && marker.startsWith('/') && marker.endsWith('/');
}

/** Reports what is wrong with variant rules, each problem with its place. @internal */
export function reportVariantRules(
  rules: Readonly<Record<string, unknown>>,
  at: string,
  report: (path: string, problem: string) => void,
): void {
  const axes = Object.entries(rules);
  if (axes.length > MAX_VARIANT_AXES) report(at, `has ${axes.length} axes; the limit is ${MAX_VARIANT_AXES}`);
  const places = new Map<string, string>();
  for (const [axis, values] of axes) {
    reportName(axis, `${at}/${axis}`, report);
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      report(`${at}/${axis}`, 'expected an object of values and their markers, as { low: "@1x" }');
      continue;
    }
    const entries = Object.entries(values);
    if (entries.length === 0 || entries.length > MAX_VARIANT_VALUES)
      report(`${at}/${axis}`, `has ${entries.length} values; expected 1 to ${MAX_VARIANT_VALUES}`);
    for (const [value, marker] of entries) {
      const place = `${at}/${axis}/${value}`;
      reportName(value, place, report);
      const problem = markerProblem(marker);
      if (problem !== undefined) report(place, problem);
      const other = places.get(String(marker));
      if (other !== undefined) report(place, `has the marker of ${other}`);
      places.set(String(marker), place);
    }
  }
}

function reportName(name: string, at: string, report: (path: string, problem: string) => void): void {
  const problem = variantNameProblem(name);
  if (problem !== undefined) report(at, `the name ${problem}`);
  // Objects put such names first, whatever their order is in the text.
  else if (/^\d+$/.test(name)) report(at, 'the name must not be a number');
}

function markerProblem(marker: unknown): string | undefined {
  if (typeof marker !== 'string' || marker === '') return 'expected a marker, as "@2x" or "/de/"';
  if (isFolder(marker)) {
    const isOne = !marker.slice(1, -1).includes('/') && isResourcePath(marker.slice(0, -1));
    return isOne ? undefined : 'expected one folder between slashes, as "/de/"';
  }
  const isPart = !marker.includes('/') && isResourcePath(`/a${marker}b`);
  return isPart ? undefined : 'expected a part of a file name, or a folder between slashes';
}
