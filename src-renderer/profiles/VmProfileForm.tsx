import type { ReactNode } from 'react';
import { useAppState } from '../state/app-store.ts';
import { useUi } from '../state/ui-store.ts';
import { lastPart } from '../ui/format.ts';
import { defaultPort, draftOf, newDraft } from './draft.ts';
import { ProfileForm } from './ProfileForm.tsx';

/** On a machine's page: the form for a new saved connection or an edited one, if it was asked for. */
export function VmProfileForm({ vmId }: { readonly vmId: string }): ReactNode {
  const request = useUi((ui) => ui.profileForm);
  const vm = useAppState((state) => state.vms[vmId]);
  const plan = useAppState((state) => state.details[vmId]?.plan);
  const profile = useAppState((state) =>
    request?.profileId === null || request === null ? undefined : state.profiles[request.profileId],
  );
  if (request?.vmId !== vmId || (request.profileId !== null && profile === undefined)) return null;

  const protocol = vm?.os === 'windows' ? 'rdp' : 'ssh';
  const initial =
    profile === undefined
      ? newDraft({
          vmId,
          vmName: vm?.name ?? lastPart(vmId),
          protocol,
          user: protocol === 'ssh' ? (plan?.user ?? '') : (vm?.adminUsername ?? ''),
          method: null,
          keyPath: null,
          port: protocol === 'ssh' ? (plan?.port ?? 22) : defaultPort('rdp'),
        })
      : draftOf(profile);
  return (
    <section className="inline-form" aria-label={profile === undefined ? 'New profile' : 'Profile'}>
      <h3>{profile === undefined ? 'Save as profile' : `Edit ${profile.name}`}</h3>
      <ProfileForm
        key={request.profileId ?? 'new'}
        profileId={request.profileId}
        initial={initial}
        onDone={() => useUi.setState({ profileForm: null })}
      />
    </section>
  );
}
