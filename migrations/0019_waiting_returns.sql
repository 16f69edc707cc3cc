-- A pack that is brought while every slot is taken waits for the slot that the new pack leaves. What stands on it,
-- its charge and what is broken, until it is in.
ALTER TABLE session_return ADD COLUMN waiting_serial TEXT;
ALTER TABLE session_return ADD COLUMN waiting_soc BIGINT CHECK (waiting_soc BETWEEN 0 AND 100);
ALTER TABLE session_return ADD COLUMN waiting_damage TEXT;
