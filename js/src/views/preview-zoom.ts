/** Zooming into one picture: wheel and keys zoom, dragging moves, a double click changes between the whole and its pixels. */

export interface Zoom {
  /** Another picture: the whole of it. */
  reset(): void;
  by(factor: number): void;
}

const MOST = 16;
const WHEEL_SPEED = 0.002;
const STEP = 1.5;

export const ZOOM_KEYS: Readonly<Record<string, number>> = { "+": STEP, "=": STEP, "-": 1 / STEP, "0": 0 };

/** `picture` is what is transformed inside `room`; `onZoom` gets the scale, 1 for the whole picture. */
export function listenToZoom(
  room: HTMLElement,
  picture: () => HTMLElement | null,
  onZoom: (scale: number) => void,
  signal: AbortSignal,
): Zoom {
  let [scale, x, y] = [1, 0, 0];
  const options = { signal };

  function apply(): void {
    // No further than the picture's edges come into the room.
    const most = { x: (room.clientWidth * (scale - 1)) / 2, y: (room.clientHeight * (scale - 1)) / 2 };
    x = Math.max(-most.x, Math.min(most.x, x));
    y = Math.max(-most.y, Math.min(most.y, y));
    const el = picture();
    if (el !== null) el.style.transform = scale === 1 ? "" : `translate(${x}px, ${y}px) scale(${scale})`;
    room.classList.toggle("imgclust-zoomed", scale > 1);
    onZoom(scale);
  }

  /** About a point given from the middle of the room. */
  function zoom(factor: number, about = { x: 0, y: 0 }): void {
    const next = Math.max(1, Math.min(MOST, scale * factor));
    x = about.x - ((about.x - x) * next) / scale;
    y = about.y - ((about.y - y) * next) / scale;
    scale = next;
    apply();
  }

  function fromMiddle({ clientX, clientY }: MouseEvent): { x: number; y: number } {
    const { left, top, width, height } = room.getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  }

  /** How much larger the picture is at its own pixels. */
  function whole(): number {
    const image = picture();
    if (!(image instanceof HTMLImageElement) || image.naturalWidth === 0) return 3;
    const fitted = Math.min(room.clientWidth / image.naturalWidth, room.clientHeight / image.naturalHeight);
    return Math.max(2, 1 / (fitted * devicePixelRatio));
  }

  room.addEventListener(
    "wheel",
    (event) => {
      zoom(Math.exp(-event.deltaY * WHEEL_SPEED), fromMiddle(event));
      event.preventDefault();
    },
    { signal, passive: false },
  );
  room.addEventListener("dblclick", (event) => zoom(scale > 1 ? 0 : whole(), fromMiddle(event)), options);
  room.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button === 0 && scale > 1) room.setPointerCapture(event.pointerId);
    },
    options,
  );
  room.addEventListener(
    "pointermove",
    (event) => {
      if (!room.hasPointerCapture(event.pointerId)) return;
      x += event.movementX;
      y += event.movementY;
      apply();
    },
    options,
  );

  return {
    by: (factor) => zoom(factor),
    reset() {
      [scale, x, y] = [1, 0, 0];
      apply();
    },
  };
}
