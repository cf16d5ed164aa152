import type { Messages } from '../i18n/index.svelte';
import type { NameFault } from './pick/names';

// nameFaultText says what is wrong with a name.
export function nameFaultText(fault: NameFault, m: Messages): string {
  switch (fault.kind) {
    case 'char':
      return m.nameChar(fault.char);
    case 'empty':
      return m.nameEmpty;
    case 'long':
      return m.nameLong;
    case 'control':
      return m.nameControl;
    case 'dots':
      return m.nameDots;
  }
}
