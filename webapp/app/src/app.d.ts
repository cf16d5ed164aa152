// What a site's js/custom.js may set before the app starts.
declare const CONFIG: { TITLE?: unknown; DISABLE_AUTH_BUTTON?: unknown } | undefined;
