// The server's configuration as rows of a list.

export interface Row { key: string; text: string; secret: boolean }

const masked = '[set]'; // what the server says in place of a secret

function text(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (Array.isArray(value)) return value.map(text).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

// rowsOf sorts settings by name. One that has parts becomes a row for each: "DataBackendConfig.Bucket".
export function rowsOf(settings: Record<string, unknown>, above = ''): Row[] {
  return Object.keys(settings)
    .sort((a, b) => a.localeCompare(b, 'en'))
    .flatMap((name) => {
      const value = settings[name];
      const key = above + name;
      if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) return rowsOf(value as Record<string, unknown>, `${key}.`);
      return [{ key, text: typeof value === 'object' && value !== null && !Array.isArray(value) ? '' : text(value), secret: value === masked }];
    });
}
