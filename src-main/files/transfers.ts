import { basename } from 'node:path';
import { type AppError, appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Transfer, TransferFile } from '../../shared/transfer.ts';
import { describeError, drop, type Log } from '../log/logger.ts';
import type { StateStore } from '../state/state-store.ts';
import { type Scan, scanFiles } from './scan-files.ts';
import type { SftpConnection } from './sftp-connection.ts';
import { SpeedMeter } from './speed-meter.ts';
import { uploadFiles } from './upload.ts';

interface Needs {
  readonly state: StateStore;
  readonly log: Log;
  /** Opens SFTP with the sign-in of a session. */
  readonly connect: (sessionId: string, id: string, signal: AbortSignal) => Promise<Result<SftpConnection>>;
  readonly nowMs?: () => number;
}

interface Job {
  readonly sessionId: string;
  readonly abort: AbortController;
  scan: Scan | null;
  files: TransferFile[];
  finished: Promise<void>;
}

/** How often progress is put into the state. */
const reportEveryMs = 150;

/** Uploads: offered by a drop, started by the user, cancelled or finished. Main keeps the paths; the page gets names. */
export class Transfers {
  private readonly needs: Needs;
  private readonly nowMs: () => number;
  private readonly jobs = new Map<string, Job>();
  private nextId = 1;

  constructor(needs: Needs) {
    this.needs = needs;
    this.nowMs = needs.nowMs ?? Date.now;
  }

  /** Counts what was dropped and offers it for upload. */
  offer(sessionId: string, paths: readonly string[]): Result<{ id: string }> {
    const { state } = this.needs;
    if (state.current.sessions[sessionId]?.kind !== 'ssh') return err(appError('session-not-found'));
    const id = `transfer-${this.nextId++}`;
    const job: Job = {
      sessionId,
      abort: new AbortController(),
      scan: null,
      files: [],
      finished: Promise.resolve(),
    };
    this.jobs.set(id, job);
    state.upsert('transfers', id, {
      id,
      sessionId,
      direction: 'upload',
      names: paths.map((path) => basename(path)),
      directory: '',
      state: { kind: 'scanning' },
      fileCount: 0,
      doneCount: 0,
      totalBytes: 0,
      doneBytes: 0,
      bytesPerSecond: 0,
      currentFile: '',
    });
    drop(this.needs.log, 'scan', this.scan(id, job, paths));
    return ok({ id });
  }

  /** Starts an offered upload. */
  start(id: string, directory: string): Result<null> {
    const job = this.jobs.get(id);
    const transfer = this.needs.state.current.transfers[id];
    if (job?.scan === null || job === undefined || transfer?.state.kind !== 'offered')
      return err(appError('transfer-not-found'));
    this.update(id, { directory, state: { kind: 'running' } });
    // Never rejects, so that a cancel or the end of the app can wait for it.
    job.finished = this.run(id, job, job.scan, directory.trim()).catch((error: unknown) =>
      this.fail(id, appError('unexpected', { detail: describeError(error) })),
    );
    return ok(null);
  }

  /** Stops an upload; what is whole stays on the machine, the part of the current file is removed. */
  async cancel(id: string): Promise<Result<null>> {
    const job = this.jobs.get(id);
    if (job === undefined) return err(appError('transfer-not-found'));
    job.abort.abort();
    const { kind } = this.needs.state.current.transfers[id]?.state ?? { kind: 'done' };
    if (kind === 'offered' || kind === 'scanning')
      this.update(id, { state: { kind: 'cancelled', atMs: this.nowMs() } });
    await job.finished;
    return ok(null);
  }

  /** Takes an upload that does not run off the list. */
  dismiss(id: string): Result<null> {
    const kind = this.needs.state.current.transfers[id]?.state.kind;
    if (kind === undefined || kind === 'running' || kind === 'verifying')
      return err(appError('transfer-not-found'));
    this.jobs.get(id)?.abort.abort();
    this.jobs.delete(id);
    this.needs.state.remove('transfers', [id]);
    return ok(null);
  }

  /** A page of the files with their hashes. */
  files(id: string, offset: number, limit: number): Result<TransferFile[]> {
    const job = this.jobs.get(id);
    return job === undefined
      ? err(appError('transfer-not-found'))
      : ok(job.files.slice(offset, offset + limit));
  }

  /** Cancels everything of one session, or of all. */
  async cancelAll(sessionId?: string): Promise<void> {
    const ids = [...this.jobs]
      .filter(([, job]) => sessionId === undefined || job.sessionId === sessionId)
      .map(([id]) => id);
    const isUnfinished = (id: string) =>
      !['done', 'failed', 'cancelled'].includes(this.needs.state.current.transfers[id]?.state.kind ?? 'done');
    await Promise.all(ids.filter(isUnfinished).map((id) => this.cancel(id)));
  }

