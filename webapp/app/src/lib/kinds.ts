// What kind of file something is, by its name first and its type after.
import type { Messages } from '../i18n/index.svelte';
import * as icon from './icons/share';

export type Kind = keyof Messages['kinds'];

const endings: Record<Exclude<Kind, 'folder' | 'file'>, string> = {
  image: 'jpg jpeg png gif webp avif bmp ico svg heic tif tiff',
  video: 'mp4 webm mov mkv avi m4v ogv',
  audio: 'mp3 wav ogg oga flac m4a aac opus',
  pdf: 'pdf',
  text: 'txt log nfo',
  markdown: 'md markdown',
  code: 'js mjs ts tsx jsx json jsonl go py rb rs c h cc cpp hpp java kt swift php sh bash zsh fish ps1 bat css scss less html htm xml yaml yml toml ini conf cfg sql svelte vue lua pl r diff patch tex dockerfile makefile gitignore env',
  table: 'csv tsv xls xlsx ods',
  archive: 'zip tar gz tgz bz2 xz zst 7z rar jar iso dmg',
  document: 'doc docx odt rtf pages ppt pptx odp epub',
  model: 'ifc stl obj step stp dwg dxf gltf glb 3mf blend',
};

const byEnding = new Map<string, Kind>(Object.entries(endings).flatMap(([kind, list]) => list.split(' ').map((e) => [e, kind as Kind])));

export function kindOf(name: string, type = ''): Kind {
  const ending = name.toLowerCase().split('.').pop() ?? '';
  const known = byEnding.get(ending);
  if (known) return known;
  for (const kind of ['image', 'video', 'audio'] as const) if (type.startsWith(`${kind}/`)) return kind;
  if (type === 'application/pdf') return 'pdf';
  return type.startsWith('text/') ? 'text' : 'file';
}

export const iconOf: Record<Kind, string> = { folder: icon.folderOpen, image: icon.image, video: icon.film, audio: icon.music, pdf: icon.fileText, text: icon.text, markdown: icon.text, code: icon.code, table: icon.table2, archive: icon.fileArchive, document: icon.fileText, model: icon.box, file: icon.file };
