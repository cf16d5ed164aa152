// Yours: put a js/custom.js into WebappDirectory and it runs first, in place of this one.
// var CONFIG = { TITLE: 'Files of the club', DISABLE_AUTH_BUTTON: true };
