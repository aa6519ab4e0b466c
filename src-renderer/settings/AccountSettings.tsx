import type { ReactNode } from 'react';
import { CloudChoice } from '../account/CloudChoice.tsx';
import { RegistrationForm } from '../account/RegistrationForm.tsx';
import { fixedBy, registrationTexts } from '../account/registration-words.ts';
import { TokenPlaceSettings } from '../account/TokenPlaceSettings.tsx';
import { useAppState } from '../state/app-store.ts';

function RegistrationSettings(): ReactNode {
  const { registration, registrationFrom, clientId } = useAppState((state) => state.identity);
  if (registrationFrom === 'user') {
    // A choice that was made elsewhere meanwhile starts the form anew.
    return (
      <RegistrationForm key={JSON.stringify(registration)} registration={registration} saveLabel="Use this" />
    );
  }
  return (
    <div className="settings-group">
      <p className="field-label">Whose application signs in</p>
      <p>
        {registrationTexts[registration?.kind ?? 'own'].title}
        {clientId !== '' && (
          <>
            {' '}
            <span className="mono selectable small">{clientId}</span>
          </>
        )}
      </p>
      <p className="soft small">{fixedBy(registrationFrom)}</p>
    </div>
  );
}

/** Whose application signs in, to which cloud, and where the sign-in is kept. */
export function AccountSettings(): ReactNode {
  return (
    <>
      <RegistrationSettings />
      <CloudChoice />
      <TokenPlaceSettings />
    </>
  );
}
