// What the server says, as docs/api/openapi.yaml has it.

export type Flag = 'disabled' | 'enabled' | 'default' | 'forced';

export interface Config {
  maxFileSize: number; // bytes; zero or negative: no limit
  maxUserSize: number;
  maxFilePerUpload: number;
  defaultTTL: number; // seconds
  maxTTL: number;
  downloadDomain: string;
  abuseContact: string;
  feature_authentication: Flag;
  feature_one_shot: Flag;
  feature_removable: Flag;
  feature_stream: Flag;
  feature_password: Flag;
  feature_comments: Flag;
  feature_set_ttl: Flag;
  feature_extend_ttl: Flag;
  feature_clients: Flag;
  feature_github: Flag;
  feature_text: Flag;
  googleAuthentication: boolean;
  ovhAuthentication: boolean;
  githubAuthentication?: boolean;
  oidcAuthentication?: boolean;
  oidcName?: string;
  resumableUploads?: string;
}

export type Status = 'missing' | 'uploading' | 'uploaded' | 'removed' | 'deleted';

export interface RemoteFile {
  id: string;
  fileName: string;
  status: Status;
  fileMd5: string;
  fileType: string;
  fileSize: number;
  reference: string;
  createdAt: string;
}

export interface Upload {
  id: string;
  ttl: number;
  extend_ttl: boolean;
  downloadDomain: string;
  comments: string;
  files: RemoteFile[] | null;
  uploadToken?: string;
  admin: boolean;
  stream: boolean;
  oneShot: boolean;
  removable: boolean;
  protectedByPassword: boolean;
  createdAt: string;
  expireAt: string | null;
  uploadIp?: string;
  user?: string;
  token?: string;
}

export interface NewUpload {
  ttl?: number;
  extend_ttl?: boolean;
  oneShot?: boolean;
  removable?: boolean;
  stream?: boolean;
  login?: string;
  password?: string;
  comments?: string;
  files: { fileName: string; fileType: string; fileSize: number; reference: string }[];
}

export interface User {
  id: string;
  provider: string;
  login: string;
  name?: string;
  email?: string;
  admin: boolean;
  maxFileSize: number; // zero: the server's limit, negative: none
  maxUserSize: number;
  maxTTL: number;
  createdAt: string;
}

export interface Token {
  token: string;
  comment?: string;
  scope?: 'read' | 'full';
  createdAt: string;
  expireAt?: string;
  lastUsedAt?: string;
}

export interface Page<T> {
  after: string | null;
  before: string | null;
  results: T[];
  total?: number;
}

export interface UserStats { uploads: number; files: number; totalSize: number }

export interface ServerStats extends UserStats {
  users: number;
  anonymousUploads: number;
  anonymousTotalSize: number;
}

// Figures are of one day, user or media type, which name says.
export interface Figures { name: string; uploads?: number; files: number; bytes: number }
export interface Series { days: Figures[] }
export interface Top { users: Figures[]; types: Figures[] }

export interface Client { name: string; md5: string; path: string; os: string; arch: string }

export interface Version { version: string; goVersion?: string; gitShortRevision?: string; clients: Client[] | null }
