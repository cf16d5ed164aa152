// What can be chosen about an upload, within what the server allows.
import type { Config, Flag } from './api/types';

export const features = {
  oneShot: 'feature_one_shot',
  stream: 'feature_stream',
  removable: 'feature_removable',
  extend_ttl: 'feature_extend_ttl',
  password: 'feature_password',
  comments: 'feature_comments',
  ttl: 'feature_set_ttl',
} as const;

export type Feature = keyof typeof features;
export type Switch = 'oneShot' | 'stream' | 'removable' | 'extend_ttl';
export const switches: Switch[] = ['oneShot', 'stream', 'removable', 'extend_ttl'];
export const never = -1;

export const flag = (config: Config, feature: Feature): Flag => config[features[feature]] ?? 'disabled';
const on = (config: Config, feature: Feature): boolean => ['default', 'forced'].includes(flag(config, feature));

export interface Values {
  ttl: number; // seconds; never: without end; NaN: not a time
  oneShot: boolean;
  stream: boolean;
  removable: boolean;
  extend_ttl: boolean;
  protect: boolean;
  password: string;
  comment: boolean;
  comments: string;
}

// defaults are the values before anybody touched the form. maxTTL is the user's.
export function defaults(config: Config, maxTTL: number): Values {
  const ttl = config.defaultTTL > 0 ? config.defaultTTL : never;
  return {
    ttl: maxTTL > 0 && (ttl === never || ttl > maxTTL) ? maxTTL : ttl,
    oneShot: on(config, 'oneShot'),
    stream: on(config, 'stream'),
    removable: on(config, 'removable'),
    extend_ttl: on(config, 'extend_ttl'),
    protect: on(config, 'password'),
    password: '',
    comment: on(config, 'comments'),
    comments: '',
  };
}

class Options {
  values = $state<Values>();
  open = $state(false);

  // prepare sets the defaults once; what was chosen stays.
  prepare(config: Config, maxTTL: number): void {
    this.values ??= defaults(config, maxTTL);
  }

  reset(): void {
    this.values = undefined;
    this.open = false;
  }
}

export const options = new Options();
