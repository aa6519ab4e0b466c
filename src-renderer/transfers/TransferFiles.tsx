import { type ReactNode, useEffect, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import type { TransferFile } from '../../shared/transfer.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { formatBytes } from '../ui/format.ts';

const pageSize = 100;

const stateWords: Readonly<Record<TransferFile['state'], string>> = {
  waiting: 'waiting',
  running: 'sending',
  sent: 'sent',
  verified: 'verified',
  failed: 'failed',
};

interface TransferFilesProps {
  readonly id: string;
  readonly fileCount: number;
}

/** The files of an upload with their sizes and hashes, a page at a time. */
export function TransferFiles({ id, fileCount }: TransferFilesProps): ReactNode {
  const [files, setFiles] = useState<readonly TransferFile[]>([]);
  const [wanted, setWanted] = useState(pageSize);
  const [error, setError] = useState<AppError | null>(null);

  useEffect(() => {
    let isGone = false;
    const offset = wanted - pageSize;
    void bridge()
      .calls['transfer:files']({ id, offset, limit: pageSize })
      .then((result) => {
        if (isGone) return;
        if (result.ok) setFiles((known) => [...known.slice(0, offset), ...result.value]);
        else setError(result.error);
      });
    return () => {
      isGone = true;
    };
  }, [id, wanted]);

  if (error !== null) return <ErrorBlock error={error} />;
  return (
    <>
      <section className="file-table-box" aria-label="Files of this upload">
        <table className="file-table">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Size</th>
              <th scope="col">State</th>
              <th scope="col">SHA-256</th>
            </tr>
          </thead>
          <tbody>
            {files.map((file) => (
              <tr key={file.path}>
                <td className="selectable">{file.path}</td>
                <td className="number">{formatBytes(file.sizeBytes)}</td>
                <td className={file.state === 'failed' ? 'bad' : file.state === 'verified' ? 'good' : ''}>
                  {stateWords[file.state]}
                </td>
                <td className="mono selectable">{file.sha256 ?? '—'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {files.length < fileCount && files.length === wanted && (
        <Button kind="link" onPress={() => setWanted(wanted + pageSize)}>
          Show more
        </Button>
      )}
    </>
  );
}
