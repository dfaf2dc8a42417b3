-- A batch gets its places in parts behind the ends of queues and checks, and moving the ends publishes it. Two indexes
-- of items cost an import more than they were worth.

-- Its items lie between these ids, perhaps with others among them: this is cheaper than an index of a million.
ALTER TABLE batch ADD COLUMN first_item_id BIGINT;
ALTER TABLE batch ADD COLUMN last_item_id BIGINT;
UPDATE batch SET
    first_item_id = (SELECT MIN(item.id) FROM item WHERE item.batch_id = batch.id),
    last_item_id = (SELECT MAX(item.id) FROM item WHERE item.batch_id = batch.id);

DROP INDEX ix_item_batch_id;
DROP INDEX ix_item_project_id_id;

-- How many checks of a kind may be drawn: those at the places before `n`. A batch that is being published has its
-- checks behind them.
CREATE TABLE check_supply (
    project_id BIGINT NOT NULL REFERENCES project,
    kind TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (project_id, kind)
);
INSERT INTO check_supply (project_id, kind, n)
SELECT project_id, kind, MAX(place) + 1 FROM gold_label WHERE place IS NOT NULL GROUP BY project_id, kind;
