import { isLadingError } from '@lading/manifest';
import type { ObjectMeta } from '../publish-target.js';
import { folderTarget } from './folder-target.js';

// A process of its own that counts up an object: `node folder-target.fixture.ts DIR TIMES`. Prints a line for each count.
const META: ObjectMeta = { contentType: 'text/plain', cacheControl: 'no-cache' };
const [dir = '', times = '0'] = process.argv.slice(2);
const target = folderTarget(dir);

for (let done = 0; done < Number(times); ) {
  const current = await target.get('count', { maxBytes: 100 });
  const next = Number(new TextDecoder().decode(current?.bytes)) + 1;
  const condition = current === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: current.info.etag };
  try {
    await target.putIf('count', new TextEncoder().encode(String(next)), META, condition);
    done += 1;
    console.log(done);
  } catch (error) {
    if (!isLadingError(error, 'ERR_PUBLISH_CONFLICT')) throw error;
  }
}
