/** An object with some members of its own; all others are the target's, and methods of those run on the target. */
export function overlay<T extends object, Own extends object>(target: T, own: Own): T & Own {
  return new Proxy(target, {
    get(inner, key) {
      if (Object.hasOwn(own, key)) return Reflect.get(own, key);
      const value: unknown = Reflect.get(inner, key, inner);
      return typeof value === 'function' ? value.bind(inner) : value;
    },
    has: (inner, key) => Object.hasOwn(own, key) || key in inner,
  }) as T & Own;
}
