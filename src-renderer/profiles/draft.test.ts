import { describe, expect, it } from 'vitest';
import { profileDraftSchema } from '../../shared/profile.ts';
import { checkDraft, draftOf, parsePort, type TypedDraft, userProblem } from './draft.ts';

const typed: TypedDraft = {
  name: ' web ',
  folder: '',
  vmId: '/vm',
  protocol: 'ssh',
  user: 'ada',
  method: 'key',
  keyPath: '/home/ada/.ssh/id',
  port: '22',
};

describe('checkDraft', () => {
  it('turns what is typed into what the contract takes', () => {
    const checked = checkDraft(typed);
    expect(checked).toEqual({
      draft: {
        name: 'web',
        folder: '',
        vmId: '/vm',
        protocol: 'ssh',
        user: 'ada',
        method: 'key',
        keyPath: '/home/ada/.ssh/id',
        port: 22,
      },
    });
    expect('draft' in checked && profileDraftSchema.safeParse(checked.draft).success).toBe(true);
  });

  it('leaves an empty user to the plan and drops what RDP has no use for', () => {
    expect(checkDraft({ ...typed, user: ' ', protocol: 'rdp', port: '3389' })).toMatchObject({
      draft: { user: null, method: null, keyPath: null },
    });
  });

  it('names every field that is wrong', () => {
    const wrong = {
      ...typed,
      name: ' ',
      folder: 'f'.repeat(121),
      user: '-oProxyCommand=x',
      keyPath: null,
      port: '70000',
    };
    const checked = checkDraft(wrong);
    expect('problems' in checked && Object.keys(checked.problems).sort()).toEqual([
      'folder',
      'key',
      'name',
      'port',
      'user',
    ]);
  });

  it('gives a saved connection back unchanged', () => {
    const checked = checkDraft(typed);
    if (!('draft' in checked)) throw new Error('the draft is right');
    expect(checkDraft(draftOf({ ...checked.draft, id: 'p' }))).toEqual(checked);
  });
});

describe('parsePort', () => {
  it.each([
    ['22', 22],
    [' 3389 ', 3389],
    ['0', null],
    ['65536', null],
    ['2.5', null],
    ['0x16', null],
    ['', null],
  ])('%j is %s', (text, port) => {
    expect(parsePort(text)).toBe(port);
  });
});

describe('userProblem', () => {
  it('refuses what a shell or ssh would read as something else', () => {
    expect(userProblem('')).toBeNull();
    expect(userProblem('ada.lovelace')).toBeNull();
    expect(userProblem('-l')).not.toBeNull();
    expect(userProblem('a b')).not.toBeNull();
    expect(userProblem('a;b')).not.toBeNull();
  });
});
