import { counted, wholeBytes } from './byte-text.js';
import { fillFacts } from './element.js';

/** What a session has planned and paid for: the figures that the page shows. */
export class TransferBill {
  #requests = 0;
  #plannedBytes = 0;
  #receivedBytes = 0;
  #archives = 0;
  readonly #list: HTMLElement;

  constructor(list: HTMLElement) {
    this.#list = list;
    this.#show();
  }

  /** A `fetch` that counts. */
  readonly fetch: typeof fetch = (input, init) => {
    this.#requests += 1;
    this.#show();
    return fetch(input, init);
  };

  plan(bytes: number): void {
    this.#plannedBytes += bytes;
    this.#show();
  }

  archive(receivedBytes: number): void {
    this.#archives += 1;
    this.#receivedBytes += receivedBytes;
    this.#show();
  }

  #show(): void {
    fillFacts(this.#list, [
      ['planned', `${wholeBytes(this.#plannedBytes)} B`],
      ['downloaded', `${wholeBytes(this.#receivedBytes)} B`],
      ['archives', wholeBytes(this.#archives)],
      ['requests', wholeBytes(this.#requests)],
    ]);
    this.#list.title = `${counted(this.#requests, 'request')} since the page was opened`;
  }
}
