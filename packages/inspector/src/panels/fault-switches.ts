import { button, element } from '../element.js';
import type { Inspected } from '../inspected.js';
import type { SimulatedFaults } from '../simulated-faults.js';
import type { Notice } from './notice.js';

/** Switches for what players have and developers do not: no network, no room, broken bytes, evicted archives, no service worker. */
export function faultSwitches({ faults, store }: Inspected, notice: Notice, update: () => void): HTMLElement {
  const switches = faults === undefined ? [] : switchesOf(faults);
  const evict = button('Evict all archives', () => {
    void notice.run(async () => {
      for (const { digest } of (await store?.archives.list()) ?? []) await store?.archives.remove(digest);
      update();
      notice.say('The store is empty. What is mounted reads on until the page is loaded anew.');
    });
  });
  const unregister = button('Reload without service worker', () => {
    void notice.run(async () => {
      for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? [])
        await registration.unregister();
      location.reload();
    });
  });
  const legend = element('legend', {}, 'Simulate');
  return element('fieldset', {}, legend, ...switches, ...(store === undefined ? [] : [evict]), unregister);
}

function switchesOf(faults: SimulatedFaults): HTMLElement[] {
  const make = (id: string, label: string, set: (isOn: boolean) => void, isOn: boolean): HTMLElement => {
    const box = element('input', { id, type: 'checkbox' });
    box.checked = isOn;
    box.addEventListener('change', () => set(box.checked));
    return element('span', { class: 'switch' }, box, element('label', { for: id }, label));
  };
  return [
    speedField(faults),
    make('offline', 'Offline', (isOn) => void Object.assign(faults, { isOffline: isOn }), faults.isOffline),
    make('full', 'Quota exceeded', (isOn) => void Object.assign(faults, { isStoreFull: isOn }), faults.isStoreFull),
    make(
      'corrupt',
      'Broken bytes',
      (isOn) => void Object.assign(faults, { corruptsReads: isOn }),
      faults.corruptsReads,
    ),
  ];
}

const SPEEDS: readonly (readonly [string, number | undefined])[] = [
  ['as it is', undefined],
  ['4G, 1.5 MB/s', 1_500_000],
  ['3G, 200 kB/s', 200_000],
  ['2G, 30 kB/s', 30_000],
];

function speedField(faults: SimulatedFaults): HTMLElement {
  const options = SPEEDS.map(([name, speed]) => {
    const option = element('option', {}, name);
    option.selected = speed === faults.bytesPerSecond;
    return option;
  });
  const field = element('select', { id: 'speed' }, ...options);
  field.addEventListener('change', () => {
    faults.bytesPerSecond = SPEEDS[field.selectedIndex]?.[1];
  });
  return element('span', { class: 'switch' }, element('label', { for: 'speed' }, 'Network'), field);
}
