// `lading-worker.js`: the worker of the tier `worker`, as it stands in the package.
import '@lading/mount/web/service-worker';
