import { useEffect } from 'react';
import { bridge } from '../state/bridge.ts';
import { run } from '../state/actions.ts';

/** A moment of rest after scrolling before main is told. */
const restMs = 300;

/** As many as main takes. */
const mostMachines = 200;

/** Tells main which machines are on screen, so that it keeps their power states up to date; none while the window is hidden. */
export function useReportView(vmIds: readonly string[]): void {
  const key = [...new Set(vmIds)].slice(0, mostMachines).join('\n');
  useEffect(() => {
    const tell = () => {
      const isHidden = document.visibilityState === 'hidden';
      void run(bridge().calls['inventory:in-view']({ vmIds: isHidden || key === '' ? [] : key.split('\n') }));
    };
    const timer = setTimeout(tell, restMs);
    document.addEventListener('visibilitychange', tell);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', tell);
    };
  }, [key]);
}
