/**
 * What the content of an app is called, for the compiler. It is empty, so any text is a path; `lading types --out ids.d.ts` writes
 * a declaration that fills it, and from then on a root or path that the content does not have is a compile error.
 *
 * @example
 * declare module '@lading/mount' {
 *   interface ContentIds {
 *     root: '/levels/1.json' | '/levels/2.json';
 *     path: '/levels/1.json' | '/levels/2.json' | '/sky.png';
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: the declaration of an app adds the fields.
export interface ContentIds {}

/** A root that the content has; any text where no declaration says which there are. */
export type RootId = ContentIds extends { readonly root: infer Root extends string } ? Root : string;

/** A resource path that the content has; any text where no declaration says which there are. */
export type PathId = ContentIds extends { readonly path: infer Path extends string } ? Path : string;
