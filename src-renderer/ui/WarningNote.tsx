import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

/** A warning beside the choice that it is about. It is read when it appears. */
export function WarningNote({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <output className="note-warn">
      <TriangleAlert className="icon" aria-hidden />
      <span>{children}</span>
    </output>
  );
}
