// Markdown of people one does not know: formatted, without anything that runs or loads.
import DOMPurify from 'dompurify';
import { Marked } from 'marked';

const escape = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

// HTML inside Markdown is shown as it was written. Pictures become links: fetching them would tell
// their server who reads.
const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => escape(text),
    image: ({ href, text }) => `<a href="${escape(href)}">${escape(text || href)}</a>`,
  },
});
const purify = DOMPurify(window);

purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName !== 'A') return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer nofollow ugc');
});

const allowed = {
  ALLOWED_TAGS: 'a abbr b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i kbd li ol p pre s span strong sub sup table tbody td th thead tr ul'.split(' '),
  ALLOWED_ATTR: ['href', 'title', 'start', 'align'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
};

// render returns HTML that is safe to insert.
export function render(text: string): string {
  return purify.sanitize(marked.parse(text.slice(0, 200_000), { async: false }), allowed);
}
