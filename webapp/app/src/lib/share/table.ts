// parseTable reads separated values (RFC 4180): quotes, and line ends inside them. What does not
// close is taken as it is.
export function parseTable(text: string, separator: ',' | '\t'): string[][] {
  const mark = separator === ',' && !text.slice(0, text.indexOf('\n') + 1 || undefined).includes(',') && text.includes(';') ? ';' : separator;
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const end = (): void => {
    row.push(cell);
    rows.push(row);
    row = [];
    cell = '';
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === mark) {
      row.push(cell);
      cell = '';
    } else if (c === '\n') end();
    else cell += c;
  }
  if (cell !== '' || row.length > 0) end();
  return rows;
}
