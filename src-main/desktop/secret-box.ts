import { safeStorage } from 'electron';
import type { SecretBox } from '../profiles/secret-box.ts';

/** The asynchronous calls of newer Electron versions; the synchronous ones are on their way out. */
interface AsyncSafeStorage {
  readonly isAsyncEncryptionAvailable: () => Promise<boolean>;
  readonly encryptStringAsync: (text: string) => Promise<Buffer>;
  readonly decryptStringAsync: (data: Buffer) => Promise<{ readonly result: string } | string>;
}

function hasAsyncCalls(storage: object): storage is AsyncSafeStorage {
  return (
    'encryptStringAsync' in storage &&
    'decryptStringAsync' in storage &&
    'isAsyncEncryptionAvailable' in storage
  );
}

/** The system's keyring for encryption at rest; `memory` where there is none, or only Chromium's fixed password. */
export async function openSecretBox(platform: NodeJS.Platform): Promise<SecretBox> {
  if (platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text')
    return { kind: 'memory' };
  const storage: object = safeStorage;
  if (hasAsyncCalls(storage)) {
    if (!(await storage.isAsyncEncryptionAvailable())) return { kind: 'memory' };
    return {
      kind: 'encrypted',
      encrypt: (text) => storage.encryptStringAsync(text),
      decrypt: async (data) => {
        const answer = await storage.decryptStringAsync(data);
        return typeof answer === 'string' ? answer : answer.result;
      },
    };
  }
  if (!safeStorage.isEncryptionAvailable()) return { kind: 'memory' };
  return {
    kind: 'encrypted',
    encrypt: async (text) => safeStorage.encryptString(text),
    decrypt: async (data) => safeStorage.decryptString(data),
  };
}
