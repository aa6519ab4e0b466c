import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface NamedIconProps {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly className?: string;
}

/** An icon that says something: its words are its tooltip and are read by screen readers. */
export function NamedIcon({ icon: Icon, label, className = 'icon soft' }: NamedIconProps): ReactNode {
  return (
    <span className="named-icon" title={label}>
      <Icon className={className} aria-hidden />
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
