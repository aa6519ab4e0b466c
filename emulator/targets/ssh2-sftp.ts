import { constants, type Stats } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  opendir,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  utimes,
  chmod,
} from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import ssh2, { type Attributes, type SFTPWrapper } from 'ssh2';

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;

type Entry = { readonly filename: string; readonly longname: string; readonly attrs: Attributes };
type Opened =
  | { readonly kind: 'file'; readonly file: FileHandle }
  | { readonly kind: 'folder'; entries: Entry[] };

/** The user asked for a path outside of the home folder. */
class OutsideError extends Error {
  override readonly name = 'OutsideError';
}

function attributes(found: Stats): Attributes {
  return {
    mode: found.mode,
    uid: found.uid,
    gid: found.gid,
    size: found.size,
    atime: Math.floor(found.atimeMs / 1000),
    mtime: Math.floor(found.mtimeMs / 1000),
  };
}

function longName(name: string, found: Stats): string {
  const kind = found.isDirectory() ? 'd' : found.isSymbolicLink() ? 'l' : '-';
  const bits = Array.from('rwxrwxrwx')
    .map((letter, index) => ((found.mode >> (8 - index)) & 1 ? letter : '-'))
    .join('');
  return `${kind}${bits} 1 ${found.uid} ${found.gid} ${found.size} ${found.mtime.toISOString().slice(0, 10)} ${name}`;
}

function statusOf(error: unknown): number {
  if (error instanceof OutsideError) return STATUS_CODE.PERMISSION_DENIED;
  const code = (error as { code?: unknown } | undefined)?.code;
  if (code === 'ENOENT') return STATUS_CODE.NO_SUCH_FILE;
  return code === 'EACCES' || code === 'EPERM' ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.FAILURE;
}

function openFlags(flags: number): number {
  const both = OPEN_MODE.READ | OPEN_MODE.WRITE;
  let result =
    (flags & both) === both
      ? constants.O_RDWR
      : flags & OPEN_MODE.WRITE
        ? constants.O_WRONLY
        : constants.O_RDONLY;
  if (flags & OPEN_MODE.CREAT) result |= constants.O_CREAT;
  if (flags & OPEN_MODE.TRUNC) result |= constants.O_TRUNC;
  if (flags & OPEN_MODE.EXCL) result |= constants.O_EXCL;
  if (flags & OPEN_MODE.APPEND) result |= constants.O_APPEND;
  return result;
}

