/** The element of the page that has the id. */
export function byId<Kind extends HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element '${id}'`);
  return found as Kind;
}

/** A row of a table: its first cell is the row's head. */
export function tableRow(cells: readonly string[]): HTMLTableRowElement {
  const row = document.createElement('tr');
  cells.forEach((text, i) => {
    const cell = document.createElement(i === 0 ? 'th' : 'td');
    if (i === 0) (cell as HTMLTableCellElement).scope = 'row';
    cell.textContent = text;
    row.append(cell);
  });
  return row;
}
