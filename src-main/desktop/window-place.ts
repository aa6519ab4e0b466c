import { z } from 'zod';

/** Where the window was: in screen coordinates (device-independent pixels). */
export const windowPlaceSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(400).max(20_000),
  height: z.number().int().min(300).max(20_000),
  maximized: z.boolean(),
});
export type WindowPlace = Readonly<z.infer<typeof windowPlaceSchema>>;

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const defaultSize = { width: 1280, height: 800 } as const;

/** How much of the title bar must be on a screen for a remembered place to be used. */
const visiblePixels = 120;

/** The bounds to open with: the remembered place if a screen still shows it, else the default, centred by the system. */
export function chooseBounds(place: WindowPlace | null, screens: readonly Area[]): Partial<Area> {
  if (place === null) return defaultSize;
  const isVisible = screens.some((screen) => {
    const overlap = Math.min(place.x + place.width, screen.x + screen.width) - Math.max(place.x, screen.x);
    return overlap >= visiblePixels && place.y >= screen.y - 8 && place.y < screen.y + screen.height - 40;
  });
  return isVisible
    ? { x: place.x, y: place.y, width: place.width, height: place.height }
    : { width: place.width, height: place.height };
}
