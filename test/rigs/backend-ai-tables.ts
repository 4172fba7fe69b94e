/** Generations of Backend.AI's table of virtual folders. */
export const GENERATIONS = ['23.03', '26.4'] as const;
export type Generation = (typeof GENERATIONS)[number];

const COMMON_ENUMS = `
  CREATE TYPE vfolderusagemode AS ENUM ('general', 'model', 'data');
  CREATE TYPE vfolderownershiptype AS ENUM ('user', 'group');`;

const OWNERS = `
  CONSTRAINT ck_vfolders_ownership_type_match_with_user_or_group CHECK (
    (ownership_type = 'user' AND "user" IS NOT NULL) OR (ownership_type = 'group' AND "group" IS NOT NULL)
  ),
  CONSTRAINT ck_vfolders_either_one_of_user_or_group CHECK (
    ("user" IS NULL AND "group" IS NOT NULL) OR ("user" IS NOT NULL AND "group" IS NULL)
  )`;

interface Made {
  readonly table: string;
  readonly indexes: string;
}

/** What a manager of that generation has made, but for references to tables that nobody reads here. */
export const VFOLDERS: Readonly<Record<Generation, Made>> = {
  '23.03': {
    table: `${COMMON_ENUMS}
CREATE TYPE vfolderpermission AS ENUM ('ro', 'rw', 'wd');
CREATE TYPE vfolderstatus AS ENUM ('ready', 'performing', 'cloning', 'deleting', 'mounted');
CREATE TABLE vfolders (
  id uuid NOT NULL,
  host varchar(128) NOT NULL,
  name varchar(64) NOT NULL,
  usage_mode vfolderusagemode NOT NULL DEFAULT 'general',
  permission vfolderpermission DEFAULT 'rw',
  max_files integer DEFAULT 1000,
  max_size integer,
  num_files integer DEFAULT 0,
  cur_size integer DEFAULT 0,
  created_at timestamptz DEFAULT now(),
  last_used timestamptz,
  creator varchar(128),
  unmanaged_path varchar(512),
  ownership_type vfolderownershiptype NOT NULL DEFAULT 'user',
  "user" uuid,
  "group" uuid,
  cloneable boolean NOT NULL DEFAULT false,
  status vfolderstatus NOT NULL DEFAULT 'ready',${OWNERS}
);`,
    indexes: `ALTER TABLE vfolders ADD CONSTRAINT pk_vfolders PRIMARY KEY (id);
CREATE INDEX ix_vfolders_name ON vfolders (name);`,
  },
  '26.4': {
    table: `${COMMON_ENUMS}
CREATE TYPE vfoldermountpermission AS ENUM ('ro', 'rw', 'wd');
CREATE TABLE vfolders (
  id uuid NOT NULL,
  host varchar(128) NOT NULL,
  domain_name varchar(64) NOT NULL DEFAULT 'default',
  quota_scope_id varchar(64) NOT NULL DEFAULT 'user:00000000-0000-4000-8000-000000000000',
  name varchar(128) NOT NULL,
  usage_mode vfolderusagemode NOT NULL DEFAULT 'general',
  permission vfoldermountpermission DEFAULT 'rw',
  max_files integer DEFAULT 1000,
  max_size integer,
  num_files integer DEFAULT 0,
  cur_size integer DEFAULT 0,
  last_used timestamptz,
  creator varchar(128),
  creator_id uuid,
  unmanaged_path varchar(512),
  ownership_type vfolderownershiptype NOT NULL DEFAULT 'user',
  "user" uuid,
  "group" uuid,
  cloneable boolean NOT NULL DEFAULT false,
  status varchar(64) NOT NULL DEFAULT 'ready',
  status_history jsonb,
  status_changed timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),${OWNERS}
);`,
    indexes: `ALTER TABLE vfolders ADD CONSTRAINT pk_vfolders PRIMARY KEY (id);
CREATE INDEX ix_vfolders_host ON vfolders (host);
CREATE INDEX ix_vfolders_domain_name ON vfolders (domain_name);
CREATE INDEX ix_vfolders_name ON vfolders (name);
CREATE INDEX ix_vfolders_usage_mode ON vfolders (usage_mode);
CREATE INDEX ix_vfolders_ownership_type ON vfolders (ownership_type);
CREATE INDEX ix_vfolders_status ON vfolders (status);
CREATE INDEX ix_vfolders_status_changed ON vfolders (status_changed);`,
  },
};