  private async scan(id: string, job: Job, paths: readonly string[]): Promise<void> {
    const scan = await scanFiles(paths, job.abort.signal);
    if (job.abort.signal.aborted) return;
    if (!scan.ok) {
      this.fail(id, scan.error);
      return;
    }
    const { skipped } = scan.value;
    if (skipped.length > 0) this.needs.log.warn('upload-left-out', { id, count: skipped.length });
    job.scan = scan.value;
    job.files = scan.value.files.map(({ path, sizeBytes }) => ({
      path,
      sizeBytes,
      sha256: null,
      state: 'waiting',
    }));
    this.update(id, {
      state: { kind: 'offered' },
      fileCount: scan.value.files.length,
      totalBytes: scan.value.totalBytes,
    });
  }

  private async run(id: string, job: Job, scan: Scan, directory: string): Promise<void> {
    const { signal } = job.abort;
    const connection = await this.needs.connect(job.sessionId, id, signal);
    if (!connection.ok) {
      this.fail(id, connection.error);
      return;
    }
    const meter = new SpeedMeter(this.nowMs);
    const progress = { doneBytes: 0, doneCount: 0, currentFile: '' };
    const report = () => this.update(id, { ...progress, bytesPerSecond: meter.bytesPerSecond() });
    const timer = setInterval(report, reportEveryMs);
    try {
      const sent = await uploadFiles(
        connection.value.sftp,
        scan,
        directory,
        {
          onFileStarted: (index) => {
            progress.currentFile = scan.files[index]?.path ?? '';
            setFile(job, index, { state: 'running' });
          },
          onBytes: (bytes) => {
            progress.doneBytes += bytes;
            meter.add(bytes);
          },
          onFileSent: (index, sha256) => {
            progress.doneCount++;
            setFile(job, index, { state: 'sent', sha256 });
          },
        },
        signal,
      );
      clearInterval(timer);
      report();
      if (!sent.ok) {
        this.fail(id, sent.error);
        return;
      }
      this.update(id, {
        state: { kind: 'verifying' },
        directory: sent.value,
        currentFile: '',
        bytesPerSecond: 0,
      });
      await this.verify(id, job, scan.totalBytes, connection.value, sent.value);
    } finally {
      clearInterval(timer);
      await connection.value.dispose();
    }
  }

  private async verify(
    id: string,
    job: Job,
    totalBytes: number,
    connection: SftpConnection,
    base: string,
  ): Promise<void> {
    const paths = job.files.map((file) => `${base}/${file.path}`);
    const remote = await connection.hashFiles(paths, totalBytes, job.abort.signal);
    if (job.abort.signal.aborted) {
      this.fail(id, appError('transfer-cancelled'));
      return;
    }
    if (remote.kind === 'unavailable') {
      const short = await findWrongSize(connection, base, job.files);
      if (short !== null) {
        this.fail(id, appError('hash-mismatch', { detail: `${short}: another size` }));
        return;
      }
      this.update(id, { state: { kind: 'done', atMs: this.nowMs(), verified: 'sizes-only' } });
      return;
    }
    const wrong = job.files.findIndex((file, index) => file.sha256 !== remote.hashes[index]);
    if (wrong >= 0) {
      setFile(job, wrong, { state: 'failed' });
      this.fail(id, appError('hash-mismatch', { detail: job.files[wrong]?.path }));
      return;
    }
    job.files = job.files.map((file) => ({ ...file, state: 'verified' }));
    this.update(id, { state: { kind: 'done', atMs: this.nowMs(), verified: 'sha-256' } });
  }

  private fail(id: string, error: AppError): void {
    const atMs = this.nowMs();
    this.update(id, {
      bytesPerSecond: 0,
      state:
        error.code === 'transfer-cancelled' ? { kind: 'cancelled', atMs } : { kind: 'failed', atMs, error },
    });
  }

  private update(id: string, change: Partial<Transfer>): void {
    this.needs.state.update('transfers', id, (transfer) => ({ ...transfer, ...change }));
  }
}

/** The first file whose size on the machine is not the local one; null if all are. */
async function findWrongSize(
  { sftp }: SftpConnection,
  base: string,
  files: readonly TransferFile[],
): Promise<string | null> {
  for (const file of files) {
    const found = await sftp.stat(`${base}/${file.path}`);
    if (found?.sizeBytes !== file.sizeBytes) return file.path;
  }
  return null;
}

function setFile(job: Job, index: number, change: Partial<TransferFile>): void {
  const file = job.files[index];
  if (file !== undefined) job.files[index] = { ...file, ...change };
}
