-- Every table, for SQLite and PostgreSQL. Times are microseconds since 1970 UTC, flags are 0 and 1, JSON is text: so
-- that one text serves both. Words in capitals that neither of them knows are put in by migrate.py.
--
-- An id without REFERENCES is vouched for by another column of its row, or by the statement that writes it: on the path
-- of every annotation, checking each of them costs PostgreSQL as much as the row itself, and all annotators of a
-- project would queue for a share of its one row.

CREATE TABLE installation (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- --- People and projects ---------------------------------------------------------------------------------------------

CREATE TABLE account (
    id AUTO_ID,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT,
    is_admin SMALLINT NOT NULL DEFAULT 0,
    is_simulated SMALLINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE project (
    id AUTO_ID,
    name TEXT NOT NULL UNIQUE,
    media_kind TEXT NOT NULL,
    policy TEXT NOT NULL,
    spec_version INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    archived_at BIGINT
);

CREATE TABLE spec_version (
    project_id BIGINT NOT NULL REFERENCES project,
    number INTEGER NOT NULL,
    spec TEXT NOT NULL,
    note TEXT NOT NULL,
    created_by BIGINT REFERENCES account,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, number)
);

-- One person in one project. Its row lock serialises that person's claims.
CREATE TABLE annotator (
    id AUTO_ID,
    project_id BIGINT NOT NULL REFERENCES project,
    account_id BIGINT NOT NULL REFERENCES account,
    role TEXT NOT NULL,
    n_served BIGINT NOT NULL DEFAULT 0,
    is_paused SMALLINT NOT NULL DEFAULT 0,
    swept_at BIGINT NOT NULL DEFAULT 0,  -- when the supply was last searched from its beginning for this person
    joined_at BIGINT NOT NULL,
    left_at BIGINT,
    UNIQUE (project_id, account_id)
);
CREATE INDEX ix_annotator_account_id ON annotator (account_id);

CREATE TABLE sign_in_session (
    token_hash BYTES NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ix_sign_in_session_account_id ON sign_in_session (account_id);

CREATE TABLE sign_in_link (
    token_hash BYTES NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account,
    is_reusable SMALLINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX ix_sign_in_link_account_id ON sign_in_link (account_id);

CREATE TABLE api_token (
    id AUTO_ID,
    account_id BIGINT NOT NULL REFERENCES account,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    token_hash BYTES NOT NULL UNIQUE,
    scope TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX ix_api_token_account_id ON api_token (account_id);

CREATE TABLE invitation (
    id AUTO_ID,
    project_id BIGINT NOT NULL REFERENCES project,
    token_hash BYTES NOT NULL UNIQUE,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    invited_by BIGINT REFERENCES account,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    accepted_at BIGINT,
    withdrawn_at BIGINT
);
CREATE INDEX ix_invitation_project_id ON invitation (project_id);

-- --- Items -----------------------------------------------------------------------------------------------------------

CREATE TABLE batch (
    id AUTO_ID,
    project_id BIGINT NOT NULL REFERENCES project,
    name TEXT NOT NULL,
    state TEXT NOT NULL,  -- loading, preparing, published, removing
    loading_until BIGINT,  -- its loader is dead when it did not move this on
    n_items BIGINT NOT NULL DEFAULT 0,
    created_by BIGINT REFERENCES account,
    created_at BIGINT NOT NULL
);
CREATE INDEX ix_batch_project_id ON batch (project_id);
CREATE INDEX ix_batch_unpublished ON batch (id)
    WHERE state <> 'published';

-- Checking a reference costs an import of millions twice as much as writing the row: the batch, which is locked while
-- items are added to it, vouches for both ids. Databases of before have these references, here and below, and keep them.
CREATE TABLE item (
    id AUTO_ID,
    project_id BIGINT NOT NULL,
    batch_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    content TEXT NOT NULL,
    meta TEXT NOT NULL DEFAULT '{}',
    state TEXT NOT NULL,  -- open, disputed, resolved
    dispute TEXT,  -- why it is disputed: unsure, skipped, disagreement
    is_measured SMALLINT NOT NULL DEFAULT 0,
    priority SMALLINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    UNIQUE (project_id, key)
);
CREATE INDEX ix_item_batch_id ON item (batch_id);
CREATE INDEX ix_item_dispute ON item (project_id, dispute, id)
    WHERE dispute IS NOT NULL;
CREATE INDEX ix_item_project_id_id ON item (project_id, id);
CREATE INDEX ix_item_state ON item (project_id, state, id);

CREATE TABLE gold_label (
    item_id KEY_ID REFERENCES item,
    project_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    provenance TEXT NOT NULL,
    place BIGINT,  -- among the checks of its kind, from 0 without gaps; null for reference labels
    set_at BIGINT NOT NULL
);
CREATE INDEX ix_gold_label_project_id_item_id ON gold_label (project_id, item_id);
CREATE INDEX ix_gold_label_project_id_kind_place ON gold_label (project_id, kind, place);

CREATE TABLE media (
    id TEXT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES project,
    batch_id BIGINT NOT NULL REFERENCES batch,  -- that brought it and would take it away; the file is shared by digest
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL,  -- MIME type, as found by decoding
    n_bytes BIGINT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL
);
CREATE INDEX ix_media_batch_id ON media (batch_id);

CREATE TABLE upload (
    id TEXT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES project,
    file_name TEXT NOT NULL,
    n_bytes BIGINT NOT NULL,
    uploaded_by BIGINT REFERENCES account,
    uploaded_at BIGINT NOT NULL
);

-- --- Routing: the path of every annotation ---------------------------------------------------------------------------

-- The ordered supply of one project at one priority. Its row lock makes fresh positions commit in order.
CREATE TABLE queue (
    id AUTO_ID,
    project_id BIGINT NOT NULL REFERENCES project,
    priority SMALLINT NOT NULL,
    next_position BIGINT NOT NULL DEFAULT 0,  -- what lies there or behind is not handed out
    UNIQUE (project_id, priority)
);

-- `taken` is in no index, so that claim and submit stay heap-only updates on PostgreSQL.
CREATE TABLE queue_item (
    item_id KEY_ID,
    queue_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    overlap SMALLINT NOT NULL,
    taken SMALLINT NOT NULL DEFAULT 0,
    is_open SMALLINT NOT NULL DEFAULT 1,
    CHECK (taken <= overlap)
) FILLFACTOR_80;
CREATE INDEX ix_queue_item_open ON queue_item (queue_id, position)
    WHERE is_open = 1;

-- Nothing open at or before `position` is new to this annotator.
CREATE TABLE queue_cursor (
    annotator_id BIGINT NOT NULL,
    queue_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (annotator_id, queue_id)
) FILLFACTOR_50;

-- The item comes from the queue or the checks, and the annotator is locked, or new, when a row is written.
CREATE TABLE assignment (
    item_id BIGINT NOT NULL,
    annotator_id BIGINT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    project_id BIGINT NOT NULL,
    purpose SMALLINT NOT NULL,  -- 0 production, 1 gold, 2 honeypot
    probability DOUBLE PRECISION NOT NULL,
    place BIGINT NOT NULL,  -- in the annotator's stream
    state SMALLINT NOT NULL,  -- 0 claimed, 1 submitted, 2 skipped, 3 expired
    spec_version INTEGER NOT NULL,
    reason TEXT,  -- of a skip
    claimed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (item_id, annotator_id)
) FILLFACTOR_80;
-- Not of the live ones: then it can never be mistaken for the way to one item of an annotator.
CREATE INDEX ix_assignment_closed ON assignment (annotator_id, closed_at)
    WHERE closed_at IS NOT NULL;
CREATE INDEX ix_assignment_expiring ON assignment (expires_at)
    WHERE state = 0;
CREATE INDEX ix_assignment_live ON assignment (annotator_id, place)
    WHERE state = 0;

-- The assignment vouches for item and annotator.
CREATE TABLE annotation (
    id AUTO_ID,
    project_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    annotator_id BIGINT NOT NULL,
    assignment_id TEXT NOT NULL,
    label TEXT,  -- null is unsure
    reason TEXT NOT NULL DEFAULT '',
    duration_ms BIGINT NOT NULL,
    spec_version INTEGER NOT NULL,
    is_imported SMALLINT NOT NULL DEFAULT 0,
    submitted_at BIGINT NOT NULL,
    supersedes BIGINT,
    superseded_by BIGINT  -- set once, when a revision arrives; nothing else of the row ever changes
);
CREATE INDEX ix_annotation_item_id ON annotation (item_id, annotator_id);
CREATE INDEX ix_annotation_project_id_submitted_at ON annotation (project_id, submitted_at);

CREATE TABLE resolution (
    id AUTO_ID,
    project_id BIGINT NOT NULL REFERENCES project,
    item_id BIGINT NOT NULL REFERENCES item,
    label TEXT,  -- null is undecidable
    note TEXT NOT NULL,
    resolved_by BIGINT REFERENCES account,
    spec_version INTEGER NOT NULL,
    resolved_at BIGINT NOT NULL
);
CREATE INDEX ix_resolution_item_id ON resolution (item_id);

-- --- Events and jobs -------------------------------------------------------------------------------------------------

CREATE TABLE event (
    id AUTO_ID,
    project_id BIGINT,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor_id BIGINT,
    item_id BIGINT,
    facts TEXT NOT NULL,
    -- PostgreSQL hands out ids out of commit order, so its follower reads by transaction. On SQLite, which has
    -- one writer, ids are in commit order and this stays 0.
    transaction_id TRANSACTION_ID NOT NULL DEFAULT '0'
);
CREATE INDEX ix_event_project_id_id ON event (project_id, id);
CREATE INDEX ix_event_transaction_id_id ON event (transaction_id, id);

CREATE TABLE checkpoint (
    follower TEXT NOT NULL PRIMARY KEY,
    transaction_id BIGINT NOT NULL,
    event_id BIGINT NOT NULL
);

CREATE TABLE job (
    id AUTO_ID,
    project_id BIGINT REFERENCES project,
    name TEXT NOT NULL,
    arguments TEXT NOT NULL,
    state SMALLINT NOT NULL,  -- 0 waiting or leased, 1 done, 2 failed
    run_at BIGINT NOT NULL,
    leased_until BIGINT,
    attempts SMALLINT NOT NULL DEFAULT 0,
    dedupe TEXT,
    n_done BIGINT NOT NULL DEFAULT 0,
    n_total BIGINT,
    error TEXT,
    result TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX ix_job_waiting ON job (run_at, id)
    WHERE state = 0;
CREATE UNIQUE INDEX uq_job_dedupe ON job (dedupe)
    WHERE state = 0 AND leased_until IS NULL;

-- --- Statistics: derived from events; can be thrown away and rebuilt -------------------------------------------------

-- What of an item has been counted so far: taken back and counted anew whenever the item changes.
CREATE TABLE item_tally (
    item_id KEY_ID REFERENCES item,
    tally TEXT NOT NULL
);

CREATE TABLE project_statistic (
    project_id BIGINT NOT NULL REFERENCES project,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (project_id, name)
);

CREATE TABLE annotator_statistic (
    annotator_id KEY_ID REFERENCES annotator,
    value TEXT NOT NULL
);

CREATE TABLE daily_statistic (
    project_id BIGINT NOT NULL REFERENCES project,
    day TEXT NOT NULL,
    annotator_id BIGINT NOT NULL,
    n_answers BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (project_id, day, annotator_id)
);

CREATE TABLE consensus (
    item_id KEY_ID REFERENCES item,
    project_id BIGINT NOT NULL REFERENCES project,
    label TEXT NOT NULL,
    certainty DOUBLE PRECISION NOT NULL,
    probabilities TEXT NOT NULL,
    n_answers INTEGER NOT NULL
);
CREATE INDEX ix_consensus_project_id_label_item_id ON consensus (project_id, label, item_id);

CREATE TABLE consensus_fit (
    project_id KEY_ID REFERENCES project,
    method TEXT NOT NULL,
    fitted_at BIGINT NOT NULL,
    n_answers BIGINT NOT NULL,
    facts TEXT NOT NULL
);

-- --- Releases --------------------------------------------------------------------------------------------------------

CREATE TABLE release (
    id AUTO_ID,
    project_id BIGINT NOT NULL REFERENCES project,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL,
    leave_out_undecided SMALLINT NOT NULL,
    created_by BIGINT REFERENCES account,
    created_at BIGINT NOT NULL,
    spec_version INTEGER NOT NULL,
    gate TEXT NOT NULL DEFAULT '{}',
    manifest TEXT NOT NULL DEFAULT '{}',
    error TEXT,
    UNIQUE (project_id, number)
);
