/**
 * Runs an action for each item, at most `concurrency` at a time. The first failure stops the others through the signal
 * that the action gets; it is thrown once all have ended, so nothing goes on in the background.
 */
export async function eachLimited<Item>(
  items: Iterable<Item>,
  options: { readonly concurrency: number; readonly signal?: AbortSignal | undefined },
  action: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const queue = items[Symbol.iterator]();
  const work = async (): Promise<void> => {
    // One for each worker: Node warns of a leak where more than ten calls listen to one signal.
    const signal = AbortSignal.any([...(options.signal === undefined ? [] : [options.signal]), stop.signal]);
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      if (signal.aborted) return;
      try {
        await action(next.value, signal);
      } catch (error) {
        stop.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
  options.signal?.throwIfAborted();
  stop.signal.throwIfAborted();
}
