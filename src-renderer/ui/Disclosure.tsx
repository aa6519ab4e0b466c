import { ChevronRight } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';

interface DisclosureProps {
  readonly label: string;
  readonly isInitiallyOpen?: boolean;
  /** Something in it needs attention: opens it, and it stays open. */
  readonly needsAttention?: boolean;
  readonly children: ReactNode;
}

/** A line that opens what lies behind it; what is closed is not rendered. */
export function Disclosure({
  label,
  isInitiallyOpen = false,
  needsAttention = false,
  children,
}: DisclosureProps): ReactNode {
  const [isOpen, setOpen] = useState(isInitiallyOpen);
  const id = useId();
  if (needsAttention && !isOpen) setOpen(true);
  return (
    <>
      <button
        type="button"
        className="disclosure-button small"
        aria-expanded={isOpen}
        {...(isOpen ? { 'aria-controls': id } : {})}
        onClick={() => setOpen(!isOpen)}
      >
        <ChevronRight className="icon" aria-hidden />
        {label}
      </button>
      {isOpen && (
        <div id={id} className="disclosure-content">
          {children}
        </div>
      )}
    </>
  );
}
