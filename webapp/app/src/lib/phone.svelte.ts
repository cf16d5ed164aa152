import { MediaQuery } from 'svelte/reactivity';

// phone tells whether the screen is as narrow as the style sheet's phone layout.
export const phone = new MediaQuery('max-width: 44rem');
