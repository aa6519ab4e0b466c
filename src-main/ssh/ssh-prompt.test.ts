import { expect, test } from 'vitest';
import { readPrompt } from './ssh-prompt.ts';

const expected = { user: 'ada', hostKeyAlias: 'vm-00ff', keyPath: '/home/ada/.ssh/id_ed25519' };
const fingerprint = `SHA256:${'a'.repeat(43)}`;

test.each([
  ["ada@vm-00ff's password: ", { kind: 'password' }],
  ["Enter passphrase for key '/home/ada/.ssh/id_ed25519': ", { kind: 'passphrase' }],
  // What a server writes to look like the client carries the client's prefix, or does not match to the letter.
  [
    "(ada@vm-00ff) ada@vm-00ff's password: ",
    { kind: 'other', text: "ada@vm-00ff's password: ", fromServer: true },
  ],
  ['(ada@vm-00ff) Verification code: ', { kind: 'other', text: 'Verification code: ', fromServer: true }],
  [
    "Enter passphrase for key '/home/ada/.ssh/other': ",
    { kind: 'other', text: "Enter passphrase for key '/home/ada/.ssh/other': ", fromServer: false },
  ],
  ["root@vm-00ff's password: ", { kind: 'other', text: "root@vm-00ff's password: ", fromServer: true }],
  ["ada@vm-00ff's password: \n", { kind: 'other', text: "ada@vm-00ff's password: \n", fromServer: true }],
  [
    `The authenticity of host 'vm-00ff (127.70.1.2)' can't be established.\nED25519 key fingerprint is ${fingerprint}.\nThis key is not known by any other names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? `,
    { kind: 'host-key', keyType: 'ED25519', fingerprint },
  ],
])('%j', (text, prompt) => {
  expect(readPrompt(text, expected)).toEqual(prompt);
});
