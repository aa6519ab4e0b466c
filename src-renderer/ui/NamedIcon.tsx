import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface NamedIconProps {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly className?: string;
}

// An icon drawn in place is no picture file, so the role stands in for the tag.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */

/** An icon that says something: its words are its tooltip and are read by screen readers. */
export function NamedIcon({ icon: Icon, label, className = 'icon soft' }: NamedIconProps): ReactNode {
  return (
    <span className="named-icon" role="img" aria-label={label} title={label}>
      <Icon className={className} aria-hidden />
    </span>
  );
}