/** Serves SFTP inside one real folder, which the user sees at `seenAs`. What lies outside is refused. */
export function serveSftp(sftp: SFTPWrapper, seenAs: string, folder: string): void {
  const opened = new Map<number, Opened>();
  let nextHandle = 0;

  const seen = (path: string): string => posix.resolve(seenAs, path);
  /** The real path; its parent must truly lie inside the folder, whatever links say. */
  const real = async (path: string): Promise<string> => {
    const absolute = seen(path);
    if (absolute !== seenAs && !absolute.startsWith(`${seenAs}/`)) throw new OutsideError(path);
    const mapped = join(folder, absolute.slice(seenAs.length));
    if (absolute === seenAs) return folder;
    const [root, parent] = await Promise.all([realpath(folder), realpath(join(mapped, '..'))]);
    if (parent !== root && !parent.startsWith(root + sep)) throw new OutsideError(path);
    return mapped;
  };
  /** The same for a path that is followed: a link may not lead outside either. */
  const followed = async (path: string): Promise<string> => {
    const mapped = await real(path);
    const [root, target] = await Promise.all([realpath(folder), realpath(mapped).catch(() => mapped)]);
    if (target !== root && !target.startsWith(root + sep) && target !== mapped) throw new OutsideError(path);
    return mapped;
  };
  const answer = (id: number, work: Promise<unknown>): void => {
    work.then(
      (result) => {
        if (result === undefined) sftp.status(id, STATUS_CODE.OK);
      },
      (error: unknown) => sftp.status(id, statusOf(error)),
    );
  };
  const keep = (entry: Opened): Buffer => {
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(nextHandle);
    opened.set(nextHandle, entry);
    nextHandle += 1;
    return handle;
  };
  const fileOf = (handle: Buffer): FileHandle => {
    const entry = opened.get(handle.readUInt32BE(0));
    if (entry?.kind !== 'file') throw new Error('no such handle');
    return entry.file;
  };
  const setAttributes = async (path: string, attrs: Attributes): Promise<void> => {
    if (attrs.mode !== undefined) await chmod(path, attrs.mode & 0o7777);
    if (attrs.mtime !== undefined) await utimes(path, attrs.atime ?? attrs.mtime, attrs.mtime);
  };

  sftp.on('REALPATH', (id, path) => {
    sftp.name(id, [{ filename: seen(path), longname: seen(path), attrs: {} as Attributes }]);
  });
  sftp.on('OPEN', (id, path, flags, attrs) =>
    answer(
      id,
      followed(path)
        .then((file) => open(file, openFlags(flags), (attrs.mode ?? 0o644) & 0o777))
        .then((file) => sftp.handle(id, keep({ kind: 'file', file })) ?? true),
    ),
  );
  sftp.on('READ', (id, handle, offset, length) =>
    answer(
      id,
      (async () => {
        const { buffer, bytesRead } = await fileOf(handle).read(
          Buffer.alloc(Math.min(length, 262_144)),
          0,
          undefined,
          offset,
        );
        if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF);
        else sftp.data(id, buffer.subarray(0, bytesRead));
        return true;
      })(),
    ),
  );
  sftp.on('WRITE', (id, handle, offset, data) =>
    answer(
      id,
      (async () => {
        await fileOf(handle).write(data, 0, data.length, offset);
      })(),
    ),
  );
  sftp.on('CLOSE', (id, handle) =>
    answer(
      id,
      (async () => {
        const key = handle.readUInt32BE(0);
        const entry = opened.get(key);
        opened.delete(key);
        if (entry?.kind === 'file') await entry.file.close();
      })(),
    ),
  );
  sftp.on('FSTAT', (id, handle) =>
    answer(
      id,
      Promise.resolve()
        .then(() => fileOf(handle).stat())
        .then((found) => sftp.attrs(id, attributes(found)) ?? true),
    ),
  );
  sftp.on('FSETSTAT', (id, handle, attrs) =>
    answer(
      id,
      (async () => {
        const file = fileOf(handle);
        if (attrs.mode !== undefined) await file.chmod(attrs.mode & 0o7777);
        if (attrs.mtime !== undefined) await file.utimes(attrs.atime ?? attrs.mtime, attrs.mtime);
        if (attrs.size !== undefined) await file.truncate(attrs.size);
      })(),
    ),
  );
  sftp.on('STAT', (id, path) =>
    answer(
      id,
      followed(path)
        .then((at) => stat(at))
        .then((found) => sftp.attrs(id, attributes(found)) ?? true),
    ),
  );
  sftp.on('LSTAT', (id, path) =>
    answer(
      id,
      real(path)
        .then((at) => lstat(at))
        .then((found) => sftp.attrs(id, attributes(found)) ?? true),
    ),
  );
  sftp.on('SETSTAT', (id, path, attrs) =>
    answer(
      id,
      followed(path).then((file) => setAttributes(file, attrs)),
    ),
  );
  sftp.on('OPENDIR', (id, path) =>
    answer(
      id,
      (async () => {
        const at = await followed(path);
        const entries: Entry[] = [];
        for await (const entry of await opendir(at)) {
          const found = await lstat(join(at, entry.name));
          entries.push({
            filename: entry.name,
            longname: longName(entry.name, found),
            attrs: attributes(found),
          });
        }
        sftp.handle(id, keep({ kind: 'folder', entries }));
        return true;
      })(),
    ),
  );
  sftp.on('READDIR', (id, handle) => {
    const entry = opened.get(handle.readUInt32BE(0));
    if (entry?.kind !== 'folder') sftp.status(id, STATUS_CODE.FAILURE);
    else if (entry.entries.length === 0) sftp.status(id, STATUS_CODE.EOF);
    else sftp.name(id, entry.entries.splice(0, 100));
  });
  sftp.on('REMOVE', (id, path) =>
    answer(
      id,
      real(path).then((file) => rm(file)),
    ),
  );
  sftp.on('MKDIR', (id, path, attrs) =>
    answer(
      id,
      real(path)
        .then((at) => mkdir(at, { mode: (attrs.mode ?? 0o755) & 0o777 }))
        .then(() => undefined),
    ),
  );
  sftp.on('RMDIR', (id, path) =>
    answer(
      id,
      real(path).then((at) => rmdir(at)),
    ),
  );
  sftp.on('RENAME', (id, from, to) =>
    answer(
      id,
      Promise.all([real(from), real(to)]).then(([one, other]) => rename(one, other)),
    ),
  );
  sftp.on('READLINK', (id, path) =>
    answer(
      id,
      real(path)
        .then((at) => readlink(at))
        .then((text) => sftp.name(id, [{ filename: text, longname: text, attrs: {} as Attributes }]) ?? true),
    ),
  );
  // The client has said its last; it waits for us to close. (The library cannot send an exit status here.)
  sftp.on('end', () => sftp.end());
  sftp.on('close', () => {
    for (const entry of opened.values())
      if (entry.kind === 'file') void entry.file.close().catch(() => undefined);
    opened.clear();
  });
}
