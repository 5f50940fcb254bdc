/** Mouse and keys on the gallery's grid. */
import type { ViewContext } from "./context";
import type { GalleryGrid } from "./gallery-grid";
import type { Lines } from "./gallery-lines";
import type { Picker } from "./gallery-picker";

export function listenToGrid(grid: GalleryGrid, picker: Picker, lines: () => Lines, ctx: ViewContext): void {
  const { scroller } = grid;
  const { store } = ctx;

  function openPreview(row: number): void {
    const { rows } = lines();
    ctx.openPreview(rows, rows.indexOf(row), moveTo);
  }

  function moveTo(position: number): void {
    const row = lines().rows[position];
    if (row === undefined) return;
    picker.moveCursor(row);
    grid.scrollTo(position);
  }

  const rowOf = (event: Event): number | null => {
    const tile = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-row]") : null;
    return tile === null ? null : Number(tile.dataset.row);
  };
  const isOnHeader = ({ target }: Event): boolean =>
    target instanceof Element && target.closest("button") !== null;

  scroller.addEventListener("click", (event) => {
    const row = rowOf(event);
    if (row !== null) picker.pick(row, event);
    else if (!isOnHeader(event)) picker.clear();
  });
  scroller.addEventListener("dblclick", (event) => {
    const row = rowOf(event);
    if (row !== null) openPreview(row);
  });
  scroller.addEventListener("pointerover", (event) => {
    const row = rowOf(event);
    if (row !== null) store.hover.value = { rows: [row], node: null, source: "gallery" };
  });
  scroller.addEventListener("pointerout", (event) => {
    if (rowOf(event) !== null) store.hover.value = null;
  });

  scroller.addEventListener("keydown", (event) => {
    if (event.target === scroller && act(event)) event.preventDefault();
  });

  /** Whether the key meant something here. */
  function act(event: KeyboardEvent): boolean {
    const { rows } = lines();
    const at = picker.cursor.value === null ? -1 : rows.indexOf(picker.cursor.value);
    const row = rows[Math.max(0, at)];
    if (row === undefined) return false;
    const chord = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" || (event.key === " " && !chord)) openPreview(row);
    else if (event.key === " ") picker.pick(row, event);
    else if (event.key === "a" && chord) picker.pickAll();
    else if (event.key === "Escape") store.clearSelection();
    else {
      const target = lines().move(Math.max(0, at), event.key, grid.linesPerPage);
      if (target === null) return false;
      // The first arrow key only shows where one is.
      const to = at < 0 && event.key.startsWith("Arrow") ? 0 : target;
      moveTo(to);
      if (!chord) picker.pick(rows[to]!, event);
    }
    return true;
  }
}
