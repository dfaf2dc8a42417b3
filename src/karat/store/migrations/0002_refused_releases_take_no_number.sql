-- A number belongs to a release that is being built or was published; a refused attempt gives it back. SQLite cannot
-- drop a constraint, so the table is written anew. Nothing refers to its ids but the jobs that build releases: what is
-- being built meanwhile ends here, and is asked for again.

UPDATE release SET state = 'refused', error = 'Karat was upgraded while it was being built. Ask for it again.'
WHERE state = 'building';
UPDATE job SET state = 2, result = '{"problems":[]}', error = 'Karat was upgraded meanwhile.'
WHERE name = 'build_release' AND state = 0;

ALTER TABLE release RENAME TO numbered_release;
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
    error TEXT
);
INSERT INTO release (project_id, number, state, note, leave_out_undecided, created_by, created_at, spec_version,
    gate, manifest, error)
SELECT project_id, number, state, note, leave_out_undecided, created_by, created_at, spec_version, gate, manifest, error
FROM numbered_release ORDER BY id;
DROP TABLE numbered_release;
CREATE INDEX ix_release_project_id ON release (project_id, id);
CREATE UNIQUE INDEX uq_release_number ON release (project_id, number)
    WHERE state <> 'refused';
