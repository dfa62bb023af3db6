/** One way in which content of one path differs: its resolution, its locale, its codec. */
export interface VariantAxis {
  /** `a-z`, `0-9`, `-`; at most 32 characters. */
  readonly axis: string;
  /** Its values, named like axes. An app that does not choose gets the first. */
  readonly values: readonly string[];
}

/**
 * What an app wants of each axis: one value, or several, best first. All that are named are wanted: what the first serves hides
 * the others, path by path. Values that a release does not have are passed over; where none is left, and for an axis that is
 * not named, it is the first value of the axis.
 *
 * @example
 * const choice: VariantChoice = { locale: ['de', 'en'], resolution: 'low' };
 */
export type VariantChoice = Readonly<Record<string, string | readonly string[]>>;

/** The most axes of a release. */
export const MAX_VARIANT_AXES = 8;
/** The most values of one axis. */
export const MAX_VARIANT_VALUES = 64;

/** Says what is wrong with the name of an axis or of a value; `undefined` where nothing is. */
export function variantNameProblem(name: string): string | undefined {
  return /^[a-z0-9][a-z0-9-]{0,31}$/.test(name) ? undefined : 'must be 1 to 32 characters of a-z, 0-9 and "-"';
}

/**
 * The text that stands for a variant in a release: `axis=value`, with commas between, in the order of the axes.
 *
 * @example
 * variantText([{ axis: 'locale', values: ['de'] }, { axis: 'resolution', values: ['low'] }], { resolution: 'low', locale: 'de' });
 * // → 'locale=de,resolution=low'
 */
export function variantText(axes: readonly VariantAxis[], values: Readonly<Record<string, string>>): string {
  return axes
    .filter(({ axis }) => Object.hasOwn(values, axis))
    .map(({ axis }) => `${axis}=${values[axis] ?? ''}`)
    .join(',');
}

/**
 * Says what is wrong with a variant's text: it must be as {@link variantText} writes it, of these axes and their values.
 *
 * @internal
 */
export function variantTextProblem(text: string, axes: readonly VariantAxis[]): string | undefined {
  const values = valuesOf(text);
  const isKnown = axes.every(({ axis, values: known }) => {
    const value = values.get(axis);
    return value === undefined || known.includes(value);
  });
  const isWhole = variantText(axes, Object.fromEntries(values)) === text;
  return isKnown && isWhole ? undefined : 'must name axes and values of /variants, as axis=value, in their order';
}

/**
 * Makes the function that says how a variant fares under a choice: -1 where it is not wanted, 0 for content without variant,
 * and above that the more, the better. Of two archives with equal priority that have one path, the greater number serves.
 * The first axis weighs most.
 *
 * @param axes - `release.variants`. Without it every variant is wanted: its text is a label then.
 * @example
 * const layerOf = variantLayers([{ axis: 'resolution', values: ['low', 'high'] }], { resolution: ['high', 'low'] });
 * [layerOf('resolution=high'), layerOf('resolution=low'), layerOf(undefined)]; // → [2, 1, 0]
 */
export function variantLayers(
  axes: readonly VariantAxis[] | undefined,
  choice: VariantChoice = {},
): (variant: string | undefined) => number {
  if (axes === undefined) return () => 0;
  const wanted = axes.map((axis) => ({ axis: axis.axis, values: chosenValues(axis, choice) }));
  return (variant) => {
    if (variant === undefined) return 0;
    const values = valuesOf(variant);
    let layer = 0;
    for (const { axis, values: best } of wanted) {
      const value = values.get(axis);
      const rank = value === undefined ? best.length : best.indexOf(value);
      if (rank < 0) return -1;
      layer = layer * (best.length + 1) + best.length - rank;
    }
    return layer;
  };
}

/**
 * The values of an axis that a choice wants, best first: those it names and the axis has, else the first of the axis.
 *
 * @example
 * chosenValues({ axis: 'resolution', values: ['low', 'high'] }, { resolution: ['ultra', 'high'] }); // → ['high']
 */
export function chosenValues({ axis, values }: VariantAxis, choice: VariantChoice): readonly string[] {
  const named = Object.hasOwn(choice, axis) ? (choice[axis] ?? []) : [];
  const known = [...new Set(typeof named === 'string' ? [named] : named)].filter((value) => values.includes(value));
  return known.length > 0 ? known : values.slice(0, 1);
}

function valuesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(',').map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at), part.slice(at + 1)];
    }),
  );
}
