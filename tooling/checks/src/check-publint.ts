import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { readTarballs } from './packages/tarballs.js';

// `pnpm check:packages`: publint over every packed package, suggestions included.
let count = 0;
for (const { name, folder } of readTarballs()) {
  const { messages, pkg } = await publint({ pkgDir: folder, strict: true, pack: false });
  for (const message of messages)
    console.log(`${name}: ${message.type}: ${formatMessage(message, pkg, { color: false })}`);
  count += messages.length;
}
console.log(count === 0 ? `${readTarballs().length} packages` : `${count} to mend`);
process.exitCode = count === 0 ? 0 : 1;
