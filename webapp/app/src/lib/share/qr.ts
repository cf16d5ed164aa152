// QR codes, drawn here: a link never goes to a server to become one.
import encode from 'qr';

// qrPath is the dark squares of a code as one path, and the width of the grid with its quiet zone.
export function qrPath(text: string): { d: string; width: number } {
  const rows = encode(text, 'raw', { ecc: 'medium', border: 1 });
  let d = '';
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      let end = x;
      while (row[end]) end++;
      d += `M${x} ${y}h${end - x}v1h${x - end}z`;
      x = end;
    }
  });
  return { d, width: rows.length };
}
