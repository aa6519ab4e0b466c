import { networkInterfaces } from 'node:os';

/** How often the addresses of this computer are looked at. */
const everyMs = 3_000;

/** Tells when this computer gets other addresses: another Wi-Fi, a cable, a VPN. */
export class NetworkWatch {
  private readonly timer: NodeJS.Timeout;
  private seen: string;

  constructor(
    onChange: () => void,
    readAddresses: () => string = currentAddresses,
    intervalMs: number = everyMs,
  ) {
    this.seen = readAddresses();
    this.timer = setInterval(() => {
      const now = readAddresses();
      if (now === this.seen) return;
      this.seen = now;
      onChange();
    }, intervalMs);
    this.timer.unref();
  }

  dispose(): void {
    clearInterval(this.timer);
  }
}

/** All addresses that reach beyond this computer. Those that privacy extensions change by the hour are left out. */
function currentAddresses(): string {
  return Object.entries(networkInterfaces())
    .flatMap(([name, list]) =>
      (list ?? [])
        .filter((each) => !each.internal && each.family === 'IPv4')
        .map((each) => `${name} ${each.address}`),
    )
    .toSorted()
    .join('\n');
}
