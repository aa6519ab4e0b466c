import { z } from 'zod';
import type { Result } from '../../shared/result.ts';
import { portSchema } from '../../shared/session.ts';
import { type TunnelDraft, tunnelDraftSchema } from '../../shared/tunnel.ts';
import { JsonFile } from '../profiles/json-file.ts';
import { TurnQueue } from '../profiles/turn-queue.ts';

const savedSchema = z.object({ id: z.string(), vmName: z.string(), draft: tunnelDraftSchema });
/** A tunnel that is opened again at the next start. */
export type SavedTunnel = Readonly<z.infer<typeof savedSchema>>;

const fileSchema = z.object({
  version: z.literal(1),
  kept: z.array(savedSchema),
  /** The local port used last, by machine and by remote port. */
  ports: z.record(z.string(), z.record(z.string(), portSchema)),
});
type Data = z.infer<typeof fileSchema>;

/** Tunnels that outlive the app, and the local ports that targets had: programs are set up with them. */
export class TunnelFile {
  private readonly file: JsonFile<Data>;
  private readonly turns = new TurnQueue();
  private data: Data = { version: 1, kept: [], ports: {} };

  constructor(path: string) {
    this.file = new JsonFile(path, fileSchema);
  }

  /** Reads the file; returns what was wrong with it, or null. */
  async load(): Promise<string | null> {
    const loaded = await this.file.load();
    if (loaded.kind === 'value') this.data = loaded.value;
    if (loaded.kind === 'damaged') return `${loaded.asidePath}: ${loaded.reason}`;
    return loaded.kind === 'unreadable' ? loaded.reason : null;
  }

  get kept(): readonly SavedTunnel[] {
    return this.data.kept;
  }

  portsOf(vmId: string): Readonly<Record<string, number>> {
    return this.data.ports[vmId] ?? {};
  }

  keep(id: string, vmName: string, draft: TunnelDraft): Promise<Result<null>> {
    return this.change((data) => ({
      ...data,
      kept: [...data.kept.filter((each) => each.id !== id), { id, vmName, draft }],
    }));
  }

  forget(id: string): Promise<Result<null>> {
    return this.change((data) => ({ ...data, kept: data.kept.filter((each) => each.id !== id) }));
  }

  rememberPort(vmId: string, remotePort: number, localPort: number): Promise<Result<null>> {
    return this.change((data) => ({
      ...data,
      ports: { ...data.ports, [vmId]: { ...data.ports[vmId], [String(remotePort)]: localPort } },
    }));
  }

  private change(change: (data: Data) => Data): Promise<Result<null>> {
    return this.turns.run(async () => {
      const next = change(this.data);
      const saved = await this.file.save(next);
      if (saved.ok) this.data = next;
      return saved;
    });
  }
}
