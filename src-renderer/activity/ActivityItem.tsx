import { ChevronRight, CircleX, Info, TriangleAlert } from 'lucide-react';
import { memo, type ReactNode, useId, useState } from 'react';
import type { Activity } from '../../shared/tunnel.ts';
import { formatExact } from '../ui/format.ts';
import { NamedIcon } from '../ui/NamedIcon.tsx';
import { activityDetails } from './activity-words.ts';

const marks = {
  info: { icon: Info, label: 'Information', className: 'icon soft' },
  warn: { icon: TriangleAlert, label: 'Warning', className: 'icon warn' },
  error: { icon: CircleX, label: 'Error', className: 'icon bad' },
} as const;

interface ActivityItemProps {
  readonly entry: Activity;
  readonly text: string;
  readonly ago: string;
}

/** One entry; its fields are one press away. Drawn anew only when its words change. */
export const ActivityItem = memo(function ActivityItem({ entry, text, ago }: ActivityItemProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <li className="activity-item" data-event={entry.event} data-level={entry.level}>
      <button
        type="button"
        className="disclosure-button activity-head"
        aria-expanded={isOpen}
        {...(isOpen ? { 'aria-controls': id } : {})}
        onClick={() => setOpen(!isOpen)}
      >
        <ChevronRight className="icon" aria-hidden />
        <NamedIcon {...marks[entry.level]} />
        <span className="activity-text">{text}</span>
        <span className="soft small" title={formatExact(entry.at)}>
          {ago}
        </span>
      </button>
      {isOpen && (
        <pre id={id} className="details-text">
          {formatExact(entry.at)}
          {'\n'}
          {activityDetails(entry)}
        </pre>
      )}
    </li>
  );
});
