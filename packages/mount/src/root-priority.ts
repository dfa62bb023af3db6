/** Priorities of `ensure`: any whole number is one, the higher goes first, and those below 0 are background. */
export const ENSURE_PRIORITY: { readonly essential: number; readonly normal: number; readonly prefetch: number } = {
  essential: 100,
  normal: 0,
  prefetch: -100,
};
