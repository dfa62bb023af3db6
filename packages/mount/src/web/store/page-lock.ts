/** A lock that is held until it is released, or its page is gone. */
export interface PageLock {
  /** Resolves when others can take it: browsers give a lock back a moment later. */
  release(): Promise<void>;
}

/** Takes a Web Lock if nobody has it. `undefined`: somebody has, or this page has no locks. */
export async function takeLock(name: string): Promise<PageLock | undefined> {
  if (!('locks' in navigator)) return undefined;
  return new Promise((resolve, reject) => {
    const held = navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(undefined);
        return undefined;
      }
      return new Promise<void>((end) => {
        const release = async (): Promise<void> => {
          end();
          await held;
        };
        resolve({ release });
      });
    });
    held.catch(reject);
  });
}
