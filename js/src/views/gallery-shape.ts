/** How many tiles stand beside one another, and how large they are. No DOM. */
import type { LineShape } from "./gallery-lines";

export interface TileShape extends LineShape {
  /** Longest side of a picture, CSS pixels. */
  side: number;
  captions: boolean;
}

/** From this size on there is room for a name. */
const CAPTIONS_FROM = 72;
const CAPTION_HEIGHT = 18;
const GROUP_GAP = 8;
/** Larger ones there are not. */
const LARGEST = 256;

/** The tiles fill the room: they are about as large as wished for. */
export function tileShape(room: number, wished: number, gap: number): TileShape {
  const width = Math.max(1, room) + gap;
  const fewest = Math.max(1, Math.ceil(width / (LARGEST + gap)));
  const perLine = Math.max(fewest, Math.round(width / (wished + gap)));
  const side = Math.max(1, Math.floor(width / perLine) - gap);
  const captions = side >= CAPTIONS_FROM;
  return {
    perLine,
    side,
    captions,
    height: side + gap + (captions ? CAPTION_HEIGHT : 0),
    groupGap: GROUP_GAP,
  };
}
