import type { Power } from '../../shared/inventory.ts';

/** Resource Graph shows a changed power state minutes later. */
const graphLagMs = 3 * 60_000;

/** Power states that were read from the machine itself: until the graph has caught up, its own are older. */
export class PowerNotes {
  private readonly notes = new Map<string, { readonly power: Power; readonly atMs: number }>();
  private readonly nowMs: () => number;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  note(vmId: string, power: Power): void {
    this.notes.set(vmId, { power, atMs: this.nowMs() });
  }

  /** The power to show, given what the graph says. */
  judge(vmId: string, graph: Power): Power {
    const note = this.notes.get(vmId);
    if (note === undefined) return graph;
    if (this.nowMs() - note.atMs <= graphLagMs && note.power !== graph) return note.power;
    this.notes.delete(vmId);
    return graph;
  }

  clear(): void {
    this.notes.clear();
  }
}
